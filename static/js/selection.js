// Ticks: ids alone are kept in this tab, for each business and filter, so they outlive paging, sorting and reload.
import { showBar } from "./selection_bar.js";

const results = () => document.getElementById("customers-results");
const boxes = () => [...results().querySelectorAll("tbody .c-tick input")];
const place = () => `ticks ${results().dataset.selection}`;
let last = null;

/** "all" that match, or the set of ticked ids. */
function load() {
  const kept = JSON.parse(sessionStorage.getItem(place()) ?? "[]");
  return kept === "all" ? kept : new Set(kept);
}

function save(ticks) {
  sessionStorage.setItem(place(), JSON.stringify(ticks === "all" ? ticks : [...ticks]));
  show();
}

function show() {
  const head = results()?.querySelector("thead .c-tick input");
  if (!head) return;
  const ticks = load();
  for (const box of boxes()) {
    box.checked = ticks === "all" || ticks.has(box.value);
    box.closest("tr").classList.toggle("is-ticked", box.checked);
  }
  const ticked = boxes().filter((box) => box.checked).length;
  head.checked = ticked > 0 && ticked === boxes().length;
  head.indeterminate = ticked > 0 && !head.checked;
  showBar(results().querySelector(".selection"), ticks);
}

function set(changed, on) {
  let ticks = load();
  // Taking one out of "all" leaves the other rows of this page.
  if (ticks === "all") ticks = new Set(boxes().map((box) => box.value));
  for (const box of changed) on ? ticks.add(box.value) : ticks.delete(box.value);
  save(ticks);
}

function range(box, event) {
  const all = boxes();
  if (!event.shiftKey || !all.includes(last)) return [box];
  const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b);
  return all.slice(from, to + 1);
}

document.addEventListener("click", (event) => {
  const box = event.target;
  if (!results()?.contains(box)) return;
  if (box.matches("tbody .c-tick input")) { set(range(box, event), box.checked); last = box; }
  if (box.matches("thead .c-tick input")) box.checked || load() !== "all" ? set(boxes(), box.checked) : save(new Set());
  if (box.closest("[data-select-all]")) save("all");
  if (box.closest("[data-clear-ticks]")) save(new Set());
});
for (const moment of ["htmx:load", "htmx:historyRestore", "htmx:afterSettle"]) document.addEventListener(moment, show);
show();
