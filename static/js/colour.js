// A colour that is written or chosen: both fields follow each other, and the picture shows a page in it.
const WRITTEN = /^#?([0-9a-f]{3}|[0-9a-f]{6})$/i;

document.addEventListener("input", ({ target }) => {
  const field = target.closest("[data-colour]");
  if (!field) return;
  const [choice, text] = field.querySelectorAll("input");
  const colour = target === choice ? choice.value : written(text.value.trim() || text.placeholder);
  if (!colour) return;
  if (target === choice) text.value = colour;
  else choice.value = colour;
  clearTimeout(field.drawing);
  field.drawing = setTimeout(() => draw(field, colour), 150);
});

function written(text) {
  const [, digits] = WRITTEN.exec(text.toLowerCase()) ?? [];
  if (!digits) return "";
  return "#" + (digits.length === 6 ? digits : [...digits].map((each) => each + each).join(""));
}

function draw(field, colour) {
  const picture = field.querySelector("img");
  picture.src = picture.src.replace(/[0-9a-f]{6}(?=\.svg$)/, colour.slice(1));
}
