// A sale that is confirmed while the connection is lost: it is asked for by its key until it is known what became of it.
import { hideKeyboard } from "./pad.js";

const PAUSE = 2000;
const PATIENCE = 15000;
const online = document.getElementById("till-online");

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-sale]") || event.defaultPrevented) return;
  event.preventDefault();
  confirm(form);
});

async function confirm(form) {
  const body = new URLSearchParams(new FormData(form));
  try {
    const answer = await ask(form.action, { method: "POST", body });
    answer.redirected ? location.assign(answer.url) : draw(await pageOf(answer));
  } catch {
    show(true);
    form.querySelector("[data-lost]").hidden = false;
    follow(form.dataset.sale);
  }
}

// A page of ours; what a server that is away says in its place tells nothing of the sale, as if the answer were lost.
async function pageOf(answer) {
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (answer.status >= 500 || !page.getElementById("main")) throw new Error(answer.statusText);
  return page;
}

// What says why it was not carried out is drawn as it came: sent once more, a wrong PIN would count twice (TE-3).
function draw(page) {
  const main = page.getElementById("main");
  document.getElementById("main").replaceWith(main);
  document.title = page.title;
  hideKeyboard();
  (main.querySelector("[aria-invalid=true]") ?? main).focus();
}

async function follow(address) {
  try {
    const answer = await ask(address);
    if (answer.ok) return location.assign(answer.url);
  } catch {
    show(true);
  }
  setTimeout(follow, PAUSE, address);
}

function ask(address, options) {
  return fetch(address, { credentials: "same-origin", signal: AbortSignal.timeout(PATIENCE), ...options });
}

function show(lost) {
  if (!online) return;
  online.lastElementChild.textContent = lost ? online.dataset.off : online.dataset.on;
  online.firstElementChild.className = lost ? "dot is-blacklisted" : "dot is-ok";
}

addEventListener("online", () => show(false));
addEventListener("offline", () => show(true));
if (!navigator.onLine) show(true);
