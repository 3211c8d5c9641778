// The plan by keyboard: j and k walk the steps, Enter opens the step's customers, v shows the sample message,
// a approves the step and A everything; both ask first, in the page's own dialog.
"use strict";

{
  const steps = [...document.querySelectorAll("[data-step]")];
  let at = steps.findIndex((step) => `#${step.id}` === location.hash);
  if (at >= 0) steps[at].classList.add("current");

  const go = (to) => {
    steps[at]?.classList.remove("current");
    at = Math.min(steps.length - 1, Math.max(0, to));
    steps[at].classList.add("current");
    steps[at].focus({ preventScroll: true });
    steps[at].scrollIntoView({ block: "nearest" });
  };

  const send = (form) => form?.requestSubmit(form.querySelector("button"));

  const keys = {
    j: () => go(at + 1),
    k: () => go(at - 1),
    v: () => { const sample = steps[at]?.querySelector("details.sample"); if (sample) sample.open = !sample.open; },
    a: () => send(steps[at]?.querySelector("form[data-approve]")),
    A: () => send(document.querySelector("form[data-approve-all]")),
    Enter: () => steps[at]?.querySelector(".numbers a")?.click(),
  };

  document.addEventListener("keydown", (event) => {
    if (!steps.length || event.ctrlKey || event.metaKey || event.altKey || !keys[event.key]) return;
    if (event.target.closest?.("input, select, textarea, dialog")) return;
    if (event.key === "Enter" && event.target.closest?.("a, button, summary")) return;
    event.preventDefault();
    keys[event.key]();
  });
}
