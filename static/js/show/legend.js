/** What the signs on the wall mean: only those that the scene shows. */

import { el, fill, svg } from "../dom.js";
import { pick, t, word } from "../i18n.js";
import { color, isSample, isSchematic } from "../styles.js";
import { isOffer, lookOf, markColor } from "./looks.js";

/**
 * @typedef {import("./things.js").Thing} Thing
 * @typedef {import("../data.js").Feature} Feature
 *
 * @typedef {object} Sign things that look alike
 * @property {string} key
 * @property {number} rank
 * @property {string[]} names
 * @property {string} note what must be said of them, "" for nothing
 * @property {() => SVGElement} image
 */

const BOX = { width: 32, height: 20, viewBox: "0 0 32 20", "aria-hidden": "true" };
const DASH = "3.4 2.4";

/**
 * Put the signs of things that are seen in place of those before.
 * @param {HTMLElement} root
 * @param {Thing[]} things
 */
export function showLegend(root, things) {
  /** @type {Map<string, Sign>} */
  const signs = new Map();
  for (const thing of things) {
    const found = signOf(thing);
    const names = signs.get(found.key)?.names ?? [];
    signs.set(found.key, { ...found, names: [...new Set([...names, ...found.names])] });
  }
  const sorted = [...signs.values()].sort((a, b) => a.rank - b.rank);
  fill(root, sorted.map((one) => el("li", {}, one.image(), capital(textOf(one)))));
}

/** @param {Sign} sign */
function textOf({ names, note }) {
  const name = names.join(t("ui.list_separator"));
  return note ? t("show.noted", { name, note }) : name;
}

/** Return a text that begins with a capital. @param {string} text */
export function capital(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** @param {Thing} thing */
function signOf({ info, feature, role }) {
  const { kind } = feature.properties;
  if (role === "mark") return parkSign(feature, kind === "logistics" || kind === "land_port");
  if (info.kind === "counties") {
    return sign("counties", 8, pick(info.title), () => areaSign(info.kind, feature));
  }
  if (info.kind === "places") return sign("seat", 7, t("map.seat"), seatSign);
  if (info.kind === "parcels" || info.kind === "buildings") return plotSign(info.kind, feature);
  if (role === "line") {
    return sign(kind, 5, word("facility_kind", kind), () => lineSign(feature), noteOf(feature));
  }
  return sign("stops", 6, t("show.stops"), stopSign);
}

/**
 * @param {string} key
 * @param {number} rank
 * @param {string} name
 * @param {() => SVGElement} image
 * @param {string} [note]
 * @returns {Sign}
 */
function sign(key, rank, name, image, note = "") {
  return { key: `${key} ${note}`, rank, names: [name], note, image };
}

/** Return what must be said of a feature's shape. @param {Feature} feature */
function noteOf(feature) {
  if (isSample(feature)) return word("nature", "sample");
  return isSchematic(feature) ? word("nature", "schematic") : "";
}

/** @param {Feature} feature @param {boolean} isPort @returns {Sign} */
function parkSign(feature, isPort) {
  const note = noteOf(feature);
  const name = isPort ? word("facility_kind", "land_port") : t("map.park");
  const ink = markColor(feature, false);
  const ring = { r: 7.4, fill: "none", stroke: ink, "stroke-width": 1.6 };
  const image = () =>
    svg("svg", BOX,
      svg("circle", { cx: 16, cy: 10, ...ring, "stroke-dasharray": note && DASH }),
      svg("circle", { cx: 16, cy: 10, r: 3, fill: ink }));
  return sign(isPort ? "port" : "park", isPort ? 2 : note ? 1 : 0, name, image, note);
}

/** Return the sign of a plot or hall; the two look alike. @param {string} kind @param {Feature} feature */
function plotSign(kind, feature) {
  const free = isOffer(kind, feature);
  /** @type {Record<string, string>} */
  const texts = {
    "parcels true": t("show.plot_offer"),
    "parcels false": t("show.plot_other"),
    "buildings true": t("show.hall_offer"),
    "buildings false": t("show.hall_other"),
  };
  const image = () => areaSign(kind, feature);
  return sign(`offer ${free}`, free ? 3 : 4, texts[`${kind} ${free}`], image, noteOf(feature));
}

/** @param {string} kind @param {Feature} feature */
function areaSign(kind, feature) {
  const look = lookOf(kind, feature, false);
  const box = { x: 2, y: 2, width: 28, height: 16 };
  const hatch = { stroke: look.hatch, "stroke-width": 1.6, "stroke-opacity": 0.55 };
  return svg("svg", BOX,
    svg("rect", { ...box, fill: look.fill, "fill-opacity": look.opacity }),
    look.hatch && svg("path", { d: "M2 12L12 2M2 18L18 2M8 18L24 2M14 18L30 2M20 18L30 8", ...hatch }),
    svg("rect", { ...box, fill: "none", stroke: look.stroke, "stroke-width": 1.4 }));
}

/** @param {Feature} feature */
function lineSign(feature) {
  const { stroke, width, dash } = lookOf("logistics", feature, false);
  const dashes = dash.length > 0 && "7 4.5";
  return svg("svg", BOX,
    svg("path", { d: "M1 10H31", stroke, "stroke-width": 10 * width, "stroke-dasharray": dashes }));
}

function seatSign() {
  return svg("svg", BOX, svg("circle", { cx: 16, cy: 10, r: 4, fill: color("night-soft") }));
}

function stopSign() {
  const ring = { fill: color("night"), stroke: color("night-soft"), "stroke-width": 2 };
  return svg("svg", BOX, svg("circle", { cx: 16, cy: 10, r: 5, ...ring }));
}
