// n and p go to the next and the previous debtor of the queue; the links work without this.
"use strict";
document.addEventListener("keydown", (event) => {
  if (event.target.closest("input, select, textarea") || event.ctrlKey || event.metaKey || event.altKey) return;
  const way = { n: "next", p: "prev" }[event.key];
  if (way) document.querySelector(`a[rel="${way}"]`)?.click();
});
