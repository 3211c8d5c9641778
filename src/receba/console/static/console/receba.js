// Small helps; every page works without them.
"use strict";

// j and k walk the rows of a table marked data-rows, Enter opens the row's first link.
document.addEventListener("keydown", (event) => {
  if (event.target.closest("input, select, textarea") || event.ctrlKey || event.metaKey || event.altKey) return;
  const rows = [...document.querySelectorAll("table[data-rows] tbody tr")];
  if (!rows.length || !["j", "k", "Enter"].includes(event.key)) return;
  const at = rows.findIndex((row) => row.classList.contains("current"));
  if (event.key === "Enter") {
    if (at >= 0 && !event.target.closest("a, button")) rows[at].querySelector("a")?.click();
    return;
  }
  const next = Math.min(rows.length - 1, Math.max(0, at + (event.key === "j" ? 1 : -1)));
  rows[at]?.classList.remove("current");
  rows[next].classList.add("current");
  rows[next].scrollIntoView({ block: "nearest" });
});

// A form that says data-confirm asks first, naming what will happen.
document.addEventListener("submit", (event) => {
  const question = event.target.dataset.confirm;
  if (question && !window.confirm(question)) event.preventDefault();
});

// A select marked data-go sends its form when it changes.
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-go]")) event.target.form.requestSubmit();
});
