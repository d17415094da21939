// A page that looks after itself leaves its reader where it is: how far it is scrolled, and what has the focus. What has an
// id keeps that by htmx.
const SCROLLED = ".sheet-scroll";
let place;

document.addEventListener("htmx:beforeSwap", ({ detail: { target } }) => {
  place = null;
  if (!target.matches("[hx-trigger^=every]")) return;
  const active = document.activeElement;
  place = { id: target.id, top: target.querySelector(SCROLLED)?.scrollTop, named: target.contains(active) && !active.id && nameOf(active) };
});

document.addEventListener("htmx:afterSwap", () => {
  const there = place && document.getElementById(place.id);
  if (!there) return;
  const scrolled = there.querySelector(SCROLLED);
  if (scrolled && place.top) scrolled.scrollTop = place.top;
  if (place.named) [...there.querySelectorAll("a, button, summary, [tabindex]")].find((each) => nameOf(each) === place.named)?.focus({ preventScroll: true });
  place = null;
});

function nameOf(element) {
  return [element.tagName, element.getAttribute("href"), element.getAttribute("aria-label"), element.textContent.trim()].join();
}
