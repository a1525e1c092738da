// Keys that go somewhere; none of them sends or deletes. Off inside fields, and where <html data-keys="0"> says so.
"use strict";
(() => {
  if (document.documentElement.dataset.keys === "0") return;
  const find = (what) => document.querySelector(what);
  const step = (by) => {
    const rows = [...document.querySelectorAll("[data-row]")];
    const at = rows.indexOf(document.activeElement);
    const row = rows[Math.min(rows.length - 1, Math.max(0, at < 0 ? 0 : at + by))];
    if (row) { row.focus(); row.scrollIntoView({block: "nearest"}); }
  };
  const go = {o: "/", m: "/messages", h: "/setup"};
  const does = {
    "/": () => find("[data-search]")?.focus(),
    j: () => step(1),
    k: () => step(-1),
    u: () => find("[data-up]")?.click(),
    "?": () => find("#keys")?.showModal(),
  };
  let before = "", since = 0;
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.closest("input, textarea, select, [contenteditable], dialog")) return;
    const key = event.key;
    if (before === "g" && event.timeStamp - since < 1500 && key in go && find(".nav")) {
      location.assign(go[key]);
    } else if (key in does) {
      event.preventDefault();
      does[key]();
    }
    before = key;
    since = event.timeStamp;
  });
})();
