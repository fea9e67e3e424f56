/** The planners' map: plots by class, and the findings that the address asks for. */

import { el } from "../dom.js";
import { hatchFill } from "../styles.js";
import {
  boundsOf,
  describePlot,
  drawGround,
  drawPlots,
  giveUp,
  makePlanMap,
  markParks,
  pageData,
  ready,
  show,
} from "./base.js";
import { loadFeatures } from "../small-map.js";
import { drawLines } from "./lines.js";

/**
 * @typedef {{id: string, text: string, address: string, shapes: any[], wide: boolean}} Finding
 *   one that is wide is about a whole park
 */

const EDGE = "#9a5b00";
/** Share of the map that is left free above a finding, for its message. */
const MESSAGE = 0.4;
/** Of a whole park the edge is enough: hatches would hide every plot in it. */
const WIDE = { fill: false, dashArray: "8 6" };

/**
 * Draw findings and return the shape of each.
 * @param {L.Map} map
 * @param {HTMLElement} root
 * @param {Finding[]} findings
 */
function drawFindings(map, root, findings) {
  /** @type {Map<string, L.FeatureGroup>} */
  const found = new Map();
  const fillColor = hatchFill({ fill: "#fff3dc", ink: EDGE, texture: "cross", width: 1 });
  const style = { color: EDGE, weight: 3, fillColor, fillOpacity: 0.7, pane: "findings" };
  for (const finding of findings) {
    const group = L.featureGroup();
    for (const geometry of finding.shapes) {
      L.geoJSON(geometry, /** @type {any} */ ({
        pane: "findings",
        style: () => ({ ...style, ...(finding.wide && WIDE), className: "planmap-finding" }),
        pointToLayer: (/** @type {any} */ _, /** @type {any} */ at) =>
          L.circleMarker(at, { ...style, radius: 9, className: "planmap-finding" }),
      })).addTo(group);
    }
    if (!group.getLayers().length) continue;
    group.bindPopup(() =>
      el("div", { class: "planmap-popup" }, el("span", { text: finding.text }),
        el("a", { class: "link", href: finding.address, text: root.dataset.inList ?? "" })),
    );
    found.set(finding.id, group.addTo(map));
  }
  return found;
}

/** Show a finding with its message above it. @param {L.Map} map @param {L.FeatureGroup} group */
function look(map, group) {
  show(map, group.getBounds(), true, map.getSize().y * MESSAGE);
  group.openPopup();
}

/** Let the list lead to the map. @param {L.Map} map @param {Map<string, L.FeatureGroup>} found */
function connectList(map, found) {
  const buttons = /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-finding]"));
  for (const button of buttons) {
    const group = found.get(button.dataset.finding ?? "");
    if (!group) continue;
    button.hidden = false;
    button.addEventListener("click", () => {
      map.getContainer().scrollIntoView({ block: "nearest" });
      look(map, group);
    });
  }
}

/** @param {HTMLElement} root */
async function boot(root) {
  const data = pageData();
  const { base = "" } = root.dataset;
  const map = makePlanMap(root);
  window.planMap = map;
  const [features] = await Promise.all([
    loadFeatures(base, data.layers.parcels, data.places),
    drawGround(map, base, data.layers),
  ]);
  if (data.lines) {
    await drawLines(map, `${base}${data.lines.layer}.geojson`, data.lines.looks).catch(console.warn);
  }
  const say = (/** @type {any} */ feature, /** @type {string} */ label) =>
    describePlot(root, feature, label);
  const how = { classes: data.classes, plots: data.plots, pane: "plots", say };
  const shapes = drawPlots(map, features, how);
  markParks(map, data.parks, shapes);
  const found = drawFindings(map, root, data.findings);
  connectList(map, found);
  const bounds = L.latLngBounds([]);
  for (const group of found.values()) bounds.extend(group.getBounds());
  show(map, bounds.isValid() ? bounds : boundsOf(shapes, shapes.keys()), true);
  if (found.size === 1) look(map, [...found.values()][0]);
  ready();
}

const root = document.getElementById("plan-map");
if (root) boot(root).catch((error) => giveUp(root, error));
