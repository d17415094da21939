// The drawer beside the table: the address says which customer is open; Escape and Back close it.
import { walk } from "./table_keys.js";

const drawer = () => document.getElementById("drawer");
const results = () => document.getElementById("customers-results");
const without = (address) => { const url = new URL(address, location); url.searchParams.delete("open"); return url.pathname + url.search; };
let shown = without(location);

document.addEventListener("htmx:afterSettle", () => { shown = without(location); mark(); });
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id === "drawer" && document.activeElement.matches(".row-open")) drawer().querySelector("h2")?.focus();
});

// Sorting, paging and searching keep the open customer: its id goes with the request, and so into the address.
document.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.target?.id === "customers-results" && drawer()?.open) event.detail.parameters.open = drawer().dataset.customer;
});

document.addEventListener("click", (event) => {
  const step = event.target.closest("[data-step]");
  if (step) walkAndStay(step);
  if (!event.target.closest("[data-close-drawer]")) return;
  event.preventDefault();
  close();
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && drawer()?.open && !document.querySelector("dialog:modal, [popover]:popover-open")) close();
});

function walkAndStay(step) {
  walk(Number(step.dataset.step));
  step.focus();
}

function close() {
  const row = document.querySelector(".grid tr.is-open .row-open");
  history.pushState({ htmx: true }, "", without(location));
  drawer().close();
  mark();
  row?.focus();
}

function mark() {
  const open = drawer()?.open ? drawer().dataset.customer : null;
  for (const row of document.querySelectorAll(".grid tr[data-id]")) row.classList.toggle("is-open", row.dataset.id === open);
  const hint = results()?.querySelector("[data-hidden-columns]");
  if (!hint) return;
  const hidden = [...results().querySelectorAll("thead th")].filter((head) => !head.offsetWidth).length;
  hint.hidden = !open || !hidden;
  hint.textContent = hint.dataset.hiddenColumns.replace("{n}", hidden);
}

// Back between "open" and "closed" of the same rows needs no new page; htmx handles the rest.
addEventListener("popstate", (event) => {
  if (!drawer() || without(location) !== shown) return;
  event.stopImmediatePropagation();
  const id = new URL(location).searchParams.get("open");
  const link = id && document.querySelector(`.grid tr[data-id="${CSS.escape(id)}"] .row-open`);
  if (id && !link) return location.reload();
  if (!id) { drawer().close(); mark(); } else htmx.ajax("GET", link.getAttribute("hx-get"), { target: "#drawer", swap: "outerHTML" });
});
addEventListener("resize", mark);
