// What deletes rows asks where they stand, in place of a page that asks.
const question = document.querySelector("dialog.question");
if (question) {
  const form = question.querySelector("form");
  const named = question.querySelector(".named");
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
    named.replaceChildren(...rows.map(nameOf));
    question.showModal();
  };
  // A double click sends it once.
  form.addEventListener("submit", (event) => {
    if (isSent) event.preventDefault();
    isSent ||= event.submitter?.formMethod !== "dialog";
  });
  for (const list of document.querySelectorAll("form[data-asks]")) {
    const button = list.querySelector(".danger");
    const rows = () => [...list.querySelectorAll("input:checked")].map((box) => box.closest("tr"));
    const count = () => {
      button.disabled = rows().length === 0;
    };
    list.addEventListener("submit", (event) => {
      const listed = new URLSearchParams(new FormData(list));
      listed.delete("id");
      ask(event, `${list.action}?${listed}`, rows());
    });
    list.addEventListener("input", count);
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
