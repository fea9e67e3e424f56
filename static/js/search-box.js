/**
 * The search box in the header of every page. Until it is used it is a plain form that the
 * server answers; what makes it find as one types is fetched when it first has focus.
 */

import { focusBySlash } from "./dom.js";

const form = /** @type {HTMLFormElement|null} */ (document.getElementById("search"));
const box = /** @type {HTMLInputElement|null} */ (document.getElementById("search-box"));

/** @type {Promise<void>|undefined} */
let started;

async function start() {
  try {
    const { mountSearch } = await import("./search.js");
    if (form && box) await mountSearch(form, box);
  } catch (error) {
    // The form still works; the next focus tries again.
    console.error(error);
    started = undefined;
  }
}

box?.addEventListener("focus", () => (started ??= start()));
if (box) {
  focusBySlash(box);
  if (document.activeElement === box) started = start();
}
