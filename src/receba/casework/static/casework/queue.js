// The queue on a wide screen: the row one stands on is open beside the list. On a narrow one rows lead to the debtor's page.
"use strict";
(() => {
  const list = document.querySelector(".desk-list tbody"), pane = document.getElementById("caso");
  const wide = window.matchMedia("(min-width: 1180px)");
  if (!list || !pane || !window.htmx) return;
  let shown = null, waiting = 0;

  const current = () => list.querySelector("tr.current");
  const stand = (row) => {
    current()?.removeAttribute("aria-current");
    current()?.classList.remove("current");
    row.classList.add("current");
    row.setAttribute("aria-current", "true");
    row.scrollIntoView({ block: "nearest" });
  };
  const open = (row, after = 0) => {
    if (!row || !wide.matches || shown === row.dataset.debtor) return;
    shown = row.dataset.debtor;
    clearTimeout(waiting);
    waiting = setTimeout(() => htmx.ajax("GET", row.dataset.case, { target: pane, swap: "innerHTML show:none" }), after);
  };

  document.addEventListener("keydown", (event) => {
    if (["j", "k"].includes(event.key) && !event.target.closest("input:not([type=radio]), select, textarea, dialog")) {
      setTimeout(() => open(current(), 120)); // after the row has moved
    }
    if (event.key === "Escape" && pane.contains(event.target)) event.target.blur();
  });
  list.addEventListener("click", (event) => {
    const row = event.target.closest("tr");
    if (!wide.matches || !row || event.ctrlKey || event.metaKey || event.shiftKey || event.detail > 1) return;
    event.preventDefault();
    stand(row);
    open(row);
  });
  list.addEventListener("dblclick", (event) => event.target.closest("tr")?.querySelector("a")?.click());
  wide.addEventListener("change", () => open(current()));

  // A form that was refused comes back with what is wrong.
  pane.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.xhr.status === 422) event.detail.shouldSwap = true;
  });
  document.body.addEventListener("worked", (event) => {
    const row = list.querySelector(`tr[data-debtor="${event.detail.debtor}"]`);
    const next = list.querySelector(`tr[data-debtor="${event.detail.next}"]`);
    row?.classList.add("worked");
    row?.querySelector(".done")?.removeAttribute("hidden");
    document.getElementById("feito").textContent = event.detail.said;
    shown = String(event.detail.next);
    if (next) stand(next);
    else if (event.detail.next !== event.detail.debtor) document.querySelector("a[data-page]")?.click();
    document.activeElement?.blur();
    pane.scrollTop = 0;
  });

  const first = list.querySelector("tr:not(.worked)") ?? list.querySelector("tr");
  if (first && wide.matches) { stand(first); open(first); }
})();
