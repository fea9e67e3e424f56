/** Paints the shapes of a tile on a canvas, in the styles that Leaflet draws features with. */

import { color } from "../styles.js";
import { canvasFill } from "./hatch.js";

/**
 * @typedef {import("./read.js").Shape} Shape
 * @typedef {import("./read.js").TileLayer} TileLayer
 * @typedef {import("../styles.js").PathOptions} PathOptions
 * @typedef {(shape: Shape) => PathOptions} StyleOf returns one object for all that look alike
 *
 * @typedef {{left: number, top: number, right: number, bottom: number}} Box CSS pixels
 *
 * @typedef {object} Frame where a tile lies on the canvas, in CSS pixels
 * @property {number} x
 * @property {number} y
 * @property {number} scale pixels in a unit of the tile
 * @property {Box} clip what of it is seen
 *
 * @typedef {{x: number, y: number, ratio: number}} Ground the map's origin on the canvas in CSS
 *   pixels, and device pixels in each
 *
 * @typedef {{style: PathOptions, paths: Path2D[], shape: Shape}} Group all shapes of a tile that
 *   look alike; the shape is one of them
 */

/**
 * Corners in one path: Chromium fills some rings at once faster than each by itself, but all of
 * a view at once eight times slower.
 */
const AT_ONCE = 250;
const POINT = 1;
const POLYGON = 3;

/** Return how many things a shape stands for: more than one in a cluster. @param {Shape} shape */
export function countOf(shape) {
  return Number(shape.value("count") ?? 1);
}

/** Return the radius of the disc of a cluster, in pixels. @param {number} count */
export function discRadius(count) {
  return 13 + Math.min(9, 3 * Math.log10(count) ** 2);
}

/**
 * Return the areas and lines of a tile by their look.
 * @param {Shape[]} shapes
 * @param {StyleOf} styleOf
 * @returns {Group[]}
 */
export function groupShapes(shapes, styleOf) {
  /** @type {Map<PathOptions, Shape[]>} */
  const alike = new Map();
  for (const shape of shapes) {
    if (shape.type === POINT) continue;
    const style = styleOf(shape);
    const found = alike.get(style);
    if (found) found.push(shape);
    else alike.set(style, [shape]);
  }
  return [...alike].map(([style, found]) => ({ style, paths: tracePaths(found), shape: found[0] }));
}

/**
 * Return paths of a few hundred corners each; a ring and the holes in it stay together.
 * @param {Shape[]} shapes
 */
function tracePaths(shapes) {
  /** @type {Path2D[]} */
  const paths = [];
  let corners = Infinity;
  for (const { type, parts } of shapes) {
    for (const part of parts) {
      if (corners > AT_ONCE && !(type === POLYGON && isHole(part))) {
        paths.push(new Path2D());
        corners = 0;
      }
      trace(paths[paths.length - 1], part, type === POLYGON);
      corners += part.length / 2;
    }
  }
  return paths;
}

/** Whether a ring runs against the clock, as holes do in a tile. @param {number[]} ring */
function isHole(ring) {
  let area = 0;
  for (let i = 0, j = ring.length - 2; i < ring.length; j = i, i += 2) {
    area += ring[j] * ring[i + 1] - ring[i] * ring[j + 1];
  }
  return area < 0;
}

/** @param {Path2D} path @param {number[]} part @param {boolean} isRing */
function trace(path, part, isRing) {
  path.moveTo(part[0], part[1]);
  for (let i = 2; i < part.length; i += 2) path.lineTo(part[i], part[i + 1]);
  if (isRing) path.closePath();
}

/**
 * Paint the areas and lines of a tile, cut off at its edge: beyond it the next tile goes on.
 * @param {CanvasRenderingContext2D} context
 * @param {Group[]} groups
 * @param {Frame} frame
 * @param {Ground} ground
 */
export function paintGroups(context, groups, frame, ground) {
  const { ratio } = ground;
  context.save();
  clipTo(context, frame.clip, ratio);
  const scale = frame.scale * ratio;
  context.setTransform(scale, 0, 0, scale, frame.x * ratio, frame.y * ratio);
  for (const { style, paths, shape } of groups) {
    if (style.fill === false || shape.type !== POLYGON || style.fillColor === "none") continue;
    context.globalAlpha = style.fillOpacity ?? 1;
    context.fillStyle = canvasFill(context, style.fillColor, ground);
    for (const path of paths) context.fill(path);
  }
  Object.assign(context, { lineJoin: "round", lineCap: "round" });
  for (const { style, paths } of groups) {
    if (!style.weight) continue;
    context.globalAlpha = style.opacity ?? 1;
    context.strokeStyle = style.color;
    context.lineWidth = style.weight / frame.scale;
    context.setLineDash(dashes(style.dashArray).map((length) => length / frame.scale));
    for (const path of paths) context.stroke(path);
  }
  context.restore();
}

/** @param {string|null|undefined} text */
function dashes(text) {
  return text ? text.split(/[ ,]+/).map(Number) : [];
}

/**
 * Return a box in whole device pixels, so that two tiles meet without a seam.
 * @param {Box} box
 * @param {number} ratio
 * @returns {[number, number, number, number]} left, top, width, height
 */
function whole({ left, top, right, bottom }, ratio) {
  const [x, y] = [Math.round(left * ratio), Math.round(top * ratio)];
  return [x, y, Math.round(right * ratio) - x, Math.round(bottom * ratio) - y];
}

/** @param {CanvasRenderingContext2D} context @param {Box} clip @param {number} ratio */
function clipTo(context, clip, ratio) {
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.beginPath();
  context.rect(...whole(clip, ratio));
  context.clip();
}

/** Make a part of the canvas empty. @param {CanvasRenderingContext2D} context @param {Box} part @param {number} ratio */
export function wipe(context, part, ratio) {
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(...whole(part, ratio));
}

/**
 * Yield the points that lie in the tile itself, with their place on the canvas: those beyond
 * its edge are in the next tile as well.
 * @param {TileLayer} tile
 * @param {Frame} frame
 * @returns {Generator<{shape: Shape, x: number, y: number}>}
 */
export function* pointsOf({ shapes, extent }, frame) {
  for (const shape of shapes) {
    if (shape.type !== POINT) continue;
    for (const [px, py] of shape.parts) {
      const isOwn = px >= 0 && py >= 0 && px < extent && py < extent;
      if (isOwn) yield { shape, x: frame.x + px * frame.scale, y: frame.y + py * frame.scale };
    }
  }
}

/**
 * Paint the points of a tile: discs with a number where one stands for many.
 * @param {CanvasRenderingContext2D} context
 * @param {TileLayer} tile
 * @param {Frame} frame
 * @param {{ratio: number, styleOf: StyleOf}} how
 */
export function paintPoints(context, tile, frame, { ratio, styleOf }) {
  context.save();
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.font = `600 ${12 * ratio}px ${getComputedStyle(document.body).fontFamily}`;
  context.textAlign = "center";
  for (const { shape, x, y } of pointsOf(tile, frame)) {
    const count = countOf(shape);
    const mark = count > 1 ? discMark(discRadius(count), ratio) : dotMark(styleOf(shape), ratio);
    const half = mark.width / 2;
    context.drawImage(mark, Math.round(x * ratio - half), Math.round(y * ratio - half));
    if (count === 1) continue;
    context.fillStyle = color("card");
    context.fillText(String(count), x * ratio, (y + 4.3) * ratio);
  }
  context.restore();
}

/**
 * Pictures of dots by their style, and of discs by their radius: of tens of thousands of points
 * hardly any two look different, and a picture is put down in a tenth of the time of a path.
 * @type {Map<any, {ratio: number, image: HTMLCanvasElement}>}
 */
const marks = new Map();

/**
 * @param {any} key
 * @param {number} radius with its line, in CSS pixels
 * @param {number} ratio
 * @param {(pen: CanvasRenderingContext2D) => void} draw draws around the origin
 */
function markOf(key, radius, ratio, draw) {
  const known = marks.get(key);
  if (known?.ratio === ratio) return known.image;
  const image = document.createElement("canvas");
  image.width = image.height = 2 * Math.ceil(radius * ratio + 1);
  const pen = /** @type {CanvasRenderingContext2D} */ (image.getContext("2d"));
  pen.setTransform(ratio, 0, 0, ratio, image.width / 2, image.height / 2);
  draw(pen);
  marks.set(key, { ratio, image });
  return image;
}

/** Return the dot of a thing. @param {PathOptions} style @param {number} ratio */
function dotMark(style, ratio) {
  const { radius = 4, weight } = style;
  return markOf(style, radius + weight / 2, ratio, (pen) => {
    circle(pen, radius);
    pen.globalAlpha = style.fillOpacity ?? 1;
    pen.fillStyle = style.fillColor;
    pen.fill();
    pen.globalAlpha = style.opacity ?? 1;
    pen.strokeStyle = style.color;
    pen.lineWidth = weight;
    pen.stroke();
  });
}

/** Return the disc of a cluster, as clusterIcon in layers.js draws it. @param {number} radius @param {number} ratio */
function discMark(radius, ratio) {
  // To a quarter of a pixel nobody tells two discs apart.
  const near = Math.round(4 * radius) / 4;
  return markOf(near, near + 3, ratio, (pen) => {
    circle(pen, near + 3);
    pen.fillStyle = color("jade");
    pen.globalAlpha = 0.2;
    pen.fill();
    circle(pen, near);
    pen.globalAlpha = 1;
    pen.fill();
    pen.strokeStyle = color("card");
    pen.lineWidth = 1.5;
    pen.stroke();
  });
}

/** @param {CanvasRenderingContext2D} context @param {number} radius */
function circle(context, radius) {
  context.beginPath();
  context.arc(0, 0, radius, 0, 2 * Math.PI);
}
