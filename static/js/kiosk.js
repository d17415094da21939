// What only the Kiosk has: nobody's page stays on the screen when its reader has gone, be the connection lost.
import "./pad.js";
import "./scanner.js";

const QUIET = 40000;
const ANSWER = 20000;
const PAUSE = 3000;
const SIGN = 20000;
const dialog = document.getElementById("still-there");
const leaving = document.getElementById("leave");
let timer = 0;
let told = Date.now();

for (const kind of ["pointerdown", "keydown", "scroll"]) addEventListener(kind, wait, { passive: true, capture: true });
// A page that the browser kept as it was is asked for anew, and is not there any more.
addEventListener("pageshow", (shown) => shown.persisted && location.reload());
// The first screen as it was drawn may stay; what was typed into it, or is wrong with it, may not, nor may an error.
if (dialog || document.querySelector(".field-error, [data-passing]")) wait();

function wait() {
  if (dialog?.open) return;
  clearTimeout(timer);
  timer = setTimeout(dialog ? ask : home, QUIET);
  if (!leaving || Date.now() - told < SIGN) return;
  told = Date.now();
  send(leaving.dataset.longer);
}

function ask() {
  dialog.showModal();
  timer = setTimeout(home, ANSWER);
}

async function home() {
  dialog?.close();
  document.getElementById("main").replaceChildren();
  for (;;) {
    // Closed first, or Back would show it once more.
    const closed = !leaving || (await send(leaving.dataset.closing));
    const answer = closed && (await fetch(document.body.dataset.start).catch(() => null));
    if (answer?.ok) return location.replace(document.body.dataset.start);
    await new Promise((go) => setTimeout(go, PAUSE));
  }
}

function send(address) {
  return fetch(address, { method: "POST", body: new FormData(leaving), redirect: "manual" }).catch(() => null);
}
