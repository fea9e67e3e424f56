/** Which layers are on, by theme; and what the fill of a plot says. */

import { el } from "./dom.js";
import { pick, t } from "./i18n.js";
import { featureStyle, swatch } from "./styles.js";

/**
 * @typedef {import("./data.js").LayerInfo} LayerInfo
 * @typedef {{root: HTMLElement, layers: import("./layers.js").Layers,
 *   state: import("./state.js").ViewState, site: import("./data.js").Site,
 *   ground: import("./basemap.js").Ground, onZoomTo: (info: LayerInfo) => void}} Parts
 */

const THEMES = ["base", "parks", "land", "firms", "logistics"];
/**
 * What a layer looks like in the list: a typical feature and its shape.
 * @type {Record<string, {properties: object, shape: import("./styles.js").Shape}>}
 */
const TYPICAL = {
  counties: { properties: {}, shape: "area" },
  places: { properties: { kind: "county seat" }, shape: "dot" },
  parks: { properties: { kind: "industrial", nature: "schematic" }, shape: "area" },
  parcels: { properties: { state: "offer", land_use_code: "100101" }, shape: "area" },
  buildings: { properties: { state: "vacant" }, shape: "area" },
  enterprises: { properties: { stage: "operating" }, shape: "dot" },
  logistics: { properties: { kind: "road" }, shape: "line" },
  red_lines: { properties: { line_kind: "urban_development" }, shape: "line" },
};

/**
 * Build the switcher and keep it true to the view.
 * @param {Parts} parts
 */
export function mountSwitcher(parts) {
  const { root, layers, state, site } = parts;
  const rows = new Map(site.layers.map((info) => [info, layerRow(info, parts)]));
  const groups = THEMES.map((theme) => themeGroup(theme, rows, parts));
  root.append(el("h2", { class: "card-title", text: t("map.layers") }));
  root.append(...groups.filter((group) => group !== null));
  const refresh = () => {
    const { layers: on } = state.get();
    for (const [info, { box, row, hint }] of rows) {
      box.checked = on.has(info.id);
      // Present only when it holds, for the style sheet lays out rows with and without it.
      if (!on.has(info.id) || layers.isDrawn(info)) hint.remove();
      else if (!hint.isConnected) row.after(hint);
    }
  };
  state.addEventListener("change", refresh);
  layers.map.on("zoomend", refresh);
  refresh();
}

/**
 * @param {string} theme
 * @param {Map<LayerInfo, ReturnType<typeof layerRow>>} rows
 * @param {Parts} parts
 */
function themeGroup(theme, rows, parts) {
  const infos = parts.site.layers.filter((info) => info.theme === theme);
  if (!infos.length) return null;
  return el(
    "fieldset",
    { class: "switch-group" },
    el("legend", { class: "switch-title", text: t(`map.theme.${theme}`) }),
    infos.map((info) => rows.get(info)?.row),
    infos.some((info) => info.kind === "parcels") && colorChoice(parts),
    theme === "base" && groundChoice(parts),
  );
}

/**
 * Return the row of a layer, its checkbox, and the remark that it shows from nearer: a
 * button that goes there.
 * @param {LayerInfo} info
 * @param {Parts} parts
 */
function layerRow(info, { state, site, onZoomTo }) {
  const toggle = () => {
    const on = new Set(state.get().layers);
    if (box.checked) on.add(info.id);
    else on.delete(info.id);
    state.set({ layers: on });
  };
  const box = el("input", { type: "checkbox", value: info.id, on: { change: toggle } });
  const text = el("span", { text: pick(info.title) });
  const row = el("label", { class: "switch-row" }, box, typicalSwatch(info, site), text);
  const hint = el("button", {
    class: "switch-hint",
    type: "button",
    "data-hint": info.id,
    "aria-label": t("map.zoom_to", { layer: pick(info.title) }),
    text: t("map.visible_from_nearer"),
    on: { click: () => onZoomTo(info) },
  });
  return { box, row, hint };
}

/** @param {LayerInfo} info @param {import("./data.js").Site} site */
function typicalSwatch(info, site) {
  const { properties, shape } = TYPICAL[info.kind] ?? TYPICAL.places;
  const feature = { type: "Feature", id: "", geometry: null, properties };
  const style = featureStyle(info.kind, /** @type {any} */ (feature), site, "status");
  return swatch(style, shape);
}

/** @param {Parts} parts */
function colorChoice({ state }) {
  const box = choice({
    label: t("map.color"),
    names: /** @type {const} */ (["status", "use"]),
    key: "map.color",
    now: () => state.get().color,
    choose: (color) => state.set({ color }),
  });
  state.addEventListener("change", box.refresh);
  return box.node;
}

/** @param {Parts} parts */
function groundChoice({ ground }) {
  if (!ground.choices.length) return null;
  const box = choice({
    label: t("map.ground"),
    names: ground.choices,
    key: "map.ground",
    now: () => ground.name,
    choose: (name) => ground.choose(name),
  });
  ground.addEventListener("change", box.refresh);
  return box.node;
}

/**
 * Return buttons of which one is pressed, and what presses the right one.
 * @template {string} T
 * @param {{label: string, names: readonly T[], key: string, now: () => T,
 *   choose: (name: T) => void}} options
 */
function choice({ label, names, key, now, choose }) {
  const buttons = names.map((name) =>
    el("button", { type: "button", text: t(`${key}.${name}`), on: { click: () => choose(name) } }),
  );
  const refresh = () => {
    buttons.forEach((button, i) => button.setAttribute("aria-pressed", String(names[i] === now())));
  };
  refresh();
  return { node: el("div", { class: "segmented", role: "group", "aria-label": label }, buttons), refresh };
}
