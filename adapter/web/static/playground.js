// The playground: line numbers, links to lines, a preview a moment after the last key, and a word before text is left.
"use strict";
(() => {
  const desk = document.getElementById("desk");
  const box = document.getElementById("text");
  const gutter = document.querySelector(".gutter");
  const spoken = document.getElementById("spoken");
  let lines = 0, asked = 0, answered = 0, timer = 0, dimmer = 0, unsaved = false;

  const number = () => {
    const now = box.value.split("\n").length;
    if (now !== lines) gutter.textContent = Array.from({length: now}, (_, at) => at + 1).join("\n");
    lines = now;
    gutter.scrollTop = box.scrollTop;
  };
  const go = (line) => {
    const before = box.value.split("\n").slice(0, line - 1);
    const start = before.join("\n").length + (line > 1 ? 1 : 0);
    const end = box.value.indexOf("\n", start);
    box.focus();
    box.setSelectionRange(start, end < 0 ? box.value.length : end);
    box.scrollTop = Math.max(0, (line - 4) * box.scrollHeight / lines);
    number();
  };
  const tell = (text, outcome) => {
    const told = outcome.querySelector(":scope > .told") || document.createElement("p");
    told.className = "banner badly told";
    told.textContent = text;
    outcome.prepend(told);
    if (spoken.textContent !== text) spoken.textContent = text;
  };
  const show = (markup) => {
    const made = new DOMParser().parseFromString(markup, "text/html");
    const faults = made.getElementById("faults"), next = made.getElementById("outcome");
    const outcome = document.getElementById("outcome");
    if (!next) return tell("Preview not available: you were signed out. What you typed is still here; sign in in another tab.", outcome);
    document.getElementById("faults").replaceWith(faults);
    box.toggleAttribute("aria-invalid", next.hasAttribute("data-without"));
    outcome.classList.toggle("stale", next.hasAttribute("data-without"));
    if (next.hasAttribute("data-without")) return tell(`${next.textContent.trim()} What stands below is from before.`, outcome);
    const open = [...outcome.querySelectorAll("details")].map((one) => one.open);
    next.querySelectorAll("details").forEach((one, at) => { one.open = Boolean(open[at]); });
    outcome.replaceWith(next);
    spoken.textContent = next.querySelector(".banner").textContent;
  };
  const preview = async () => {
    const mine = ++asked;
    clearTimeout(dimmer);
    dimmer = setTimeout(() => document.getElementById("outcome").classList.add("stale"), 500);
    let markup = "";
    try {
      const answer = await fetch("/playground/try", {method: "POST", body: new URLSearchParams(new FormData(desk))});
      if (answer.status === 413) throw new Error("Too large to preview here; use the command.");
      if (!answer.ok) throw new Error();
      markup = await answer.text();
    } catch (fault) {
      if (mine === asked) tell(fault.message.startsWith("Too") ? fault.message : "Preview not available: the server did not answer. What you typed is still here.", document.getElementById("outcome"));
    }
    if (mine < answered) return;
    answered = mine;
    if (mine === asked) clearTimeout(dimmer);
    if (markup) show(markup);
  };

  desk.addEventListener("input", (event) => {
    if (event.target.id === "pick") return;
    unsaved = true;
    number();
    clearTimeout(timer);
    timer = setTimeout(preview, 300);
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-line]");
    if (!link) return;
    event.preventDefault();
    go(Number(link.dataset.line));
  });
  desk.addEventListener("submit", (event) => {
    const was = unsaved;
    unsaved = false;
    if (event.submitter?.formAction.endsWith("/download")) setTimeout(() => { unsaved = was; }, 1000);
  });
  addEventListener("beforeunload", (event) => { if (unsaved) event.preventDefault(); });
  box.addEventListener("scroll", () => { gutter.scrollTop = box.scrollTop; });
  number();
})();
