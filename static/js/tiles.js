/**
 * Layers that are too large for one file: drawn from vector tiles, in the looks of all the
 * others. Loaded only where a site has such a layer.
 */

import { featureStyle } from "./styles.js";
import { TileCanvas } from "./tiles/canvas.js";
import { countOf } from "./tiles/paint.js";
import { LOOKS } from "./tiles/read.js";
import { TileSource } from "./tiles/source.js";

/**
 * @typedef {import("./data.js").Feature} Feature
 * @typedef {import("./data.js").LayerInfo} LayerInfo
 * @typedef {import("./layers.js").Entry} Entry
 * @typedef {import("./tiles/canvas.js").Shown} Shown
 * @typedef {import("./tiles/read.js").Shape} Shape
 * @typedef {{info: LayerInfo, feature: Feature, id: number, latlng: any}} Hit the id is that of
 *   the shape
 */

/** From here on the things in view are few enough to be told one by one, as names on the map. */
const SINGLE_ZOOM = 15;
/** How many zooms a click on many things at once leads nearer. */
const NEARER = 2;
/** So many things of a layer in view are not told one by one, however near. */
const MANY = 2000;
/**
 * The property that holds the key of a feature, by kind; what joins many has none.
 * @type {Record<string, string>}
 */
const KEYS = {
  parks: "park_id",
  parcels: "parcel_id",
  buildings: "building_id",
  enterprises: "enterprise_id",
  logistics: "facility_id",
  places: "place_id",
  counties: "adcode",
  red_lines: "line_id",
};
const ROLES = /** @type {const} */ ({ 1: "point", 2: "line", 3: "area" });
const POINT = 1;

export class TiledLayers {
  /** @type {Map<string, {info: LayerInfo, canvas: TileCanvas}>} */
  #canvases = new Map();
  /** @type {Set<Promise<unknown>>} */
  #underway = new Set();
  /** @type {Map<string, import("./styles.js").PathOptions>} looks by all that they depend on */
  #styles = new Map();
  /** @type {WeakMap<import("./tiles/read.js").Look, {color: string, style: import("./styles.js").PathOptions}>} */
  #looks = new WeakMap();
  /** @type {WeakMap<Shape, Feature>} */
  #features = new WeakMap();
  /** @type {WeakMap<import("./tiles/canvas.js").Shown[], {all: boolean, color: string, entries: Entry[]}>} by view */
  #entriesOf = new WeakMap();
  /** @type {Hit|null} what the pointer is on */
  #hovered = null;

  /**
   * @param {{map: any, layers: import("./layers.js").Layers, data: import("./data.js").Data,
   *   state: import("./state.js").ViewState}} parts
   */
  constructor({ map, layers, data, state }) {
    this.map = map;
    this.layers = layers;
    this.data = data;
    this.state = state;
    if (matchMedia("(hover: hover)").matches) this.#answerPointer();
  }

  /**
   * Show the present view of a layer, or nothing of it; resolves when it is drawn.
   * @param {LayerInfo} info
   * @param {() => boolean} isDrawn
   * @param {string} pane
   */
  async show(info, isDrawn, pane) {
    if (!isDrawn()) return this.#canvases.get(info.id)?.canvas.hide();
    let shown = this.#canvases.get(info.id);
    if (!shown) {
      shown = { info, canvas: this.#canvasOf(info, pane) };
      this.#canvases.set(info.id, shown);
    }
    await shown.canvas.show();
  }

  /** @param {LayerInfo} info @param {string} pane */
  #canvasOf(info, pane) {
    const { data } = this;
    return new TileCanvas(this.map, {
      source: new TileSource(info.id, (place) => data.tileAddress(info.id, place)),
      styleOf: (shape) => this.#styleOf(info, shape),
      zooms: /** @type {any} */ (info.tiles),
      pane,
      underway: this.#underway,
      onFailure: (error) => {
        console.error(error);
        data.fail(info.id, () => this.layers.sync());
      },
    });
  }

  /** @param {LayerInfo} info @param {Shape} shape */
  #styleOf(info, shape) {
    const { color } = this.state.get();
    const known = this.#looks.get(shape.look);
    if (known?.color === color) return known.style;
    const key = [info.kind, color, ...LOOKS.map((name) => shape.value(name))].join("|");
    let style = this.#styles.get(key);
    if (!style) {
      style = featureStyle(info.kind, this.#featureOf(info, shape), this.data.site, color);
      this.#styles.set(key, style);
    }
    this.#looks.set(shape.look, { color, style });
    return style;
  }

  /** @param {LayerInfo} info @param {Shape} shape @returns {Feature} */
  #featureOf(info, shape) {
    let feature = this.#features.get(shape);
    if (!feature) {
      const { properties } = shape;
      const isCluster = shape.type === POINT && countOf(shape) > 1;
      const key = isCluster ? "" : String(properties[KEYS[info.kind]] ?? "");
      feature = { type: "Feature", id: key, geometry: null, properties };
      this.#features.set(shape, feature);
    }
    return feature;
  }

  /** Paint a kind anew, after what its style depends on has changed. @param {string} kind */
  restyle(kind) {
    for (const { info, canvas } of this.#canvases.values()) {
      if (info.kind === kind) canvas.restyle();
    }
  }

  /**
   * Return the things in view that are drawn by themselves, each once; from afar, and of layers
   * that have very many in view, only one of each look.
   * @param {{all?: boolean}} [options] all: all the same
   * @returns {Entry[]}
   */
  drawn({ all = false } = {}) {
    const isNear = this.map.getZoom() >= SINGLE_ZOOM;
    return [...this.#canvases.values()]
      .filter(({ canvas }) => canvas.isOn)
      .flatMap(({ info, canvas }) => {
        const shown = canvas.shown();
        const count = shown.reduce((sum, { tile }) => sum + tile.shapes.length, 0);
        return this.#entries(info, canvas, all || (isNear && count <= MANY));
      });
  }

  /**
   * Names, legend and marks ask for the same, one after the other.
   * @param {LayerInfo} info
   * @param {TileCanvas} canvas
   * @param {boolean} all
   */
  #entries(info, canvas, all) {
    const shown = canvas.shown();
    const { color } = this.state.get();
    const known = this.#entriesOf.get(shown);
    if (known?.all === all && known.color === color) return known.entries;
    const entries = all ? this.#singles(info, canvas) : this.#samples(info, canvas);
    this.#entriesOf.set(shown, { all, color, entries });
    return entries;
  }

  /** Return each thing in view. @param {LayerInfo} info @param {TileCanvas} canvas */
  #singles(info, canvas) {
    /** @type {Map<number, {shape: Shape, size: number, frame: import("./tiles/paint.js").Frame}>} */
    const found = new Map();
    for (const { tile, frame } of canvas.shown()) {
      for (const shape of tile.shapes) {
        if (shape.type === POINT && countOf(shape) > 1) continue;
        const [minx, miny, maxx, maxy] = shape.box;
        // Of a thing that several tiles have parts of, the largest part stands for it.
        const size = (maxx - minx) * (maxy - miny);
        if (size > (found.get(shape.id)?.size ?? -1)) found.set(shape.id, { shape, size, frame });
      }
    }
    return [...found.values()].map(({ shape, frame }) => this.#entry(info, canvas, shape, frame));
  }

  /** Return a thing of each look in view. @param {LayerInfo} info @param {TileCanvas} canvas */
  #samples(info, canvas) {
    /** @type {Map<import("./styles.js").PathOptions, Entry>} */
    const found = new Map();
    for (const { tile, frame } of canvas.shown()) {
      const looks = new Set();
      for (const shape of tile.shapes) {
        if (looks.has(shape.look) || (shape.type === POINT && countOf(shape) > 1)) continue;
        looks.add(shape.look);
        const style = this.#styleOf(info, shape);
        if (!found.has(style)) found.set(style, this.#entry(info, canvas, shape, frame));
      }
    }
    return [...found.values()];
  }

  /**
   * @param {LayerInfo} info
   * @param {TileCanvas} canvas
   * @param {Shape} shape
   * @param {import("./tiles/paint.js").Frame} frame
   * @returns {Entry}
   */
  #entry(info, canvas, shape, frame) {
    const at = (/** @type {number} */ x, /** @type {number} */ y) => canvas.latLngOf(frame, x, y);
    const [minx, miny, maxx, maxy] = shape.box;
    const layer = {
      getBounds: () => L.latLngBounds(at(minx, maxy), at(maxx, miny)),
      getLatLngs: () =>
        shape.parts.map((part) =>
          Array.from({ length: part.length / 2 }, (_, i) => at(part[2 * i], part[2 * i + 1])),
        ),
    };
    const { radius = 0, weight = 0 } = this.#styleOf(info, shape);
    return {
      ...{ info, feature: this.#featureOf(info, shape), layer, role: ROLES[shape.type] },
      point: at((minx + maxx) / 2, (miny + maxy) / 2),
      radius: shape.type === POINT ? radius + weight / 2 : 0,
      ...{ min: 0, max: Infinity },
    };
  }

  /** Return where clusters lie, and how far they reach in pixels. @returns {{point: any, radius: number}[]} */
  discs() {
    const shown = [...this.#canvases.values()].filter(({ canvas }) => canvas.isOn);
    return shown.flatMap(({ canvas }) => canvas.discs());
  }

  /**
   * Return what is drawn at a point.
   * @param {any} latlng
   * @param {number} [above] stacking order of what the pointer is on otherwise; what lies below
   *   that does not count
   * @returns {Hit|null}
   */
  at(latlng, above = -1) {
    const canvases = [...this.#canvases.values()]
      .filter(({ canvas }) => canvas.isOn && canvas.order > above)
      .sort((a, b) => b.canvas.order - a.canvas.order);
    for (const { info, canvas } of canvases) {
      const shape = canvas.pick(latlng);
      if (shape) return { info, feature: this.#featureOf(info, shape), id: shape.id, latlng };
    }
    return null;
  }

  /** Select what the reader pointed at; go nearer to many things at once. @param {Hit} hit */
  choose({ info, feature, latlng }) {
    if (feature.id) this.layers.select(info.id, feature.id);
    else this.map.setView(latlng, Math.min(this.map.getMaxZoom(), this.map.getZoom() + NEARER));
  }

  #answerPointer() {
    this.map.on("mousemove", (/** @type {any} */ { latlng }) => {
      const isFree = !this.layers.busy && !this.map.dragging?.moving?.();
      this.#point(isFree ? this.at(latlng, this.layers.hoveredOrder()) : null, latlng);
    });
    this.map.on("mouseout zoomstart movestart", () => this.#point(null));
  }

  /** @param {Hit|null} hit @param {any} [latlng] */
  #point(hit, latlng) {
    const before = this.#hovered;
    this.#hovered = hit;
    if (hit) this.layers.tell(hit.feature, hit.info, latlng);
    else if (before) this.layers.tellHovered(latlng);
    if (hit?.id === before?.id && hit?.info === before?.info) return;
    this.map.getContainer().classList.toggle("is-on-tile", Boolean(hit));
    if (before) this.#canvases.get(before.info.id)?.canvas.emphasise(null);
    if (hit) this.#canvases.get(hit.info.id)?.canvas.emphasise(hit.id);
  }
}

