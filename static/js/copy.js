// A button that copies the words of what it names, shown where the browser lets it.
const buttons = navigator.clipboard ? document.querySelectorAll("[data-copy]") : [];

for (const button of buttons) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const lines = document.getElementById(button.dataset.copy).children;
    await navigator.clipboard.writeText([...lines].map((line) => line.textContent.trim()).join("\n"));
    button.lastElementChild.textContent = button.dataset.copied;
  });
}
