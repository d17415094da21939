// What is being written, as customers will see it: in the language whose field one is in, or that one chose.
const LIST = "[data-news-preview]";

document.addEventListener("input", (event) => follow(event.target));
document.addEventListener("focusin", (event) => follow(event.target));
document.addEventListener("change", (event) => follow(event.target));
document.addEventListener("click", (event) => {
  const choice = event.target.closest(`${LIST} .segment`);
  if (choice) draw(choice.closest(LIST), choice.value);
});

document.addEventListener("picture", (event) => {
  const box = event.target.closest("form").querySelector(`${LIST} .news-card-picture`);
  if (!box) return;
  box.querySelector("canvas")?.remove();
  if (event.detail) box.append(copy(event.detail));
});

function follow(field) {
  const box = field.closest?.("form")?.querySelector(LIST);
  if (!box || !["titles", "texts", "first_day"].includes(field.name)) return;
  draw(box, field.lang || box.querySelector("[aria-pressed=true]").value);
}

function draw(box, language) {
  for (const each of box.querySelectorAll(".segment")) each.setAttribute("aria-pressed", String(each.value === language));
  const fields = box.closest("form").elements;
  const titles = [...fields.titles];
  const written = (each) => each.value.trim();
  const spoken = (titles.find((each) => each.lang === language && written(each)) ?? titles.find(written))?.lang ?? language;
  const said = (name) => [...fields[name]].find((each) => each.lang === spoken).value.trim();
  box.querySelector(".news-card").lang = spoken;
  box.querySelector("h3").textContent = said("titles") || "…";
  box.querySelector(".news-card-text").textContent = said("texts");
  const day = fields.first_day.valueAsDate;
  const words = day && new Intl.DateTimeFormat(spoken, { dateStyle: "long", timeZone: "UTC" }).format(day);
  box.querySelector(".news-card-day").textContent = words ?? "";
}

function copy(canvas) {
  const made = document.createElement("canvas");
  [made.width, made.height] = [canvas.width, canvas.height];
  made.getContext("2d").drawImage(canvas, 0, 0);
  return made;
}
