// What deletes rows asks where they stand, in place of a page that asks.
const question = document.querySelector("dialog.question");
if (question) {
  const form = question.querySelector("form");
  const [title, named] = [question.querySelector("h2"), question.querySelector(".named")];
  const ofOne = title.textContent;
  const nameOf = (row) => {
    const item = document.createElement("li");
    const more = document.createElement("span");
    more.className = "muted";
    more.textContent = row.querySelector("[data-told]").textContent;
    item.append(row.querySelector(".name bdi").cloneNode(true), " ", more);
    const box = row.querySelector("input:checked")?.cloneNode();
    if (box) {
      box.type = "hidden";
      item.append(box);
    }
    return item;
  };
  let isSent;
  const ask = (event, address, rows) => {
    event.preventDefault();
    isSent = false;
    form.action = address;
    title.textContent = rows.length > 1 ? `Delete these ${rows.length} for ever?` : ofOne;
    named.replaceChildren(...rows.map(nameOf));
    question.showModal();
    // Who has no mouse scrolls it too.
    if (named.scrollHeight > named.clientHeight) named.tabIndex = 0;
    else named.removeAttribute("tabindex");
  };
  // A double click sends it once.
  form.addEventListener("submit", (event) => {
    if (isSent) event.preventDefault();
    isSent ||= event.submitter?.formMethod !== "dialog";
  });
  for (const list of document.querySelectorAll("form[data-asks]")) {
    const [button, all] = [list.querySelector(".danger"), list.querySelector("th input")];
    const boxes = [...list.querySelectorAll("input[name=id]")];
    const words = button.textContent;
    const rows = () => boxes.filter((box) => box.checked).map((box) => box.closest("tr"));
    const count = () => {
      const { length } = rows();
      button.disabled = length === 0;
      button.textContent = length ? `${words} (${length})` : words;
      all.checked = length === boxes.length;
      all.indeterminate = length > 0 && !all.checked;
    };
    list.addEventListener("submit", (event) => {
      const listed = new URLSearchParams(new FormData(list));
      listed.delete("id");
      ask(event, `${list.action}?${listed}`, rows());
    });
    list.addEventListener("input", ({ target }) => {
      if (target === all) for (const box of boxes) box.checked = all.checked;
      count();
    });
    all.previousElementSibling.remove();
    all.hidden = false;
    // A browser fills fields again when the person comes back to a page.
    addEventListener("pageshow", count);
    count();
  }
  for (const link of document.querySelectorAll("a[data-asks]")) {
    link.addEventListener("click", (event) => {
      const isForElsewhere = event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
      if (!isForElsewhere) ask(event, link.href, [link.closest("tr")]);
    });
  }
}
