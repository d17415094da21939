// A point of sale has Terminals of its own: the one chosen at another is let go before the choice is sent.
document.addEventListener("change", ({ target }) => {
  if (target.id !== "scope-point_of_sale" || !target.value) return;
  const terminal = target.form.elements.terminal;
  const stands = terminal.selectedOptions[0].closest("optgroup");
  if (stands?.label !== target.selectedOptions[0].label) terminal.value = "";
}, true);
