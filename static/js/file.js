// A file that is too large to be sent is refused here, before it goes up in vain.
document.addEventListener("change", ({ target }) => {
  if (!target.matches("input[type=file][data-too-large]")) return;
  const large = target.files[0]?.size > Number(target.dataset.most);
  target.setCustomValidity(large ? target.dataset.tooLarge : "");
  if (large) target.reportValidity();
});
