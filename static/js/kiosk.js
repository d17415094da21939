// What only the Kiosk has: nobody's page stays on the screen when its reader has gone, be the connection lost.
import "./pad.js";
import "./scanner.js";

const QUIET = 40000;
const ANSWER = 20000;
const PAUSE = 3000;
const dialog = document.getElementById("still-there");
const leaving = document.getElementById("leave");
let timer = 0;

for (const kind of ["pointerdown", "keydown"]) addEventListener(kind, wait, { passive: true });
// The first screen as it was drawn may stay; what was typed into it, or is wrong with it, may not, nor may an error.
if (dialog || document.querySelector(".field-error, [data-passing]")) wait();

function wait() {
  if (dialog?.open) return;
  clearTimeout(timer);
  timer = setTimeout(dialog ? ask : home, QUIET);
}

function ask() {
  dialog.showModal();
  timer = setTimeout(home, ANSWER);
}

async function home() {
  dialog?.close();
  document.getElementById("main").replaceChildren();
  if (leaving) await fetch(leaving.action, { method: "POST", body: new FormData(leaving) }).catch(() => null);
  for (;;) {
    const answer = await fetch(document.body.dataset.start).catch(() => null);
    if (answer?.ok) return location.replace(document.body.dataset.start);
    await new Promise((go) => setTimeout(go, PAUSE));
  }
}
