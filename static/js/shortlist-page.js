/** The page of a shortlist: shows the reader's own, keeps one that somebody sent, copies it. */
import { addressOf, entries, keep } from "./shortlist.js";

const root = document.getElementById("shortlist");
const shown = (root?.dataset.ids ?? "").split(",").filter(Boolean);
const isOwn = () => shown.join() === entries().join();

/** @param {string} id */
const find = (id) => /** @type {any} */ (document.getElementById(id));

/** Without a list in its address the page shows the reader's own. */
if (!shown.length && entries().length) location.replace(addressOf(entries()));

const shared = find("shortlist-shared");
if (shared && !isOwn()) {
  shared.hidden = false;
  find("shortlist-keep").addEventListener("click", () => {
    keep(shown);
    shared.hidden = true;
  });
}

for (const way of document.querySelectorAll("[data-drop]")) {
  way.addEventListener("click", () => {
    // What somebody sent is not the reader's own list.
    const ref = /** @type {HTMLElement} */ (way).dataset.drop;
    if (isOwn()) keep(entries().filter((other) => other !== ref));
  });
}

const copy = find("shortlist-copy");
// Browsers let a page write to the clipboard over a secure connection only.
if (copy && navigator.clipboard) {
  copy.hidden = false;
  copy.addEventListener("click", async () => {
    await navigator.clipboard.writeText(find("shortlist-address").value);
    copy.textContent = copy.dataset.done;
  });
}
