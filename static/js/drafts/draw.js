/** The small editor of a layout: bend plots, draw new ones, change what they are for. */

import { areaInMu, isChanged, ringOf, toCollection } from "./shapes.js";

/** @typedef {import("./shapes.js").Plot} Plot */

const SNAP_PX = 10;
const FEWEST = 3;
const LOOKS = {
  plot: { color: "#6f6f6f", weight: 1, fillColor: "#6f6f6f", fillOpacity: 0.08 },
  changed: { color: "#0b6b57", weight: 2, fillColor: "#0b6b57", fillOpacity: 0.2 },
  chosen: { color: "#9a5b00", weight: 3, fillColor: "#9a5b00", fillOpacity: 0.15 },
};

/** @param {string} id */
function byId(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`no element ${id}`);
  return found;
}

const root = byId("draw");
const { address = "", park = "", newId = "", area = "", count = "" } = root.dataset;
const landUse = /** @type {HTMLSelectElement} */ (byId("draw-use"));
const form = /** @type {HTMLFormElement} */ (byId("draw-form"));
/** @type {Map<string, Plot>} */
const plots = new Map();
/** @type {Map<string, L.Polygon | L.GeoJSON>} */
const drawn = new Map();
const map = L.map(byId("draw-map"), { attributionControl: false, doubleClickZoom: false });
const handles = L.layerGroup().addTo(map);
/** @type {string | null} */
let chosen = null;
/** @type {L.LatLng[] | null} the points of a plot that is being drawn */
let points = null;
const sketch = L.polyline([], { ...LOOKS.chosen, fill: false, interactive: false }).addTo(map);

/**
 * Return the corner of a plot beside a position, so that neighbours meet; else the position.
 * @param {L.LatLng} at
 * @param {L.LatLng} [besides] the corner that is being moved
 */
function snapped(at, besides) {
  const here = map.latLngToContainerPoint(at);
  let [best, nearest] = [at, SNAP_PX];
  for (const { ring } of plots.values()) {
    for (const corner of ring ?? []) {
      const distance = here.distanceTo(map.latLngToContainerPoint(corner));
      if (corner !== besides && distance < nearest) [best, nearest] = [corner, distance];
    }
  }
  return L.latLng(best.lat, best.lng);
}

/** @param {Plot} plot */
function look(plot) {
  if (plot.id === chosen) return LOOKS.chosen;
  return isChanged(plot) ? LOOKS.changed : LOOKS.plot;
}

/** Show what is chosen and how much is changed. */
function tell() {
  for (const plot of plots.values()) drawn.get(plot.id)?.setStyle(look(plot));
  const plot = chosen === null ? undefined : plots.get(chosen);
  byId("draw-name").textContent = plot ? plot.id : "—";
  byId("draw-area").textContent = plot?.ring
    ? area.replace("{mu}", areaInMu(plot.ring).toFixed(2))
    : "";
  landUse.disabled = !plot;
  if (plot) landUse.value = plot.landUse;
  const changed = [...plots.values()].filter(isChanged);
  byId("draw-count").textContent = count.replace("{count}", String(changed.length));
  /** @type {HTMLButtonElement} */ (byId("draw-send")).disabled = !changed.length;
  /** @type {HTMLButtonElement} */ (byId("draw-finish")).disabled =
    points === null || points.length < FEWEST;
  byId("draw-new").setAttribute("aria-pressed", String(points !== null));
}

/**
 * Put a handle on the map. One in the middle of a side becomes a corner when it is moved.
 * @param {Plot} plot
 * @param {L.LatLng[]} ring
 * @param {number} index
 * @param {boolean} isMiddle
 */
function handle(plot, ring, index, isMiddle) {
  const next = ring[(index + 1) % ring.length];
  const at = isMiddle
    ? L.latLng((ring[index].lat + next.lat) / 2, (ring[index].lng + next.lng) / 2)
    : ring[index];
  const icon = L.divIcon({ className: isMiddle ? "draw-middle" : "draw-corner", iconSize: [14, 14] });
  const marker = L.marker(at, { icon, draggable: true, keyboard: false }).addTo(handles);
  let corner = index;
  marker.on("dragstart", () => {
    if (isMiddle) ring.splice((corner = index + 1), 0, at);
  });
  /** @param {L.LatLng} place */
  const move = (place) => {
    ring[corner] = place;
    const shape = drawn.get(plot.id);
    if (shape instanceof L.Polygon) shape.setLatLngs(ring);
  };
  marker.on("drag", () => move(marker.getLatLng()));
  marker.on("dragend", () => {
    move(snapped(marker.getLatLng(), ring[corner]));
    plot.isMoved = true;
    choose(plot.id);
  });
}

/** @param {string} id */
function choose(id) {
  chosen = id;
  handles.clearLayers();
  const plot = plots.get(id);
  for (const index of plot?.ring?.keys() ?? []) {
    for (const isMiddle of [false, true]) {
      if (plot?.ring) handle(plot, plot.ring, index, isMiddle);
    }
  }
  tell();
}

/** @param {Plot} plot @param {L.Polygon | L.GeoJSON} shape */
function add(plot, shape) {
  plots.set(plot.id, plot);
  drawn.set(plot.id, shape.addTo(map));
  shape.on("click", (event) => {
    if (points !== null) return;
    L.DomEvent.stopPropagation(event);
    choose(plot.id);
  });
}

/** Take the points as a new plot. */
function finish() {
  if (points === null || points.length < FEWEST) return;
  let number = 1;
  while (plots.has(newId.replace("{number}", String(number)))) number += 1;
  const id = newId.replace("{number}", String(number));
  const use = landUse.value;
  const state = { landUse: use, firstUse: use, isNew: true, isMoved: true };
  add({ id, geometry: null, ring: points, ...state }, L.polygon(points));
  points = null;
  sketch.setLatLngs([]);
  choose(id);
}

async function load() {
  const answer = await fetch(address, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`${answer.status} ${address}`);
  /** @type {GeoJSON.FeatureCollection} */
  const { features } = await answer.json();
  const bounds = L.latLngBounds([]);
  for (const { id, geometry, properties } of features) {
    if (properties?.park_id !== park) continue;
    if (!geometry) continue;
    const ring = ringOf(geometry);
    const use = String(properties.land_use_code);
    const state = { landUse: use, firstUse: use, isNew: false, isMoved: false };
    const shape = ring ? L.polygon(ring) : L.geoJSON(geometry);
    add({ id: String(id), geometry, ring, ...state }, shape);
    bounds.extend(shape.getBounds());
  }
  if (bounds.isValid()) map.fitBounds(bounds, { padding: [20, 20], animate: false });
}

map.on("click", ({ latlng }) => {
  if (points === null) return;
  points.push(snapped(latlng));
  sketch.setLatLngs(points);
  tell();
});
byId("draw-new").addEventListener("click", () => {
  points = points === null ? [] : null;
  sketch.setLatLngs([]);
  handles.clearLayers();
  chosen = null;
  tell();
});
byId("draw-finish").addEventListener("click", finish);
landUse.addEventListener("change", () => {
  const plot = chosen === null ? undefined : plots.get(chosen);
  if (plot) plot.landUse = landUse.value;
  tell();
});
form.addEventListener("submit", () => {
  const body = JSON.stringify(toCollection(plots.values(), park));
  const files = new DataTransfer();
  files.items.add(new File([body], `${park}.geojson`, { type: "application/geo+json" }));
  /** @type {HTMLInputElement} */ (byId("draw-file")).files = files.files;
});

await load();
tell();
document.documentElement.dataset.ready = "true";
