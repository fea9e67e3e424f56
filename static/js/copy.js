/** A button with `data-copy="ID"` copies the text of that element. */

// Browsers let a page write to the clipboard over a secure connection only.
for (const node of navigator.clipboard ? document.querySelectorAll("[data-copy]") : []) {
  const button = /** @type {HTMLElement} */ (node);
  button.hidden = false;
  button.addEventListener("click", async () => {
    const text = document.getElementById(button.dataset.copy ?? "")?.textContent ?? "";
    await navigator.clipboard.writeText(text);
    button.textContent = button.dataset.done ?? "";
  });
}
