// Keys in a table: j and k walk over the rows, x ticks, e edits, Enter opens (the focused link does that by itself).
import { typing } from "./keys.js";

const rows = () => [...document.querySelectorAll("tbody tr[data-id]")];
const opener = (row) => row.querySelector(".row-open, [data-open-row], .row-link");

document.addEventListener("keydown", (event) => {
  // After g a letter leads elsewhere.
  if (event.defaultPrevented || typing(event) || !rows().length) return;
  const act = { j: () => walk(1), k: () => walk(-1), x: tick, e: edit }[event.key];
  if (act?.()) event.preventDefault();
});

function current() {
  return document.activeElement.closest?.("tbody tr[data-id]") ?? document.querySelector(".grid tr.is-open");
}

export function walk(step) {
  const all = rows();
  const at = all.indexOf(current());
  const row = all[at < 0 ? 0 : Math.min(Math.max(at + step, 0), all.length - 1)];
  opener(row)?.focus();
  row.scrollIntoView({ block: "nearest" });
  if (document.querySelector(".drawer[open]") && !row.matches(".is-open")) opener(row).click();
  return row;
}

function edit() {
  const link = current()?.querySelector(".row-edit");
  link?.click();
  return link;
}

function tick() {
  const box = current()?.querySelector(".c-tick input");
  box?.click();
  return box;
}

// A click anywhere on a row opens its drawer, or what it has below it, unless it is on something of its own or ends a selection of text.
document.addEventListener("click", (event) => {
  const row = event.target.closest("tbody tr[data-id]");
  if (!row || event.target.closest("a, button, input, label, .c-tick") || String(getSelection())) return;
  row.querySelector(".row-open, [data-open-row]")?.click();
});
