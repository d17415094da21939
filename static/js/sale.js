// A sale that is confirmed while the connection is lost: it is asked for by its key until it is known what became of it.
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
    // Where it was not carried out, the page that says so comes by an ordinary form; its key keeps it from being two.
    answer.redirected ? location.assign(answer.url) : form.submit();
  } catch {
    show(true);
    form.querySelector("[data-lost]").hidden = false;
    follow(form.dataset.sale);
  }
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
