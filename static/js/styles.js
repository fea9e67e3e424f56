/**
 * How each thing looks: path options for Leaflet, hatches, and the swatches that repeat
 * them in switcher, legend and panel. The colours of the look come from the style sheet's
 * custom properties; those that carry data, such as the states of a plot, stand here.
 */

import { svg } from "./dom.js";

/**
 * @typedef {import("./data.js").Feature} Feature
 * @typedef {import("./data.js").Site} Site
 * @typedef {Record<string, any>} PathOptions options of Leaflet's L.Path
 * @typedef {"area"|"line"|"mark"|"dot"} Shape
 * @typedef {"plain"|"diagonal"|"back"|"horizontal"|"vertical"|"cross"|"grid"|"dots"} Texture
 */

/** Pixels after which a hatch repeats. */
export const TILE = 8;
/** For a colour that the style sheet does not know: visible, and clearly nobody's choice. */
const FALLBACK = "#999999";

/**
 * Fill, ink and texture of a plot by its state. Lightness and texture differ, so that the
 * states can be told apart without seeing colour.
 * @type {Record<string, {fill: string, ink: string, texture: Texture}>}
 */
const STATES = {
  offer: { fill: "#e3efea", ink: "#0b6b57", texture: "diagonal" },
  built: { fill: "#b99273", ink: "#8f6d50", texture: "plain" },
  construction: { fill: "#dcc5ab", ink: "#a98866", texture: "dots" },
  not_started: { fill: "#eee2d0", ink: "#c3ad90", texture: "horizontal" },
  idle: { fill: "#d9cfc4", ink: "#9c8e80", texture: "cross" },
  reserved: { fill: "#dedede", ink: "#b5b5b5", texture: "vertical" },
  unapproved: { fill: "#f4f1ea", ink: "#cfc7b8", texture: "back" },
  pending: { fill: "#f1ead6", ink: "#cdbf95", texture: "grid" },
  infrastructure: { fill: "#e6e3dc", ink: "#cdc8bd", texture: "plain" },
};

/**
 * Texture of a land class by the first two digits of its code (自然资发〔2023〕234号).
 * @type {Record<string, Texture>}
 */
const CLASS_TEXTURES = {
  "07": "dots",
  "08": "grid",
  "09": "vertical",
  10: "diagonal",
  11: "cross",
  12: "plain",
  13: "horizontal",
  14: "dots",
  15: "grid",
};

/** Strokes of the textures inside one 8 by 8 tile, drawn so that tiles join without a seam. */
const STROKES = {
  plain: "",
  diagonal: "M-2 2L2-2M0 8L8 0M6 10L10 6",
  back: "M-2 6L2 10M0 0L8 8M6-2L10 2",
  horizontal: "M0 4H8",
  vertical: "M4 0V8",
  cross: "M-2 2L2-2M0 8L8 0M6 10L10 6M-2 6L2 10M0 0L8 8M6-2L10 2",
  grid: "M0 4H8M4 0V8",
  dots: "M2 2h.01M6 6h.01",
};

/**
 * @typedef {{fill: string, ink: string, texture: Texture, width: number, sample: boolean}} Hatch
 */

/** @type {Map<string, string>} */
const colors = new Map();
/** @type {Map<string, Hatch>} hatches by the value for "fill" that draws them */
const hatches = new Map();

/**
 * Return a colour of the style sheet by its name, "--jade" as "jade"; each is read once.
 * @param {string} name
 */
export function color(name) {
  let value = colors.get(name);
  if (value === undefined) {
    const style = getComputedStyle(document.documentElement);
    value = style.getPropertyValue(`--${name}`).trim() || FALLBACK;
    colors.set(name, value);
  }
  return value;
}

/** @param {Feature} feature */
export function isSchematic({ properties: { nature } }) {
  return nature === "schematic" || nature === "text-limits";
}

/** @param {Feature} feature */
export function isSample({ properties: { nature } }) {
  return nature === "sample";
}

/** Return the element that holds the hatches of this page. */
function hatchStore() {
  const found = document.getElementById("hatches");
  if (found) return found;
  // Not display:none, which would switch the patterns off as well.
  const store = svg("svg", { id: "hatches", width: 0, height: 0, "aria-hidden": "true" });
  store.style.position = "absolute";
  document.body.append(store);
  return store;
}

/**
 * Return a value for "fill" that draws a texture over a colour; sample things get white
 * hairlines on top.
 * @param {{fill: string, ink: string, texture: Texture, width?: number, sample?: boolean}} hatch
 */
export function hatchFill({ fill, ink, texture, width = 1.2, sample = false }) {
  if (texture === "plain" && !sample) return fill;
  const id = `hatch-${[fill, ink, texture, width, sample].join("-")}`.replace(/[^\w-]/g, "_");
  if (!document.getElementById(id)) {
    const pattern = svg(
      "pattern",
      { id, width: TILE, height: TILE, patternUnits: "userSpaceOnUse" },
      svg("rect", { width: TILE, height: TILE, fill }),
    );
    for (const { path, stroke, weight, opacity, cap } of hatchLines({ fill, ink, texture, width, sample })) {
      const attributes = { d: path, fill: "none", stroke, "stroke-width": weight };
      pattern.append(svg("path", { ...attributes, "stroke-opacity": opacity, "stroke-linecap": cap }));
    }
    hatchStore().append(pattern);
  }
  hatches.set(`url(#${id})`, { fill, ink, texture, width, sample });
  return `url(#${id})`;
}

/**
 * Return the lines of a hatch inside one tile of TILE by TILE pixels.
 * @param {Hatch} hatch
 * @returns {{path: string, stroke: string, weight: number, opacity: number,
 *   cap: "butt"|"round"}[]}
 */
export function hatchLines({ ink, texture, width, sample }) {
  const isDotted = texture === "dots";
  const weight = isDotted ? 2 * width : width;
  const lines = { path: STROKES[texture], stroke: ink, weight, opacity: 1 };
  const hairs = { path: STROKES.back, stroke: "#fff", weight: 0.8, opacity: 0.6 };
  return [
    { ...lines, cap: isDotted ? "round" : "butt" },
    ...(sample ? [{ ...hairs, cap: /** @type {const} */ ("butt") }] : []),
  ];
}

/** Return the hatch that a value for "fill" draws, undefined for a plain colour. @param {string} fill */
export function hatchOf(fill) {
  return hatches.get(fill);
}

/**
 * Return the style of a plot by its state.
 * @param {string} state
 * @param {boolean} sample
 * @returns {PathOptions}
 */
export function stateStyle(state, sample) {
  const { fill, ink, texture } = Object.hasOwn(STATES, state) ? STATES[state] : STATES.pending;
  const isOffer = state === "offer";
  const width = isOffer ? 2.6 : 1.2;
  const fillColor = hatchFill({ fill, ink, texture, width, sample: sample && !isOffer });
  return { color: ink, weight: isOffer ? 1.4 : 0.8, fillColor, fillOpacity: 1 };
}

/** @param {[number, number, number]} rgb */
function darken(rgb) {
  return `rgb(${rgb.map((part) => Math.round(part * 0.68)).join(",")})`;
}

/**
 * Return the style of a land class in the colour of the standard at 85 %.
 * @param {Site} site
 * @param {string} code
 * @param {boolean} [sample]
 * @returns {PathOptions}
 */
export function landUseStyle(site, code, sample = false) {
  const text = site.codes.land_use[code]?.rgb ?? "220,220,220";
  const rgb = /** @type {[number, number, number]} */ (text.split(",").map(Number));
  const texture = CLASS_TEXTURES[code.slice(0, 2)] ?? "back";
  // 一类, 二类, 三类 share one colour: heavier strokes tell them apart.
  const step = code.length === 6 ? Number(code[5]) : 1;
  const ink = darken(rgb);
  const fill = `rgb(${rgb.join(",")})`;
  const fillColor = hatchFill({ fill, ink, texture, width: 0.6 + 0.7 * step, sample });
  return { color: ink, weight: 0.8, fillColor, fillOpacity: 0.85 };
}

/**
 * @param {Feature} feature
 * @returns {PathOptions}
 */
function parkStyle(feature) {
  const isPort = feature.properties.kind === "logistics";
  return {
    color: color(isPort ? "port" : "jade"),
    weight: 1.6,
    dashArray: isSchematic(feature) || isSample(feature) ? "5 4" : null,
    fillColor: color(isPort ? "port-tint" : "jade-tint"),
    fillOpacity: 0.55,
  };
}

/**
 * @param {Feature} feature
 * @returns {PathOptions}
 */
function hallStyle(feature) {
  const isFree = ["vacant", "partly_let"].includes(feature.properties.state);
  const ink = color(isFree ? "jade" : "mute");
  const fillColor = hatchFill({
    fill: color(isFree ? "card" : "line"),
    ink,
    texture: isFree ? "back" : "plain",
    width: 0.9,
    sample: isSample(feature) && !isFree,
  });
  return { color: ink, weight: 1.2, fillColor, fillOpacity: 1 };
}

/** @type {Record<string, {color: string, fillColor?: string} & PathOptions>} */
const LOGISTICS = {
  road: { color: "road", weight: 2.6 },
  railway: { color: "rail", weight: 1.5, dashArray: "6 4" },
  rail_station: { color: "rail", fillColor: "paper", weight: 1.6, radius: 4 },
  airport: { color: "port", fillColor: "paper", weight: 2, radius: 4.5 },
  land_port: { color: "port", fillColor: "port-tint", weight: 1.6, radius: 4.5 },
  warehouse: { color: "port", fillColor: "paper", weight: 1.4, radius: 4 },
};

/** @type {Record<string, {color: string, fillColor: string}>} */
const STAGES = {
  contact: { color: "amber", fillColor: "amber-tint" },
  intent: { color: "amber", fillColor: "amber-tint" },
  signed: { color: "jade", fillColor: "card" },
  construction: { color: "jade", fillColor: "#8fc1b3" },
  operating: { color: "card", fillColor: "jade" },
  closed: { color: "mute", fillColor: "line" },
};

/**
 * Colour and dashes of the red lines, as LOOKS in geo/red_lines.py has them.
 * @type {Record<string, PathOptions>}
 */
export const RED_LINES = {
  urban_development: { color: "#a8452c", dashArray: "12 4" },
  basic_farmland: { color: "#7d6608", dashArray: "2 4" },
  ecology: { color: "#2e6b34", dashArray: "8 3 2 3" },
};

/** Return the options with the names of colours made colours. @param {PathOptions} options */
function paint({ color: stroke, fillColor = "none", ...options }) {
  const named = (/** @type {string} */ name) => (/^(#|none)/.test(name) ? name : color(name));
  return { ...options, color: named(stroke), fillColor: named(fillColor) };
}

/** @type {Record<string, (feature: Feature, site: Site, mode: string) => PathOptions>} */
const KINDS = {
  counties: () => ({
    color: color("county"),
    weight: 1.3,
    fillColor: color("paper"),
    fillOpacity: 1,
  }),
  places: ({ properties: { kind } }) => ({
    color: color("paper"),
    weight: 1,
    fillColor: color("mute"),
    fillOpacity: 1,
    radius: kind === "town" ? 2.2 : 3.6,
  }),
  parks: parkStyle,
  parcels: (feature, site, mode) =>
    mode === "use"
      ? landUseStyle(site, String(feature.properties.land_use_code ?? ""), isSample(feature))
      : stateStyle(feature.properties.state, isSample(feature)),
  buildings: hallStyle,
  enterprises: ({ properties: { stage } }) => ({
    weight: 1.6,
    radius: 5,
    fillOpacity: 1,
    ...paint(STAGES[stage] ?? STAGES.closed),
  }),
  logistics: ({ properties: { kind } }) => ({
    fillOpacity: 1,
    ...paint(LOGISTICS[kind] ?? LOGISTICS.warehouse),
  }),
  // Not filled, so that what lies inside can still be pointed at.
  red_lines: ({ properties: { line_kind: kind } }) => ({
    fill: false,
    weight: 2,
    ...(RED_LINES[kind] ?? RED_LINES.urban_development),
  }),
};

/**
 * Return the path options of a feature.
 * @param {string} kind
 * @param {Feature} feature
 * @param {Site} site
 * @param {string} mode what the fill of a plot says: "status" or "use"
 * @returns {PathOptions}
 */
export function featureStyle(kind, feature, site, mode) {
  return (KINDS[kind] ?? KINDS.places)(feature, site, mode);
}

/**
 * Return a small drawing of a style for switcher and legend.
 * @param {PathOptions} style
 * @param {Shape} shape
 */
export function swatch(style, shape) {
  const attributes = {
    stroke: style.color,
    "stroke-width": style.weight,
    "stroke-dasharray": style.dashArray ?? "none",
    fill: shape === "line" ? "none" : style.fillColor,
    "fill-opacity": style.fillOpacity ?? 1,
  };
  const shapes = {
    area: () => [svg("rect", { x: 1, y: 2, width: 20, height: 12, rx: 2.5, ...attributes })],
    line: () => [svg("path", { d: "M1 8H21", ...attributes })],
    dot: () => [svg("circle", { cx: 11, cy: 8, r: style.radius ?? 4, ...attributes })],
    mark: () => [
      svg("circle", { cx: 11, cy: 8, r: 7, ...attributes, "stroke-dasharray": "3 2.5" }),
      svg("circle", { cx: 11, cy: 8, r: 2.6, fill: style.color }),
    ],
  };
  const size = { width: 22, height: 16, viewBox: "0 0 22 16" };
  return svg("svg", { ...size, class: "swatch", "aria-hidden": "true" }, ...shapes[shape]());
}
