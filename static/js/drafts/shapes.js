/** Outlines that are being drawn: rings of positions, and what they become as GeoJSON. */

import { geodesicArea } from "../geodesy.js";

const MU_M2 = 10000 / 15;
const PLACES = 7;
const UNBUILT = { supply_state: "unapproved", development_state: "not_started" };

/**
 * @typedef {object} Plot
 * @property {string} id
 * @property {string} landUse code of the guide
 * @property {GeoJSON.Geometry | null} geometry as it was
 * @property {L.LatLng[] | null} ring outer ring, open; null for an outline that cannot be bent here
 * @property {boolean} isNew
 * @property {boolean} isMoved
 * @property {string} firstUse code before any change
 */

/**
 * Return the outer ring of a polygon without holes, open; of anything else null.
 * @param {GeoJSON.Geometry | null} geometry
 */
export function ringOf(geometry) {
  if (geometry?.type !== "Polygon" || geometry.coordinates.length !== 1) return null;
  return geometry.coordinates[0].slice(0, -1).map(([lng, lat]) => L.latLng(lat, lng));
}

/** Return the area of a ring in 亩. @param {L.LatLng[]} ring */
export function areaInMu(ring) {
  return Math.abs(geodesicArea(ring)) / MU_M2;
}

/** Whether a plot differs from what it was. @param {Plot} plot */
export function isChanged(plot) {
  return plot.isNew || plot.isMoved || plot.landUse !== plot.firstUse;
}

/**
 * Return the changed plots as the file that is uploaded. Of a plot that was there it says only
 * what was changed: merging leaves the rest alone.
 * @param {Iterable<Plot>} plots
 * @param {string} park
 */
export function toCollection(plots, park) {
  const features = [...plots].filter(isChanged).map((plot) => {
    const properties = { parcel_id: plot.id, land_use_code: plot.landUse };
    if (!plot.ring || !plot.isMoved) return feature(properties, plot.geometry);
    const shape = { declared_area_mu: Number(areaInMu(plot.ring).toFixed(2)) };
    const begun = plot.isNew ? { park_id: park, ...UNBUILT } : {};
    return feature({ ...properties, ...shape, ...begun }, polygon(plot.ring));
  });
  return { type: "FeatureCollection", features };
}

/** @param {object} properties @param {GeoJSON.Geometry | null} geometry */
function feature(properties, geometry) {
  return { type: "Feature", properties, geometry };
}

/**
 * @param {L.LatLng[]} ring
 * @returns {GeoJSON.Polygon}
 */
function polygon(ring) {
  const line = ring.map(({ lat, lng }) => [Number(lng.toFixed(PLACES)), Number(lat.toFixed(PLACES))]);
  return { type: "Polygon", coordinates: [[...line, line[0]]] };
}
