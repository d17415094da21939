// Lines of a list in a form: one more, or one less. Without this, the buttons ask the server.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[name=row]");
  const list = button?.closest("form").querySelector("[data-rows]");
  if (!list) return;
  event.preventDefault();
  button.matches("[data-add-row]") ? add(list) : remove(button.closest("li"));
});

function add(list) {
  const line = list.lastElementChild.cloneNode(true);
  const box = clear(line);
  list.append(line);
  box.focus();
}

function remove(line) {
  const next = line.nextElementSibling ?? line.previousElementSibling;
  if (next) line.remove();
  (next ? next.querySelector("input:not([type=hidden])") : clear(line)).focus();
}

function clear(line) {
  for (const hidden of line.querySelectorAll("input[type=hidden]")) hidden.value = "";
  const box = line.querySelector("input:not([type=hidden])");
  box.value = "";
  return box;
}
