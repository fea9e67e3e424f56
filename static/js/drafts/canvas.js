/** The map of the editor: plots, the handles of the chosen one, the line that is being drawn. */

import { el } from "../dom.js";
import { goTo, makeMap } from "../small-map.js";
import { changeOf } from "./shapes.js";

/**
 * @typedef {import("./shapes.js").Plot} Plot
 * @typedef {import("./split.js").Position} Position
 * @typedef {object} View what the map shows
 * @property {import("./shapes.js").Layout} plots
 * @property {string | null} chosen
 * @property {number | null} corner of the chosen plot
 * @property {Position[] | null} points of the line that is being drawn
 *
 * @typedef {object} Reaction
 * @property {(id: string) => void} choose
 * @property {(at: Position) => void} click where a point is wanted
 * @property {(index: number) => void} corner a corner was touched
 * @property {(index: number, at: Position, isNew: boolean) => void} move a corner was put elsewhere
 */

const SNAP_PX = 10;
const MOST_ZOOM = 21;
const PANES = { ground: 340, plots: 350, sketch: 420 };
const HANDLE_PX = matchMedia("(pointer: coarse)").matches ? 32 : 16;
const CHANGED = { color: "#0b6b57", weight: 2, fillColor: "#0b6b57", fillOpacity: 0.2, dashArray: "" };
const LOOKS = {
  kept: { color: "#6f6f6f", weight: 1, fillColor: "#6f6f6f", fillOpacity: 0.08, dashArray: "" },
  changed: CHANGED,
  new: CHANGED,
  gone: { color: "#9a5b00", weight: 1, fillColor: "#9a5b00", fillOpacity: 0.04, dashArray: "4 4" },
};
const CHOSEN = { color: "#9a5b00", weight: 3 };
const SKETCH = { color: "#9a5b00", weight: 3, dashArray: "6 6", interactive: false, pane: "sketch" };
const GROUND = { color: "#0b6b57", weight: 1, dashArray: "6 6", fill: false, interactive: false };

export class Canvas {
  /** @type {Map<string, L.Polygon | L.GeoJSON>} */
  #shapes = new Map();
  /** @type {Map<string, unknown>} the ring that each shape shows */
  #rings = new Map();
  #handles = L.layerGroup();
  #marks = L.layerGroup();
  #sketch = L.polyline([], SKETCH);
  #name = L.tooltip();

  /** @param {HTMLElement} root @param {Reaction} on */
  constructor(root, on) {
    this.#on = on;
    this.map = makeMap(root, MOST_ZOOM, PANES);
    this.map.doubleClickZoom.disable();
    this.map.setView([36.9, 81.5], 9);
    for (const layer of [this.#sketch, this.#handles, this.#marks]) layer.addTo(this.map);
    this.map.on("click", ({ latlng }) => on.click(this.#near(latlng)));
  }

  /** @type {Reaction} */
  #on;
  /** @type {View | null} */
  #view = null;

  /** Draw the edge of the park. @param {GeoJSON.Feature} park */
  drawGround(park) {
    L.geoJSON(park, /** @type {any} */ ({ ...GROUND, pane: "ground", style: GROUND })).addTo(this.map);
  }

  /** Show all plots. */
  fit() {
    const bounds = L.latLngBounds([]);
    for (const shape of this.#shapes.values()) bounds.extend(shape.getBounds());
    if (bounds.isValid()) goTo(this.map, bounds, { padding: [20, 20] }, true);
    return bounds;
  }

  /** Bring a plot into sight, if it is not. @param {string} id */
  reveal(id) {
    const bounds = this.#shapes.get(id)?.getBounds();
    if (bounds && !this.map.getBounds().contains(bounds)) goTo(this.map, bounds, { padding: [60, 60] }, true);
  }

  /** @param {View} view */
  show(view) {
    this.#view = view;
    for (const [id, shape] of this.#shapes) {
      if (view.plots.has(id)) continue;
      shape.remove();
      this.#shapes.delete(id);
    }
    for (const plot of view.plots.values()) this.#showPlot(plot);
    this.#showHandles();
    this.#showSketch(view.points);
  }

  /** @param {Plot} plot */
  #showPlot(plot) {
    const known = this.#shapes.get(plot.id);
    const shape = known ?? this.#add(plot);
    if (known instanceof L.Polygon && plot.ring && this.#rings.get(plot.id) !== plot.ring) {
      known.setLatLngs(plot.ring);
    }
    this.#rings.set(plot.id, plot.ring);
    const look = LOOKS[changeOf(plot) ?? "kept"];
    shape.setStyle({ ...look, ...(plot.id === this.#view?.chosen && CHOSEN) });
  }

  /** @param {Plot} plot */
  #add(plot) {
    const options = { pane: "plots" };
    const shape = plot.ring
      ? L.polygon(plot.ring, options)
      : L.geoJSON(plot.geometry, /** @type {any} */ (options));
    // Not bound to the shape: a bound tooltip would make every plot a stop of the Tab key.
    shape.on("mouseover mousemove", (/** @type {any} */ { latlng }) => {
      this.#name.setLatLng(latlng).setContent(el("span", { text: plot.id })).addTo(this.map);
    });
    shape.on("mouseout", () => this.#name.remove());
    shape.on("click", (event) => {
      if (this.#view?.points) return; // the map takes it as a point
      L.DomEvent.stopPropagation(event);
      this.#on.choose(plot.id);
    });
    this.#shapes.set(plot.id, shape.addTo(this.map));
    return shape;
  }

  #showHandles() {
    this.#handles.clearLayers();
    const { plots, chosen, corner, points } = /** @type {View} */ (this.#view);
    const plot = chosen === null || points ? undefined : plots.get(chosen);
    const ring = plot?.isGone ? null : plot?.ring;
    ring?.forEach((at, index) => {
      const next = ring[(index + 1) % ring.length];
      this.#handle(at, index, `draw-corner${index === corner ? " is-chosen" : ""}`);
      const middle = { lat: (at.lat + next.lat) / 2, lng: (at.lng + next.lng) / 2 };
      this.#handle(middle, index + 1, "draw-middle");
    });
  }

  /**
   * Put a handle on the map. One in the middle of a side becomes a corner when it is moved.
   * @param {Position} at
   * @param {number} index of the corner that it is or would be
   * @param {string} className
   */
  #handle(at, index, className) {
    const isNew = className === "draw-middle";
    const icon = L.divIcon({ className, iconSize: [HANDLE_PX, HANDLE_PX] });
    const marker = L.marker(at, { icon, draggable: true, keyboard: false }).addTo(this.#handles);
    if (!isNew) marker.on("click", () => this.#on.corner(index));
    marker.on("drag", () => this.#bend(index, marker.getLatLng(), isNew));
    marker.on("dragend", () => this.#on.move(index, this.#near(marker.getLatLng(), at), isNew));
  }

  /** Show the chosen plot with one corner elsewhere. @param {number} index @param {Position} at @param {boolean} isNew */
  #bend(index, at, isNew) {
    const { plots, chosen } = /** @type {View} */ (this.#view);
    const ring = [...(plots.get(chosen ?? "")?.ring ?? [])];
    ring.splice(index, isNew ? 0 : 1, at);
    const shape = this.#shapes.get(chosen ?? "");
    if (shape instanceof L.Polygon) shape.setLatLngs(ring);
    this.#rings.delete(chosen ?? "");
  }

  /** @param {Position[] | null} points */
  #showSketch(points) {
    this.#sketch.setLatLngs(points ?? []);
    this.#marks.clearLayers();
    const icon = L.divIcon({ className: "draw-point", iconSize: [10, 10] });
    for (const at of points ?? []) {
      L.marker(at, { icon, interactive: false, keyboard: false }).addTo(this.#marks);
    }
  }

  /**
   * Return the corner of a plot beside a position, so that neighbours meet; else the position.
   * @param {Position} at
   * @param {Position} [besides] the corner that is being moved
   * @returns {Position}
   */
  #near(at, besides) {
    const here = this.map.latLngToContainerPoint(at);
    let [best, nearest] = [at, SNAP_PX];
    for (const { ring } of this.#view?.plots.values() ?? []) {
      for (const corner of ring ?? []) {
        const distance = here.distanceTo(this.map.latLngToContainerPoint(corner));
        if (corner !== besides && distance < nearest) [best, nearest] = [corner, distance];
      }
    }
    return { lat: best.lat, lng: best.lng };
  }
}
