/** What the maps beside lists have in common: the finder's and the planners'. */

import { fetchJson } from "./data.js";
import { el } from "./dom.js";

export { fetchJson as load } from "./data.js";

/** Plots that one answer of the server holds. */
const PAGE = 200;

const STILL = "(prefers-reduced-motion: reduce)";

/** Return whether the reader asked for no motion. */
export function isStill() {
  return matchMedia(STILL).matches;
}

/**
 * Return a layer, or of one that is too large for a file what belongs to some parks.
 * @param {string} base address of the edition's files
 * @param {string} layer
 * @param {string[]|null} places keys of the parks, null for the whole layer
 * @returns {Promise<any[]>} features
 */
export async function loadFeatures(base, layer, places) {
  if (!places) return (await fetchJson(`${base}${layer}.geojson`)).features;
  const features = [];
  for (let after = 0; after !== null; ) {
    const query = new URLSearchParams({ at: places.join(","), after: String(after), limit: String(PAGE) });
    const page = await fetchJson(`${base}${layer}/items?${query}`);
    features.push(...page.features);
    after = page.next;
  }
  return features;
}

/**
 * Return a map with its panes and controls.
 * @param {HTMLElement} root
 * @param {number} maxZoom
 * @param {Record<string, number>} panes the height of each
 */
export function makeMap(root, maxZoom, panes) {
  const calm = isStill();
  const map = L.map(root, {
    zoomControl: false,
    zoomSnap: 0.25,
    minZoom: 5,
    maxZoom,
    fadeAnimation: !calm,
    zoomAnimation: !calm,
    // Where the map is above the list, a wheel scrolls the page.
    scrollWheelZoom: matchMedia("(min-width: 1000px)").matches,
  });
  map.attributionControl.setPrefix(false);
  const { zoomIn, zoomOut } = root.dataset;
  L.control.zoom({ position: "topright", zoomInTitle: zoomIn, zoomOutTitle: zoomOut }).addTo(map);
  L.control.scale({ imperial: false, position: "bottomright" }).addTo(map);
  for (const [name, index] of Object.entries(panes)) {
    map.createPane(name).style.zIndex = String(index);
  }
  return map;
}

/**
 * Show a part of a map, at once or in a flight.
 * @param {L.Map} map
 * @param {L.LatLngBounds} bounds
 * @param {L.FitBoundsOptions} options
 * @param {boolean} [atOnce]
 */
export function goTo(map, bounds, options, atOnce = false) {
  if (atOnce || isStill()) map.fitBounds(bounds, { ...options, animate: false });
  else map.flyToBounds(bounds, { ...options, duration: 0.8 });
}

/** Write the names of seats. @param {L.Map} map @param {any[]} seats */
export function nameSeats(map, seats) {
  const isChinese = document.documentElement.dataset.lang !== "en";
  for (const { geometry, properties: p } of seats) {
    const [lng, lat] = geometry.coordinates;
    const full = isChinese ? p.name_zh : p.name_en || p.name_zh;
    // 策勒县策勒镇 is the seat of 策勒县, Cele (Qira, Chira) is spelt in several ways.
    const name = full.replace(/^(.+?县).+/, "$1").replace(/\s*\(.*\)/, "");
    const html = el("span", { class: "finder-seat", text: name });
    const icon = L.divIcon({ html, className: "finder-label", iconSize: [0, 0] });
    L.marker([lat, lng], { icon, interactive: false, keyboard: false }).addTo(map);
  }
}

/**
 * Return the mark of a park, which leads somewhere.
 * @param {L.LatLng} at
 * @param {HTMLElement} html
 * @param {string} title
 * @param {() => void} go
 */
export function makeMark(at, html, title, go) {
  const icon = L.divIcon({ html, className: "finder-mark", iconSize: [36, 36] });
  const mark = L.marker(at, { icon, alt: title, title, riseOnHover: true });
  mark.on("click", go);
  // Leaflet calls it a button, and gives it no key.
  mark.on("keydown", (/** @type {any} */ { originalEvent: event }) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    go();
  });
  return mark;
}

/** Let the names of marks stand where there is room. @param {L.Map} map @param {any[]} marks */
export function turnNames(map, marks) {
  const { x: width } = map.getSize();
  for (const mark of marks) {
    const { x } = map.latLngToContainerPoint(mark.getLatLng());
    mark.getElement()?.classList.toggle("is-turned", x > width * 0.6);
  }
}
