/**
 * The small map of a report: outlines of counties and parks as ground, what changes above
 * them. Before is grey and dashed, after is jade, what goes is amber.
 */

/**
 * @typedef {object} Change
 * @property {string} title
 * @property {"new"|"changed"|"gone"} kind
 * @property {GeoJSON.GeometryObject | null} before
 * @property {GeoJSON.GeometryObject | null} after
 */

const STYLES = {
  ground: { color: "#b3a283", weight: 1, fill: false },
  before: { color: "#6f6f6f", weight: 2, dashArray: "5 4", fillOpacity: 0 },
  after: { color: "#0b6b57", weight: 2, fillColor: "#0b6b57", fillOpacity: 0.15 },
  gone: { color: "#9a5b00", weight: 2, fillColor: "#9a5b00", fillOpacity: 0.15 },
};

/** @param {string} address */
async function fetchJson(address) {
  const answer = await fetch(address, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`${answer.status} ${address}`);
  return answer.json();
}

/**
 * Return a layer of one shape; its tip is a text node.
 * @param {GeoJSON.GeometryObject} geometry
 * @param {keyof typeof STYLES} look
 * @param {string} title
 */
function shape(geometry, look, title) {
  const tip = document.createElement("span");
  tip.textContent = title;
  return L.geoJSON(geometry, {
    style: () => STYLES[look],
    pointToLayer: (_, at) => L.circleMarker(at, { ...STYLES[look], radius: 6 }),
  }).bindTooltip(tip, { className: "map-tip", sticky: true });
}

/**
 * Return the layers of one change, the earlier shape first.
 * @param {Change} change
 */
function shapes({ title, kind, before, after }) {
  const found = [];
  if (before) found.push(shape(before, kind === "gone" ? "gone" : "before", title));
  if (after) found.push(shape(after, "after", title));
  return found;
}

/**
 * Draw the outlines below everything, as far as they can be had.
 * @param {L.Map} map
 * @param {string[]} addresses
 */
async function drawGround(map, addresses) {
  map.createPane("ground").style.zIndex = "250";
  const found = await Promise.allSettled(addresses.map(fetchJson));
  for (const one of found) {
    if (one.status !== "fulfilled") continue;
    const polygons = one.value.features.filter(
      (/** @type {GeoJSON.Feature} */ feature) => feature.geometry?.type?.includes("Polygon"),
    );
    L.geoJSON(polygons, {
      style: () => STYLES.ground,
      pane: "ground",
      interactive: false,
    }).addTo(map);
  }
}

/**
 * Let the names in the table show their shape.
 * @param {L.Map} map
 * @param {HTMLElement} node
 * @param {L.LatLngBounds[]} places
 */
function connectTable(map, node, places) {
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  for (const button of document.querySelectorAll("[data-show]")) {
    const bounds = places[Number(/** @type {HTMLElement} */ (button).dataset.show)];
    button.addEventListener("click", () => {
      map.fitBounds(bounds, { maxZoom: 16, padding: [40, 40], animate: !calm });
      node.scrollIntoView({ block: "center", behavior: calm ? "auto" : "smooth" });
    });
  }
}

/**
 * Draw what a report would change.
 * @param {HTMLElement} node holds the addresses
 */
export async function drawChanges(node) {
  const { address = "", ground = "[]", zoomIn, zoomOut, empty = "" } = node.dataset;
  /** @type {Change[]} */
  let changes;
  try {
    changes = await fetchJson(address);
  } catch {
    node.textContent = empty;
    return;
  }
  const map = L.map(node, { attributionControl: false, zoomControl: false, scrollWheelZoom: false });
  L.control.zoom({ zoomInTitle: zoomIn, zoomOutTitle: zoomOut }).addTo(map);
  L.control.scale({ imperial: false }).addTo(map);
  const all = L.latLngBounds([]);
  const places = changes.map((change) => {
    const bounds = L.latLngBounds([]);
    for (const layer of shapes(change)) bounds.extend(layer.addTo(map).getBounds());
    all.extend(bounds);
    return bounds;
  });
  map.fitBounds(all, { maxZoom: 15, padding: [24, 24], animate: false });
  connectTable(map, node, places);
  await drawGround(map, JSON.parse(ground));
}
