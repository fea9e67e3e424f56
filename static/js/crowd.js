/**
 * Parks by the hundred: at small scales, marks that would lie on top of each other are joined
 * to a ring with their number. Fetched only where there are so many.
 */

import { LATEST_OUTLINE, discIcon } from "./layers.js";
import { t } from "./i18n.js";
import { color, isSample, isSchematic } from "./styles.js";
import { flyTo } from "./view.js";

/** @typedef {import("./layers.js").Entry} Entry */

/**
 * Pixels between marks that stay apart at a whole zoom; at the zooms between, which the plugin
 * rounds, it is 57 to 113. The widest ring with a number takes 50.
 */
const APART = 80;

/** The marks of a layer's parks, joined where they crowd. */
export class Crowd {
  /** @type {Map<Entry, any>} the ring of each mark; its dot comes and goes with it */
  #rings = new Map();

  /** @param {{map: any, entries: Entry[]}} parts */
  constructor({ map, entries }) {
    this.map = map;
    this.group = L.markerClusterGroup({
      maxClusterRadius: APART,
      clusterPane: "marks",
      iconCreateFunction: ringIcon,
      animate: false,
      showCoverageOnHover: false,
      spiderfyOnMaxZoom: false,
      zoomToBoundsOnClick: false,
    });
    for (const entry of entries) if (entry.role === "mark") this.#take(entry);
    this.group.on("clusterclick clusterkeypress", (/** @type {any} */ event) => this.#open(event));
  }

  /** @param {Entry} entry */
  #take(entry) {
    const [ring, dot] = entry.layer.getLayers();
    ring.on("add", () => dot.addTo(this.map));
    ring.on("remove", () => dot.remove());
    this.#rings.set(entry, ring);
  }

  /** Return whether the crowd draws this. @param {Entry} entry */
  has(entry) {
    return this.#rings.has(entry);
  }

  /** Return whether a mark is seen by itself. @param {Entry} entry */
  isSingle(entry) {
    return this.map.hasLayer(this.#rings.get(entry));
  }

  /** Hold the marks that belong to a zoom. @param {number} zoom */
  show(zoom) {
    const changed = [...this.#rings].filter(([{ min, max }, ring]) => {
      const fits = zoom >= min && zoom < max;
      return fits !== this.group.hasLayer(ring);
    });
    const isIn = (/** @type {[Entry, any]} */ [, ring]) => this.group.hasLayer(ring);
    const rings = (/** @type {[Entry, any][]} */ found) => found.map(([, ring]) => ring);
    const [gone, come] = [changed.filter(isIn), changed.filter((one) => !isIn(one))];
    if (gone.length) this.group.removeLayers(rings(gone));
    if (come.length) this.group.addLayers(rings(come));
  }

  /** Show the parks of a ring with a number. */
  #open(/** @type {any} */ { type, layer, originalEvent }) {
    const isByKey = type === "clusterkeypress";
    if (isByKey && originalEvent?.key !== "Enter") return;
    // The ring goes with the scale, and the keys must not lose their place with it.
    if (isByKey) this.map.getContainer().focus();
    const minZoom = this.map.getZoom() + 1;
    // No nearer for marks that share one place.
    flyTo(this.map, layer.getBounds(), { minZoom, maxZoom: Math.max(LATEST_OUTLINE, minZoom) });
  }
}

/** Return the icon of joined parks: their ring, wide enough for the number. @param {any} cluster */
function ringIcon(cluster) {
  const count = cluster.getChildCount();
  const features = cluster.getAllChildMarkers().map((/** @type {any} */ { feature }) => feature);
  const isUnsure = features.some((/** @type {any} */ one) => isSample(one) || isSchematic(one));
  return discIcon(count, t("map.cluster_parks", { count }), {
    fill: color("jade-tint"),
    ink: color("jade-deep"),
    edge: color("jade"),
    weight: 1.6,
    dashes: isUnsure ? "3.5 3" : undefined,
  });
}
