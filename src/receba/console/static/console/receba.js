// Small helps; every page works without them.
"use strict";

// Keys belong to the field one is typing in, to the dialog that is open, and to the browser's own chords.
const typing = (event) =>
  event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented ||
  event.target.isContentEditable || document.querySelector("dialog[open]") ||
  event.target.closest?.("input:not([type=radio], [type=checkbox], [type=button], [type=submit]), select, textarea");

// j and k walk the rows of a table marked data-rows, Enter opens the row's first link.
document.addEventListener("keydown", (event) => {
  if (typing(event)) return;
  const rows = [...document.querySelectorAll("table[data-rows] tbody tr")].filter((row) => !row.hidden);
  if (!rows.length || !["j", "k", "Enter"].includes(event.key)) return;
  const at = rows.findIndex((row) => row.classList.contains("current"));
  if (event.key === "Enter") {
    if (at >= 0 && !event.target.closest("a, button, summary")) rows[at].querySelector("a")?.click();
    return;
  }
  const next = Math.min(rows.length - 1, Math.max(0, at + (event.key === "j" ? 1 : -1)));
  rows[at]?.classList.remove("current");
  rows[at]?.removeAttribute("aria-current");
  rows[next].classList.add("current");
  rows[next].setAttribute("aria-current", "true");
  rows[next].scrollIntoView({ block: "nearest" });
});

// Ask in the page's own dialog; the answer is a promise.
function ask(question, word) {
  const dialog = document.getElementById("ask");
  if (!dialog?.showModal) return Promise.resolve(window.confirm(question));
  dialog.querySelector("p").textContent = question;
  const yes = dialog.querySelector("button[value=yes]");
  yes.dataset.usual ??= yes.textContent;
  yes.textContent = word || yes.dataset.usual;
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) =>
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true }));
}

// A form or button that says data-confirm asks first, naming what will happen; a form just sent is not sent again.
document.addEventListener("submit", async (event) => {
  const form = event.target, button = event.submitter;
  const question = button?.dataset.confirm ?? form.dataset.confirm;
  if (question && !form.dataset.confirmed) {
    event.preventDefault();
    event.stopImmediatePropagation();
    if (!(await ask(question, button?.textContent.trim()))) return;
    form.dataset.confirmed = "1";
    form.requestSubmit(button ?? undefined);
    delete form.dataset.confirmed;
    return;
  }
  if (form.method !== "post") return;
  const now = Date.now();
  if (now - Number(form.dataset.sent ?? 0) < 1500) {
    event.preventDefault();
    event.stopImmediatePropagation();
  } else form.dataset.sent = String(now);
}, true);

// hx-confirm asks in the same dialog.
document.addEventListener("htmx:confirm", (event) => {
  if (!event.detail.question) return;
  event.preventDefault();
  ask(event.detail.question).then((yes) => yes && event.detail.issueRequest(true));
});

// A select marked data-go sends its form when it changes; a button marked data-opens opens that dialog.
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-go]")) event.target.form.requestSubmit();
});
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) document.getElementById(opener.dataset.opens)?.showModal?.();
  for (const open of document.querySelectorAll("details.switch[open]")) {
    if (!open.contains(event.target)) open.removeAttribute("open");
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const open of document.querySelectorAll("details.switch[open]")) {
    open.removeAttribute("open");
    open.querySelector("summary").focus();
  }
});
