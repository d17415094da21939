// A menu's word goes into the field that was written in last, where its cursor stood.
let last = null;

document.addEventListener("focusin", ({ target }) => {
  if (target.matches("textarea.input, .languages input.input")) last = target;
});

document.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-insert]");
  if (!button) return;
  const form = document.querySelector(button.dataset.into);
  const field = form.contains(last) ? last : form.querySelector("textarea");
  button.closest("[popover]").hidePopover();
  field.focus();
  field.setRangeText(button.dataset.insert, field.selectionStart, field.selectionEnd, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
});
