/**
 * What scenes draw: features as paths in a plane, ready to be painted at any scale. The plane
 * is web Mercator in pixels of zoom 0 around the middle of the region, for paths are kept in
 * single precision.
 */

/**
 * @typedef {import("../data.js").Feature} Feature
 * @typedef {import("../data.js").LayerInfo} LayerInfo
 * @typedef {"area"|"line"|"mark"|"point"} Role
 *
 * @typedef {object} Thing
 * @property {string} key "layer/id"
 * @property {LayerInfo} info
 * @property {Feature} feature
 * @property {Role} role
 * @property {Path2D} path empty for a point
 * @property {number} x its middle
 * @property {number} y
 * @property {{left: number, top: number, right: number, bottom: number}} box
 * @property {[number, number][]} course the corners of a line
 */

/** @typedef {[number, number]} Point */

/** The plane that scenes are drawn in. */
export class Plane {
  /** @param {number[]} extent minx, miny, maxx, maxy in degrees */
  constructor([minx, miny, maxx, maxy]) {
    this.origin = mercator([(minx + maxx) / 2, (miny + maxy) / 2]);
  }

  /** Return where a position lies. @param {number[]} lonLat @returns {Point} */
  project(lonLat) {
    const [x, y] = mercator(lonLat);
    return [x - this.origin[0], y - this.origin[1]];
  }

  /** Return the position at a point, as Leaflet has it. @param {Point} point */
  unproject([x, y]) {
    const at = L.point(x + this.origin[0], y + this.origin[1]);
    return L.CRS.EPSG3857.pointToLatLng(at, 0);
  }
}

/** @param {number[]} lonLat @returns {Point} */
function mercator([lon, lat]) {
  const { x, y } = L.CRS.EPSG3857.latLngToPoint(L.latLng(lat, lon), 0);
  return [x, y];
}

/**
 * Return what is drawn of a layer; a broken feature is left out and the others are drawn.
 * @param {LayerInfo} info
 * @param {Feature[]} features
 * @param {Plane} plane
 * @returns {Thing[]}
 */
export function makeThings(info, features, plane) {
  return features.flatMap((feature) => {
    if (!feature.geometry || !isDrawn(info, feature)) return [];
    try {
      return [makeThing(info, feature, plane)];
    } catch (error) {
      console.error(`not drawn: ${info.id}/${feature.id}`, error);
      return [];
    }
  });
}

/** Firms and towns are too many for a wall. @param {LayerInfo} info @param {Feature} feature */
function isDrawn({ kind }, { properties }) {
  return kind !== "enterprises" && !(kind === "places" && properties.kind === "town");
}

/** @param {LayerInfo} info @param {Feature} feature @param {Plane} plane @returns {Thing} */
function makeThing(info, feature, plane) {
  const { type, coordinates } = /** @type {import("../data.js").Geometry} */ (feature.geometry);
  const isArea = type.endsWith("Polygon");
  /** @type {number[][][]} */
  const rings = type === "Point" ? [[coordinates]] : depth(coordinates) > 3
    ? coordinates.flat()
    : depth(coordinates) > 2 ? coordinates : [coordinates];
  const path = new Path2D();
  /** @type {Point[]} */
  const course = [];
  for (const ring of rings) {
    const points = ring.map((lonLat) => plane.project(lonLat));
    if (type !== "Point") trace(path, points, isArea);
    course.push(...points);
  }
  const box = boxOf(course);
  const middle = { x: (box.left + box.right) / 2, y: (box.top + box.bottom) / 2 };
  const key = `${info.id}/${feature.id}`;
  return { key, info, feature, role: roleOf(info, feature), path, ...middle, box, course };
}

/** @param {any} list @returns {number} */
function depth(list) {
  return Array.isArray(list) ? 1 + depth(list[0]) : 0;
}

/** @param {Path2D} path @param {Point[]} points @param {boolean} isClosed */
function trace(path, points, isClosed) {
  points.forEach(([x, y], i) => (i ? path.lineTo(x, y) : path.moveTo(x, y)));
  if (isClosed) path.closePath();
}

/** @param {Point[]} points */
function boxOf(points) {
  const box = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
  for (const [x, y] of points) {
    box.left = Math.min(box.left, x);
    box.right = Math.max(box.right, x);
    box.top = Math.min(box.top, y);
    box.bottom = Math.max(box.bottom, y);
  }
  if (![box.left, box.top].every(Number.isFinite)) throw new TypeError("no coordinates");
  return box;
}

/** @param {LayerInfo} info @param {Feature} feature @returns {Role} */
function roleOf(info, { geometry, properties }) {
  if (info.kind === "parks" || properties.kind === "land_port") return "mark";
  if (geometry?.type === "Point") return "point";
  return geometry?.type.endsWith("LineString") ? "line" : "area";
}
