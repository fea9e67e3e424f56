/** The ground: the graticule of the map's own base, and what to do when online tiles fail. */

import { svg } from "./dom.js";
import { color } from "./styles.js";

/** Steps between two lines, in minutes of arc. */
const FINEST = 1;
const STEPS = [120, 60, 30, 20, 10, 5, 2, FINEST];
const SPACING = 150;
const PATIENCE = 6000;
const MANY_ERRORS = 4;
const INSET = 6;

/**
 * Return the name of a meridian or parallel, such as 80°E or 36°30′N.
 * @param {number} minutes
 * @param {string} positive
 * @param {string} negative
 */
function degreeName(minutes, positive, negative) {
  const size = Math.abs(minutes);
  const rest = size % 60;
  const text = `${Math.floor(size / 60)}°${rest ? `${String(rest).padStart(2, "0")}′` : ""}`;
  return text + (minutes < 0 ? negative : positive);
}

/**
 * Return the multiples of a step between two values.
 * @param {number} from
 * @param {number} to
 * @param {number} step
 */
function multiples(from, to, step) {
  const first = Math.ceil(from / step);
  const count = Math.max(0, Math.floor(to / step) - first + 1);
  return Array.from({ length: count }, (_, i) => (first + i) * step);
}

/** Quiet lines of equal longitude and latitude. */
export class Graticule {
  /** @param {any} map */
  constructor(map) {
    this.map = map;
    this.lines = L.layerGroup().addTo(map);
    map.on("moveend", () => this.draw());
  }

  /** Return the step, in minutes, that suits the scale; null where lines would say nothing. */
  #step() {
    const pixels = 2 ** this.map.getZoom() * (256 / (360 * 60));
    const steps = STEPS.filter((step) => step * pixels >= SPACING);
    return steps.length && FINEST * pixels < 8 * SPACING ? steps.at(-1) : null;
  }

  /** Return the meridians and parallels in view, in minutes. */
  #values() {
    const step = this.#step();
    if (!step) return { lons: [], lats: [] };
    const b = this.map.getBounds().pad(0.2);
    return {
      lons: multiples(b.getWest() * 60, b.getEast() * 60, step),
      lats: multiples(b.getSouth() * 60, b.getNorth() * 60, step),
    };
  }

  /** Draw the lines of the present view. */
  draw() {
    const b = this.map.getBounds().pad(0.2);
    const { lons, lats } = this.#values();
    /** @type {any[][]} */
    const ends = [
      ...lons.map((m) => [[b.getSouth(), m / 60], [b.getNorth(), m / 60]]),
      ...lats.map((m) => [[m / 60, b.getWest()], [m / 60, b.getEast()]]),
    ];
    const options = { color: color("county"), weight: 1, opacity: 0.22, interactive: false };
    this.lines.clearLayers();
    if (ends.length) this.lines.addLayer(L.polyline(ends, { ...options, pane: "graticule" }));
  }

  /**
   * Return the degrees along the lower and left edge where nothing else stands.
   * @param {import("./view.js").Box[]} taken
   */
  edgeNames(taken) {
    const size = this.map.getSize();
    const { lons, lats } = this.#values();
    const center = this.map.getCenter();
    const at = (/** @type {number} */ lat, /** @type {number} */ lon) =>
      this.map.latLngToContainerPoint([lat, lon]);
    const names = [
      ...lons.map((m) => {
        const x = at(center.lat, m / 60).x + INSET / 2;
        return { x, y: size.y - INSET, text: degreeName(m, "E", "W") };
      }),
      ...lats.map((m) => {
        const y = at(m / 60, center.lng).y - INSET / 2;
        return { x: INSET, y, text: degreeName(m, "N", "S") };
      }),
    ];
    const free = names.filter(({ x, y }) => {
      const isOff = x < 0 || x > size.x - 48 || y < 12 || y > size.y;
      const isTaken = (/** @type {import("./view.js").Box} */ b) =>
        x < b.right && x + 48 > b.left && y - 12 < b.bottom && y > b.top;
      return !isOff && !taken.some(isTaken);
    });
    const attributes = { "font-size": 12, fill: color("mute"), "fill-opacity": 0.9 };
    return free.map(({ x, y, text }) => svg("text", { ...attributes, x, y, text }));
  }
}

/**
 * @typedef {"map"|"imagery"|"own"} GroundName
 */

/**
 * What lies under everything: online tiles if the operator has a key, else only the map's
 * own base. Tiles that fail repeatedly or stay away for six seconds give way to it.
 *
 * Fires "change" when another ground is shown, "fail" when tiles did not answer.
 */
export class Ground extends EventTarget {
  /** @type {GroundName} */
  name = "own";
  #errors = 0;
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #timer;

  /** @param {{map: any, tiles?: any[], imagery?: any[]}} parts L.TileLayer lists */
  constructor({ map, tiles = [], imagery = [] }) {
    super();
    this.map = map;
    /** @type {Record<GroundName, any[]>} */
    this.layers = { map: tiles, imagery, own: [] };
    for (const layer of [...tiles, ...imagery]) {
      layer.on("tileload", () => clearTimeout(this.#timer));
      layer.on("tileerror", () => this.#onError());
    }
  }

  /** Return the grounds to choose from; one alone is no choice. @returns {GroundName[]} */
  get choices() {
    const names = /** @type {GroundName[]} */ (["map", "imagery"]);
    const online = names.filter((name) => this.layers[name].length > 0);
    return online.length ? [...online, "own"] : [];
  }

  /** Show a ground. @param {GroundName} name */
  choose(name) {
    clearTimeout(this.#timer);
    for (const layer of this.layers[this.name]) layer.remove();
    this.name = name;
    this.#errors = 0;
    for (const layer of this.layers[name]) layer.addTo(this.map);
    if (name !== "own") this.#timer = setTimeout(() => this.#fail(), PATIENCE);
    this.dispatchEvent(new Event("change"));
  }

  #onError() {
    this.#errors += 1;
    if (this.#errors === MANY_ERRORS) this.#fail();
  }

  #fail() {
    if (this.name === "own") return;
    this.choose("own");
    this.dispatchEvent(new Event("fail"));
  }
}
