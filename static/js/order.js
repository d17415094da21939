// A list whose order is chosen: up and down by buttons, or drawn by the grip. Without this, the buttons ask the server.
let drawn = null;

document.addEventListener("click", (event) => {
  const button = event.target.closest(".order-list [name=move]");
  if (!button) return;
  event.preventDefault();
  const item = button.closest("li");
  const up = button.value.startsWith("up");
  const neighbour = up ? item.previousElementSibling : item.nextElementSibling;
  if (neighbour) up ? neighbour.before(item) : neighbour.after(item);
  button.focus();
  item.scrollIntoView({ block: "nearest" });
  announce(item);
});

document.addEventListener("pointerdown", (event) => {
  const grip = event.target.closest(".order-grip");
  if (!grip) return;
  event.preventDefault();
  drawn = grip.closest("li");
  drawn.classList.add("is-drawn");
  grip.setPointerCapture(event.pointerId);
});

document.addEventListener("pointermove", (event) => {
  if (!drawn) return;
  for (const item of drawn.parentElement.children) {
    const { top, height } = item.getBoundingClientRect();
    if (item === drawn || event.clientY < top || event.clientY > top + height) continue;
    const below = item.compareDocumentPosition(drawn) & Node.DOCUMENT_POSITION_PRECEDING;
    below ? item.after(drawn) : item.before(drawn);
    break;
  }
});

for (const end of ["pointerup", "pointercancel"]) document.addEventListener(end, () => {
  drawn?.classList.remove("is-drawn");
  drawn = null;
});

function announce(item) {
  const list = item.parentElement;
  const place = [...list.children].indexOf(item) + 1;
  const name = item.dataset.label ?? item.querySelector("input:not([type=hidden])").value;
  list.nextElementSibling.textContent = `${name}: ${place} / ${list.children.length}`;
}
