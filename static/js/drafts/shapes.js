/** Plots of a layout that is being drawn, and the file that they become. */

import { geodesicArea } from "../geodesy.js";

/** @typedef {import("./split.js").Position} Position */

const MU_M2 = 10000 / 15;
const PLACES = 9;
const UNBUILT = { supply_state: "unapproved", development_state: "not_started" };

/**
 * @typedef {object} Plot never changed, but replaced by a changed copy
 * @property {string} id
 * @property {string} landUse code of the guide
 * @property {string} firstUse code before any change
 * @property {GeoJSON.Geometry | null} geometry as it was
 * @property {Position[] | null} ring outer ring, open; null for an outline that cannot be bent here
 * @property {Record<string, any>} fields as published; of a part, those of the plot it was cut from
 * @property {"kept" | "drawn" | "part"} origin whether it is published, new, or a part of another
 * @property {boolean} isMoved
 * @property {boolean} isGone
 *
 * @typedef {Map<string, Plot>} Layout
 * @typedef {{park: string, inherited: string[], source: string, today: string}} About what the
 *   server says: the fields that a part inherits, and who says so when
 */

/**
 * Return a plot as it is published.
 * @param {GeoJSON.Feature<GeoJSON.Geometry>} feature
 * @returns {Plot}
 */
export function publishedPlot({ id, geometry, properties }) {
  const use = String(properties?.land_use_code);
  const shape = { geometry, ring: ringOf(geometry), fields: properties ?? {} };
  const state = { landUse: use, firstUse: use, isMoved: false, isGone: false };
  return { id: String(id), ...shape, ...state, origin: "kept" };
}

/** Return a new plot. @param {string} id @param {Position[]} ring @param {string} landUse @returns {Plot} */
export function drawnPlot(id, ring, landUse) {
  const state = { landUse, firstUse: landUse, isMoved: true, isGone: false };
  return { id, geometry: null, ring, fields: {}, ...state, origin: "drawn" };
}

/** Return a part of a plot, which inherits what it can. @param {Plot} plot @param {string} id @param {Position[]} ring @returns {Plot} */
export function partOf(plot, id, ring) {
  const origin = plot.origin === "drawn" ? "drawn" : "part";
  return { ...plot, id, ring, geometry: null, isMoved: true, origin };
}

/**
 * Return the outer ring of a polygon without holes, open; of anything else null.
 * @param {GeoJSON.Geometry | null} geometry
 * @returns {Position[] | null}
 */
export function ringOf(geometry) {
  if (geometry?.type !== "Polygon" || geometry.coordinates.length !== 1) return null;
  return geometry.coordinates[0].slice(0, -1).map(([lng, lat]) => ({ lat, lng }));
}

/** Return the area of a ring in 亩. @param {Position[]} ring */
export function areaInMu(ring) {
  return geodesicArea(ring) / MU_M2;
}

/** Return what became of a plot; null if nothing. @param {Plot} plot */
export function changeOf(plot) {
  if (plot.isGone) return "gone";
  if (plot.origin !== "kept") return "new";
  return plot.isMoved || plot.landUse !== plot.firstUse ? "changed" : null;
}

/**
 * Return the layout without a plot: a published one is marked as gone, another one forgotten.
 * @param {Layout} plots
 * @param {string} id
 * @returns {Layout}
 */
export function without(plots, id) {
  const left = new Map(plots);
  const plot = left.get(id);
  if (plot?.origin === "kept") left.set(id, { ...plot, isGone: true });
  else left.delete(id);
  return left;
}

/**
 * Return the layout with other plots in the place of one.
 * @param {Layout} plots
 * @param {Plot} plot
 * @param {Plot[]} others
 * @returns {Layout}
 */
export function replaced(plots, plot, others) {
  const left = without(plots, plot.id);
  const order = [...plots.keys()].flatMap((id) => {
    const stays = left.get(id);
    return [...(stays ? [stays] : []), ...(id === plot.id ? others : [])];
  });
  return new Map(order.map((one) => [one.id, one]));
}

/** Return the first key of a pattern such as `P-{number}` that is free. @param {string} pattern @param {(id: string) => boolean} isTaken */
export function freeId(pattern, isTaken) {
  let number = 1;
  const write = () => pattern.replace("{number}", String(number));
  while (isTaken(write())) number += 1;
  return write();
}

/**
 * Return the changed plots as the file that is uploaded. Of a plot that was there it says only
 * what was changed: merging leaves the rest alone. Those that go are in it too, so that a
 * layout from which plots only go is a file as well.
 * @param {Layout} plots
 * @param {About} about
 */
export function toCollection(plots, about) {
  const features = [...plots.values()].filter(changeOf).map((plot) => ({
    type: "Feature",
    properties: {
      parcel_id: plot.id,
      ...inherited(plot, about),
      ...shapeFields(plot, about),
      land_use_code: plot.landUse,
      ...provenance(plot, about),
    },
    geometry: plot.isMoved && plot.ring ? polygon(plot.ring) : plot.geometry,
  }));
  return { type: "FeatureCollection", features };
}

/** @param {Plot} plot @param {About} about */
function inherited({ id, origin, fields }, about) {
  if (origin !== "part") return {};
  const known = about.inherited.filter((name) => fields[name] !== undefined);
  return { ...Object.fromEntries(known.map((name) => [name, fields[name]])), parcel_id: id };
}

/** @param {Plot} plot @param {About} about */
function shapeFields({ ring, origin, isMoved }, { park }) {
  if (!ring || !isMoved || origin === "part") return {};
  const declared = { declared_area_mu: Number(areaInMu(ring).toFixed(2)) };
  return origin === "drawn" ? { ...declared, park_id: park, ...UNBUILT } : declared;
}

/**
 * Return nature, source and date: what is made of a sample stays one, and an outline that was
 * drawn here is surveyed no more.
 * @param {Plot} plot
 * @param {About} about
 */
function provenance({ fields, isMoved, isGone }, { source, today }) {
  const { nature = "reported", source: earlier, as_of } = fields;
  if (isGone || nature === "sample") return { nature, source: earlier, as_of };
  return { nature: isMoved ? "reported" : nature, source, as_of: today };
}

/**
 * @param {Position[]} ring
 * @returns {GeoJSON.Polygon}
 */
function polygon(ring) {
  const line = ring.map(({ lat, lng }) => [Number(lng.toFixed(PLACES)), Number(lat.toFixed(PLACES))]);
  return { type: "Polygon", coordinates: [[...line, line[0]]] };
}
