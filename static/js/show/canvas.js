/**
 * The map of a scene on one canvas, painted anew for every frame of a flight, so that lines
 * stay sharp on a wall and nothing is cut off at an edge.
 */

import { color } from "../styles.js";
import { isLoose, lookOf, markColor } from "./looks.js";

/**
 * @typedef {import("./things.js").Thing} Thing
 * @typedef {import("./looks.js").Look} Look
 *
 * @typedef {object} Sight how the plane lies on the screen: x = left + scale * plane x
 * @property {number} scale
 * @property {number} left
 * @property {number} top
 * @property {number} width of the screen in CSS pixels
 * @property {number} height
 * @property {number} unit pixels of one unit of the slide
 *
 * @typedef {{look: Look, path: Path2D, smallest: number}} Batch things that look alike
 *
 * @typedef {object} Mark a park or the port as it is seen now
 * @property {Thing} thing
 * @property {number} x in pixels of the screen
 * @property {number} y
 * @property {number} radius
 * @property {boolean} isStrong
 * @property {boolean} isQuiet whether others are pointed out
 * @property {Thing[]} hidden those whose marks would lie on top of it
 */

const TAU = 2 * Math.PI;
/** Radius of a mark, in units. */
const MARK = 1.5;
const STRONG_MARK = 2;
export const POINT = 0.6;
const SEAT = 0.4;
/** A park as wide as this many units is drawn as an area and needs no mark. */
const WIDE = 9;
/** What is smaller than this, in units, is no more than dust. */
const DUST = 0.25;
const TILE = 1.2;
/** More pixels than a 4K wall has are drawn for nothing. */
const MOST_PIXELS = 3840 * 2160;

/** Paints things. */
export class Painter {
  /** @type {Batch[]} */
  #batches = [];
  /** @type {Thing[]} */
  #things = [];
  /** @type {Set<string>} */
  #strong = new Set();
  /** @type {Map<string, HTMLCanvasElement>} */
  #tiles = new Map();

  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.canvas = canvas;
    // Opaque: the browser then need not blend it with what lies below.
    this.pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { alpha: false }));
  }

  /**
   * Choose what is painted.
   * @param {Thing[]} things
   * @param {Set<string>} strong keys of those that the scene points out
   */
  choose(things, strong) {
    this.#things = things;
    this.#strong = strong;
    this.#batches = batchesOf(things, strong);
  }

  /** Make the canvas as fine as the screen. @param {Sight} sight */
  fit({ width, height }) {
    const most = Math.sqrt(MOST_PIXELS / (width * height));
    this.ratio = Math.min(devicePixelRatio || 1, 2, Math.max(1, most));
    this.canvas.width = Math.round(width * this.ratio);
    this.canvas.height = Math.round(height * this.ratio);
  }

  /** Paint now. @param {Sight} sight */
  paint(sight) {
    const { pen, ratio = 1 } = this;
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.fillStyle = color("night");
    pen.fillRect(0, 0, sight.width, sight.height);
    for (const batch of this.#batches) this.#paintBatch(batch, sight, ratio);
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    for (const thing of this.#things) if (thing.role === "point") this.#paintPoint(thing, sight);
    for (const mark of this.marks(sight)) this.#paintMark(mark, sight.unit);
  }

  /** @param {Batch} batch @param {Sight} sight @param {number} ratio */
  #paintBatch({ look, path, smallest }, { scale, left, top, unit }, ratio) {
    if (smallest * scale < DUST * unit) return;
    const { pen } = this;
    const k = scale * ratio;
    pen.setTransform(k, 0, 0, k, left * ratio, top * ratio);
    if (look.fill) {
      pen.globalAlpha = look.opacity;
      pen.fillStyle = look.fill;
      pen.fill(path, "evenodd");
      pen.globalAlpha = 1;
    }
    if (look.hatch) {
      pen.fillStyle = this.#hatch(look.hatch, unit, scale);
      pen.fill(path, "evenodd");
    }
    pen.strokeStyle = look.stroke;
    pen.lineWidth = (look.width * unit) / scale;
    pen.lineJoin = "round";
    pen.setLineDash(look.dash.map((length) => (length * unit) / scale));
    pen.stroke(path);
    pen.setLineDash([]);
  }

  /** Return diagonal lines as a pattern whose size on the screen does not change. */
  #hatch(/** @type {string} */ ink, /** @type {number} */ unit, /** @type {number} */ scale) {
    const key = `${ink} ${unit}`;
    let tile = this.#tiles.get(key);
    if (!tile) {
      tile = drawTile(ink, Math.max(6, Math.round(TILE * unit)));
      this.#tiles.clear();
      this.#tiles.set(key, tile);
    }
    const pattern = /** @type {CanvasPattern} */ (this.pen.createPattern(tile, "repeat"));
    pattern.setTransform(new DOMMatrix([1 / scale, 0, 0, 1 / scale, 0, 0]));
    return pattern;
  }

  /** @param {Thing} thing @param {Sight} sight */
  #paintPoint(thing, sight) {
    const { pen } = this;
    const isSeat = thing.info.kind === "places";
    const isStrong = this.#strong.has(thing.key);
    const radius = (isSeat ? SEAT : POINT) * (isStrong ? 1.6 : 1) * sight.unit;
    const { x, y } = place(thing, sight);
    pen.beginPath();
    pen.arc(x, y, radius, 0, TAU);
    pen.fillStyle = color(isSeat ? "night-soft" : "night");
    pen.fill();
    pen.lineWidth = 0.22 * sight.unit;
    pen.strokeStyle = color(isSeat ? "night" : isStrong ? "night-figure" : "night-soft");
    pen.stroke();
  }

  /** @param {Mark} mark @param {number} unit */
  #paintMark({ thing, x, y, radius, isStrong, isQuiet }, unit) {
    const { pen } = this;
    const ink = markColor(thing.feature, isQuiet);
    const disc = (/** @type {number} */ r) => {
      pen.beginPath();
      pen.arc(x, y, r, 0, TAU);
    };
    if (isStrong) {
      disc(1.8 * radius);
      pen.globalAlpha = 0.16;
      pen.fillStyle = ink;
      pen.fill();
      pen.globalAlpha = 1;
    }
    disc(radius);
    pen.fillStyle = color("night");
    pen.fill();
    pen.strokeStyle = ink;
    pen.lineWidth = 0.22 * unit;
    pen.setLineDash(isLoose(thing.feature) ? [0.5 * unit, 0.36 * unit] : []);
    pen.stroke();
    pen.setLineDash([]);
    disc(0.4 * radius);
    pen.fillStyle = ink;
    pen.fill();
  }

  /**
   * Return the marks that are seen. Where two would lie on top of each other, that of the park
   * which the scene points out stays, else that of the outer one.
   * @param {Sight} sight
   * @returns {Mark[]}
   */
  marks(sight) {
    const hasStrong = this.#things.some(({ key, role }) => role === "mark" && this.#strong.has(key));
    /** @type {Mark[]} */
    const marks = [];
    const rank = (/** @type {Thing} */ thing) =>
      (this.#strong.has(thing.key) ? 0 : 2) + (thing.feature.properties.parent_id ? 1 : 0);
    const sorted = this.#things
      .filter((thing) => thing.role === "mark" && !isWide(thing, sight))
      .sort((a, b) => rank(a) - rank(b));
    for (const thing of sorted) {
      const { x, y } = place(thing, sight);
      const isStrong = this.#strong.has(thing.key);
      const radius = (isStrong ? STRONG_MARK : MARK) * sight.unit;
      const over = marks.find((mark) => Math.hypot(mark.x - x, mark.y - y) < mark.radius + radius);
      if (over) over.hidden.push(thing);
      else marks.push({ thing, x, y, radius, isStrong, isQuiet: hasStrong && !isStrong, hidden: [] });
    }
    return marks.reverse();
  }

  /**
   * Return the topmost thing at a point of the screen, if one may ask about it.
   * @param {{x: number, y: number}} point
   * @param {Sight} sight
   * @returns {Thing|null}
   */
  find({ x, y }, sight) {
    const near = (/** @type {Thing} */ thing, /** @type {number} */ radius) => {
      const at = place(thing, sight);
      return Math.hypot(at.x - x, at.y - y) <= radius + sight.unit;
    };
    const mark = this.marks(sight).find(({ thing, radius }) => near(thing, radius));
    if (mark) return mark.thing;
    const point = this.#things.find(
      (thing) => thing.role === "point" && thing.info.kind !== "places" && near(thing, POINT * sight.unit),
    );
    return point ?? this.#areaAt({ x, y }, sight);
  }

  /** @param {{x: number, y: number}} point @param {Sight} sight */
  #areaAt({ x, y }, sight) {
    const at = [(x - sight.left) / sight.scale, (y - sight.top) / sight.scale];
    this.pen.setTransform(1, 0, 0, 1, 0, 0);
    const isHit = (/** @type {Thing} */ { path, box }) =>
      (box.right - box.left) * sight.scale > DUST * sight.unit &&
      this.pen.isPointInPath(path, at[0], at[1], "evenodd");
    const width = (/** @type {Thing} */ { box }) => box.right - box.left;
    for (const kind of ["buildings", "parcels", "parks"]) {
      const hits = this.#things.filter((thing) => thing.info.kind === kind && isHit(thing));
      // A park in a park is the smaller one.
      if (hits.length) return hits.reduce((a, b) => (width(b) < width(a) ? b : a));
    }
    return null;
  }
}

/** Return where the middle of a thing is on the screen. @param {Thing} thing @param {Sight} sight */
export function place({ x, y }, { scale, left, top }) {
  return { x: left + scale * x, y: top + scale * y };
}

/** Return whether a park is seen as an area. @param {Thing} thing @param {Sight} sight */
export function isWide({ box }, { scale, unit }) {
  return (box.right - box.left) * scale >= WIDE * unit;
}

/** @param {Thing[]} things @param {Set<string>} strong @returns {Batch[]} */
function batchesOf(things, strong) {
  /** @type {Map<string, Batch>} */
  const batches = new Map();
  for (const thing of things) {
    if (thing.feature.geometry?.type === "Point") continue;
    const isStrong = strong.has(thing.key);
    const look = lookOf(thing.info.kind, thing.feature, isStrong);
    // A park in a park is a path of its own: in one with it, it would be a hole.
    const key = `${JSON.stringify(look)} ${Boolean(thing.feature.properties.parent_id)}`;
    const batch = batches.get(key) ?? { look, path: new Path2D(), smallest: 0 };
    batch.path.addPath(thing.path);
    const size = Math.max(thing.box.right - thing.box.left, thing.box.bottom - thing.box.top);
    batch.smallest = Math.max(batch.smallest, size);
    batches.set(key, batch);
  }
  const isFront = (/** @type {Batch} */ { look }) => look.rank + look.width / 10;
  return [...batches.values()].sort((a, b) => isFront(a) - isFront(b));
}

/** @param {string} ink @param {number} size pixels */
function drawTile(ink, size) {
  const tile = document.createElement("canvas");
  tile.width = tile.height = size;
  const pen = /** @type {CanvasRenderingContext2D} */ (tile.getContext("2d"));
  pen.strokeStyle = ink;
  pen.globalAlpha = 0.55;
  pen.lineWidth = size / 7;
  // Three strokes, so that tiles join without a seam.
  for (const shift of [-size, 0, size]) {
    pen.moveTo(shift - 1, size + 1);
    pen.lineTo(shift + size + 1, -1);
  }
  pen.stroke();
  return tile;
}
