/** One canvas that shows the tiles of a layer where the map is, and tells what lies at a point. */

import { findShape } from "./find.js";
import { countOf, discRadius, groupShapes, paintGroups, paintPoints, pointsOf, wipe } from "./paint.js";

/**
 * @typedef {import("./read.js").Shape} Shape
 * @typedef {import("./read.js").TileLayer} TileLayer
 * @typedef {import("./paint.js").Frame} Frame
 * @typedef {import("./source.js").Place} Place
 * @typedef {{tile: TileLayer, frame: Frame}} Shown a tile and where it lies
 *
 * @typedef {object} Options
 * @property {import("./source.js").TileSource} source
 * @property {import("./paint.js").StyleOf} styleOf
 * @property {{minzoom: number, maxzoom: number}} zooms of which there are tiles
 * @property {string} pane
 * @property {Set<Promise<unknown>>} underway what the canvases of the map wait for, each its tiles
 * @property {(error: unknown) => void} onFailure told once for all tiles of a view
 */

/** Side of a tile in CSS pixels at the map's zoom of the same number. */
const SIDE = 256;
/** Tiles are drawn at twice that side, for which they are fine enough: a view then needs a dozen. */
const COARSER = 1;
/**
 * Milliseconds after which tiles that are here are painted although others are on their way.
 * Without a GPU each frame with a new picture takes longer than the painting of a tile.
 */
const PATIENCE = 400;
/** How much of the view is painted beyond each of its edges, for the way to the next rest. */
const PADDING = 0.1;
/** Pixels by which the line of what the pointer is on is heavier. */
const EMPHASIS = 1.2;
const POINT = 1;
/** Pixels beside a line or point that still hit it. */
const NEAR = 4;

/**
 * A renderer of Leaflet's: it is moved and scaled with the map, and painted anew when the map
 * has come to rest. Its canvas lets the pointer through; see {@link Canvas.pick}.
 */
const Renderer = /** @type {any} */ (L.Renderer);

export class TileCanvas {
  /** @type {Map<TileLayer, import("./paint.js").Group[]>} */
  #groups = new Map();
  /** @type {number|null} number of what the pointer is on */
  #emphasised = null;
  /** What must stay the same for a picture to be of use after the map has moved. */
  #ground = "";
  /** @type {{zoom: number, corner: any}|null} where the picture lies: L.Point in pixels of its zoom */
  #painted = null;
  /** @type {Shown[]|null} what is here of the view, once it has been asked for */
  #shown = null;
  /** @type {Place[]} tiles of the view that were not here when it was painted */
  #missing = [];
  /** @type {Promise<unknown>|null} the tiles of the view that was wanted last */
  #loading = null;
  /** Which view is wanted now; an answer to an earlier one is not waited for. */
  #wanted = 0;

  /** @param {any} map @param {Options} options */
  constructor(map, options) {
    this.map = map;
    this.options = options;
    this.canvas = document.createElement("canvas");
    this.pen = /** @type {CanvasRenderingContext2D} */ (this.canvas.getContext("2d"));
    /** What the pointer is on is drawn on a canvas of its own, so that the other can stay. */
    this.top = document.createElement("canvas");
    this.top.hidden = true;
    this.container = document.createElement("div");
    this.container.className = "tile-canvas";
    this.container.append(this.canvas, this.top);
    this.ratio = 1;
    /** @type {any} L.Bounds of the canvas in the map's pixels, once it is on the map */
    this.bounds = null;
    const owner = this;
    const Layer = Renderer.extend({
      _initContainer() {
        this._container = owner.container;
      },
      _destroyContainer() {
        owner.container.remove();
        this._container = null;
      },
      _update() {
        if (this._map._animatingZoom && this._bounds) return;
        Renderer.prototype._update.call(this);
        owner.#fit(this._bounds);
      },
      _updatePaths() {},
    });
    this.layer = new Layer({ pane: options.pane, padding: PADDING });
  }

  /** Whether the canvas is on the map. */
  get isOn() {
    return this.map.hasLayer(this.layer);
  }

  /** Show the present view; resolves when all its tiles are painted, or cannot be had. */
  async show() {
    if (!this.isOn) this.layer.addTo(this.map);
    const wanted = ++this.#wanted;
    const { onFailure } = this.options;
    const missing = this.#absent();
    const paint = () => wanted === this.#wanted && this.#paintArrived();
    const timer = missing.length ? setInterval(paint, PATIENCE) : 0;
    const answers = await this.#load(missing);
    clearInterval(timer);
    if (wanted !== this.#wanted) return;
    this.#paintArrived();
    const failed = answers.find((answer) => answer.status === "rejected");
    if (failed) onFailure(/** @type {PromiseRejectedResult} */ (failed).reason);
  }

  /**
   * Load tiles, and wait for those of the other canvases: one frame for all is cheaper.
   * @param {Place[]} places
   */
  async #load(places) {
    const { source, underway } = this.options;
    if (this.#loading) underway.delete(this.#loading);
    const loading = Promise.allSettled(places.map((place) => source.load(place)));
    this.#loading = loading;
    underway.add(loading);
    const answers = await loading;
    underway.delete(loading);
    await Promise.all(underway);
    return answers;
  }

  hide() {
    this.#wanted += 1;
    if (this.#loading) this.options.underway.delete(this.#loading);
    this.layer.remove();
  }

  /** Paint all anew: what the style depends on has changed. */
  restyle() {
    this.#groups.clear();
    if (this.isOn) this.#paint();
    else this.#ground = "";
  }

  /** Lay the canvas over the view, which has come to rest. @param {any} bounds L.Bounds in the map's pixels */
  #fit(bounds) {
    const size = bounds.getSize();
    const ratio = devicePixelRatio;
    const [width, height] = [size.x, size.y].map((side) => Math.round(side * ratio));
    // The map counts its pixels, on which hatches lie, from a new origin when it jumps.
    const ground = [this.map.getZoom(), this.map.getPixelOrigin(), ratio, width, height].join();
    const moved = this.bounds && this.bounds.min.subtract(bounds.min);
    const isSame = ground === this.#ground;
    // Leaflet asks twice after a jump.
    if (isSame && moved && !moved.x && !moved.y) return;
    Object.assign(this, { bounds, ratio });
    this.#ground = ground;
    this.#shown = null;
    this.#missing = this.#absent();
    L.DomUtil.setPosition(this.container, bounds.min);
    this.emphasise(null);
    const before = this.#painted;
    this.#painted = { zoom: this.map.getZoom(), corner: this.#corner() };
    if (isSame && moved) this.#shift(moved.x, moved.y);
    else if (this.#missing.length && before && this.#isOfSize(width, height)) this.#stretch(before);
    else {
      Object.assign(this.canvas, { width, height });
      Object.assign(this.canvas.style, { width: `${size.x}px`, height: `${size.y}px` });
      this.#paint();
    }
  }

  /** @param {number} width @param {number} height device pixels */
  #isOfSize(width, height) {
    return this.canvas.width === width && this.canvas.height === height;
  }

  /** Return the upper left corner of the canvas, in pixels of the zoom. @returns {any} L.Point */
  #corner() {
    return this.map.getPixelOrigin().add(this.bounds.min);
  }

  /**
   * Let the picture of a view before, larger or smaller, stand in for the tiles on their way.
   * @param {{zoom: number, corner: any}} before
   */
  #stretch({ zoom, corner }) {
    const scale = 2 ** (this.map.getZoom() - zoom);
    const { x, y } = corner.multiplyBy(scale).subtract(this.#corner());
    this.#move(x, y, scale);
    if (this.#hasPoints()) return;
    for (const place of this.#places()) {
      if (this.#tileAt(place) !== undefined) this.#paintIn(this.#frameOf(place, 1).clip);
    }
  }

  /** Draw the canvas on itself, elsewhere. @param {number} x @param {number} y CSS pixels @param {number} scale */
  #move(x, y, scale) {
    const { canvas, pen, ratio } = this;
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.globalCompositeOperation = "copy";
    pen.drawImage(canvas, x * ratio, y * ratio, canvas.width * scale, canvas.height * scale);
    pen.globalCompositeOperation = "source-over";
  }

  /**
   * Move what is painted, and paint what has come into view.
   * @param {number} x
   * @param {number} y CSS pixels
   */
  #shift(x, y) {
    const isWhole = Number.isInteger(x * this.ratio) && Number.isInteger(y * this.ratio);
    if (!isWhole || this.#hasPoints()) return this.#paint();
    this.#move(x, y, 1);
    const { left, top, right, bottom } = this.#whole();
    if (x) this.#paintIn({ left: x > 0 ? left : right + x, right: x > 0 ? x : right, top, bottom });
    if (y) this.#paintIn({ left, right, top: y > 0 ? top : bottom + y, bottom: y > 0 ? y : bottom });
  }

  /** Return the whole canvas in CSS pixels. */
  #whole() {
    const { x, y } = this.bounds.getSize();
    return { left: 0, top: 0, right: x, bottom: y };
  }

  /** Paint what is here of the present view. */
  #paint() {
    if (!this.bounds) return;
    this.emphasise(null);
    this.#paintIn(this.#whole());
    this.#paintPoints();
  }

  /** Paint the tiles that have come since the view was painted. */
  #paintArrived() {
    const arrived = this.#missing.filter((place) => this.#tileAt(place) !== undefined);
    if (!this.bounds || !arrived.length) return;
    this.#missing = this.#missing.filter((place) => !arrived.includes(place));
    this.#shown = null;
    if (this.#hasPoints()) this.#paint();
    else for (const place of arrived) this.#paintIn(this.#frameOf(place, 1).clip);
  }

  /** Paint the areas and lines of a part of the canvas. @param {import("./paint.js").Box} part */
  #paintIn(part) {
    const shown = this.shown();
    wipe(this.pen, part, this.ratio);
    for (const { tile, frame } of shown) {
      const clip = overlap(frame.clip, part);
      if (clip) paintGroups(this.pen, this.#groupsOf(tile), { ...frame, clip }, this.#place());
    }
    this.#forget(shown);
  }

  /** Points reach over the edges of their tiles: they are painted last, and all. */
  #paintPoints() {
    for (const { tile, frame } of this.shown()) {
      paintPoints(this.pen, tile, frame, { ratio: this.ratio, styleOf: this.options.styleOf });
    }
  }

  #hasPoints() {
    return this.shown().some(({ tile }) => tile.shapes[0]?.type === POINT);
  }

  /**
   * Draw a thing with a heavier line, and the one before as it was.
   * @param {number|null} id
   */
  emphasise(id) {
    if (id === this.#emphasised) return;
    this.#emphasised = id;
    this.top.hidden = id === null;
    if (id === null) return;
    const { width, height, style } = this.canvas;
    Object.assign(this.top, { width, height });
    Object.assign(this.top.style, { width: style.width, height: style.height });
    const pen = /** @type {CanvasRenderingContext2D} */ (this.top.getContext("2d"));
    const { styleOf } = this.options;
    for (const { tile, frame } of this.shown()) {
      const same = tile.shapes.filter((shape) => shape.type !== POINT && shape.id === id);
      const groups = groupShapes(same, (shape) => {
        const style = styleOf(shape);
        return { ...style, fill: false, weight: style.weight + EMPHASIS };
      });
      paintGroups(pen, groups, frame, this.#place());
    }
  }

  #place() {
    const { min } = this.bounds;
    return { x: -min.x, y: -min.y, ratio: this.ratio };
  }

  /** @param {TileLayer} tile */
  #groupsOf(tile) {
    let groups = this.#groups.get(tile);
    if (!groups) {
      groups = groupShapes(tile.shapes, this.options.styleOf);
      this.#groups.set(tile, groups);
    }
    return groups;
  }

  /** Let go the paths of tiles that are not shown any more, once they are many. @param {Shown[]} shown */
  #forget(shown) {
    if (this.#groups.size <= 4 * shown.length + 40) return;
    const kept = new Set(shown.map(({ tile }) => tile));
    for (const tile of this.#groups.keys()) if (!kept.has(tile)) this.#groups.delete(tile);
  }

  /** Return the tiles that the present view needs. @returns {Place[]} */
  #places() {
    const zoom = this.map.getZoom();
    const z = this.#tileZoom(Math.floor(zoom));
    const side = SIDE * 2 ** (zoom - z);
    const view = this.map.getPixelBounds();
    const range = (/** @type {"x"|"y"} */ axis) => {
      const pad = PADDING * (view.max[axis] - view.min[axis]);
      const first = Math.max(0, Math.floor((view.min[axis] - pad) / side));
      const last = Math.min(2 ** z - 1, Math.floor((view.max[axis] + pad) / side));
      return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => first + i);
    };
    return range("y").flatMap((y) => range("x").map((x) => ({ z, x, y })));
  }

  /** Return the zoom of the tiles that are drawn at a zoom of the map. @param {number} zoom */
  #tileZoom(zoom) {
    const { minzoom, maxzoom } = this.options.zooms;
    return Math.min(maxzoom, Math.max(minzoom, zoom - COARSER));
  }

  /** Return a tile, null if it is empty, undefined if it is not here. @param {Place} place */
  #tileAt(place) {
    return this.options.source.get(place);
  }

  /** Return which tiles of the present view are not here. */
  #absent() {
    return this.#places().filter((place) => this.#tileAt(place) === undefined);
  }

  /** Return the tiles that are here of the present view. @returns {Shown[]} one list as long as it is the same */
  shown() {
    this.#shown ??= this.#places().flatMap((place) => {
      const tile = this.#tileAt(place);
      return tile ? [{ tile, frame: this.#frameOf(place, tile.extent) }] : [];
    });
    return this.#shown;
  }

  /** Return where a tile lies on the canvas. @param {Place} place @param {number} extent @returns {Frame} */
  #frameOf({ z, x, y }, extent) {
    const side = SIDE * 2 ** (this.map.getZoom() - z);
    const corner = this.#corner();
    const [left, top] = [x * side - corner.x, y * side - corner.y];
    const clip = { left, top, right: left + side, bottom: top + side };
    return { x: left, y: top, scale: side / extent, clip };
  }

  /** The stacking order of its pane. */
  get order() {
    return Number(this.map.getPane(this.options.pane).style.zIndex);
  }

  /** Return the place of a point of a tile on the map. @param {Frame} frame @param {number} x @param {number} y */
  latLngOf(frame, x, y) {
    const onCanvas = L.point(frame.x + x * frame.scale, frame.y + y * frame.scale);
    return this.map.layerPointToLatLng(onCanvas.add(this.bounds.min));
  }

  /** Return where clusters lie, and how far their discs reach in pixels. */
  discs() {
    return this.shown().flatMap(({ tile, frame }) =>
      [...pointsOf(tile, frame)]
        .filter(({ shape }) => countOf(shape) > 1)
        .map(({ shape, x, y }) => ({
          point: this.map.layerPointToLatLng(L.point(x, y).add(this.bounds.min)),
          radius: discRadius(countOf(shape)),
        })),
    );
  }

  /**
   * Return what lies at a point of the map, the uppermost first seen.
   * @param {any} latlng
   * @param {number} [tolerance] pixels beside a point or line that still hit it
   * @returns {Shape|undefined}
   */
  pick(latlng, tolerance = NEAR) {
    if (!this.isOn || !this.bounds) return undefined;
    const { x, y } = this.map.latLngToLayerPoint(latlng).subtract(this.bounds.min);
    const shown = this.shown();
    for (const { tile, frame } of shown) {
      for (const point of pointsOf(tile, frame)) {
        const count = countOf(point.shape);
        const radius = count > 1 ? discRadius(count) : this.options.styleOf(point.shape).radius;
        if (Math.hypot(point.x - x, point.y - y) <= radius + tolerance) return point.shape;
      }
    }
    const under = shown.find(({ frame: { clip } }) => {
      return x >= clip.left && x < clip.right && y >= clip.top && y < clip.bottom;
    });
    if (!under) return undefined;
    const { x: left, y: top, scale } = under.frame;
    return findShape(under.tile.shapes, (x - left) / scale, (y - top) / scale, tolerance / scale);
  }
}

/** @param {import("./paint.js").Box} a @param {import("./paint.js").Box} b @returns {import("./paint.js").Box|null} */
function overlap(a, b) {
  const left = Math.max(a.left, b.left);
  const top = Math.max(a.top, b.top);
  const right = Math.min(a.right, b.right);
  const bottom = Math.min(a.bottom, b.bottom);
  return left < right && top < bottom ? { left, top, right, bottom } : null;
}
