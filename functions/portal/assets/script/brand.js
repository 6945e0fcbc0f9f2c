// The colour of a brand can be picked and typed: both fields say the same, and the page has the colour at once.
for (const form of document.querySelectorAll("form[data-brand]")) {
  const { color, picked } = form.elements;
  const show = () => {
    const typed = color.value.trim();
    if (!/^#[0-9a-f]{6}$/i.test(typed)) return;
    picked.value = typed.toLowerCase();
    for (const [name, value] of Object.entries(colorsOf(typed))) document.documentElement.style.setProperty(name, value);
  };
  picked.addEventListener("input", () => {
    color.value = picked.value;
    show();
  });
  color.addEventListener("input", show);
  // A browser fills fields again when the person comes back to a page.
  addEventListener("pageshow", show);
}
