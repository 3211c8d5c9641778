// The frame around every page: search, palette, keys, notices, the side panel, switching companies.
"use strict";
(() => {
  const at = (id) => document.getElementById(id);
  const seen = (element) => element.checkVisibility?.() ?? element.offsetParent !== null;
  const plain = (text) => text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase().replace(/\s+/g, " ").trim();
  const words = (element) => (element.dataset.key || element.querySelector(".way")?.textContent || element.textContent).replace(/\s+/g, " ").trim();
  const make = (tag, marks = {}, ...inside) => {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(marks)) made.setAttribute(name, value);
    made.append(...inside);
    return made;
  };

  // --- Notices: those that came with the page, and those that scripts say; the good ones leave by themselves.
  const LASTING = 8000, LASTING_WITH_UNDO = 15000;
  const toasts = at("toasts"), failures = at("failures")?.content;
  const settle = (toast) => {
    toast.querySelector(".shut")?.addEventListener("click", () => toast.remove());
    if (toast.matches(".error, .warning")) return;
    let left;
    const wait = () => { left = setTimeout(() => toast.remove(), toast.querySelector("form") ? LASTING_WITH_UNDO : LASTING); };
    for (const stay of ["pointerenter", "focusin"]) toast.addEventListener(stay, () => clearTimeout(left));
    for (const leave of ["pointerleave", "focusout"]) toast.addEventListener(leave, () => { clearTimeout(left); wait(); });
    wait();
  };
  toasts?.querySelectorAll(".toast").forEach(settle);
  const say = (text, level = "success") => {
    const toast = failures?.querySelector(".toast")?.cloneNode(true);
    if (!toast || !toasts) return;
    toast.classList.remove("error");
    toast.classList.add(level);
    toast.setAttribute("role", level === "error" ? "alert" : "status");
    toast.querySelector("p").textContent = text;
    toasts.append(toast);
    settle(toast);
  };
  const failed = (status, reference = "") => {
    const told = failures?.querySelector(`[data-status="${status >= 500 ? 500 : status}"]`);
    if (told) say(`${told.textContent}${reference ? ` ${reference}` : ""}`, "error");
  };
  window.receba = { say, failed };

  // A request behind the page that failed says so, with the reference of the error; one that met the sign-in goes there.
  const REFERENCE = "Receba-Reference", SIGN_IN = "/conta/login/";
  document.addEventListener("htmx:responseError", ({ detail: { xhr } }) => failed(xhr.status, xhr.getResponseHeader(REFERENCE) ?? ""));
  document.addEventListener("htmx:sendError", () => failed(0));
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (!event.detail.xhr.responseURL?.includes(SIGN_IN)) return;
    event.detail.shouldSwap = false;
    location.reload(); // which leads to the sign-in, and from there back here
  });

  // --- A field with a list below it: arrows choose, Enter opens, Escape closes; the field keeps the focus.
  function choosing(field, list, { open = true, chosen = (option) => option.click() } = {}) {
    const options = () => [...list.querySelectorAll("[role=option]:not([aria-disabled])")].filter((option) => !option.hidden);
    const active = () => list.querySelector("[role=option][aria-selected=true]");
    const stand = (option) => {
      active()?.setAttribute("aria-selected", "false");
      if (!option) return field.removeAttribute("aria-activedescendant");
      option.setAttribute("aria-selected", "true");
      field.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    };
    const show = (shown) => {
      if (open) list.hidden = !shown;
      field.setAttribute("aria-expanded", String(shown));
      if (!shown) stand(null);
    };
    const number = () => list.querySelectorAll("[role=option]").forEach((option, n) => { option.id = `${list.id}-${n}`; });
    field.addEventListener("keydown", (event) => {
      const all = options(), here = all.indexOf(active());
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        if (list.hidden) show(true);
        const step = event.key === "ArrowDown" ? 1 : -1;
        stand(all.length ? all[(here + step + all.length + (here < 0 && step < 0 ? 1 : 0)) % all.length] : null);
      } else if (event.key === "Enter" && here >= 0 && !list.hidden) {
        event.preventDefault();
        chosen(all[here]);
      } else if (event.key === "Escape" && open) {
        event.preventDefault(); // the browser would empty the field
        if (list.hidden) field.blur();
        show(false);
      }
    });
    return { stand, show, number, options };
  }

  const search = at("search"), searched = at("search-list");
  if (search && searched) {
    const chooser = choosing(search, searched);
    searched.addEventListener("htmx:afterSwap", () => {
      chooser.number();
      chooser.show(document.activeElement === search && searched.childElementCount > 0);
    });
    search.addEventListener("input", () => chooser.stand(null));
    search.addEventListener("click", () => searched.childElementCount && chooser.show(true));
    search.closest("form").addEventListener("focusout", (event) => {
      if (!event.currentTarget.contains(event.relatedTarget)) chooser.show(false);
    });
    searched.addEventListener("mousedown", (event) => event.preventDefault()); // the click comes before the list goes
  }

  // --- The palette: what this page offers, all pages, other companies; customers and titles are asked for.
  const palette = at("palette");
  if (palette) {
    const field = at("palette-text"), list = at("palette-list");
    const remote = make("div"), local = make("div");
    list.append(local, remote);
    const chooser = choosing(field, list, { open: false });
    const group = (name, options) => {
      if (!options.length) return;
      local.append(make("div", { role: "group", "aria-label": name }, make("div", { class: "found-head", "aria-hidden": "true" }, name), ...options));
    };
    const option = (label, does, keys = "") => {
      const made = make("a", { role: "option", "aria-selected": "false", tabindex: "-1" }, make("span", { class: "what" }, label));
      if (typeof does === "string") made.href = does;
      else made.addEventListener("click", () => { palette.close(); does(); });
      if (keys) made.append(make("kbd", {}, keys));
      return made;
    };
    const press = (element) => () => (element.matches("input, select, textarea") ? element.focus() : element.click());
    const offered = () => {
      const found = [...document.querySelectorAll("main .actions :is(a.button, button), main [data-key]:not(kbd)")];
      return [...new Set(found)].filter((e) => seen(e) && !e.closest("dialog") && words(e) && !e.disabled);
    };
    let waiting = 0, asked = 0;
    const ask = async (text) => {
      const mine = ++asked;
      if (!field.dataset.asks || (text && text.length < 2)) return remote.replaceChildren();
      let answer;
      try { answer = await fetch(`${field.dataset.asks}?lista=1&q=${encodeURIComponent(text)}`, { headers: { "HX-Request": "true" } }); }
      catch { return failed(0); }
      if (mine !== asked) return;
      if (answer.url.includes(SIGN_IN)) return location.reload();
      if (!answer.ok) return failed(answer.status, answer.headers.get(REFERENCE) ?? "");
      const told = new DOMParser().parseFromString(await answer.text(), "text/html");
      told.querySelectorAll("[data-pages], .none").forEach((own) => own.remove()); // the pages are listed already
      remote.replaceChildren(...told.body.childNodes);
      finish(text);
    };
    const finish = (text) => {
      list.querySelector(".none")?.remove();
      if (!chooser.options().length) list.append(make("p", { class: "none quiet", role: "option", "aria-disabled": "true", "aria-selected": "false" }, list.dataset.none));
      chooser.number();
      chooser.stand(text ? chooser.options()[0] : null);
    };
    const fill = () => {
      const text = plain(field.value), fits = (label) => !text || plain(label).split(" ").some((_word, n, all) => all.slice(n).join(" ").startsWith(text));
      local.replaceChildren();
      group(list.dataset.actions, offered().filter((e) => fits(words(e))).slice(0, 12).map((e) => option(words(e), press(e), e.getAttribute("aria-keyshortcuts") ?? "")));
      group(list.dataset.pages, [...document.querySelectorAll(".ways ul a, .brand")].filter((a) => fits(words(a))).map((a) => option(words(a), a.href, a.dataset.keys ?? "")));
      group(list.dataset.companies, [...document.querySelectorAll("#companies a")].filter((a) => fits(a.textContent)).map((a) => {
        const made = option(a.textContent.trim(), a.href);
        made.classList.add(...a.parentElement.classList);
        made.prepend(make("span", { class: "chip", "aria-hidden": "true" }));
        return made;
      }));
      finish(text);
      clearTimeout(waiting);
      waiting = setTimeout(() => ask(field.value.trim()), text ? 120 : 0);
    };
    field.addEventListener("input", fill);
    new MutationObserver(() => { if (palette.open) { field.value = ""; remote.replaceChildren(); fill(); field.focus(); } }).observe(palette, { attributeFilter: ["open"] });
    palette.addEventListener("click", (event) => { if (event.target === palette) palette.close(); });
    window.addEventListener("keydown", (event) => {
      if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
      event.preventDefault();
      if (palette.open) palette.close();
      else if (!document.querySelector("dialog[open]")) palette.showModal();
    });
  }

  // --- Keys: g and a letter go to a page; an element that says aria-keyshortcuts and data-key is pressed by its key.
  let going = 0;
  window.addEventListener("keydown", (event) => {
    if (typing(event) || ["Shift", "Control", "Alt", "Meta"].includes(event.key)) return;
    const after = Date.now() - going < 1500;
    going = 0;
    if (after) { // whatever else listens for this letter does not hear it
      const way = document.querySelector(`[data-keys="g ${CSS.escape(event.key)}"]`);
      event.preventDefault();
      event.stopImmediatePropagation();
      return way?.click();
    }
    if (event.key === "g") { going = Date.now(); return; }
    if (event.key === "?") return openKeys();
    const pressed = [...document.querySelectorAll("[aria-keyshortcuts][data-key]")].find((e) => e.getAttribute("aria-keyshortcuts") === event.key && seen(e) && !e.disabled);
    const field = pressed ?? (event.key === "/" ? [...document.querySelectorAll("input[type=search], .to-search")].find(seen) : null);
    if (!field) return;
    event.preventDefault();
    if (field.matches("input, select, textarea")) { field.focus(); field.select?.(); } else field.click();
  }, true);

  // The map is made of what the page offers now.
  function openKeys() {
    const dialog = at("keys"), map = dialog?.querySelector(".keymap");
    if (!map) return;
    const lines = (name, pairs) => {
      if (!pairs.length) return [];
      const table = make("dl", { class: "facts" });
      for (const [keys, label] of pairs) table.append(make("dt", {}, ...keys.split(" ").flatMap((key) => [make("kbd", {}, key), " "])), make("dd", {}, label));
      return [make("section", {}, make("h3", {}, name), table)];
    };
    const here = [...document.querySelectorAll("main [aria-keyshortcuts]")].filter((e) => seen(e) || e.matches("input[type=radio]"));
    const own = here.map((e) => [e.getAttribute("aria-keyshortcuts"), e.dataset.key || words(e.closest("label") ?? e).replace(/^\d /, "")]);
    own.push(...[...document.querySelectorAll("main kbd[data-key]")].map((e) => [e.textContent, e.dataset.key]));
    if (document.querySelector("table[data-rows]")) own.unshift(["j k", map.dataset.rows], ["Enter", map.dataset.openRow]);
    const everywhere = [["Ctrl+K", map.dataset.palette], ["?", map.dataset.help], ["Esc", map.dataset.close]];
    const search = at("search");
    if (search) everywhere.unshift(["/", search.dataset.key]);
    const ways = [...document.querySelectorAll("[data-keys]")].map((e) => [e.dataset.keys, words(e)]);
    map.replaceChildren(...lines(map.dataset.thisPage, own), ...lines(map.dataset.everywhere, everywhere), ...lines(map.dataset.goTo, ways));
    if (!dialog.open) dialog.showModal();
  }
  document.addEventListener("click", (event) => { if (event.target.closest("[data-opens=keys]")) openKeys(); }, true);

  // --- The side panel: a link marked data-side opens its page's content beside this one; with a modifier, as a link.
  const side = at("side");
  document.addEventListener("click", async (event) => {
    const link = event.target.closest("a[data-side]");
    if (!side || !link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    let answer;
    try { answer = await fetch(link.href); } catch { return failed(0); }
    if (answer.url.includes(SIGN_IN)) return location.assign(link.href);
    if (!answer.ok) return failed(answer.status, answer.headers.get(REFERENCE) ?? "");
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const part = page.querySelector("[data-side-part]") ?? page.querySelector("main");
    at("side-title").textContent = page.querySelector("h1")?.textContent.trim() || link.textContent.trim();
    at("side-whole").href = link.href;
    for (const form of part.querySelectorAll("form:not([action])")) form.action = link.href; // as on its own page
    for (const own of part.querySelectorAll("a[href^='?'], a[href^='#']")) own.setAttribute("href", new URL(own.getAttribute("href"), link.href).href);
    part.querySelectorAll("h1, .toasts, script").forEach((own) => own.remove());
    part.querySelectorAll("[id]").forEach((own) => { if (at(own.id)) own.removeAttribute("id"); });
    at("side-body").replaceChildren(...part.childNodes);
    window.htmx?.process(at("side-body"));
    if (!side.open) side.showModal();
    at("side-body").scrollTop = 0;
    at("side-body").focus();
  });
  side?.addEventListener("click", (event) => { if (event.target === side) side.close(); });

  // --- Companies: the list below the name, and the table of all, show what fits what is typed.
  const filter = (field, items) => field?.addEventListener("input", () => {
    const text = plain(field.value);
    for (const item of items()) item.hidden = !plain(item.textContent).includes(text);
  });
  const firms = at("company-filter");
  if (firms && !firms.hasAttribute("hx-get")) filter(firms, () => document.querySelectorAll("#companies li"));
  document.querySelectorAll("input[data-filters]").forEach((field) => filter(field, () => document.querySelectorAll(`#${field.dataset.filters} tbody tr`)));
  document.querySelectorAll("details.switch").forEach((details) => {
    const links = () => [...details.querySelectorAll(".unfold :is(a, button)")].filter(seen);
    details.addEventListener("toggle", () => { if (details.open) details.querySelector("input")?.focus(); });
    details.addEventListener("keydown", (event) => {
      if (!details.open || !["ArrowDown", "ArrowUp"].includes(event.key)) return;
      event.preventDefault();
      const all = links(), here = all.indexOf(document.activeElement), step = event.key === "ArrowDown" ? 1 : -1;
      all[Math.min(all.length - 1, Math.max(0, here + step))]?.focus();
    });
    details.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && event.target.matches("#company-filter")) { event.preventDefault(); links()[0]?.click(); }
    });
  });
})();
