/* The little that pages need beside htmx: keys of a review sheet, the place of refusals, printing, double submits.
   Everything listens on the document, so that rows which htmx swapped in work like those they replaced.

   A sheet: table.sheet > tbody.sheet-row#row-N > tr (is-current), radios of .verdict in the order 符合 不符合 不适用,
   a textarea in .note (is-shut until
   needed). When another row becomes current, its tbody hears "row-current". */
"use strict";

(() => {
  const typing = (node) => node.matches("textarea, select, [contenteditable], input:not([type=radio], [type=checkbox], [type=button], [type=submit])");
  const rowOf = (node) => (node instanceof Element ? node.closest(".sheet > .sheet-row") : null);

  document.documentElement.classList.add("has-keys"); // without it every note stands open

  // --- Sheet: the current row ---

  let currentId = ""; // survives the swap of the row itself

  const currentRow = () => document.getElementById(currentId) || rowOf(document.querySelector(".sheet .is-current"));

  function show(row) {
    for (const tr of document.querySelectorAll(".sheet .is-current")) tr.classList.remove("is-current");
    row.rows[0].classList.add("is-current");
  }

  function enter(row) {
    if (row.id === currentId) return;
    currentId = row.id;
    const top = row.getBoundingClientRect().top;
    show(row);
    window.scrollBy(0, row.getBoundingClientRect().top - top); // the row above folds up: stay under the pointer
    row.dispatchEvent(new CustomEvent("row-current", { bubbles: true }));
  }

  const radios = (row) => [...row.querySelectorAll(".verdict input[type=radio]")];

  function focus(row) {
    const all = radios(row).filter((radio) => !radio.disabled);
    (all.find((radio) => radio.checked) || all[0] || row.querySelector("a, button"))?.focus();
    row.scrollIntoView({ block: "nearest" });
  }

  // --- Sheet: what a key does to the current row ---

  function move(by) {
    const rows = [...document.querySelectorAll(".sheet > .sheet-row")];
    const now = currentRow();
    const next = now ? rows[rows.indexOf(now) + by] : rows[0];
    if (!next) return;
    enter(next);
    focus(next);
  }

  function choose(row, place) {
    const radio = radios(row)[place];
    if (!radio || radio.disabled) return;
    radio.focus();
    radio.click(); // a real click: the form's change reaches htmx
  }

  function openNote(row) {
    const note = row.querySelector(".note");
    if (!note) return;
    note.classList.remove("is-shut");
    note.querySelector("textarea, input")?.focus();
  }

  function sheetKey(event) {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") return () => move(event.key === "ArrowDown" ? 1 : -1);
    const row = currentRow();
    if (!row) return null;
    if (["1", "2", "3"].includes(event.key)) return () => choose(row, Number(event.key) - 1);
    if (event.key.toLowerCase() === "n") return () => openNote(row);
    return null;
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    const place = event.target;
    if (typing(place)) {
      if (event.key === "Escape" && rowOf(place)) focus(rowOf(place)); // leaving the note saves it
      return;
    }
    if (event.key === "/") {
      event.preventDefault();
      document.getElementById("top-search")?.focus();
      return;
    }
    const isSheet = document.querySelector(".sheet") && (place.matches("body, #main") || place.closest(".sheet"));
    const act = isSheet ? sheetKey(event) : null;
    if (!act) return;
    event.preventDefault(); // the arrows would change the radio
    act();
  });

  // By pointer a row becomes current with the click: already at the press it would move away and lose the click.
  let isPressed = false;
  let isPointing = true; // whether the last thing done was done by pointer
  document.addEventListener("pointerdown", () => { isPressed = isPointing = true; });
  document.addEventListener("keydown", () => { isPointing = false; });
  for (const kind of ["pointerup", "pointercancel"]) document.addEventListener(kind, () => { isPressed = false; });

  for (const kind of ["click", "focusin"]) {
    document.addEventListener(kind, (event) => {
      const row = isPressed ? null : rowOf(event.target);
      if (row) enter(row);
    });
  }

  // --- After a swap ---

  // A row saves one change at a time (hx-sync="this:drop"). What the user did meanwhile is put into the answer and
  // saved next, with the version the answer brought.
  const later = new Map(); // row id -> [verdict, note], where they differ from what was sent

  const noteOf = (row) => row.querySelector(".note textarea");
  const isTyped = (field) => field !== null && field === document.activeElement; // saves itself when left

  document.addEventListener("htmx:beforeSwap", (event) => {
    const row = event.target;
    if (!row.matches(".sheet-row") || event.detail.xhr.status >= 400) return;
    const sent = event.detail.requestConfig.formData;
    const verdict = radios(row).find((radio) => radio.checked)?.value ?? "";
    const field = noteOf(row);
    const isNew = verdict !== (sent.get("verdict") ?? "") || (field && !isTyped(field) && field.value !== sent.get("note"));
    if (isNew) later.set(row.id, [verdict, field?.value]);
  });

  function resume(row) {
    const [verdict, note] = later.get(row.id);
    later.delete(row.id);
    for (const radio of radios(row)) radio.checked = radio.value === verdict;
    const field = noteOf(row);
    if (field && !isTyped(field)) field.value = note;
    window.setTimeout(() => row.dispatchEvent(new Event("change", { bubbles: true }))); // once htmx has let go of the row
  }

  document.addEventListener("htmx:afterSettle", (event) => {
    const place = event.target;
    if (place.id === "refusal" && place.matches("[role=alert]")) place.focus();
    const current = document.getElementById(currentId);
    if (current && place.contains(current)) {
      show(current);
      if (document.activeElement === document.body) focus(current);
    }
    if (!isPointing && document.activeElement === document.body) first()?.focus(); // its button went with the swap
    if (!place.matches(".sheet-row")) return;
    for (const radio of radios(place)) radio.checked = radio.defaultChecked; // morphing leaves the focused one as it was
    if (isTyped(noteOf(place))) openNote(place);
    if (later.has(place.id)) resume(place);
  });

  // A morph keeps the field that is being typed in, with its text and its input method.
  document.addEventListener("DOMContentLoaded", () => {
    if (window.Idiomorph) window.Idiomorph.defaults.ignoreActiveValue = true;
  });

  document.addEventListener("DOMContentLoaded", () => {
    const refusal = document.querySelector("#refusal[role=alert]");
    const open = window.location.hash ? null : document.querySelector(".sheet .is-current [autofocus]");
    const isIdle = [document.body, open].includes(document.activeElement); // whoever went on already is not called back
    if (refusal) refusal.focus();
    else if (open && isIdle) focus(rowOf(open)); // work begins at the first open row, in sight
    else if (!window.location.hash && isIdle) first()?.focus();
  });

  // Where the work of a page begins: [data-first], or the first control in it; [data-then] once that is done.
  function first() {
    const controls = "a, button, select, textarea, input:not([type=hidden])";
    const place = document.querySelector("[data-first]") || document.querySelector("[data-then]");
    return place?.matches(controls) ? place : place?.querySelector(controls);
  }

  // A key held too long must not run through the next page as well.
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.repeat && !event.target.matches("textarea")) event.preventDefault();
  });

  // --- Refusals that no answer brings, and those that are over ---

  function tell(templateId) {
    const template = document.getElementById(templateId);
    if (!template) return;
    document.getElementById("refusal")?.replaceWith(template.content.cloneNode(true));
    document.getElementById("refusal").focus();
  }

  // A verdict that was not saved must not look saved: back to what the server sent. A typed note stays.
  function restore(event) {
    const row = rowOf(event.detail.requestConfig?.elt);
    for (const radio of row ? radios(row) : []) radio.checked = radio.defaultChecked;
  }

  for (const kind of ["htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(kind, (event) => {
      restore(event);
      tell("refusal-lost");
    });
  }

  document.addEventListener("htmx:responseError", (event) => {
    restore(event);
    if (event.detail.xhr.status >= 500) tell("refusal-broken");
  });

  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr, requestConfig, target } = event.detail;
    const refusal = document.querySelector("#refusal[role=alert]");
    const isDone = xhr.status < 400 && requestConfig.verb !== "get" && target !== refusal;
    if (refusal && isDone) refusal.replaceWith(Object.assign(document.createElement("div"), { id: "refusal" }));
  });

  // --- Menu, print, filters ---

  function closeMenus(except) {
    for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(except)) menu.open = false;
  }

  document.addEventListener("click", (event) => {
    closeMenus(event.target);
    if (event.target.closest("[data-print]")) window.print();
  });
  addEventListener("beforeprint", () => { // what is folded on the screen stands open on paper
    for (const part of document.querySelectorAll("details[data-print-open]")) part.open = true;
  });

  document.addEventListener("keyup", (event) => {
    const summary = event.key === "Escape" && event.target.closest("details.menu[open]")?.querySelector("summary");
    if (!summary) return;
    closeMenus(null);
    summary.focus();
  });

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-submit-on-change]")) event.target.form.requestSubmit();
  });

  // --- A plain form is posted once; htmx looks after its own (hx-sync) ---

  const rest = 3000; // a form that answers with a file stays on the page and is used again

  document.addEventListener("submit", (event) => {
    const form = event.target;
    const isPost = (form.getAttribute("method") || "").toLowerCase() === "post"; // form.method may be a field
    if (event.defaultPrevented || !isPost) return;
    if (form.getAttribute("aria-busy") === "true") return event.preventDefault();
    form.setAttribute("aria-busy", "true");
    return window.setTimeout(() => form.removeAttribute("aria-busy"), rest);
  });

  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[aria-busy]")) form.removeAttribute("aria-busy");
  });
})();
