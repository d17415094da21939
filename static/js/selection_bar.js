// The bar in the table's foot: how many are ticked, and the explicit choice of all that match.
export function showBar(bar, ticks) {
  const matching = document.querySelector("[data-count]")?.dataset.count ?? "";
  const fill = (words, number) => words.replace("{n}", number).replace(/\s+/g, " ");
  const count = ticks === "all" ? 0 : ticks.size;
  bar.hidden = ticks !== "all" && !count;
  const words = ticks === "all" ? fill(bar.dataset.all, matching) : fill(bar.dataset.some, count.toLocaleString(document.documentElement.lang));
  const status = bar.querySelector("b");
  // Written only when it changed, as a screen reader says it each time.
  if (status.textContent !== words) status.textContent = words;
  const all = bar.querySelector("[data-select-all]");
  all.hidden = ticks === "all";
  all.textContent = fill(all.dataset.words, matching);
}
