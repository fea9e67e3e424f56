/** The finder: short addresses, and a map that follows the list as the list follows the map. */

import { isStill } from "../small-map.js";
import { FinderMap } from "./map.js";

const ACTIVE = "is-active";

/** Keep the address short: what is left empty asks for nothing. */
function shortenAddresses() {
  const form = /** @type {HTMLFormElement|null} */ (document.getElementById("ask"));
  form?.addEventListener("formdata", ({ formData }) => {
    for (const [name, value] of [...formData]) if (!value) formData.delete(name);
    // A unit without an area would say nothing.
    if (!formData.has("area_min") && !formData.has("area_max")) formData.delete("unit");
  });
}

/** Return the offers of the list by their key. */
function listed() {
  const nodes = /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(".offer"));
  return new Map([...nodes].map((node) => [node.dataset.key ?? "", node]));
}

/**
 * Let list and map point at the same offer.
 * @param {FinderMap} map
 * @param {Map<string, HTMLElement>} cards
 */
function pair(map, cards) {
  /** @param {string|null} key */
  const mark = (key) => {
    for (const [other, card] of cards) card.classList.toggle(ACTIVE, other === key);
    map.mark(key);
  };
  for (const [key, card] of cards) {
    card.addEventListener("pointerenter", () => mark(key));
    card.addEventListener("focusin", () => mark(key));
    const button = /** @type {HTMLElement|null} */ (card.querySelector("[data-show]"));
    if (!button || !map.has(key)) continue;
    button.hidden = false;
    button.addEventListener("click", () => {
      remember(key);
      uncover();
      map.show(key);
    });
  }
  map.addEventListener("choose", (event) => {
    const { key } = /** @type {CustomEvent} */ (event).detail;
    const card = cards.get(key);
    if (!card) return;
    mark(key);
    remember(key);
    card.scrollIntoView({ block: "nearest" });
    /** @type {HTMLElement|null} */ (card.querySelector("a"))?.focus({ preventScroll: true });
  });
  map.addEventListener("hover", (event) => mark(/** @type {CustomEvent} */ (event).detail.key));
}

/** Where the list is pushed over the map, pull it back. */
function uncover() {
  if (!matchMedia("(max-width: 999.98px)").matches) return;
  scrollTo({ top: 0, behavior: isStill() ? "auto" : "smooth" });
}

/** Keep in the address which offer is looked at. @param {string} key */
function remember(key) {
  history.replaceState(null, "", `#${encodeURIComponent(key)}`);
}

async function boot() {
  shortenAddresses();
  const root = document.getElementById("finder-map");
  const data = JSON.parse(document.getElementById("finder-data")?.textContent ?? "{}");
  if (!root) return;
  const map = new FinderMap(root, data);
  const cards = listed();
  pair(map, cards);
  const chosen = decodeURIComponent(location.hash.slice(1));
  await map.draw(document.documentElement.dataset.layers ?? "");
  if (cards.has(chosen)) {
    map.show(chosen, true);
    cards.get(chosen)?.classList.add(ACTIVE);
    map.mark(chosen);
  }
  document.documentElement.dataset.ready = "true";
}

boot();
