// The bar in the table's foot: how many are ticked, and the explicit choice of all that match.
export function showBar(bar, { all, ids }) {
  const matching = Number(document.querySelector("[data-count]")?.dataset.count ?? NaN);
  const chosen = all ? matching - ids.size : ids.size;
  bar.hidden = chosen === 0;
  const status = bar.querySelector("b");
  const but = all && ids.size > 0 && Number.isNaN(matching);
  const said = but ? fill(bar.dataset.but, ids.size) : fill(bar.dataset[all && !ids.size ? "all" : "some"], chosen);
  // Written only when it changed, as a screen reader says it each time.
  if (status.textContent !== said) status.textContent = said;
  const merge = bar.querySelector("[data-merge]");
  if (merge) {
    const [first, second] = ids;
    merge.hidden = all || ids.size !== 2;
    if (!merge.hidden) merge.href = `/customers/${first}/merging?with=${second}`;
  }
  const form = document.getElementById("bulk-form");
  if (form) {
    form.elements.namedItem("ids").value = [...ids].join(",");
    form.elements.namedItem("all").value = all ? "1" : "";
  }
  const button = bar.querySelector("[data-select-all]");
  button.hidden = all && !ids.size;
  button.textContent = fill(button.dataset.words, matching);
}

// A number that is not known, as counting took too long, is left out.
function fill(words, number) {
  const said = Number.isNaN(number) ? "" : number.toLocaleString(document.documentElement.lang);
  return words.replace("{n}", said).replace(/\s+/g, " ");
}
