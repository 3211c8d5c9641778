// Fields marked data-typed are tidied up when one leaves them, never while one types; the server reads all of it untidied too.
"use strict";
(() => {
  const brazilian = (text) => {
    let plain = text.trim().replace(/^(-?)\s*r\$\s*/i, "$1").replace(/%$/, "").replace(/\s/g, "");
    if (/^-?\d+\.\d{1,2}$/.test(plain)) plain = plain.replace(".", ",");
    if (!/^-?(\d{1,3}(\.\d{3})*|\d+)(,\d*)?$/.test(plain)) return null;
    const [whole, cents = ""] = plain.replace(/\./g, "").split(",");
    if (cents.length > 2) return null;
    const sign = whole.startsWith("-") ? "-" : "", figures = whole.replace("-", "").replace(/^0+(?=\d)/, "");
    return `${sign}${figures.replace(/\B(?=(\d{3})+$)/g, ".")},${cents.padEnd(2, "0")}`;
  };
  const written = (day) => [day.getDate(), day.getMonth() + 1].map((n) => String(n).padStart(2, "0")).join("/") + `/${day.getFullYear()}`;
  const dayOf = (text) => {
    const told = text.trim().toLowerCase(), today = new Date();
    const words = { hoje: 0, amanhã: 1, amanha: 1, ontem: -1, today: 0, tomorrow: 1, yesterday: -1 };
    if (told in words) return new Date(today.getFullYear(), today.getMonth(), today.getDate() + words[told]);
    const iso = told.match(/^(\d{4})-(\d{1,2})-(\d{1,2})$/);
    const found = iso ? [0, iso[3], iso[2], iso[1]] : told.match(/^(\d{1,2})[/.\-\s](\d{1,2})(?:[/.\-\s](\d{4}|\d{2}))?$/) ?? told.match(/^(\d{2})(\d{2})(\d{4}|\d{2})$/);
    if (!found) return null;
    const year = found[3] ? Number(found[3].length === 2 ? `20${found[3]}` : found[3]) : today.getFullYear();
    const day = new Date(year, Number(found[2]) - 1, Number(found[1]));
    return day.getMonth() === Number(found[2]) - 1 && day.getDate() === Number(found[1]) ? day : null;
  };
  const marked = (text, cuts) => cuts.reduceRight((out, [at, mark]) => out.slice(0, at) + mark + out.slice(at), text);
  const tidy = {
    money: brazilian,
    percent: brazilian,
    day: (text) => { const day = dayOf(text); return day && written(day); },
    document: (text) => {
      const bare = text.replace(/[\s./-]/g, "").toUpperCase();
      if (/^\d{11}$/.test(bare)) return marked(bare, [[3, "."], [6, "."], [9, "-"]]);
      return /^[0-9A-Z]{12}\d{2}$/.test(bare) ? marked(bare, [[2, "."], [5, "."], [8, "/"], [12, "-"]]) : null;
    },
    phone: (text) => {
      const bare = text.replace(/[\s().-]/g, "").replace(/^(\+?55)(?=\d{10,11}$)/, "");
      return /^\d{10,11}$/.test(bare) ? `(${bare.slice(0, 2)}) ${bare.slice(2, -4)}-${bare.slice(-4)}` : null;
    },
  };
  document.addEventListener("focusout", (event) => {
    const field = event.target, kind = field.dataset?.typed;
    if (!kind || !field.value) return;
    const better = tidy[kind]?.(field.value);
    if (better && better !== field.value) field.value = better;
  });

  // A button opens the browser's own calendar beside a day.
  const withCalendar = (field) => {
    if (field.dataset.calendar || !HTMLInputElement.prototype.showPicker || field.readOnly || field.disabled) return;
    field.dataset.calendar = "1";
    const frame = document.createElement("span"), button = document.createElement("button"), picker = document.createElement("input");
    frame.className = "day-field";
    button.type = "button";
    button.className = "calendar";
    const name = document.body.dataset.calendar || "Calendário";
    button.setAttribute("aria-label", name);
    picker.setAttribute("aria-label", name);
    picker.type = "date";
    picker.tabIndex = -1;
    picker.setAttribute("aria-hidden", "true");
    field.replaceWith(frame);
    frame.append(field, button, picker);
    button.addEventListener("click", () => {
      const day = dayOf(field.value);
      picker.value = day ? written(day).split("/").reverse().join("-") : "";
      picker.showPicker();
    });
    picker.addEventListener("change", () => {
      if (!picker.value) return;
      field.value = picker.value.split("-").reverse().join("/");
      field.dispatchEvent(new Event("change", { bubbles: true }));
      field.focus();
    });
  };
  const dress = (root) => root.querySelectorAll?.("input[data-typed=day]").forEach(withCalendar);
  dress(document);
  document.addEventListener("htmx:load", (event) => dress(event.target));
})();
