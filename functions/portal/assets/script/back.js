// The way back leads to a list as it was left: with its search, its order and its page. Who logs in next finds nothing of it.
if (document.body.classList.contains("plain")) sessionStorage.clear();
if (document.querySelector("form[role=search]")) {
  const query = new URLSearchParams(location.search);
  for (const told of ["new", "deleted"]) query.delete(told);
  sessionStorage.setItem(location.pathname, query.toString());
}
for (const link of document.querySelectorAll(".back a")) {
  const query = sessionStorage.getItem(link.pathname);
  if (query && !link.search) link.search = query;
}
