// Notes at the corner. Words come from the server; only the ones for failed requests wait in the page.
const region = () => document.getElementById("toasts");
const STAY = 8000;

export function toast(text, kind = "message") {
  // What asks by itself fails again and again while the connection is lost: it is told once.
  if (kind === "error" && [...region().querySelectorAll(":scope > .is-error p")].some((each) => each.textContent === text)) return;
  const model = region().querySelector("template").content;
  const note = (model.querySelector(`.is-${kind}`) ?? model.querySelector(".is-message")).cloneNode(true);
  note.querySelector("p").textContent = text;
  region().append(note);
  schedule(note);
}

export function failure(status) {
  const words = region().dataset;
  toast(words[status] ?? (status >= 500 ? words[500] : words[400]), "error");
}

export function closeToast(button) {
  button.closest(".toast").remove();
}

export function scheduleToasts() {
  region().querySelectorAll(".toast").forEach(schedule);
}

// A note stays while the pointer or the focus is on it; an error stays until it is closed.
function schedule(note) {
  if (note.matches(".is-error")) return;
  setTimeout(() => (note.matches(":hover, :focus-within") ? schedule(note) : note.remove()), STAY);
}
