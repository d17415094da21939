// The filter builder. Its lists: narrowed by typing, closed by Escape or a click outside, what is chosen in words.
const lists = () => document.querySelectorAll("[data-filter-list]");

document.addEventListener("input", ({ target }) => {
  if (!target.matches("[data-narrow]")) return;
  const typed = target.value.trim().toLocaleLowerCase();
  for (const option of target.closest("[data-filter-list]").querySelectorAll(".check"))
    option.hidden = !option.textContent.toLocaleLowerCase().includes(typed);
});

document.addEventListener("change", ({ target }) => {
  const list = target.closest("[data-filter-list]");
  if (!list || target.type !== "checkbox") return;
  const words = [...list.querySelectorAll(":checked")].map((box) => box.closest(".check").textContent.trim());
  const chosen = list.querySelector("[data-chosen]");
  chosen.textContent = words.slice(0, 3).join(", ") + (words.length > 3 ? ` +${words.length - 3}` : "") || chosen.dataset.none;
});

document.addEventListener("click", ({ target }) => {
  for (const list of lists()) if (list.open && !list.contains(target)) list.open = false;
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target.matches("[data-narrow]")) return event.preventDefault();
  const list = event.key === "Escape" && event.target.closest("[data-filter-list][open]");
  if (!list) return;
  event.stopPropagation();
  list.open = false;
  list.querySelector("summary").focus();
}, true);

// Rows, heads and pages were drawn before what stands in the panel now: their addresses take it along.
document.addEventListener("htmx:configRequest", ({ detail }) => {
  const draft = document.getElementById("filter-draft")?.value;
  if (detail.verb !== "get" || !draft || detail.path.includes("/matches")) return;
  detail.path = detail.path.replace(/([?&]draft=)[^&]*/, `$1${draft}`);
});

// What is typed while the panel is on its way is typed into the new one too.
let sent = new Map();
let late = [];
const typed = () => new Map([...document.querySelectorAll("#filter-form :is(input, textarea).filter-value:not([type=checkbox])")].map(({ id, value }) => [id, value]));
const isPanel = ({ detail }) => detail.target?.id === "customers-filters";

document.addEventListener("htmx:beforeRequest", (event) => { if (isPanel(event)) sent = typed(); });
document.addEventListener("htmx:beforeSwap", (event) => { if (isPanel(event)) late = [...typed()].filter(([id, value]) => sent.has(id) && sent.get(id) !== value); });
document.addEventListener("htmx:afterSettle", () => {
  for (const [id, value] of late.splice(0)) {
    const field = document.getElementById(id);
    if (!field) continue;
    field.value = value;
    field.dispatchEvent(new Event("change", { bubbles: true }));
  }
});
