// Letters: print the page, and put a field's name where the text was last written.
"use strict";

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

{
  const parts = [...document.querySelectorAll("[data-writes]")];
  let last = parts.find((part) => part.tagName === "TEXTAREA");
  for (const part of parts) part.addEventListener("focus", () => { last = part; });
  for (const button of document.querySelectorAll("[data-insert]")) {
    button.hidden = !last;
    button.addEventListener("click", () => {
      last.setRangeText(button.dataset.insert, last.selectionStart, last.selectionEnd, "end");
      last.focus();
      last.dispatchEvent(new Event("input", { bubbles: true }));
    });
  }
}
