// Buttons with data-copy: their text to the clipboard; where that is not allowed, the text beside it is selected.
"use strict";
(() => {
  const told = document.createElement("p");
  told.className = "unseen";
  told.setAttribute("role", "status");
  document.body.append(told);
  const reveal = () => document.querySelectorAll("[data-copy][hidden]").forEach((one) => { one.hidden = false; });
  const select = (button) => {
    const beside = button.parentElement.querySelector("code, input, textarea");
    if (!beside) return;
    if (beside.select) { beside.focus(); beside.select(); return; }
    const range = document.createRange();
    range.selectNodeContents(beside);
    getSelection().removeAllRanges();
    getSelection().addRange(range);
  };
  const tell = (button, text) => {
    told.textContent = "";
    setTimeout(() => { told.textContent = text; }, 50);
    button.dataset.told = text;
    setTimeout(() => { delete button.dataset.told; }, 3000);
  };
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
      tell(button, "Copied");
    } catch {
      select(button);
      tell(button, "Selected: copy it with your keyboard or menu");
    }
  });
  reveal();
  new MutationObserver(reveal).observe(document.body, {childList: true, subtree: true});
})();
