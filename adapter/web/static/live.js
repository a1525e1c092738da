"use strict";
// <div data-live="/path" data-every="5">: polled; children are swapped by data-key, and what did not change is not touched.
// Around it: [data-live-state] (how fresh it is), [data-live-said] (read aloud), [data-live-pause] (a button).
document.querySelectorAll("[data-live]").forEach((root) => {
  const find = (name) => document.querySelector(`[data-live-${name}]`);
  const state = find("state"), said = find("said"), pause = find("pause");
  const every = Number(root.dataset.every || 5) * 1000;
  const clock = (at) => at.toLocaleTimeString("en-GB", root.dataset.zone ? {timeZone: root.dataset.zone} : {});
  const token = () => (document.querySelector("input[name=csrf_token]") || {}).value || "";
  const plain = (node) => node.outerHTML.replace(/(name="csrf_token" value=")[^"]*/g, "$1").replace(/ (hidden|open)=""/g, "");
  const inner = "a,button,input,select,textarea,summary";
  let tag = "", timer = 0, fails = 0, fresh = new Date(), paused = false, over = false, told = 0, busy = false;

  function tell(text) { if (state && state.textContent !== text) state.textContent = text; }

  function swap(old, made) {
    const at = document.activeElement, has = old.contains(at);
    if (has && at.matches("input,select,textarea")) return old;
    const focus = has ? [...old.querySelectorAll(inner)].indexOf(at) : -1;
    const open = [...old.querySelectorAll("details")].map((one) => one.open);
    made.querySelectorAll("details").forEach((one, index) => { one.open = open[index] || one.open; });
    old.replaceWith(made);
    if (focus >= 0) (made.querySelectorAll(inner)[focus] || made).focus();
    return made;
  }

  function merge(old, made) {
    const keys = new Set([...made.children].map((one) => one.dataset.key));
    [...old.children].forEach((one) => { if (!keys.has(one.dataset.key)) one.remove(); });
    const known = new Map([...old.children].map((one) => [one.dataset.key, one]));
    let next = old.firstElementChild;
    [...made.children].forEach((one) => {
      let mine = known.get(one.dataset.key);
      const here = mine && mine === next;
      if (mine && plain(mine) !== plain(one)) {
        if (mine.querySelector(":scope > [data-key]") && one.querySelector(":scope > [data-key]")) merge(mine, one);
        else mine = swap(mine, one);
      }
      if (here) next = mine.nextElementSibling;
      else old.insertBefore(mine || one, next);
    });
  }

  function show(html) {
    const made = new DOMParser().parseFromString(html, "text/html").body;
    made.querySelectorAll("input[name=csrf_token]").forEach((one) => one.setAttribute("value", token()));
    const words = () => (root.querySelector("h1") || {}).textContent;
    const before = words();
    merge(root, made);
    const title = root.querySelector("[data-title]");
    if (title) document.title = title.dataset.title;
    if (said && words() !== before && Date.now() - told > 10000) { said.textContent = words(); told = Date.now(); }
    document.dispatchEvent(new Event("live"));
  }

  async function poll() {
    clearTimeout(timer);
    if (paused || over || busy || document.hidden) return;
    busy = true;
    try {
      const headers = {"X-Live": "1", ...(tag && {"If-None-Match": tag})};
      const answer = await fetch(root.dataset.live, {headers, redirect: "manual", cache: "no-store"});
      if (answer.type === "opaqueredirect" || answer.status === 401) {
        over = true;
        tell("You were signed out. Load the page again to sign in.");
      } else if (answer.ok || answer.status === 304) {
        if (answer.ok) { tag = answer.headers.get("ETag") || ""; show(await answer.text()); }
        fails = 0; fresh = new Date(); tell("");
      } else throw new Error(String(answer.status));
    } catch {
      fails += 1;
      tell(`as of ${clock(fresh)}, trying again`);
    }
    busy = false;
    if (!over) timer = setTimeout(poll, Math.min(every * 2 ** fails, 60000));
  }

  if (pause) {
    pause.hidden = false;
    pause.addEventListener("click", () => {
      paused = !paused;
      pause.textContent = paused ? "Resume updates" : "Pause updates";
      tell(paused ? `paused, as of ${clock(fresh)}` : "");
      poll();
    });
  }
  document.addEventListener("visibilitychange", poll);
  timer = setTimeout(poll, every);
});
