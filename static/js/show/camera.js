/** Where the map looks: each scene is fitted into the part of the screen that no text covers. */

import { isStill } from "../small-map.js";

/**
 * @typedef {import("./canvas.js").Sight} Sight
 * @typedef {import("./state.js").Scene} Scene
 * @typedef {import("./things.js").Plane} Plane
 * @typedef {{left: number, top: number, right: number, bottom: number}} Box
 * @typedef {{at: import("./things.js").Point, zoom: number}} Target
 */

const FLIGHT_S = 1.2;
/** Air around what a scene shows, in units of the slide: names stand there. */
const MARGIN = 6;
/** Units at which a zoom of a scene is meant: those of a screen of 1920 by 1080. */
const MEANT_UNIT = 10;
const ZOOM = { min: 4, max: 18 };

const AT_ONCE = { animate: false, reset: true };

/** The map's own camera, with calm moves. */
export class Camera {
  /**
   * @param {any} map
   * @param {Plane} plane
   * @param {{free: () => Box, unit: () => number}} screen what is free, and the size of a unit
   */
  constructor(map, plane, screen) {
    this.map = map;
    this.plane = plane;
    this.screen = screen;
  }

  /** Return how the plane lies on the screen now. */
  sight() {
    const { lng, lat } = this.map.getCenter();
    return this.#look({ at: this.plane.project([lng, lat]), zoom: this.map.getZoom() });
  }

  /** Return how it will lie when a scene is shown. @param {Scene} scene */
  sightOf(scene) {
    return this.#look(this.#aim(scene));
  }

  /** @param {Target} target @returns {Sight} */
  #look({ at: [x, y], zoom }) {
    const { x: width, y: height } = this.map.getSize();
    const scale = 2 ** zoom;
    const unit = this.screen.unit();
    return { scale, left: width / 2 - scale * x, top: height / 2 - scale * y, width, height, unit };
  }

  /**
   * Show a scene, in a flight unless nobody would like one.
   * @param {Scene} scene
   * @param {boolean} atOnce
   */
  show(scene, atOnce) {
    const { at, zoom } = this.#aim(scene);
    const center = this.plane.unproject(at);
    this.map.stop();
    if (atOnce || isStill() || this.#isThere(center, zoom)) {
      this.map.setView(center, zoom, AT_ONCE);
      return;
    }
    // After a drag Leaflet counts in whole pixels; a flight would tremble, and end beside its aim.
    const { x, y } = L.DomUtil.getPosition(this.map.getPane("mapPane"));
    if (x || y) this.map.setView(this.map.getCenter(), this.map.getZoom(), AT_ONCE);
    this.map.flyTo(center, zoom, { duration: FLIGHT_S });
  }

  /** @param {any} center @param {number} zoom */
  #isThere(center, zoom) {
    const shift = this.map.latLngToContainerPoint(center).distanceTo(this.map.getSize().divideBy(2));
    return shift < 2 && Math.abs(this.map.getZoom() - zoom) < 0.01;
  }

  /** Return where the middle of the screen must be for a scene. @param {Scene} scene @returns {Target} */
  #aim({ view }) {
    const unit = this.screen.unit();
    const free = this.screen.free();
    const zoom = limit(view.bounds ? this.#zoomFor(view.bounds, free, unit) : meant(view.zoom, unit));
    const [x, y] = view.bounds ? this.#middle(view.bounds) : this.plane.project(view.centre ?? [0, 0]);
    const size = this.map.getSize();
    const scale = 2 ** zoom;
    const dx = (free.left + free.right - size.x) / 2 / scale;
    const dy = (free.top + free.bottom - size.y) / 2 / scale;
    return { at: [x - dx, y - dy], zoom };
  }

  /** @param {number[]} bounds @param {Box} free @param {number} unit */
  #zoomFor([w, s, e, n], free, unit) {
    const [left, bottom] = this.plane.project([w, s]);
    const [right, top] = this.plane.project([e, n]);
    const width = Math.max(free.right - free.left - 2 * MARGIN * unit, unit);
    const height = Math.max(free.bottom - free.top - 2 * MARGIN * unit, unit);
    return Math.log2(Math.min(width / (right - left), height / (bottom - top)));
  }

  /** @param {number[]} bounds @returns {import("./things.js").Point} */
  #middle([w, s, e, n]) {
    const [left, bottom] = this.plane.project([w, s]);
    const [right, top] = this.plane.project([e, n]);
    return [(left + right) / 2, (top + bottom) / 2];
  }
}

/** A larger screen shows the same land, larger. */
function meant(/** @type {number|undefined} */ zoom, /** @type {number} */ unit) {
  return (zoom ?? ZOOM.min) + Math.log2(unit / MEANT_UNIT);
}

/** @param {number} zoom */
function limit(zoom) {
  return Math.max(ZOOM.min, Math.min(ZOOM.max, zoom));
}
