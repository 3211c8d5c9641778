// Helps of the import pages; files are sent and rows are mended without them, too.
"use strict";

// The drop zone is a file field as large as the zone, so dropping works by itself: here it shows what was dropped.
for (const zone of document.querySelectorAll("[data-drop]")) {
  const field = zone.querySelector("input[type=file]"), said = zone.querySelector("[data-chosen]");
  for (const [name, over] of [["dragenter", true], ["dragover", true], ["dragleave", false], ["drop", false]]) {
    zone.addEventListener(name, () => zone.classList.toggle("over", over));
  }
  field.addEventListener("change", () => {
    const size = (bytes) => (bytes / 1e6).toLocaleString(document.documentElement.lang, { maximumFractionDigits: 1 });
    said.textContent = [...field.files].map((file) => `${file.name} (${size(file.size)} MB)`).join(", ");
  });
}

// Enter in a cell sends its row, and not the whole page.
document.addEventListener("keydown", (event) => {
  const row = event.key === "Enter" && event.target.matches("input") ? event.target.closest(".refused tbody") : null;
  const button = row?.querySelector("[data-resend]");
  if (button) { event.preventDefault(); button.click(); }
});

// A row that came in gives the cursor to the next one; a row that did not keeps it.
document.addEventListener("htmx:afterSettle", (event) => {
  const row = document.getElementById(event.detail.elt.id);
  if (!row?.matches(".refused tbody[data-tried]")) return;
  let next = row;
  while (next && !next.querySelector("[aria-invalid]")) next = next.nextElementSibling;
  (next ?? document.querySelector("#tally")).querySelector("[aria-invalid], a")?.focus();
});
