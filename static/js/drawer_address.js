// Back and forward between "open" and "closed" of the same rows need no new page; htmx handles all other steps.
import { shut } from "./drawer.js";

let shown = without(location);

export function without(address) {
  const url = new URL(address, location);
  url.searchParams.delete("open");
  return url.pathname + url.search;
}

// Noted with the address, before rows are swapped for it: once they stand there, a quick Back might have come already.
function remember() {
  shown = without(location);
}
for (const moment of ["htmx:pushedIntoHistory", "htmx:replacedInHistory"]) document.addEventListener(moment, remember);

addEventListener("popstate", (event) => {
  const drawer = document.getElementById("drawer");
  if (!drawer || without(location) !== shown) return remember();
  event.stopImmediatePropagation();
  const id = new URL(location).searchParams.get("open");
  if (!id) return shut();
  const link = document.querySelector(`.grid tr[data-id="${CSS.escape(id)}"] .row-open`);
  if (!link) return location.reload();
  htmx.ajax("GET", link.getAttribute("hx-get"), { target: "#drawer", swap: "outerHTML" });
});
