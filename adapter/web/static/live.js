"use strict";
// [data-live] is polled; its children are swapped by data-key, and what did not change is left alone.
document.querySelectorAll("[data-live]").forEach((root) => {
  const find = (name) => document.querySelector(`[data-live-${name}]`) || {};
  const state = find("state"), said = find("said"), pause = find("pause"), every = (root.dataset.every || 5) * 1000;
  const clock = () => fresh.toLocaleTimeString("en-GB", {timeZone: root.dataset.zone});
  const plain = (one) => one.outerHTML.replace(/(csrf_token" value=")[^"]*/g, "$1").replace(/ (hidden|open)=""/g, "");
  const words = () => root.querySelector("h1")?.textContent;
  const parts = (one) => [...one.querySelectorAll("a,button,input,select,textarea,summary")];
  let tag = "", timer, fails = 0, fresh = new Date(), paused, over, busy, told = 0;

  function swap(old, made) {
    const at = document.activeElement, has = old.contains(at);
    if (has && at.matches("input,select,textarea")) return old;
    const folds = (one) => [one, ...one.querySelectorAll("details")].filter((each) => "open" in each);
    const focus = has ? parts(old).indexOf(at) : -1, open = folds(old);
    folds(made).forEach((one, index) => { if (open[index]) one.open = open[index].open; });
    old.replaceWith(made);
    if (focus >= 0) parts(made)[focus]?.focus();
    return made;
  }

  function merge(old, made) {
    const keys = new Set([...made.children].map((one) => one.dataset.key));
    [...old.children].forEach((one) => keys.has(one.dataset.key) || one.remove());
    const known = new Map([...old.children].map((one) => [one.dataset.key, one]));
    let next = old.firstElementChild;
    [...made.children].forEach((one) => {
      let mine = known.get(one.dataset.key);
      const here = mine && mine === next;
      if (mine && plain(mine) !== plain(one)) {
        if ([mine, one].every((each) => each.querySelector(":scope > [data-key]"))) merge(mine, one);
        else mine = swap(mine, one);
      }
      if (here) next = mine.nextElementSibling;
      else old.insertBefore(mine || one, next);
    });
  }

  function show(html) {
    const made = new DOMParser().parseFromString(html, "text/html").body, before = words();
    const token = document.querySelector("input[name=csrf_token]")?.value || "";
    made.querySelectorAll("input[name=csrf_token]").forEach((one) => one.setAttribute("value", token));
    merge(root, made);
    document.title = root.querySelector("[data-title]")?.dataset.title || document.title;
    if (words() !== before && Date.now() - told > 10000) { said.textContent = words(); told = Date.now(); }
    document.dispatchEvent(new Event("live"));
  }

  async function poll() {
    clearTimeout(timer);
    if (paused || over || busy || document.hidden) return;
    busy = true;
    let text = "";
    try {
      const headers = {"X-Live": "1", "If-None-Match": tag};
      const answer = await fetch(root.dataset.live, {headers, redirect: "manual", cache: "no-store"});
      over = answer.type === "opaqueredirect" || answer.status === 401;
      if (over) text = "You were signed out. Load the page again to sign in.";
      else if (answer.status !== 304) {
        if (!answer.ok) throw answer;
        const html = await answer.text();
        if (!paused) { show(html); tag = answer.headers.get("ETag") || ""; }
      }
      fails = 0;
      fresh = new Date();
    } catch {
      fails += 1;
      text = `as of ${clock()}, trying again`;
    }
    busy = false;
    if (!paused) state.textContent = text;
    timer = setTimeout(poll, Math.min(every * 2 ** fails, 60000));
  }

  pause.hidden = false;
  pause.onclick = () => {
    paused = !paused;
    pause.textContent = paused ? "Resume updates" : "Pause updates";
    state.textContent = paused ? `paused, as of ${clock()}` : "";
    poll();
  };
  document.addEventListener("visibilitychange", poll);
  timer = setTimeout(poll, every);
});
