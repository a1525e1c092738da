// Warns 2 min before the session ends. A timer, no polling: when it rings, one look whether another tab kept it alive.
const bar = document.getElementById("session"), told = bar.querySelector("p"), button = bar.querySelector("button");
const WARN = 120;
let timer;
const look = (post) => fetch("/session", post ? { method: "POST", body: new FormData(bar) } : { headers: { "X-Live": "1" } })
  .then((answer) => (answer.ok && !answer.redirected ? answer.text() : "0")).then(Number);
const wait = (left) => {
  clearTimeout(timer);
  bar.hidden = left > WARN + 5;
  if (left > WARN + 5) timer = setTimeout(ring, (left - WARN) * 1000);
  else if (left > 0) {
    told.textContent = "You will be signed out in " + (left > 90 ? "2 min" : left + " s") + ". Save what you are writing, or stay.";
    timer = setTimeout(ring, left * 1000);
  } else {
    told.textContent = "You were signed out. What you send from this page is kept until you signed in again.";
    button.hidden = true;
  }
};
const ring = () => look().then(wait, () => { timer = setTimeout(ring, 30000); });
bar.addEventListener("submit", (event) => {
  event.preventDefault();
  look(true).then(wait, () => { told.textContent = "The server did not answer. Try again."; });
});
wait(Number(bar.dataset.left));
