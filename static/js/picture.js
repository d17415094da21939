// A picture that was just chosen: refused here if it is too large to be sent, else drawn beside its field.
document.addEventListener("change", async (event) => {
  const input = event.target;
  const field = input.closest("[data-picture]");
  if (!field || input.type !== "file") return;
  const file = input.files[0];
  const large = file && file.size > Number(input.dataset.most);
  input.setCustomValidity(large ? field.dataset.tooLarge : "");
  if (large) return void input.reportValidity();
  const box = field.querySelector(".picture-now");
  box.querySelector("canvas")?.remove();
  const shown = file && (await drawn(file));
  if (shown && input.files[0] === file) box.append(shown);
  field.dispatchEvent(new CustomEvent("picture", { bubbles: true, detail: shown }));
});

// On a canvas, as the policy of our pages lets no picture in that the server did not send.
async function drawn(file) {
  try {
    const image = await createImageBitmap(file, { imageOrientation: "from-image" });
    const canvas = document.createElement("canvas");
    const share = Math.min(1, 1200 / Math.max(image.width, image.height));
    [canvas.width, canvas.height] = [image.width * share, image.height * share];
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    return canvas;
  } catch {
    return null; // The server says what is wrong with it.
  }
}
