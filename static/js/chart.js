/** One stacked bar: how the land of a park is used, by the state of its plots. */
import { el, svg } from "./dom.js";
import { area, number } from "./format.js";
import { t } from "./i18n.js";
import { stateStyle, swatch } from "./styles.js";

/** States in the order of the bar: what is on offer first. */
const STATES = [
  "offer",
  "built",
  "construction",
  "not_started",
  "idle",
  "pending",
  "reserved",
  "unapproved",
  "infrastructure",
];

const WIDTH = 312;
const HEIGHT = 16;
const GAP = 2;
const THINNEST = 4;

/**
 * Return a bar of areas by state with its key, or null without any area.
 * @param {Record<string, number|undefined>} areas area in 亩 by state
 */
export function landChart(areas) {
  const present = STATES.filter((state) => Number(areas[state]) > 0);
  if (!present.length) return null;
  const values = present.map((state) => Number(areas[state]));
  return el("figure", { class: "chart" }, bar(present, values), key(present, values));
}

/**
 * @param {string[]} states
 * @param {number[]} values
 */
function bar(states, values) {
  const widths = shareOut(values, WIDTH - GAP * (values.length - 1));
  const label = states
    .map((state, i) => `${t(`plot_state.${state}`)} ${number(values[i], 0)} ${t("unit.mu")}`)
    .join(t("ui.list_separator"));
  let x = 0;
  const blocks = states.map((state, i) => {
    const block = svg("rect", { x, width: widths[i], height: HEIGHT, ...paint(state) });
    x += widths[i] + GAP;
    return block;
  });
  const box = `0 0 ${WIDTH} ${HEIGHT}`;
  return svg("svg", { class: "chart-bar", viewBox: box, role: "img", "aria-label": label }, blocks);
}

/**
 * Return widths in proportion, none too thin to be seen.
 * @param {number[]} values
 * @param {number} width
 */
function shareOut(values, width) {
  const sum = values.reduce((a, b) => a + b, 0);
  const raised = values.map((value) => Math.max((value / sum) * width, THINNEST));
  const total = raised.reduce((a, b) => a + b, 0);
  return raised.map((value) => (value / total) * width);
}

/** The bar is filled as the plots on the map are. @param {string} state */
function paint(state) {
  return { fill: stateStyle(state, false).fillColor };
}

/**
 * @param {string[]} states
 * @param {number[]} values
 */
function key(states, values) {
  return el(
    "ul",
    { class: "chart-key" },
    states.map((state, i) =>
      el(
        "li",
        {},
        swatch(stateStyle(state, false), "area"),
        el("span", { text: t(`plot_state.${state}`) }),
        area(Math.round(values[i])),
      ),
    ),
  );
}
