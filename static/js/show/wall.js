/** The map of the show: Leaflet's camera and gestures over a canvas of our own. */

import { Camera } from "./camera.js";
import { Names } from "./names.js";
import { Painter, place } from "./canvas.js";
import { Plane, makeThings } from "./things.js";

/**
 * @typedef {import("./state.js").Scene} Scene
 * @typedef {import("./things.js").Thing} Thing
 * @typedef {import("./camera.js").Box} Box
 *
 * @typedef {object} Screen what the page says of the room on it
 * @property {() => Box} free what no text covers, in pixels
 * @property {() => Box[]} covers what lies over the map while it is explored
 * @property {() => number} unit pixels of a unit of the slide
 */

const WHEEL_PX = 120;
/** Of these one may ask what is known. */
const ASKED = ["parks", "parcels", "buildings", "logistics"];

/** Fires "seen" with detail {things} when it will show other things, or does. */
export class Wall extends EventTarget {
  /** @type {Map<string, Thing[]>} */
  #layers = new Map();
  /** @type {Thing[]} */
  #things = [];
  /** @type {Set<string>} */
  #strong = new Set();
  /** @type {Scene|null} */
  #scene = null;
  #frame = 0;
  isExploring = false;

  /**
   * @param {{root: HTMLElement, canvas: HTMLCanvasElement, names: SVGElement}} parts
   * @param {import("../data.js").Data} data
   * @param {Screen} screen
   * @param {Record<string, import("../data.js").Feature[]>} features what scenes draw of large layers
   */
  constructor({ root, canvas, names }, data, screen, features) {
    super();
    this.data = data;
    this.features = features;
    this.screen = screen;
    this.map = makeMap(root, data.site.extent);
    this.plane = new Plane(data.site.extent);
    this.camera = new Camera(this.map, this.plane, screen);
    this.painter = new Painter(canvas);
    this.names = new Names(names, data.site.codes.county);
    this.painter.fit(this.camera.sight());
    this.map.on("movestart zoomstart", () => this.names.hide());
    this.map.on("move zoom", () => this.#paintSoon());
    this.map.on("moveend", () => this.settle());
    this.map.on("resize", () => this.#resize());
  }

  /**
   * Show a scene. What has not come yet is drawn when it comes; what never comes is left out.
   * @param {Scene} scene
   * @param {boolean} [atOnce] without a flight
   */
  async show(scene, atOnce = false) {
    this.#scene = scene;
    this.isExploring = false;
    for (const id of scene.layers) this.#takePart(id, scene);
    this.#choose(scene);
    // Before the camera aims: the legend takes its room from the map.
    this.#tell(this.camera.sightOf(scene));
    this.camera.show(scene, atOnce);
    this.#paintSoon();
    if (scene.layers.every((id) => this.#layers.has(id))) return;
    await Promise.allSettled(scene.layers.map((id) => this.load(id)));
    if (this.#scene !== scene) return;
    this.#choose(scene);
    this.#tell(this.camera.sightOf(scene));
    if (!this.isExploring) this.camera.show(scene, atOnce);
    this.settle();
  }

  /** Load a layer, so that the scenes that show it need not wait. @param {string} id */
  async load(id) {
    const info = this.data.info(id);
    if (this.#layers.has(id) || info?.tiles) return;
    const { features } = await this.data.layer(id);
    if (info) this.#layers.set(id, makeThings(info, features, this.plane));
  }

  /**
   * Take what a scene draws of a layer that is too large to be drawn whole; the show has it.
   * @param {string} id
   * @param {Scene} scene
   */
  #takePart(id, scene) {
    const info = this.data.info(id);
    if (!info?.tiles) return;
    const drawn = new Set(scene.parts?.[id]?.drawn);
    const found = (this.features[id] ?? []).filter((feature) => drawn.has(String(feature.id)));
    this.#layers.set(id, makeThings(info, found, this.plane));
  }

  /** Return what is at a point of the screen. @param {{x: number, y: number}} point */
  find(point) {
    const found = this.painter.find(point, this.camera.sight());
    if (found) return found;
    const key = this.names.keyAt(point);
    return this.#things.find((thing) => thing.key === key && ASKED.includes(thing.info.kind)) ?? null;
  }

  /** Tell what of the scene is in the free part of the screen. @param {import("./canvas.js").Sight} sight */
  #tell(sight) {
    const { left, top, right, bottom } = this.screen.free();
    const things = this.#things.filter((thing) => {
      const { box } = thing;
      const a = place(/** @type {any} */ ({ x: box.left, y: box.top }), sight);
      const b = place(/** @type {any} */ ({ x: box.right, y: box.bottom }), sight);
      const isThere = a.x < right && b.x > left && a.y < bottom && b.y > top;
      const isDust = thing.role === "area" && Math.max(b.x - a.x, b.y - a.y) < sight.unit / 2;
      return isThere && !isDust;
    });
    this.dispatchEvent(new CustomEvent("seen", { detail: { things } }));
  }

  /** @param {Scene} scene */
  #choose(scene) {
    this.#things = scene.layers.flatMap((id) => this.#layers.get(id) ?? []);
    this.#strong = new Set(scene.highlight.map(({ layer, id }) => `${layer}/${id}`));
    this.painter.choose(this.#things, this.#strong);
  }

  #paintSoon() {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.painter.paint(this.camera.sight());
    });
  }

  /** Paint and name what is seen now; also after what lies over the map has changed. */
  settle() {
    const sight = this.camera.sight();
    this.#paintSoon();
    const whole = { left: 0, top: 0, right: sight.width, bottom: sight.height };
    this.names.place({
      things: this.#things,
      strong: this.#strong,
      marks: this.painter.marks(sight),
      sight,
      frame: this.isExploring ? whole : this.screen.free(),
      obstacles: this.isExploring ? this.screen.covers() : [],
    });
    if (this.isExploring) this.#tell(sight);
  }

  #resize() {
    this.painter.fit(this.camera.sight());
    // Paint in the same frame: a canvas is empty after its size has changed.
    this.painter.paint(this.camera.sight());
    if (this.#scene && !this.isExploring) this.camera.show(this.#scene, true);
    this.settle();
  }
}

/** @param {HTMLElement} root @param {number[]} extent */
function makeMap(root, [minx, miny, maxx, maxy]) {
  const map = L.map(root, {
    attributionControl: false,
    zoomControl: false,
    zoomSnap: 0,
    minZoom: 4,
    maxZoom: 18,
    wheelPxPerZoomLevel: WHEEL_PX,
    // The canvas is painted for every frame; nothing is left for a browser to stretch.
    zoomAnimation: false,
    fadeAnimation: false,
    keyboard: false,
    boxZoom: false,
    doubleClickZoom: false,
  });
  map.setView([(miny + maxy) / 2, (minx + maxx) / 2], 7, { animate: false });
  return map;
}
