/** Two versions on one map: left of the divider the earlier one, right of it the later one. */

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

const SIDES = ["before", "after"];
const OUTLINE = { color: "#9a5b00", weight: 3, fill: false, interactive: false };
const DASHES = { new: undefined, changed: "6 4", gone: "2 4" };

/** The divider: a range that keys move, a line that a finger moves. */
class Divider {
  /** @param {L.Map} map */
  constructor(map) {
    this.map = map;
    const find = (/** @type {string} */ id) => /** @type {any} */ (document.getElementById(id));
    this.input = find("swipe");
    this.line = find("swipe-line");
    find("swipe-bar").hidden = false;
    this.line.hidden = false;
    this.input.addEventListener("input", () => this.cut());
    map.on("move zoom zoomend resize viewreset", () => this.cut());
    this.#followPointer();
    this.cut();
  }

  #followPointer() {
    const { line, input } = this;
    const move = (/** @type {PointerEvent} */ event) => {
      const { left, width } = this.map.getContainer().getBoundingClientRect();
      input.value = String(Math.round(((event.clientX - left) / width) * 100));
      this.cut();
    };
    line.addEventListener("pointerdown", (/** @type {PointerEvent} */ event) => {
      event.preventDefault();
      line.setPointerCapture(event.pointerId);
      line.addEventListener("pointermove", move);
    });
    for (const end of ["pointerup", "pointercancel"]) {
      line.addEventListener(end, () => line.removeEventListener("pointermove", move));
    }
  }

  /** Let each side show its part: panes are moved with the map, so the cut is moved back. */
  cut() {
    const { map, input, line } = this;
    const size = map.getSize();
    const share = Number(input.value) / 100;
    const x = Math.round(size.x * share);
    const start = map.containerPointToLayerPoint([0, 0]);
    const end = map.containerPointToLayerPoint([size.x, size.y]);
    const middle = start.x + x;
    const box = (/** @type {number} */ left, /** @type {number} */ right) =>
      `polygon(${left}px ${start.y}px, ${right}px ${start.y}px, ${right}px ${end.y}px, ${left}px ${end.y}px)`;
    /** @type {any} */ (map.getPane("before")).style.clipPath = box(start.x, middle);
    /** @type {any} */ (map.getPane("after")).style.clipPath = box(middle, end.x);
    line.style.transform = `translateX(${x}px)`;
    const says = (input.dataset.says ?? "").replace("{share}", String(Math.round(share * 100)));
    input.setAttribute("aria-valuetext", says);
  }
}

/**
 * Draw a version in a pane of its own.
 * @param {L.Map} map
 * @param {HTMLElement} root
 * @param {any} data
 * @param {number} index
 */
async function drawSide(map, root, data, index) {
  const pane = SIDES[index];
  map.createPane(pane).style.zIndex = "350";
  const renderer = L.svg({ pane });
  const { base, layers, plots, places } = data.sides[index];
  const features = await loadFeatures(base, layers.parcels, places);
  const say = (/** @type {any} */ feature, /** @type {string} */ label) =>
    describePlot(root, feature, label);
  const how = { classes: data.classes, plots, pane, renderer, say };
  const shapes = drawPlots(map, features, how);
  for (const [key, shape] of shapes) {
    const kind = /** @type {keyof typeof DASHES|undefined} */ (data.changed[key]);
    if (!kind) continue;
    const style = { ...OUTLINE, dashArray: DASHES[kind], pane, renderer };
    L.geoJSON(shape.toGeoJSON(), /** @type {any} */ ({ style: () => style, ...style })).addTo(map);
  }
  return shapes;
}

/** @param {L.Map} map @param {Map<string, any>[]} sides */
function connectList(map, sides) {
  const buttons = /** @type {NodeListOf<HTMLButtonElement>} */ (document.querySelectorAll("[data-plot]"));
  for (const button of buttons) {
    const key = button.dataset.plot ?? "";
    const bounds = L.latLngBounds([]);
    for (const shapes of sides) {
      const own = boundsOf(shapes, [key]);
      if (own.isValid()) bounds.extend(own);
    }
    if (!bounds.isValid()) continue;
    button.disabled = false;
    button.addEventListener("click", () => {
      map.getContainer().scrollIntoView({ block: "nearest" });
      show(map, bounds, true);
    });
  }
}

/** @param {HTMLElement} root */
async function boot(root) {
  const data = pageData();
  const map = makePlanMap(root);
  window.planMap = map;
  const ground = drawGround(map, data.sides[1].base, data.sides[1].layers);
  const sides = await Promise.all(SIDES.map((_, index) => drawSide(map, root, data, index)));
  await ground;
  markParks(map, data.parks, sides[1]);
  connectList(map, sides);
  const changed = Object.keys(data.changed);
  const bounds = L.latLngBounds([]);
  for (const shapes of sides) {
    const own = boundsOf(shapes, changed.length ? changed : shapes.keys());
    if (own.isValid()) bounds.extend(own);
  }
  show(map, bounds, true);
  new Divider(map);
  ready();
}

const root = document.getElementById("plan-map");
if (root) boot(root).catch((error) => giveUp(root, error));
