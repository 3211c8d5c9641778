// A case by the keyboard: n and p go along the queue, 1 to 9 and 0 say what happened; links and form work without this.
"use strict";
document.addEventListener("keydown", (event) => {
  if (event.target.closest("input:not([type=radio]), select, textarea, dialog") || event.ctrlKey || event.metaKey || event.altKey) return;
  const way = { n: "next", p: "prev" }[event.key];
  if (way) return document.querySelector(`.crumbs a[rel="${way}"]`)?.click();
  const choice = document.querySelector(`form.record input[name=resultado][aria-keyshortcuts="${event.key}"]`);
  if (!choice) return;
  event.preventDefault();
  choice.checked = true;
  choice.dispatchEvent(new Event("change", { bubbles: true }));
  choice.form.scrollIntoView({ block: "nearest" });
  const asked = [...choice.form.querySelectorAll(".asked input:not([type=checkbox]), .actions button")];
  asked.find((field) => field.checkVisibility())?.focus();
});
