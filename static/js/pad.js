// The Terminal's number pad and counters, and its one field: whatever a scanner or a keyboard types comes into it.
const field = () => document.querySelector(".till-input, [data-scanned]");

document.addEventListener("click", (event) => {
  const key = event.target.closest("[data-pad]");
  const counter = event.target.closest("[data-count-by]");
  if (key) press(key.dataset.pad);
  if (counter) count(counter.parentElement.querySelector("input"), Number(counter.dataset.countBy));
  if (event.target.closest("[data-print]")) print();
});

// A finger on the pad leaves the caret where it is.
document.addEventListener("pointerdown", (event) => event.target.closest("[data-pad]") && event.preventDefault());

document.addEventListener("keydown", (event) => {
  if (!field() || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, select, textarea, dialog, [popover]:popover-open")) return;
  if (/^[\w+.,]$/.test(event.key)) field().focus();
  if (event.key !== "Enter" || event.target !== document.body) return;
  // An empty field for codes asks for nothing: Enter goes on.
  const button = field().matches("[data-scanned]") && field().value ? document.querySelector("[data-redeem]") : null;
  field().form.requestSubmit(button);
});

function press(key) {
  const box = field();
  const end = box.value.length;
  // A caret tells something only while the field has the focus.
  const [from, to] = document.activeElement === box ? [box.selectionStart, box.selectionEnd] : [end, end];
  const start = key === "back" && from === to ? Math.max(from - 1, 0) : from;
  box.setRangeText(key === "back" ? "" : key, start, to, "end");
}

// A quantity has three digits after the sign that the page's language writes, and 2.3 - 1 is 1.2999999999999998.
function count(box, step) {
  const now = Number(box.value.replace(",", ".")) || 0;
  const next = Number(Math.max(now + step, 0).toFixed(3));
  box.value = next ? next.toLocaleString(document.documentElement.lang, { useGrouping: false, maximumFractionDigits: 3 }) : "";
  box.dispatchEvent(new Event("input", { bubbles: true }));
}

// With the pad in sight the tablet's own keyboard would only cover it.
export function hideKeyboard() {
  if (field() && document.querySelector(".pad") && matchMedia("(pointer: coarse)").matches) field().inputMode = "none";
}

hideKeyboard();
