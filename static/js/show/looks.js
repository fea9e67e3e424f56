/** How things look at night. Lengths are in units of the slide: a hundred and eighth of its height. */

import { color, isSample, isSchematic } from "../styles.js";

/**
 * @typedef {import("../data.js").Feature} Feature
 * @typedef {"hatch"|"plain"|""} Fill
 *
 * @typedef {object} Look
 * @property {number} rank what is painted first lies lowest
 * @property {string} stroke
 * @property {number} width
 * @property {number[]} dash
 * @property {string} fill colour, "" for none
 * @property {number} opacity of the fill
 * @property {string} hatch colour of the lines over the fill, "" for none
 */

/** @type {Look} */
const BARE = { rank: 0, stroke: "", width: 0.15, dash: [], fill: "", opacity: 1, hatch: "" };
const DASH = [0.7, 0.5];
const FREE_HALLS = ["vacant", "partly_let"];

/** Return whether the shape of a thing is drawn, not surveyed, or stands for none at all. */
export function isLoose(/** @type {Feature} */ feature) {
  return isSample(feature) || isSchematic(feature);
}

/** Return whether a plot or hall may be taken. @param {string} kind @param {Feature} feature */
export function isOffer(kind, { properties: p }) {
  return kind === "buildings" ? FREE_HALLS.includes(p.state) : p.state === "offer";
}

/** @type {Record<string, (feature: Feature, isStrong: boolean) => Partial<Look>>} */
const KINDS = {
  counties: (_, isStrong) => ({
    rank: 0,
    fill: color("night-land"),
    stroke: color(isStrong ? "night-text" : "night-line"),
    width: isStrong ? 0.3 : 0.15,
  }),
  logistics: ({ properties: { kind } }, isStrong) =>
    kind === "railway"
      ? { rank: 2, stroke: color("night-soft"), width: isStrong ? 0.45 : 0.2, dash: [1, 0.7] }
      : { rank: 1, stroke: color("night-road"), width: isStrong ? 0.7 : 0.32 },
  parks: (feature, isStrong) => ({
    rank: 3,
    fill: color("night-figure"),
    opacity: isStrong ? 0.16 : 0.07,
    stroke: color("night-figure"),
    width: isStrong ? 0.3 : 0.18,
    dash: isLoose(feature) ? DASH : [],
  }),
  parcels: (feature, isStrong) => plotLook("parcels", feature, isStrong),
  buildings: (feature, isStrong) => plotLook("buildings", feature, isStrong),
};

/**
 * A plot on offer is gold, another is quiet; a sample is hatched.
 * @param {string} kind
 * @param {Feature} feature
 * @param {boolean} isStrong
 * @returns {Partial<Look>}
 */
function plotLook(kind, feature, isStrong) {
  const free = isOffer(kind, feature);
  const ink = color(free || isStrong ? "night-figure" : "night-line");
  return {
    rank: kind === "buildings" ? 5 : 4,
    fill: ink,
    opacity: isStrong ? 0.6 : free ? 0.3 : 0.16,
    stroke: isStrong ? color("night-text") : ink,
    width: isStrong ? 0.35 : free ? 0.14 : 0.08,
    hatch: isSample(feature) ? ink : "",
  };
}

/**
 * Return the look of an area or a line.
 * @param {string} kind
 * @param {Feature} feature
 * @param {boolean} isStrong whether the scene points it out
 * @returns {Look}
 */
export function lookOf(kind, feature, isStrong) {
  return { ...BARE, ...(KINDS[kind] ?? KINDS.parks)(feature, isStrong) };
}

/** Return the colour of a mark. @param {Feature} feature @param {boolean} isQuiet */
export function markColor({ properties: { kind } }, isQuiet) {
  if (isQuiet) return color("night-line");
  return color(kind === "logistics" || kind === "land_port" ? "night-text" : "night-figure");
}
