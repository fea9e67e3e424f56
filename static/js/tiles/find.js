/** Finds the shape of a tile that lies at a point. */

/** @typedef {import("./read.js").Shape} Shape */

const LINE = 2;
const POLYGON = 3;

/**
 * Return the uppermost area or line at a point, in units of the tile.
 * @param {Shape[]} shapes in the order in which they are drawn
 * @param {number} x
 * @param {number} y
 * @param {number} tolerance how far beside a line is still on it
 */
export function findShape(shapes, x, y, tolerance) {
  for (let i = shapes.length - 1; i >= 0; i -= 1) {
    const { type, parts, box: [minx, miny, maxx, maxy] } = shapes[i];
    const margin = type === LINE ? tolerance : 0;
    const isBeside =
      x < minx - margin || x > maxx + margin || y < miny - margin || y > maxy + margin;
    if (isBeside) continue;
    if (type === POLYGON && isInside(parts, x, y)) return shapes[i];
    if (type === LINE && parts.some((part) => isOn(part, x, y, tolerance))) return shapes[i];
  }
  return undefined;
}

/** Whether a point is inside rings, holes taken out (even-odd rule). @param {number[][]} rings @param {number} x @param {number} y */
function isInside(rings, x, y) {
  let inside = false;
  for (const ring of rings) {
    for (let i = 0, j = ring.length - 2; i < ring.length; j = i, i += 2) {
      const [xi, yi, xj, yj] = [ring[i], ring[i + 1], ring[j], ring[j + 1]];
      if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) inside = !inside;
    }
  }
  return inside;
}

/** Whether a point is on a line, or nearly. @param {number[]} line @param {number} x @param {number} y @param {number} tolerance */
function isOn(line, x, y, tolerance) {
  for (let i = 2; i < line.length; i += 2) {
    const [ax, ay, bx, by] = [line[i - 2], line[i - 1], line[i], line[i + 1]];
    const length = (bx - ax) ** 2 + (by - ay) ** 2;
    const along = length ? ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / length : 0;
    const share = Math.min(1, Math.max(0, along));
    if (Math.hypot(x - ax - share * (bx - ax), y - ay - share * (by - ay)) <= tolerance) return true;
  }
  return false;
}
