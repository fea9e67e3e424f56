/** Measuring on the map: a length along a line, or the area of a shape, on the ellipsoid. */

import { el, fill } from "./dom.js";
import { geodesicArea, geodesicDistance } from "./geodesy.js";
import { number } from "./format.js";
import { t } from "./i18n.js";
import { color } from "./styles.js";

/** @typedef {"distance"|"area"} Mode */

/** Words for the finger where there is no mouse. */
const HELP = matchMedia("(pointer: coarse)").matches ? "map.measure_help_touch" : "map.measure_help";
const MU_M2 = 10000 / 15;
const HECTARE_M2 = 10000;
const KM2_M2 = 1e6;

/**
 * Return a length as text: metres below one kilometre, then kilometres.
 * @param {number} metres
 */
export function lengthText(metres) {
  if (metres < 1000) return `${number(metres, metres < 100 ? 1 : 0)} m`;
  return `${number(metres / 1000, metres < 100_000 ? 2 : 1)} km`;
}

/**
 * Return an area in 亩, hectares and, from one on, square kilometres.
 * @param {number} m2
 */
export function areaTexts(m2) {
  const texts = [
    `${number(m2 / MU_M2, m2 < 100 * MU_M2 ? 2 : 0)} ${t("map.unit_mu")}`,
    `${number(m2 / HECTARE_M2, m2 < 100 * HECTARE_M2 ? 2 : 0)} ${t("map.unit_ha")}`,
  ];
  return m2 < KM2_M2 ? texts : [...texts, `${number(m2 / KM2_M2, 2)} km²`];
}

/** One measurement at a time: click or Enter adds a point, double click or Enter twice ends. */
export class Measure {
  /** @type {Mode|null} */
  mode = null;
  /** @type {any[]} */
  points = [];
  isFinished = false;

  /**
   * @param {{map: any, onMode: (mode: Mode|null) => void}} parts
   *   onMode is told which measurement runs, so that it can take the clicks
   */
  constructor({ map, onMode }) {
    this.map = map;
    this.onMode = onMode;
    this.group = L.layerGroup();
    this.value = el("p", { class: "measure-value", role: "status" });
    this.help = el("p", { class: "measure-help" });
    const close = el("button", {
      class: "icon-button",
      type: "button",
      "aria-label": t("map.measure_close"),
      on: { click: () => this.stop() },
    });
    this.box = el("div", { class: "measure-box", hidden: true }, this.value, this.help, close);
    map.getContainer().after(this.box);
    this.handlers = {
      click: (/** @type {any} */ event) => this.#add(event.latlng),
      dblclick: () => this.#finish(),
      mousemove: (/** @type {any} */ event) => this.#draw(event.latlng),
    };
    this.onKey = this.onKey.bind(this);
  }

  /** Start a measurement, or stop the one of that kind. @param {Mode} mode */
  toggle(mode) {
    const isSame = this.mode === mode;
    this.stop();
    if (!isSame) this.#start(mode);
  }

  /** @param {Mode} mode */
  #start(mode) {
    this.mode = mode;
    this.group.addTo(this.map);
    this.map.on(this.handlers);
    this.map.doubleClickZoom.disable();
    // Before Leaflet's own keys and before the panel, which Escape closes otherwise.
    addEventListener("keydown", this.onKey, true);
    this.map.getContainer().classList.add("is-measuring");
    this.map.getContainer().focus({ preventScroll: true });
    this.box.hidden = false;
    this.#clear();
    this.onMode(mode);
  }

  /** End and forget the measurement. */
  stop() {
    if (!this.mode) return;
    this.mode = null;
    this.map.off(this.handlers);
    this.map.doubleClickZoom.enable();
    removeEventListener("keydown", this.onKey, true);
    this.map.getContainer().classList.remove("is-measuring");
    this.group.remove();
    this.box.hidden = true;
    this.onMode(null);
  }

  #clear() {
    this.points = [];
    this.isFinished = false;
    this.#draw();
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    const isOnMap = event.target === this.map.getContainer();
    if (event.key === "Escape") this.stop();
    else if (event.key === "Enter" && isOnMap) this.#addCenter();
    else if (event.key === "Backspace" && isOnMap) this.#undo();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** Add the middle of the map; a second time at the same place ends the measurement. */
  #addCenter() {
    const center = this.map.getCenter();
    if (this.points.at(-1)?.equals(center)) this.#finish();
    else this.#add(center);
  }

  #undo() {
    this.points.pop();
    this.isFinished = false;
    this.#draw();
  }

  /** @param {any} latlng */
  #add(latlng) {
    if (this.isFinished) this.#clear();
    // A double click brings a second click at the same place before it.
    if (this.points.at(-1)?.equals(latlng)) return;
    this.points.push(latlng);
    this.#draw();
  }

  #finish() {
    this.isFinished = this.points.length > (this.mode === "area" ? 2 : 1);
    this.#draw();
  }

  /** @param {any} [pointer] where the next point would be */
  #draw(pointer) {
    const ahead = pointer && !this.isFinished && this.points.length > 0 ? [pointer] : [];
    const points = [...this.points, ...ahead];
    const line = { color: color("amber"), weight: 2.5, pane: "marks", interactive: false };
    const dash = this.isFinished ? undefined : "5 5";
    this.group.clearLayers();
    const shape =
      this.mode === "area"
        ? L.polygon(points, { ...line, dashArray: dash, fillOpacity: 0.12 })
        : L.polyline(points, { ...line, dashArray: dash });
    this.group.addLayer(shape);
    for (const point of this.points) {
      const dot = { ...line, radius: 4, weight: 2, fillColor: color("card"), fillOpacity: 1 };
      this.group.addLayer(L.circleMarker(point, dot));
    }
    fill(this.value, this.#result(points));
    this.help.textContent = t(this.isFinished ? "map.measure_again" : HELP);
  }

  /** @param {any[]} points */
  #result(points) {
    const isArea = this.mode === "area";
    if (points.length < (isArea ? 3 : 2)) return t(isArea ? "map.measure_area" : "map.measure_distance");
    if (isArea) return areaTexts(geodesicArea(points)).join(" · ");
    const lengths = points.slice(1).map((point, i) => geodesicDistance(points[i], point));
    return lengthText(lengths.reduce((a, b) => a + b, 0));
  }
}
