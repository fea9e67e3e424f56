/** The planners' maps: the ground, the plots by class, the marks of parks. */

import { el } from "../dom.js";
import { goTo, load, makeMap, makeMark, nameSeats, turnNames } from "../small-map.js";
import { featureStyle, hatchFill } from "../styles.js";

/**
 * @typedef {{fill: string, ink: string, texture: any, width: number, label: string}} Look
 * @typedef {{name: string, plots: string[]}} Mark
 * @typedef {Record<string, string>} Layers file of each kind of layer
 * @typedef {Map<string, any>} Shapes Leaflet's layer of each plot
 */

/** From here on plots are large enough to be seen; before it, marks stand for them. */
export const NEAR = 12.5;
export const MOST = 17;
const PADDING = 40;
const PANES = { counties: 310, areas: 340, plots: 350, findings: 380, marks: 620 };
const GROUND = { counties: "counties", parks: "areas" };

/** Return a map with its panes and controls. @param {HTMLElement} root */
export function makePlanMap(root) {
  const map = makeMap(root, 19, PANES);
  map.setView([36.8, 81.7], 8);
  return map;
}

/**
 * Draw counties, parks and seats; what does not come is left out.
 * @param {L.Map} map
 * @param {string} base
 * @param {Layers} layers
 */
export async function drawGround(map, base, layers) {
  const kinds = ["counties", "parks", "places"];
  const answers = await Promise.allSettled(kinds.map((kind) => load(`${base}${layers[kind]}.geojson`)));
  answers.forEach((answer, i) => {
    if (answer.status === "rejected") return;
    const { features } = answer.value;
    if (kinds[i] === "places") nameSeats(map, features.filter(isSeat));
    else layGround(map, kinds[i], features);
  });
}

/** @param {L.Map} map @param {string} kind @param {any[]} features */
function layGround(map, kind, features) {
  const shown = features.filter(({ geometry }) => geometry?.type.endsWith("Polygon"));
  const style = (/** @type {any} */ feature) => featureStyle(kind, feature, /** @type {any} */ (null), "");
  const pane = /** @type {Record<string, string>} */ (GROUND)[kind];
  L.geoJSON(/** @type {any} */ (shown), { pane, style, interactive: false }).addTo(map);
}

/** @param {any} place */
function isSeat({ geometry, properties }) {
  return geometry && properties.kind === "county seat";
}

/** Return how a plot of a class is drawn. @param {Look|undefined} look */
export function plotStyle(look) {
  if (!look) return { color: "#5d6469", weight: 1, fillColor: "#ffffff", fillOpacity: 1 };
  return { color: look.ink, weight: 1, fillColor: hatchFill(look), fillOpacity: 1 };
}

/**
 * Draw plots by class and return what was drawn.
 * @param {L.Map} map
 * @param {any[]} features
 * @param {{classes: Record<string, Look>, plots: Record<string, string>, pane: string,
 *   renderer?: L.Renderer, say: (feature: any, label: string) => HTMLElement}} how
 * @returns {Shapes}
 */
export function drawPlots(map, features, { classes, plots, pane, renderer, say }) {
  /** @type {Shapes} */
  const shapes = new Map();
  for (const feature of features) {
    const name = plots[feature.id];
    if (name === undefined || !feature.geometry) continue;
    const look = classes[name];
    const options = { ...plotStyle(look), pane, ...(renderer && { renderer }) };
    const shape = L.geoJSON(feature, /** @type {any} */ ({ ...options, style: () => options }));
    shape.bindPopup(() => say(feature, look?.label ?? name));
    shapes.set(String(feature.id), shape.addTo(map));
  }
  return shapes;
}

/**
 * Return the words about a plot: its number, class, area, and the way to its page.
 * @param {HTMLElement} root
 * @param {any} feature
 * @param {string} label
 * @param {...(Node|false|undefined)} more
 */
export function describePlot(root, feature, label, ...more) {
  const { mu = "", parcels = "", open = "" } = root.dataset;
  const area = feature.properties.area_mu;
  const [path, query] = parcels.split("?");
  const href = `${path}${encodeURIComponent(feature.id)}${query ? `?${query}` : ""}`;
  return el(
    "div",
    { class: "planmap-popup" },
    el("strong", { text: String(feature.id) }),
    el("span", { text: label }),
    area !== null && area !== undefined && el("span", { text: `${area} ${mu}` }),
    ...more,
    el("a", { class: "link", href, text: open }),
  );
}

/** Return the bounds of some plots. @param {Shapes} shapes @param {Iterable<string>} keys */
export function boundsOf(shapes, keys) {
  const bounds = L.latLngBounds([]);
  for (const key of keys) {
    const shape = shapes.get(String(key));
    if (shape) bounds.extend(shape.getBounds());
  }
  return bounds;
}

/**
 * Show a part of the map.
 * @param {L.Map} map
 * @param {L.LatLngBounds} bounds
 * @param {boolean} [atOnce]
 * @param {number} [above] pixels that a pop-up needs above it
 */
export function show(map, bounds, atOnce = false, above = PADDING) {
  if (!bounds.isValid()) return;
  const options = {
    maxZoom: MOST,
    paddingTopLeft: /** @type {[number, number]} */ ([PADDING, above]),
    paddingBottomRight: /** @type {[number, number]} */ ([PADDING, PADDING]),
  };
  goTo(map, bounds, options, atOnce);
}

/**
 * Mark the parks that have plots while these are too small to be seen.
 * @param {L.Map} map
 * @param {Mark[]} marks
 * @param {Shapes} shapes
 */
export function markParks(map, marks, shapes) {
  const group = L.layerGroup();
  for (const { name, plots } of marks) {
    const bounds = boundsOf(shapes, plots);
    if (!bounds.isValid()) continue;
    const html = el("span", { class: "finder-park" }, el("b", { text: String(plots.length) }),
      el("i", { text: name }));
    const mark = makeMark(bounds.getCenter(), html, name, () => show(map, bounds));
    group.addLayer(mark);
  }
  const sort = () => {
    if (map.getZoom() < NEAR) group.addTo(map);
    else group.remove();
    turnNames(map, group.getLayers());
  };
  map.on("zoomend moveend", sort);
  sort();
}

/** Return what the server says in the page. */
export function pageData() {
  return JSON.parse(document.getElementById("plan-data")?.textContent ?? "{}");
}

/** Let a page that cannot draw say so. @param {HTMLElement} root @param {unknown} error */
export function giveUp(root, error) {
  console.error(error);
  root.replaceChildren(el("p", { class: "alert", text: root.dataset.failed ?? "" }));
}

/** Say that all is drawn. */
export function ready() {
  document.documentElement.dataset.ready = "true";
}
