/** The editor of a layout: plots are bent, drawn, split and removed, by pointer or by keyboard. */

import { load, loadFeatures } from "../small-map.js";
import { Canvas } from "./canvas.js";
import { History } from "./history.js";
import { read, showCorners, showPlots, written } from "./lists.js";
import {
  areaInMu,
  changeOf,
  drawnPlot,
  freeId,
  partOf,
  publishedPlot,
  replaced,
  toCollection,
  without,
} from "./shapes.js";
import { splitRing } from "./split.js";

/**
 * @typedef {import("./shapes.js").Plot} Plot
 * @typedef {import("./shapes.js").Layout} Layout
 * @typedef {import("./split.js").Position} Position
 * @typedef {"new" | "split"} Tool what a line is drawn for
 */

const FEWEST = { new: 3, split: 2 };
const METRE = 1 / 111_000; // degrees of latitude
/** @type {Record<string, [number, number]>} east and north of each key */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
const FAST = 10;
/** How far beyond the park a typed place may lie, as a share of the park. */
const MARGIN = 1;

/** @template {HTMLElement} [E=HTMLElement] @param {string} id @returns {E} */
function byId(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`no element ${id}`);
  return /** @type {E} */ (found);
}

const data = JSON.parse(byId("draw-data").textContent ?? "{}");
const root = byId("draw");
const plotList = /** @type {HTMLSelectElement} */ (byId("draw-plots"));
const landUse = /** @type {HTMLSelectElement} */ (byId("draw-use"));
const [lngField, latField] = ["draw-lng", "draw-lat"].map(
  (id) => /** @type {HTMLInputElement} */ (byId(id)),
);
/** @type {History<Layout>} */
let history = new History(new Map());
/** @type {Set<string>} keys of plots in other parks */
const elsewhere = new Set();
/** @type {string | null} */
let chosen = null;
/** @type {number | null} corner of the chosen plot */
let corner = null;
/** @type {Tool | null} */
let tool = null;
/** @type {Position[]} the line of the tool */
let points = [];
let bounds = L.latLngBounds([]);
let isSent = false;
const canvas = new Canvas(byId("draw-map"), { choose, click, corner: chooseCorner, move: moveCorner });

// --- what is shown and said ----------------------------------------------------------------

/** @type {import("./lists.js").Say} */
function say(name, params = {}) {
  return data.texts[name].replace(/\{(\w+)\}/g, (/** @type {string} */ _, /** @type {string} */ key) =>
    String(params[key]),
  );
}

/** @param {string} name @param {Record<string, string | number>} [params] */
function tell(name, params) {
  byId("draw-said").textContent = say(name, params);
  byId("draw-fault").hidden = true;
}

/** @param {string} name @param {Record<string, string | number>} [params] */
function refuse(name, params) {
  byId("draw-fault").textContent = say(name, params);
  byId("draw-fault").hidden = false;
}

/** Return the plot that is chosen, if it has not gone. */
function chosenPlot() {
  const plot = chosen === null ? undefined : history.now.get(chosen);
  return plot?.isGone ? undefined : plot;
}

function show() {
  const plots = history.now;
  canvas.show({ plots, chosen, corner, points: tool && points });
  showPlots(plotList, plots.values(), chosen, say);
  showPlot();
  showButtons();
  const changes = [...plots.values()].map(changeOf);
  const counts = ["changed", "new", "gone"].map((kind) => [kind, changes.filter((c) => c === kind).length]);
  byId("draw-count").textContent = say("count", Object.fromEntries(counts));
  setEnabled("draw-send", changes.some(Boolean) && !tool);
}

/** Show what is chosen: name, area, land use, corners. */
function showPlot() {
  const plot = chosen === null ? undefined : history.now.get(chosen);
  byId("draw-name").textContent = plot ? plot.id : "—";
  byId("draw-area").textContent = plot?.ring ? say("area", { mu: areaInMu(plot.ring).toFixed(2) }) : "";
  landUse.disabled = tool === "split" || !(chosenPlot() || tool === "new");
  if (plot && !tool) landUse.value = plot.landUse;
  const ring = (tool !== "new" && chosenPlot()?.ring) || [];
  showCorners(byId("draw-corners"), ring, corner, say);
  byId("draw-unbent").hidden = !chosenPlot() || Boolean(chosenPlot()?.ring);
  const at = corner === null ? null : ring[corner];
  for (const field of [lngField, latField]) field.disabled = !tool && !at;
  if (tool) return;
  lngField.value = at ? written(at).lng : "";
  latField.value = at ? written(at).lat : "";
}

function showButtons() {
  const plot = chosen === null ? undefined : history.now.get(chosen);
  setEnabled("draw-new", !tool);
  setEnabled("draw-split", !tool && Boolean(chosenPlot()));
  setEnabled("draw-remove", !tool && Boolean(plot));
  byId("draw-remove").textContent = say(plot?.isGone ? "restore" : "remove");
  setEnabled("draw-undo", tool ? points.length > 0 : history.canUndo);
  setEnabled("draw-redo", !tool && history.canRedo);
  setEnabled("draw-finish", tool !== null && points.length >= FEWEST[tool]);
  setEnabled("draw-put", Boolean(tool) || corner !== null);
  setEnabled("draw-corner-remove", !tool && corner !== null);
  byId("draw-put").textContent = say(tool ? "add_point" : "put");
  byId("draw-line").hidden = !tool;
  if (tool) byId("draw-hint").textContent = say(`hint_${tool}`);
}

/** @param {string} id @param {boolean} isEnabled */
function setEnabled(id, isEnabled) {
  /** @type {HTMLButtonElement} */ (byId(id)).disabled = !isEnabled;
}

// --- what is done ---------------------------------------------------------------------------

/** @param {string} id */
function choose(id) {
  [chosen, corner] = [id, null];
  show();
}

/** @param {number} index */
function chooseCorner(index) {
  const at = chosenPlot()?.ring?.[index];
  if (tool && at) addPoint(at);
  if (tool || !at) return;
  corner = index;
  show();
}

/** Take over a plot that was changed. @param {Plot} plot @param {string | null} [mark] */
function put(plot, mark = null) {
  history.change(new Map(history.now).set(plot.id, plot), mark);
  show();
}

/**
 * @param {number} index
 * @param {Position} at
 * @param {boolean} [isNew]
 * @param {string | null} [mark]
 */
function moveCorner(index, at, isNew = false, mark = null) {
  const plot = chosenPlot();
  if (!plot?.ring) return;
  const ring = [...plot.ring];
  ring.splice(index, isNew ? 0 : 1, at);
  corner = index;
  put({ ...plot, ring, isMoved: true }, mark);
  tell("moved", { corner: index + 1, ...written(at), mu: areaInMu(ring).toFixed(2) });
}

function removeCorner() {
  const plot = chosenPlot();
  if (!plot?.ring || corner === null) return;
  if (plot.ring.length <= FEWEST.new) return refuse("fewest");
  const ring = plot.ring.filter((_, index) => index !== corner);
  const removed = corner + 1;
  corner = Math.min(corner, ring.length - 1);
  put({ ...plot, ring, isMoved: true });
  tell("corner_removed", { corner: removed, mu: areaInMu(ring).toFixed(2) });
}

/** Remove the chosen plot; one that has gone comes back. */
function toggleGone() {
  const plot = chosen === null ? undefined : history.now.get(chosen);
  if (!plot || tool) return;
  corner = null;
  if (plot.isGone) put({ ...plot, isGone: false });
  else history.change(without(history.now, plot.id));
  if (!history.now.has(plot.id)) chosen = null;
  show();
  tell(plot.isGone ? "restored" : "removed", { plot: plot.id });
}

/** @param {"undo" | "redo"} way */
function step(way) {
  if (tool && way === "undo") return removePoint();
  if (tool || !(way === "undo" ? history.canUndo : history.canRedo)) return;
  history[way]();
  corner = null;
  if (chosen !== null && !history.now.has(chosen)) chosen = null;
  show();
  tell(way === "undo" ? "undone" : "redone");
}

// --- a line is drawn ------------------------------------------------------------------------

/** @param {Tool} wanted */
function start(wanted) {
  if (wanted === "split" && !chosenPlot()?.ring) return refuse("unsplit");
  if (wanted === "new") chosen = null;
  [tool, points, corner] = [wanted, [], null];
  [lngField.value, latField.value] = ["", ""];
  show();
  tell(`hint_${wanted}`);
  byId("draw-cancel").focus({ preventScroll: true }); // the button that was pressed is off now
}

/** @param {Position} at */
function addPoint(at) {
  points = [...points, at];
  show();
  tell("point", { count: points.length, ...written(at) });
}

function removePoint() {
  points = points.slice(0, -1);
  show();
  tell("points", { count: points.length });
}

function cancel() {
  leave(chosen);
  show();
  tell("cancelled");
}

/** Put the tool away. @param {string | null} id the plot that is chosen now */
function leave(id) {
  [tool, chosen] = [null, id];
  plotList.focus({ preventScroll: true });
}

/** @param {Position} at */
function click(at) {
  if (tool) addPoint(at);
}

function finish() {
  if (tool === "new") finishPlot();
  else if (tool === "split") finishSplit();
}

/** @param {string} id */
function isTaken(id) {
  return history.now.has(id) || elsewhere.has(id);
}

function finishPlot() {
  const id = freeId(data.newId, isTaken);
  leave(id);
  put(drawnPlot(id, points, landUse.value));
  tell("drawn", { plot: id, mu: areaInMu(points).toFixed(2) });
}

function finishSplit() {
  const plot = chosenPlot();
  if (!plot?.ring) return;
  const cut = splitRing(plot.ring, points);
  if ("fault" in cut) return refuse(`cut_${cut.fault}`, { count: cut.count });
  const one = freeId(`${plot.id}-{number}`, isTaken);
  const other = freeId(`${plot.id}-{number}`, (id) => id === one || isTaken(id));
  const parts = [one, other].map((id, k) => partOf(plot, id, cut.parts[k]));
  leave(one);
  history.change(replaced(history.now, plot, parts));
  show();
  tell("split", { plot: plot.id, one, other });
}

// --- how it is reached ----------------------------------------------------------------------

/** @param {KeyboardEvent} event */
function onCornerKey(event) {
  const button = /** @type {HTMLElement} */ (event.target).closest("button");
  const index = Number(button?.dataset.corner);
  const at = chosenPlot()?.ring?.[index];
  const [east, north] = ARROWS[event.key] ?? [0, 0];
  if (tool || !at || (event.key !== "Delete" && !east && !north)) return;
  event.preventDefault();
  corner = index;
  if (event.key === "Delete") return removeCorner();
  const far = METRE * (event.shiftKey ? FAST : 1);
  const lng = at.lng + (east * far) / Math.cos((at.lat * Math.PI) / 180);
  moveCorner(index, { lng, lat: at.lat + north * far }, false, `${chosen} ${index}`);
}

/** @param {KeyboardEvent} event */
function onKey(event) {
  const isText = event.target instanceof HTMLInputElement;
  const key = event.key.toLowerCase();
  if (key === "escape" && tool) cancel();
  if (isText || !(event.ctrlKey || event.metaKey) || !["z", "y"].includes(key)) return;
  event.preventDefault();
  step(key === "y" || event.shiftKey ? "redo" : "undo");
}

/** @param {SubmitEvent} event */
function onPlace(event) {
  event.preventDefault();
  const at = read(lngField.value, latField.value);
  if (!at) return refuse("bad_place");
  if (bounds.isValid() && !bounds.pad(MARGIN).contains(at)) return refuse("far");
  if (!tool) return corner === null ? undefined : moveCorner(corner, at);
  addPoint(at);
  [lngField.value, latField.value] = ["", ""];
  lngField.focus();
}

/** Put the layout into the form that is sent. */
function fillForm() {
  const plots = history.now;
  const body = JSON.stringify(toCollection(plots, data));
  const files = new DataTransfer();
  files.items.add(new File([body], `${data.park}.geojson`, { type: "application/geo+json" }));
  /** @type {HTMLInputElement} */ (byId("draw-file")).files = files.files;
  const gone = [...plots.values()].filter(({ isGone }) => isGone).map(({ id }) => id);
  /** @type {HTMLInputElement} */ (byId("draw-gone")).value = gone.join("\n");
  isSent = true;
}

function listen() {
  const clicks = {
    new: () => start("new"), split: () => start("split"), remove: toggleGone, finish, cancel,
    undo: () => step("undo"), redo: () => step("redo"), "corner-remove": removeCorner,
  };
  for (const [name, act] of Object.entries(clicks)) byId(`draw-${name}`).addEventListener("click", act);
  plotList.addEventListener("change", () => {
    if (tool) return show();
    choose(plotList.value);
    canvas.reveal(plotList.value);
  });
  plotList.addEventListener("keydown", ({ key }) => key === "Delete" && toggleGone());
  byId("draw-corners").addEventListener("keydown", onCornerKey);
  byId("draw-corners").addEventListener("focusin", ({ target }) => {
    const index = Number(/** @type {HTMLElement} */ (target).dataset.corner);
    if (!tool && index !== corner) chooseCorner(index);
  });
  byId("draw-corners").addEventListener("click", ({ target }) => {
    const button = /** @type {HTMLElement} */ (target).closest("button");
    if (button) chooseCorner(Number(button.dataset.corner));
  });
  landUse.addEventListener("change", () => {
    const plot = chosenPlot();
    if (plot && !tool) put({ ...plot, landUse: landUse.value });
  });
  byId("draw-place").addEventListener("submit", onPlace);
  byId("draw-form").addEventListener("submit", fillForm);
  root.addEventListener("keydown", onKey);
  addEventListener("beforeunload", (event) => {
    if (history.canUndo && !isSent) event.preventDefault();
  });
}

async function boot() {
  const { base, layer, places, ground } = data;
  /** @type {[GeoJSON.Feature<GeoJSON.Geometry>[], GeoJSON.FeatureCollection]} */
  const [features, parks] = await Promise.all([
    loadFeatures(base, layer, places),
    load(base + ground),
  ]);
  /** @type {Layout} */
  const plots = new Map();
  for (const feature of features) {
    const isHere = feature.properties?.park_id === data.park;
    if (isHere && feature.geometry) plots.set(String(feature.id), publishedPlot(feature));
    else elsewhere.add(String(feature.id));
  }
  history = new History(plots);
  const park = parks.features.find(({ id }) => String(id) === data.park);
  if (park?.geometry) canvas.drawGround(park);
  show();
  bounds = canvas.fit();
  listen();
  document.documentElement.dataset.ready = "true";
}

boot().catch((error) => {
  console.error(error);
  refuse("failed");
});
