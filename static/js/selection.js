// The boxes of the table's rows: they show the ticks and change them.
import { showBar } from "./selection_bar.js";
import { changed, isTicked, load, save } from "./ticks.js";
import { toast } from "./toast.js";

const results = () => document.getElementById("customers-results");
const boxes = () => [...results().querySelectorAll("tbody .c-tick input")];
const all = () => ({ all: true, ids: new Set() });
const none = () => ({ all: false, ids: new Set() });
let last = null;

function show() {
  const head = results()?.querySelector("thead .c-tick input");
  if (!head) return;
  const ticks = load();
  for (const box of boxes()) {
    box.checked = isTicked(ticks, box.value);
    box.closest("tr").classList.toggle("is-ticked", box.checked);
  }
  const ticked = boxes().filter((box) => box.checked).length;
  head.checked = ticked > 0 && ticked === boxes().length;
  head.indeterminate = ticked > 0 && !head.checked;
  showBar(results().querySelector(".selection"), ticks);
}

function keep(ticks) {
  if (!save(ticks)) toast(results().querySelector(".selection").dataset.most, "error");
  show();
}

function set(some, on) {
  keep(changed(load(), some.map((box) => box.value), on));
}

function range(box, event) {
  const every = boxes();
  if (!event.shiftKey || !every.includes(last)) return [box];
  const [from, to] = [every.indexOf(last), every.indexOf(box)].sort((a, b) => a - b);
  return every.slice(from, to + 1);
}

document.addEventListener("click", (event) => {
  const box = event.target;
  if (!results()?.contains(box)) return;
  if (box.matches("tbody .c-tick input")) { set(range(box, event), box.checked); last = box; }
  if (box.matches("thead .c-tick input")) set(boxes(), box.checked);
  if (box.closest("[data-select-all]")) keep(all());
  if (box.closest("[data-clear-ticks]")) keep(none());
});
for (const moment of ["htmx:load", "htmx:historyRestore", "htmx:afterSettle"]) document.addEventListener(moment, show);
show();
