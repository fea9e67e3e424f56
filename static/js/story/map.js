/** The small map of a scene's form: what it points out, and the view that it takes. */

import { makeMap, nameSeats } from "../small-map.js";
import { readReferences } from "./picker.js";

/** @typedef {import("./things.js").Thing} Thing */

const PANES = { counties: 310, ground: 340, chosen: 380, view: 400 };
const STYLES = {
  counties: { color: "#b3a283", weight: 1, fillColor: "#fbf9f4", fillOpacity: 1 },
  ground: { color: "#8b8578", weight: 1, fillColor: "#ddd5c5", fillOpacity: 0.5 },
  chosen: { color: "#0b6b57", weight: 2.5, fillColor: "#0b6b57", fillOpacity: 0.25 },
  view: { color: "#9a5b00", weight: 1.5, dashArray: "6 4", fill: false },
};
const CORNERS = ["west", "south", "east", "north"];
const ROUGH = 4;
/** Degrees to four places are ten metres: as fine as a view is seen. */

/**
 * @param {Thing} thing
 * @param {keyof typeof STYLES} look
 */
function shape({ feature, name }, look) {
  const tip = document.createElement("span");
  tip.textContent = name;
  const style = { ...STYLES[look], pane: look };
  return L.geoJSON(feature, /** @type {any} */ ({
    pane: look,
    style: () => style,
    pointToLayer: (/** @type {any} */ _, /** @type {L.LatLng} */ at) => L.circleMarker(at, { ...style, radius: 7 }),
    interactive: look === "chosen",
  })).bindTooltip(tip, { className: "map-tip", sticky: true });
}

/** @param {Thing} thing */
function isGround({ layer, feature }) {
  return feature.geometry && (layer.kind === "parks" || layer.kind === "parcels");
}

/** @param {L.Map} map @param {Thing[]} things */
function drawGround(map, things) {
  for (const thing of things) {
    if (thing.layer.kind === "counties" && thing.feature.geometry) shape(thing, "counties").addTo(map);
    else if (isGround(thing)) shape(thing, "ground").addTo(map);
  }
  const seats = things.filter(({ feature: { geometry, properties: p } }) => geometry && p.kind === "county seat");
  nameSeats(map, seats.map(({ feature }) => feature));
}

/**
 * The fields of a view, and the map that fills them.
 * @param {HTMLFormElement} form
 */
function viewFields(form) {
  const field = (/** @type {string} */ name) =>
    /** @type {HTMLInputElement} */ (form.elements.namedItem(name));
  return {
    /** Return the bounds that are typed, if they are some. */
    read() {
      const texts = CORNERS.map((name) => field(name).value.trim());
      const [west, south, east, north] = texts.map(Number);
      const isWhole = texts.every(Boolean) && west < east && south < north;
      return isWhole ? L.latLngBounds([south, west], [north, east]) : null;
    },
    /** @param {L.LatLngBounds} bounds */
    write(bounds) {
      const sides = [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()];
      CORNERS.forEach((name, i) => {
        field(name).value = sides[i].toFixed(ROUGH);
      });
      const choice = form.querySelector("[name=view][value=bounds]");
      /** @type {HTMLInputElement} */ (choice).checked = true;
      form.dispatchEvent(new Event("input", { bubbles: true }));
    },
    chosen: () => new FormData(form).get("view"),
  };
}

/**
 * Draw the map and connect it with the form.
 * @param {HTMLElement} root
 * @param {HTMLFormElement} form
 * @param {Thing[]} things
 * @param {number[]} extent of the region: minx, miny, maxx, maxy
 */
export function drawSceneMap(root, form, things, extent) {
  const map = makeMap(root, 18, PANES);
  const [west, south, east, north] = extent;
  const region = L.latLngBounds([south, west], [north, east]);
  const view = viewFields(form);
  const byReference = new Map(things.map((thing) => [thing.reference, thing]));
  const marks = L.layerGroup().addTo(map);
  const references = /** @type {HTMLTextAreaElement} */ (form.elements.namedItem("highlight"));

  function placed() {
    const chosen = readReferences(references).map((reference) => byReference.get(reference));
    return chosen.flatMap((thing) => (thing?.feature.geometry ? [thing] : []));
  }

  function mark() {
    marks.clearLayers();
    for (const thing of placed()) {
      const outline = shape(thing, "chosen");
      marks.addLayer(outline);
      // From afar an outline is a speck: a ring says where it is.
      const ring = { ...STYLES.chosen, pane: "chosen", radius: 12, fill: false, interactive: false };
      marks.addLayer(L.circleMarker(outline.getBounds().getCenter(), ring));
    }
    const bounds = view.chosen() === "bounds" && view.read();
    if (bounds) marks.addLayer(L.rectangle(bounds, { ...STYLES.view, pane: "view", interactive: false }));
  }

  function look() {
    const places = placed();
    const isOfPlaces = view.chosen() === "highlight" && places.length;
    const around = L.featureGroup(places.map((thing) => shape(thing, "chosen")));
    const typed = view.chosen() === "bounds" && view.read();
    const bounds = isOfPlaces ? around.getBounds().pad(0.25) : typed || region;
    map.fitBounds(bounds, { animate: false, maxZoom: 15 });
  }

  const take = /** @type {HTMLButtonElement} */ (document.getElementById("take-view"));
  take.hidden = false;
  take.addEventListener("click", () => view.write(map.getBounds()));
  form.addEventListener("input", mark);
  form.addEventListener("change", (event) => {
    if (event.target instanceof HTMLInputElement && event.target.name === "view") look();
  });
  look();
  drawGround(map, things);
  mark();
  root.dataset.ready = "true";
}
