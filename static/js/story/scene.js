/** The form of a scene: sources of the figures, things to point out, the map, unsaved words. */

import { drawSceneMap } from "./map.js";
import { makePicker } from "./picker.js";
import { loadThings } from "./things.js";

/** Say beside a figure where it comes from. @param {HTMLSelectElement} select */
function tellSource(select) {
  const remark = document.getElementById(`${select.id}-source`);
  if (remark) remark.textContent = select.selectedOptions[0]?.dataset.source ?? "";
}

/** Ask before words are lost. @param {HTMLFormElement} form */
function guard(form) {
  let isDirty = form.querySelector("[aria-invalid=true]") !== null;
  form.addEventListener("input", () => {
    isDirty = true;
  });
  form.addEventListener("submit", () => {
    isDirty = false;
  });
  addEventListener("beforeunload", (event) => {
    if (isDirty) event.preventDefault();
  });
}

/** @param {HTMLFormElement} form */
async function start(form) {
  guard(form);
  for (const select of form.querySelectorAll("select[name=figures]")) {
    const figure = /** @type {HTMLSelectElement} */ (select);
    figure.addEventListener("change", () => tellSource(figure));
  }
  const root = document.getElementById("story-map");
  if (!root) return;
  const { base, layers, extent } = JSON.parse(root.dataset.map ?? "{}");
  const things = await loadThings(base, layers);
  const row = /** @type {HTMLElement} */ (document.getElementById("highlight-row"));
  const field = /** @type {HTMLTextAreaElement} */ (form.elements.namedItem("highlight"));
  if (!things.length) {
    root.textContent = root.dataset.failed ?? "";
    return;
  }
  makePicker(row, field, things);
  drawSceneMap(root, form, things, extent);
}

start(/** @type {HTMLFormElement} */ (document.getElementById("scene")));
