// A form of details shows its button only while something differs from what the page came with.
for (const form of document.querySelectorAll("form[data-save]")) {
  const fields = [...form.elements].filter((field) => field.name && field.type !== "hidden");
  const shown = new Map(fields.map((field) => [field, field.value]));
  const deeds = form.querySelector(".deeds");
  const compare = () => {
    deeds.hidden = fields.every((field) => field.value === shown.get(field));
  };
  form.addEventListener("input", compare);
  // Nobody loses what was typed by a click on something else.
  let isSent = false;
  form.addEventListener("submit", () => {
    isSent = true;
  });
  addEventListener("beforeunload", (event) => {
    if (!deeds.hidden && !isSent) event.preventDefault();
  });
  // A browser fills fields again when the person comes back to a page.
  addEventListener("pageshow", compare);
  compare();
}
