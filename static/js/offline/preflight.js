/**
 * Tries the laptop and the package before the guests come: every line says what was looked at and
 * what was found, and the verdict is green only if nothing is wrong. A remark does not stop a show.
 */

import { fetchJson } from "../data.js";
import { el, fill, svg } from "../dom.js";
import { initI18n, lang, pick, t } from "../i18n.js";
import { checkFiles, openPage } from "./files.js";

/**
 * @typedef {"well"|"remark"|"fault"} State
 * @typedef {{state: State, name: string, text: string}} Line
 * @typedef {{zh: string, en: string}} Text
 * @typedef {{id: string, number: string, unit: Text, period: Text, subject: Text, as_of: string}} Figure
 * @typedef {{id: string, headline: Text, figures: Figure[], layers: string[],
 *   highlight: {layer: string, id: string}[], missing: {what: string, id: string}[]}} Scene
 */

const FONT = '"Package Sans"';
const DAY = 86_400_000;
/** A figure older than so many months is told. */
const OLD_MONTHS = 24;
/** A package older than so many days is told. */
const OLD_DAYS = 90;
const LATE_YEARS = 3;
const SIGNS = { well: "✓", remark: "!", fault: "✕" };
const PATHS = { green: "m7 12.5 3.5 3.5L17 9", red: "m8 8 8 8M16 8l-8 8" };
const SMALL = { width: 1024, height: 700 };

/** @param {string} id @returns {any} */
const find = (id) => document.getElementById(id);

/** @param {boolean} isWell @param {State} otherwise @param {string} name @param {string} text @returns {Line} */
function line(isWell, otherwise, name, text) {
  return { state: isWell ? "well" : otherwise, name, text };
}

function checkScreen() {
  const { width, height } = screen;
  const facts = { width, height, scale: Math.round(devicePixelRatio * 100) };
  const isLarge = width >= SMALL.width && height >= SMALL.height;
  const text = isLarge ? t("offline.screen_well", facts) : t("offline.screen_small", facts);
  return line(isLarge, "remark", t("offline.screen"), text);
}

function checkFullscreen() {
  const can = document.fullscreenEnabled;
  const text = can ? t("offline.fullscreen_well") : t("offline.fullscreen_bad");
  return line(can, "remark", t("offline.fullscreen"), text);
}

/** Whether letters come out of the package's font: it is loaded, and measures as no other. */
async function checkFont() {
  const sample = "园区 2026 Qira";
  const loaded = await document.fonts.load(`32px ${FONT}`, sample).catch(() => []);
  const pen = document.createElement("canvas").getContext("2d");
  const measure = (/** @type {string} */ font) => {
    if (!pen) return 0;
    pen.font = `32px ${font}`;
    return pen.measureText(sample).width;
  };
  const isOurs = loaded.length > 0 && measure(`${FONT}, monospace`) !== measure("monospace");
  const text = isOurs ? t("offline.font_well") : t("offline.font_bad");
  return line(isOurs, "fault", t("offline.font"), text);
}

function checkCanvas() {
  const canvas = Object.assign(document.createElement("canvas"), { width: 2, height: 2 });
  const pen = canvas.getContext("2d");
  pen?.fillRect(0, 0, 2, 2);
  const can = pen?.getImageData(1, 1, 1, 1).data[3] === 255;
  return line(can, "fault", t("offline.canvas"), can ? t("offline.canvas_well") : t("offline.canvas_bad"));
}

function checkStorage() {
  let can = false;
  try {
    localStorage.setItem("parks.preflight", "1");
    can = localStorage.getItem("parks.preflight") === "1";
    localStorage.removeItem("parks.preflight");
  } catch {
    // The browser keeps nothing for pages of files.
  }
  return line(can, "remark", t("offline.storage"), can ? t("offline.storage_well") : t("offline.storage_bad"));
}

/** Compare the data with the clock, which on a borrowed laptop may be wrong. */
function checkAge() {
  const { as_of } = PARKS_PACKAGE;
  const now = new Date();
  const month = String(now.getMonth() + 1).padStart(2, "0");
  const today = `${now.getFullYear()}-${month}-${String(now.getDate()).padStart(2, "0")}`;
  const days = Math.round((Date.parse(today) - Date.parse(as_of)) / DAY);
  const years = Math.floor(days / 365.25);
  const name = t("offline.data_age");
  // A day of grace: the laptop may stand in another time zone.
  if (days < -1) return line(false, "remark", name, t("offline.clock_early", { today, as_of }));
  if (years >= LATE_YEARS) return line(false, "remark", name, t("offline.clock_late", { today, years }));
  if (days > OLD_DAYS) return line(false, "remark", name, t("offline.data_old", { as_of, days }));
  return line(true, "remark", name, t("offline.age", { as_of, days: Math.max(0, days) }));
}

/** Return what a scene names and does not find. @param {Scene} scene */
async function missingOf(scene) {
  const gone = scene.missing.map(({ what, id }) => describe(what, id));
  for (const layer of scene.layers) {
    const loaded = await featuresOf(layer);
    if (!loaded) gone.push(t("offline.what_layer", { id: layer }));
  }
  for (const { layer, id } of scene.highlight) {
    const loaded = await featuresOf(layer);
    if (!loaded?.has(id)) gone.push(t("offline.what_feature", { layer, id }));
  }
  return gone;
}

/** @param {string} what @param {string} id */
function describe(what, id) {
  if (what === "figure") return t("offline.what_figure", { id });
  return what === "layer" ? t("offline.what_layer", { id }) : id;
}

/** @param {string} layer @returns {Promise<Set<string>|null>} */
async function featuresOf(layer) {
  try {
    const { features } = await fetchJson(`data/${layer}.geojson`);
    return new Set(features.map((/** @type {any} */ { id }) => String(id)));
  } catch {
    return null;
  }
}

/** @param {Scene} scene @returns {Promise<Line>} */
async function checkScene(scene) {
  const gone = await missingOf(scene);
  // It must also come up on the wall, with all that it draws.
  await openPage("present.html", `?scene=${encodeURIComponent(scene.id)}`).catch(() =>
    gone.push(t("offline.what_page")),
  );
  const counts = {
    layers: scene.layers.length,
    figures: scene.figures.length,
    highlights: scene.highlight.length,
  };
  const text = gone.length
    ? t("offline.scene_faults", { what: gone.join(t("ui.list_separator")) })
    : t("offline.scene_well", counts);
  return line(!gone.length, "fault", pick(scene.headline), text);
}

/** @param {Figure} figure @returns {Line} */
function checkFigure({ subject, number, unit, period, as_of }) {
  const parts = { number, unit: pick(unit), period: pick(period) };
  const text = t("offline.figure_line", parts);
  const months = (new Date().getFullYear() - Number(as_of.slice(0, 4))) * 12 +
    new Date().getMonth() + 1 - Number(as_of.slice(5, 7) || 12);
  const isOld = months > OLD_MONTHS;
  const facts = { line: text, as_of };
  const said = isOld ? t("offline.figure_old", facts) : t("offline.figure_well", facts);
  return line(Boolean(number && as_of), "fault", pick(subject), said);
}

/** @returns {Promise<Scene[]|null>} */
async function readScenes() {
  try {
    return (await fetchJson("data/show.json")).scenes;
  } catch {
    return null;
  }
}

/** Show a group of lines. @param {string} title @param {Line[]} lines */
function group(title, lines) {
  const items = lines.map(({ state, name, text }) =>
    el(
      "li",
      { class: `check-done is-${state}` },
      el("span", { class: "check-sign", text: SIGNS[state] }),
      el("span", { text: name }),
      el("span", { text }),
    ),
  );
  const list = el("ul", { class: "checks-done" }, items);
  return el("section", { class: "card preflight-part" }, el("h2", { text: title }), list);
}

/** Show the verdict, in words and by its shape. @param {Line[]} lines */
function judge(lines) {
  const faults = lines.filter(({ state }) => state === "fault").length;
  const remarks = lines.filter(({ state }) => state === "remark").length;
  const color = faults ? "red" : "green";
  const good = remarks
    ? t("offline.result_green_remarks", { count: remarks })
    : t("offline.result_green");
  find("verdict").className = `verdict is-${color}`;
  find("verdict-word").textContent = faults ? t("offline.result_red") : good;
  find("verdict-why").textContent = faults
    ? t("offline.result_red_why", { count: faults })
    : t("offline.result_green_why");
  find("verdict-path").replaceWith(svg("path", { id: "verdict-path", d: PATHS[color] }));
  document.documentElement.dataset.verdict = color;
}

/** @param {number} done @param {number} total */
function tell(done, total) {
  find("verdict-word").textContent = t("offline.checking", { done, total });
}

/** @param {Scene[]|null} scenes @returns {Promise<Line[]>} */
async function checkScenes(scenes) {
  if (!scenes) return [line(false, "fault", t("offline.scenes"), t("offline.no_show"))];
  const lines = [];
  for (const scene of scenes) {
    tell(lines.length, scenes.length);
    lines.push(await checkScene(scene));
  }
  return lines;
}

/** Each figure once, in the order in which it is shown. @param {Scene[]|null} scenes */
function checkFigures(scenes) {
  const all = (scenes ?? []).flatMap(({ figures }) => figures);
  return [...new Map(all.map((figure) => [figure.id, figure])).values()].map(checkFigure);
}

async function check() {
  delete document.documentElement.dataset.verdict;
  find("verdict").className = "verdict";
  find("verdict-why").textContent = "";
  fill(find("checks"));
  /** @type {Line[]} */
  const all = [];
  const show = (/** @type {string} */ title, /** @type {Line[]} */ lines) => {
    all.push(...lines);
    if (lines.length) find("checks").append(group(title, lines));
  };
  const scenes = await readScenes();
  const laptop = [checkScreen(), checkFullscreen(), await checkFont(), checkCanvas(), checkStorage()];
  show(t("offline.laptop"), [...laptop, checkAge()]);
  show(t("offline.figures"), checkFigures(scenes));
  show(t("offline.scenes"), await checkScenes(scenes));
  show(t("offline.files"), await checkFiles(tell));
  judge(all);
}

async function boot() {
  const { root = "", lang: language = "zh" } = document.documentElement.dataset;
  await initI18n(root, language);
  document.documentElement.lang = lang() === "en" ? "en" : "zh-Hans";
  find("recheck").addEventListener("click", check);
  await check();
}

boot();
