// The residents' pages: words to tap into the text, and a form that is sent once the position is known.
document.addEventListener("click", (event) => {
  const chip = event.target.closest("[data-fill]");
  if (!chip) return;
  const area = document.getElementById(chip.dataset.fill);
  const { words } = chip.dataset;
  if (!area.value.includes(words)) area.value = area.value.trim() ? `${area.value.trim()}，${words}` : words;
  area.focus();
  area.setSelectionRange(area.value.length, area.value.length);
});

document.addEventListener("wangge:position", () => {
  document.querySelector("form[data-submit-on-position]")?.requestSubmit();
});
