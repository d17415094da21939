// The one modal dialog: a request that puts something into it opens it.
const dialog = () => document.getElementById("dialog");

export function showDialog(target) {
  if (target !== dialog() || !target.children.length) return;
  if (!target.open) target.showModal();
}

export function closeDialog(button, event) {
  if (!button.closest("#dialog")) return;
  event.preventDefault();
  dialog().close();
}

// A click on the dark around it falls on the dialog itself.
document.addEventListener("click", (event) => {
  if (event.target === dialog() && dialog().open) dialog().close();
});
