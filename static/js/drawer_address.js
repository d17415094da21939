// Back and forward between "open" and "closed" of the same rows need no new page; htmx handles all other steps.
import { shut } from "./drawer.js";

let shown = without(location);

export function without(address) {
  const url = new URL(address, location);
  url.searchParams.delete("open");
  return url.pathname + url.search;
}

export function remember() {
  shown = without(location);
}

addEventListener("popstate", (event) => {
  const drawer = document.getElementById("drawer");
  if (!drawer || without(location) !== shown) return;
  event.stopImmediatePropagation();
  const id = new URL(location).searchParams.get("open");
  if (!id) return shut();
  const link = document.querySelector(`.grid tr[data-id="${CSS.escape(id)}"] .row-open`);
  if (!link) return location.reload();
  htmx.ajax("GET", link.getAttribute("hx-get"), { target: "#drawer", swap: "outerHTML" });
});
