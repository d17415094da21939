// Ticks: ids alone are kept in this tab, for each business and filter, so they outlive paging, sorting and reload.
const results = () => document.getElementById("customers-results");
const boxes = () => [...results().querySelectorAll("tbody .c-tick input")];
const place = () => `ticks ${results().dataset.selection}`;
let last = null;

function load() {
  const kept = JSON.parse(sessionStorage.getItem(place()) ?? "[]");
  return kept === "all" ? kept : new Set(kept);
}

function save(ticks) {
  sessionStorage.setItem(place(), JSON.stringify(ticks === "all" ? ticks : [...ticks]));
  show();
}

function show() {
  if (!results()) return;
  const ticks = load();
  for (const box of boxes()) {
    box.checked = ticks === "all" || ticks.has(box.value);
    box.closest("tr").classList.toggle("is-ticked", box.checked);
  }
  const ticked = boxes().filter((box) => box.checked).length;
  const head = results().querySelector("thead .c-tick input");
  if (head) Object.assign(head, { checked: ticked > 0 && ticked === boxes().length, indeterminate: ticked > 0 && ticked < boxes().length });
  showBar(results().querySelector(".selection"), ticks);
}

function showBar(bar, ticks) {
  const count = document.querySelector("[data-count]")?.dataset;
  const matching = (words) => words.replace("{n}", count?.count ?? "").replace(/\s+/g, " ");
  bar.hidden = ticks !== "all" && !ticks.size;
  const words = ticks === "all" ? matching(bar.dataset.all) : bar.dataset.some.replace("{n}", ticks.size.toLocaleString(document.documentElement.lang));
  if (bar.querySelector("b").textContent !== words) bar.querySelector("b").textContent = words;
  const all = bar.querySelector("[data-select-all]");
  all.hidden = ticks === "all";
  all.textContent = matching(all.dataset.words);
}

function tick(box, range) {
  const all = boxes();
  let ticks = load();
  if (ticks === "all") ticks = new Set(all.map((one) => one.value));
  const ends = range && all.includes(last) ? [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b) : [all.indexOf(box), all.indexOf(box)];
  for (const one of all.slice(ends[0], ends[1] + 1)) box.checked ? ticks.add(one.value) : ticks.delete(one.value);
  last = box;
  save(ticks);
}

document.addEventListener("click", (event) => {
  if (!results()?.contains(event.target)) return;
  if (event.target.matches("tbody .c-tick input")) tick(event.target, event.shiftKey);
  if (event.target.matches("thead .c-tick input")) {
    const ticks = load() === "all" ? new Set() : load();
    boxes().forEach((box) => (event.target.checked ? ticks.add(box.value) : ticks.delete(box.value)));
    save(ticks);
  }
  if (event.target.closest("[data-select-all]")) save("all");
  if (event.target.closest("[data-clear-ticks]")) save(new Set());
});
document.addEventListener("htmx:load", show);
document.addEventListener("htmx:historyRestore", show);
