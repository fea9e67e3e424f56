/** Hatches on a canvas, line for line those that styles.js draws as patterns of SVG. */

import { TILE, hatchLines, hatchOf } from "../styles.js";

/** @type {Map<string, HTMLCanvasElement>} hatches by their value for "fill" and their pixels */
const drawn = new Map();

/**
 * Return what a canvas fills with: a colour, or a pattern that lies still on the map.
 * @param {CanvasRenderingContext2D} context with the transformation of what is to be filled
 * @param {string} fill as a path of SVG has it
 * @param {{x: number, y: number, ratio: number}} ground where the map's own origin lies on the
 *   canvas, in CSS pixels, and device pixels in each
 * @returns {string|CanvasPattern}
 */
export function canvasFill(context, fill, { x, y, ratio }) {
  const pixels = Math.ceil(TILE * ratio);
  const image = hatchImage(fill, pixels);
  const pattern = image && context.createPattern(image, "repeat");
  if (!pattern) return fill;
  const step = (TILE * ratio) / pixels;
  const place = new DOMMatrix([step, 0, 0, step, x * ratio, y * ratio]);
  pattern.setTransform(context.getTransform().inverse().multiply(place));
  return pattern;
}

/**
 * Return one tile of a hatch, undefined for a plain colour.
 * @param {string} fill
 * @param {number} pixels device pixels in its side
 */
function hatchImage(fill, pixels) {
  const hatch = hatchOf(fill);
  if (!hatch) return undefined;
  const key = `${fill} ${pixels}`;
  let image = drawn.get(key);
  if (!image) {
    image = document.createElement("canvas");
    image.width = image.height = pixels;
    const context = image.getContext("2d");
    if (!context) return undefined;
    context.fillStyle = hatch.fill;
    context.fillRect(0, 0, pixels, pixels);
    context.scale(pixels / TILE, pixels / TILE);
    for (const { path, stroke, weight, opacity, cap } of hatchLines(hatch)) {
      Object.assign(context, { strokeStyle: stroke, lineWidth: weight, lineCap: cap });
      context.globalAlpha = opacity;
      context.stroke(new Path2D(path));
    }
    drawn.set(key, image);
  }
  return image;
}
