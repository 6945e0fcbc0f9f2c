// Shows the document of the API that the address names behind its question mark, or of the first.
const links = [...document.querySelectorAll("nav a")];
const shown = links.find((link) => link.search === location.search) ?? links[0];
shown.setAttribute("aria-current", "page");
// The search would run in a worker that is made from a text, which the page's policy does not allow.
Redoc.init(`/docs/${shown.search.slice(1)}.json`, { disableSearch: true }, document.getElementById("document"));
