// The drawer beside the table: it opens by a row's link, Escape or its cross close it, its arrows walk over the rows.
import { without } from "./drawer_address.js";
import { walk } from "./table_keys.js";

const drawer = () => document.getElementById("drawer");
const results = () => document.getElementById("customers-results");

document.addEventListener("htmx:afterSettle", mark);
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target?.id === "drawer" && document.activeElement.matches(".row-open")) document.getElementById("drawer-title")?.focus();
});

// Sorting, paging and searching keep the open customer: its id goes with the request, and so into the address.
document.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.target?.matches("#customers-results, #customers-view") && drawer()?.open) event.detail.parameters.open = drawer().dataset.customer;
});

document.addEventListener("click", (event) => {
  const step = event.target.closest("[data-step]");
  if (step) { walk(Number(step.dataset.step)); step.focus(); }
  if (!event.target.closest("[data-close-drawer]")) return;
  event.preventDefault();
  close();
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && drawer()?.open && !document.querySelector("dialog:modal, [popover]:popover-open")) close();
});

function close() {
  history.pushState({ htmx: true }, "", without(location));
  shut(true);
}

// The focus that was inside returns to the row; to the table when the row is on another page.
export function shut(focused = drawer().contains(document.activeElement)) {
  const places = [`.grid tr[data-id="${drawer().dataset.customer}"] .row-open`, "#customers-results .table-scroll", "#main"];
  drawer().close();
  mark();
  if (focused) places.map((each) => document.querySelector(each)).find(Boolean).focus();
}

function mark() {
  const open = drawer()?.open ? drawer().dataset.customer : null;
  for (const row of document.querySelectorAll(".grid tr[data-id]")) row.classList.toggle("is-open", row.dataset.id === open);
  const hint = results()?.querySelector("[data-hidden-columns]");
  if (!hint) return;
  const hidden = [...results().querySelectorAll("thead th:not(.c-edit)")].filter((head) => !head.offsetWidth).length;
  hint.hidden = !open || !hidden;
  hint.textContent = hint.dataset.hiddenColumns.replace("{n}", hidden);
}

addEventListener("resize", mark);
mark();
