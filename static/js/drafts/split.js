/** A polygon cut in two by a line; what does not cut it cleanly is refused with the reason. */

import { geodesicArea } from "../geodesy.js";

/**
 * @typedef {{lat: number, lng: number}} Position degrees
 * @typedef {{at: Position, place: number, way: number}} Hit where line and ring meet: how far
 *   round the ring (corner 2 is 2, the middle of the side after it 2.5) and along the line
 * @typedef {"along" | "crossings" | "outside" | "itself" | "small"} Fault
 * @typedef {{parts: Position[][]} | {fault: Fault, count: number}} Cut
 */

/** Degrees, about a millimetre: nearer than this two positions are one. */
const NEAR = 1e-8;
/** Places of a crossing, a tenth of a millimetre: both parts are given the same number. */
const PLACES = 9;
const LEAST_M2 = 1;
const FEWEST = 3;

/**
 * Return the two parts of an open ring that a line of two or more positions makes. The line
 * must cross the ring exactly twice; between the crossings it may bend. Both parts hold the
 * very same positions along the cut, and the corners of the ring as they were.
 * @param {Position[]} ring
 * @param {Position[]} line
 * @returns {Cut}
 */
export function splitRing(ring, line) {
  const hits = crossings(ring, line);
  if (hits === null) return refused("along");
  if (hits.length !== 2) return refused("crossings", hits.length);
  const [first, second] = hits;
  const inner = line.filter((at, k) => k > first.way && k < second.way && !isAt(at, hits));
  const path = [first.at, ...inner, second.at];
  if (!sides(path).every(([a, b]) => isInside(ring, middle(a, b)))) return refused("outside");
  if (crossesItself(path)) return refused("itself");
  const parts = [
    [first.at, ...between(ring, first, second), second.at, ...[...inner].reverse()],
    [second.at, ...between(ring, second, first), first.at, ...inner],
  ];
  return parts.every(isPlot) ? { parts } : refused("small");
}

/** @param {Fault} fault @param {number} [count] @returns {Cut} */
function refused(fault, count = 0) {
  return { fault, count };
}

/**
 * Return where a line meets a ring, in the order of the line; null if it runs along a side.
 * @param {Position[]} ring
 * @param {Position[]} line
 */
function crossings(ring, line) {
  /** @type {Hit[]} */
  const hits = [];
  for (const [step, stretch] of sides(line).entries()) {
    for (const edge of ring.keys()) {
      const side = /** @type {[Position, Position]} */ ([ring[edge], ring[(edge + 1) % ring.length]]);
      if (runsAlong(stretch, side)) return null;
      const hit = meeting(stretch, side, step, edge);
      if (hit && !isAt(hit.at, hits)) hits.push({ ...hit, place: hit.place % ring.length });
    }
  }
  return hits.sort((one, other) => one.way - other.way);
}

/**
 * Return where two sides meet; near a corner of the ring, that corner.
 * @param {[Position, Position]} stretch
 * @param {[Position, Position]} side
 * @param {number} step
 * @param {number} edge
 * @returns {Hit | null}
 */
function meeting([a, b], [p, q], step, edge) {
  const turn = cross(minus(b, a), minus(q, p));
  if (turn === 0) return null;
  const t = cross(minus(p, a), minus(q, p)) / turn;
  const u = cross(minus(p, a), minus(b, a)) / turn;
  const at = { lat: p.lat + u * (q.lat - p.lat), lng: p.lng + u * (q.lng - p.lng) };
  const isOnLine = (t >= 0 && t <= 1) || isNear(at, a) || isNear(at, b);
  if (!isOnLine) return null;
  if (isNear(at, p)) return { at: p, place: edge, way: step + t };
  if (isNear(at, q)) return { at: q, place: edge + 1, way: step + t };
  return u > 0 && u < 1 ? { at: rounded(at), place: edge + u, way: step + t } : null;
}

/** Whether two sides lie on each other. @param {[Position, Position]} stretch @param {[Position, Position]} side */
function runsAlong([a, b], [p, q]) {
  const way = minus(b, a);
  const length = Math.hypot(way.lat, way.lng);
  if (length < NEAR) return false;
  const off = (/** @type {Position} */ at) => Math.abs(cross(way, minus(at, a))) / length;
  if (off(p) > NEAR || off(q) > NEAR) return false;
  const far = (/** @type {Position} */ at) =>
    ((at.lat - a.lat) * way.lat + (at.lng - a.lng) * way.lng) / length;
  const [low, high] = [far(p), far(q)].sort((one, other) => one - other);
  return Math.min(high, length) - Math.max(low, 0) > NEAR;
}

/**
 * Return the corners of a ring that lie between two crossings, forward.
 * @param {Position[]} ring
 * @param {Hit} from
 * @param {Hit} to
 */
function between(ring, from, to) {
  const end = to.place > from.place ? to.place : to.place + ring.length;
  const corners = [];
  for (let k = Math.floor(from.place) + 1; k < end; k += 1) corners.push(ring[k % ring.length]);
  return corners;
}

/** @param {Position[]} ring */
function isPlot(ring) {
  return ring.length >= FEWEST && geodesicArea(ring) >= LEAST_M2;
}

/** Whether a ring holds a position (even-odd rule). @param {Position[]} ring @param {Position} at */
function isInside(ring, at) {
  let inside = false;
  ring.forEach((p, k) => {
    const q = ring[(k + 1) % ring.length];
    if (p.lat > at.lat === q.lat > at.lat) return;
    if (at.lng < p.lng + ((at.lat - p.lat) / (q.lat - p.lat)) * (q.lng - p.lng)) inside = !inside;
  });
  return inside;
}

/** @param {Position[]} path */
function crossesItself(path) {
  const parts = sides(path);
  return parts.some(([a, b], i) =>
    parts.slice(i + 2).some(([p, q]) => isBetween(a, b, p, q) && isBetween(p, q, a, b)),
  );
}

/** Whether p and q are not on the same side of the line a b. @param {Position[]} four */
function isBetween(...[a, b, p, q]) {
  return cross(minus(b, a), minus(p, a)) * cross(minus(b, a), minus(q, a)) <= 0;
}

/** @param {Position[]} path @returns {[Position, Position][]} */
function sides(path) {
  return path.slice(1).map((at, k) => [path[k], at]);
}

/** @param {Position} a @param {Position} b */
function middle(a, b) {
  return { lat: (a.lat + b.lat) / 2, lng: (a.lng + b.lng) / 2 };
}

/** @param {Position} a @param {Position} b */
function minus(a, b) {
  return { lat: a.lat - b.lat, lng: a.lng - b.lng };
}

/** @param {Position} a @param {Position} b */
function cross(a, b) {
  return a.lng * b.lat - a.lat * b.lng;
}

/** @param {Position} a @param {Position} b */
function isNear(a, b) {
  return Math.hypot(a.lat - b.lat, a.lng - b.lng) < NEAR;
}

/** @param {Position} at @param {Hit[]} hits */
function isAt(at, hits) {
  return hits.some((hit) => isNear(hit.at, at));
}

/** @param {Position} at */
function rounded({ lat, lng }) {
  return { lat: Number(lat.toFixed(PLACES)), lng: Number(lng.toFixed(PLACES)) };
}
