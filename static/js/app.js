// Begins every page: what htmx reports, the small things of the shell, and the modules of the pieces.
import { closeToast, failure, scheduleToasts, toast } from "./toast.js";
import { closeDialog, showDialog } from "./dialog.js";
import "./back.js";
import "./colour.js";
import "./copy.js";
import "./drawer.js";
import "./file.js";
import "./filter_builder.js";
import "./insert.js";
import "./keys.js";
import "./news_preview.js";
import "./once.js";
import "./order.js";
import "./picture.js";
import "./pushes.js";
import "./rows.js";
import "./scopes.js";
import "./selection.js";
import "./table_keys.js";
import "./watched.js";
import "./look.js";

const clicks = [
  ["[data-close-toast]", closeToast],
  ["[data-close-dialog]", closeDialog],
];

document.addEventListener("click", (event) => {
  for (const [selector, act] of clicks) {
    const element = event.target.closest(selector);
    if (element) act(element, event);
  }
});

// The server has stored the choice already when the answer comes; the eye need not wait for it.
document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-rail-toggle]")) return;
  const choice = event.target.elements.rail;
  const root = document.documentElement;
  choice.value === "icons" ? root.setAttribute("data-rail", "icons") : root.removeAttribute("data-rail");
  queueMicrotask(() => { choice.value = choice.value === "icons" ? "words" : "icons"; });
});

// The field of a cleared search is not swapped, so it is emptied here.
document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-clear-search]")) return;
  const box = document.querySelector("[data-search]");
  box.value = "";
  box.focus();
});

document.addEventListener("htmx:afterSwap", (event) => showDialog(event.detail.target));
// An address names only what was chosen.
document.addEventListener("htmx:configRequest", ({ detail }) => {
  if (detail.verb !== "get") return;
  for (const [name, value] of [...detail.formData]) if (value === "") detail.formData.delete(name);
});
// The server's own words come by a trigger of the answer; ours stand in where it sent none.
document.addEventListener("htmx:responseError", (event) => event.detail.xhr.getResponseHeader("HX-Trigger") || failure(event.detail.xhr.status));
document.addEventListener("htmx:sendError", () => failure("offline"));
document.addEventListener("toast", (event) => toast(event.detail.text ?? event.detail.value, event.detail.kind));
scheduleToasts();
