/* Files for a row of a list: dropped on it, chosen or taken with a camera, they are sent at once.
   A row is [data-drop]; its form [data-drop-form] holds an input[type=file][data-upload] and an <output>. Inputs with
   data-upload elsewhere (替换) send their form too. Without this file the forms have a button of their own. */
"use strict";

(() => {
  const rowOf = (node) => (node instanceof Element ? node.closest("[data-drop]") : null);
  const hasFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
  const formOf = (row) => row.querySelector("[data-drop-form]");

  document.documentElement.classList.add("has-drop");

  function tell(form, text) {
    const place = (form.closest("[data-drop]") ?? form).querySelector("output");
    if (place) place.textContent = text;
  }

  document.addEventListener("dragover", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault(); // a file dropped beside a row must not open in place of the page
    const row = rowOf(event.target);
    event.dataTransfer.dropEffect = row && formOf(row) ? "copy" : "none";
    for (const other of document.querySelectorAll(".is-over")) if (other !== row) other.classList.remove("is-over");
    if (row && formOf(row)) row.classList.add("is-over");
  });

  document.addEventListener("dragleave", (event) => {
    if (event.relatedTarget === null) for (const row of document.querySelectorAll(".is-over")) row.classList.remove("is-over");
  });

  document.addEventListener("drop", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    const row = rowOf(event.target);
    for (const other of document.querySelectorAll(".is-over")) other.classList.remove("is-over");
    const form = row && formOf(row);
    if (!form) return;
    const input = form.querySelector("input[type=file][multiple]");
    input.files = event.dataTransfer.files;
    send(input);
  });

  document.addEventListener("change", (event) => {
    if (event.target.matches("input[type=file][data-upload]")) send(event.target);
  });

  function send(input) {
    if (!input.files.length) return;
    tell(input.form, `正在上传 ${input.files.length} 个文件`);
    input.form.requestSubmit();
  }

  // --- How far it is ---

  document.addEventListener("htmx:xhr:progress", (event) => {
    const form = event.target instanceof Element ? event.target.closest("form") : null;
    const { loaded, total, lengthComputable } = event.detail;
    if (form?.querySelector("[data-upload]") && lengthComputable && total) {
      tell(form, loaded < total ? `正在上传 ${Math.floor((loaded / total) * 100)}%` : "正在检查文件");
    }
  });

  // What was refused is chosen anew: the same file again must be a change.
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.target instanceof Element ? event.target.closest("form") : null;
    if (!form?.querySelector("[data-upload]")) return;
    for (const input of form.querySelectorAll("[data-upload]")) input.value = "";
    tell(form, event.detail.successful ? "" : "没有上传");
  });
})();
