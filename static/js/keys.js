// Keys of the whole panel: / search, ? help, g and then a section's letter. They can be switched off in the profile.
const PAUSE = 1200;
let leader = 0;

export function typing(event) {
  const busy = event.ctrlKey || event.metaKey || event.altKey || document.body.hasAttribute("data-no-keys");
  return busy || event.target.closest?.("input:not([type=checkbox]), select, textarea, [contenteditable], dialog:modal, [popover]:popover-open");
}

document.addEventListener("keydown", (event) => {
  if (typing(event)) return;
  const act = Date.now() - leader < PAUSE ? goTo : { "/": search, "?": help, g: lead }[event.key];
  if (act?.(event.key)) event.preventDefault();
});

function lead() {
  leader = Date.now();
}

function goTo(letter) {
  leader = 0;
  const section = document.querySelector(`[data-key="${CSS.escape(letter)}"]`);
  section?.click();
  return section;
}

function search() {
  const box = document.querySelector("[data-search]");
  box?.focus();
  box?.select();
  return box;
}

function help() {
  const link = document.querySelector(".page-actions [data-help]") ?? document.querySelector("[data-help]");
  link?.click();
  return link;
}
