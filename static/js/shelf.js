// Goods are looked for while one types. What is typed of a quantity meanwhile is never swapped away: it is sent again.
let typed = false;

document.addEventListener("input", (event) => {
  if (event.target.closest("#shelf")) typed = true;
});
document.addEventListener("htmx:beforeRequest", () => (typed = false));
document.addEventListener("htmx:beforeSwap", (event) => {
  if (!typed || event.detail.target.id !== "shelf") return;
  event.detail.shouldSwap = false;
  document.querySelector(".till-search input").dispatchEvent(new Event("search"));
});
