// Links that say where to come back to name the page as it is now: rows are swapped without the links around them.
for (const kind of ["click", "auxclick", "contextmenu"]) document.addEventListener(kind, name, true);

// htmx read the address when the link came.
document.addEventListener("htmx:configRequest", ({ detail }) => {
  if (leadsBack(detail.elt)) detail.path = detail.elt.getAttribute("href");
});

function name(event) {
  const link = event.target.closest("a");
  if (!leadsBack(link)) return;
  const [there, here] = [new URL(link.href), new URL(location)];
  here.searchParams.delete("unsent");
  there.searchParams.set("back", here.pathname + here.search);
  link.setAttribute("href", there.pathname + there.search);
}

function leadsBack(element) {
  return element?.matches("a[href]") && new URL(element.href).searchParams.has("back");
}
