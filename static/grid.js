/* Tables that are typed like a sheet of Excel: table[data-grid] > tbody > tr > td > input, the most rows in data-grid.
   Enter and the arrows go up and down a column, Enter behind the last row adds one, a copied block is spread over the
   cells. Names and ids are NAME-ROW-COLUMN. Without this file the buttons of the table do the same. */
"use strict";

(() => {
  const gridOf = (node) => (node instanceof HTMLInputElement ? node.closest("table[data-grid]") : null);
  const rowsOf = (grid) => [...grid.tBodies[0].rows];
  const inputAt = (row, place) => row?.cells[place]?.querySelector("input") ?? null;

  // --- A new row is a copy of the last one, emptied and counted on ---

  function counted(node, from, to) {
    for (const name of ["id", "name", "aria-label", "value"]) {
      const text = node.getAttribute(name);
      if (text === null) continue;
      const next = text.replace(`-${from}-`, `-${to}-`).replace(`第 ${from} 行`, `第 ${to} 行`).replace(new RegExp(`-${from}$`), `-${to}`);
      node.setAttribute(name, next);
    }
  }

  function addRow(grid) {
    const rows = rowsOf(grid);
    if (rows.length >= Number(grid.dataset.grid)) return null;
    const last = rows[rows.length - 1];
    const row = last.cloneNode(true);
    for (const mark of row.querySelectorAll(".error")) mark.remove();
    for (const cell of row.cells) cell.classList.remove("is-invalid");
    for (const input of row.querySelectorAll("input")) {
      input.setAttribute("value", "");
      input.value = "";
      for (const name of ["aria-invalid", "aria-describedby", "autofocus"]) input.removeAttribute(name);
    }
    for (const node of row.querySelectorAll("input, button")) counted(node, rows.length, rows.length + 1);
    row.cells[0].textContent = String(rows.length + 1);
    last.after(row);
    window.htmx?.process(row);
    return row;
  }

  const isFilled = (row) => [...row.querySelectorAll("input")].some((input) => input.value.trim());

  function move(input, by, isAdding) {
    const grid = gridOf(input);
    const row = input.closest("tr");
    const next = by > 0 ? row.nextElementSibling : row.previousElementSibling;
    const place = input.closest("td").cellIndex;
    if (next) inputAt(next, place)?.focus();
    else if (isAdding && isFilled(row)) inputAt(addRow(grid), 1)?.focus();
  }

  document.addEventListener("keydown", (event) => {
    if (!gridOf(event.target) || event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return;
    const by = { Enter: 1, ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!by) return;
    event.preventDefault(); // Enter would submit the form
    move(event.target, by, event.key === "Enter");
  });

  // --- A block from Excel: lines are rows, tabs are columns ---

  function spread(input, lines) {
    const grid = gridOf(input);
    const first = input.closest("td").cellIndex;
    let row = input.closest("tr");
    for (const [n, line] of lines.entries()) {
      row = n === 0 ? row : row.nextElementSibling ?? addRow(grid);
      if (!row) return;
      for (const [m, text] of line.split("\t").entries()) {
        const cell = inputAt(row, first + m);
        if (cell) cell.value = text.trim();
      }
    }
  }

  document.addEventListener("paste", (event) => {
    if (!gridOf(event.target)) return;
    const text = event.clipboardData?.getData("text/plain").replace(/\r/g, "").replace(/\n+$/, "") ?? "";
    if (!/[\t\n]/.test(text)) return;
    event.preventDefault();
    spread(event.target, text.split("\n"));
    event.target.dispatchEvent(new Event("input", { bubbles: true }));
  });
})();
