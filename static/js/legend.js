/** What the signs on the map mean: only those of layers that are on and drawn now. */

import { el, fill } from "./dom.js";
import { pick, t, word } from "./i18n.js";
import { color, featureStyle, hatchFill, isSample, isSchematic, swatch } from "./styles.js";

/**
 * @typedef {import("./layers.js").Entry} Entry
 * @typedef {{key: string, text: string, shape: import("./styles.js").Shape}} Sign
 */

/** @typedef {{site: import("./data.js").Site, mode: string, zoom: number}} Context */

/** @type {Record<string, (entry: Entry, context: Context) => Sign>} */
const SIGNS = {
  counties: ({ info }) => ({ key: "", text: pick(info.title), shape: "area" }),
  places: ({ feature }) => {
    const isTown = feature.properties.kind === "town";
    return { key: isTown ? "1" : "0", text: t(isTown ? "map.town" : "map.seat"), shape: "dot" };
  },
  parks: ({ feature, role }) => {
    const isPort = feature.properties.kind === "logistics";
    const text = t(isPort ? "facility_kind.land_port" : "map.park");
    return { key: isPort ? "1" : "0", text, shape: role === "mark" ? "mark" : "area" };
  },
  parcels: ({ feature: { properties: p } }, { site, mode }) => {
    const code = String(p.land_use_code);
    return mode === "use"
      ? { key: code, text: pick(site.codes.land_use[code]) || code, shape: "area" }
      : { key: order(STATES, p.state), text: word("plot_state", p.state), shape: "area" };
  },
  buildings: ({ feature }) => {
    const isFree = ["vacant", "partly_let"].includes(feature.properties.state);
    const text = t(isFree ? "map.hall_free" : "map.hall_other");
    return { key: isFree ? "0" : "1", text, shape: "area" };
  },
  enterprises: ({ feature: { properties: p } }) => {
    return { key: order(STAGES, p.stage), text: word("stage", p.stage), shape: "dot" };
  },
  logistics: ({ feature, role }) => {
    const { kind } = feature.properties;
    const shape = role === "line" ? "line" : role === "mark" ? "mark" : "dot";
    return { key: kind, text: word("facility_kind", kind), shape };
  },
  red_lines: ({ feature: { properties: { line_kind: kind } } }) => {
    return { key: kind, text: word("line_kind", kind), shape: "line" };
  },
};
const STATES = [
  "offer",
  "built",
  "construction",
  "not_started",
  "idle",
  "reserved",
  "unapproved",
  "pending",
  "infrastructure",
];
const STAGES = ["operating", "construction", "signed", "intent", "contact", "closed"];

/** Return a text that begins with a capital. @param {string} text */
function capital(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Return a key that sorts a value by its place in a list. */
function order(/** @type {string[]} */ list, /** @type {string} */ value) {
  const index = list.indexOf(value);
  return String(index < 0 ? list.length : index).padStart(2, "0");
}

/**
 * Return the signs of drawn things, each once, in the order of the layers.
 * @param {Entry[]} entries
 * @param {Context} context
 */
function collectSigns(entries, context) {
  /** @type {Map<string, {order: string, text: string, image: SVGElement}>} */
  const signs = new Map();
  for (const entry of entries) {
    const sign = SIGNS[entry.info.kind]?.(entry, context);
    if (!sign) continue;
    const place = context.site.layers.indexOf(entry.info);
    const key = `${String(place).padStart(2, "0")} ${sign.key}`;
    if (signs.has(key)) continue;
    const style = featureStyle(entry.info.kind, entry.feature, context.site, context.mode);
    signs.set(key, { order: key, text: sign.text, image: swatch(style, sign.shape) });
  }
  return [...signs.values()].sort((a, b) => a.order.localeCompare(b.order));
}

/** Return rows for what dashes and fine white lines mean, where they occur. */
function natureSigns(/** @type {Entry[]} */ entries) {
  const dashed = { color: color("mute"), weight: 1.5, dashArray: "4 3", fillColor: "none" };
  const fine = { fill: color("line"), ink: color("line"), texture: "plain", sample: true };
  const hatched = {
    color: color("county"),
    weight: 0.8,
    fillColor: hatchFill(/** @type {any} */ (fine)),
  };
  const isArea = (/** @type {Entry} */ { role }) => role === "area" || role === "mark";
  const some = (/** @type {(f: any) => boolean} */ test) =>
    entries.some((entry) => isArea(entry) && test(entry.feature));
  return [
    some(isSchematic) && { text: t("map.nature_schematic_means"), image: swatch(dashed, "area") },
    some(isSample) && { text: t("map.nature_sample_means"), image: swatch(hatched, "area") },
  ].filter((sign) => sign !== false);
}

/**
 * Keep the legend true to what is drawn.
 * @param {{root: HTMLElement, layers: import("./layers.js").Layers,
 *   state: import("./state.js").ViewState, site: import("./data.js").Site}} parts
 */
export function mountLegend({ root, layers, state, site }) {
  const list = el("ul", { class: "legend-list" });
  root.append(el("h2", { class: "card-title", text: t("map.legend") }), list);
  // What scrolls must be reachable without a pointer.
  const reach = () => (root.tabIndex = root.scrollHeight > root.clientHeight ? 0 : -1);
  // Told after the layout of the page, so that none is made for the question.
  const observer = new ResizeObserver(reach);
  observer.observe(root);
  observer.observe(list);
  layers.addEventListener("drawn", () => {
    const zoom = layers.map.getZoom();
    const entries = layers.drawn();
    const signs = [
      ...collectSigns(entries, { site, mode: state.get().color, zoom }),
      ...natureSigns(entries),
    ];
    const rows = signs.map(({ image, text }) => {
      return el("li", { class: "legend-row" }, image, capital(text));
    });
    root.hidden = !rows.length;
    // Most zooms leave the list as it is, and a new list costs the page a layout.
    const isSame = rows.length === list.children.length
      && rows.every((row, i) => row.isEqualNode(list.children[i]));
    if (isSame) return;
    fill(list, rows);
  });
}
