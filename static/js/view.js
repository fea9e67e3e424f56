/** Where the map looks: the part that nothing covers, first view, flights, selection. */

import { color } from "./styles.js";

/** @typedef {{left: number, top: number, right: number, bottom: number}} Box pixels */

const PHONE = "(max-width: 719.98px)";
const MARGIN = 16;
const FLIGHT_SECONDS = 1.2;
/** Beyond so many levels a flight becomes a cut. */
const FLIGHT_LEVELS = 3;
/** How long the map takes to fade; as in map.css. */
const CUT_MS = 200;
/** What may lie over the map. */
const COVERS = [".header", "#panel", "#layers", "#legend", "#strip", "#tools", "#notice", "#list", "#embed-card"];

/** Return whether the page has the layout of a phone. */
export function isPhone() {
  return matchMedia(PHONE).matches;
}

/** Return whether the reader asked for no motion. */
export function isStill() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}

/**
 * Return the boxes of everything that covers the map, in its container's pixels.
 * @param {any} map
 * @returns {{node: Element, box: Box}[]}
 */
export function coveringBoxes(map) {
  const container = map.getContainer();
  const origin = container.getBoundingClientRect();
  const covers = [
    ...document.querySelectorAll(COVERS.join(",")),
    ...container.querySelectorAll(".leaflet-control"),
  ];
  return covers.flatMap((node) => {
    const rect = node.getBoundingClientRect();
    const how = { visibilityProperty: true, opacityProperty: true };
    const shown = rect.width > 0 && rect.height > 0 && (node.checkVisibility?.(how) ?? true);
    const box = {
      left: rect.left - origin.left,
      top: rect.top - origin.top,
      right: rect.right - origin.left,
      bottom: rect.bottom - origin.top,
    };
    const inside =
      box.right > 0 && box.bottom > 0 && box.left < origin.width && box.top < origin.height;
    return shown && inside ? [{ node, box }] : [];
  });
}

/**
 * Return a large rectangle of the map that nothing important covers: below the header,
 * beside the panel and the layers, above the strip or the sheet.
 * @param {any} map
 * @returns {Box}
 */
export function freeBox(map) {
  const size = map.getSize();
  const free = { left: 0, top: 0, right: size.x, bottom: size.y };
  for (const { node, box } of coveringBoxes(map)) {
    const isWide = box.right - box.left > size.x * 0.6;
    if (node.matches(".header, #embed-card") || (node.id === "notice" && isWide)) {
      free.top = Math.max(free.top, box.bottom);
    } else if (node.id === "strip" || (node.id === "panel" && isWide)) {
      free.bottom = Math.min(free.bottom, box.top);
    } else if (node.id === "panel" || node.id === "list") {
      if (box.left > size.x / 2) free.right = Math.min(free.right, box.left);
      else if (!isWide) free.left = Math.max(free.left, box.right);
    } else if (node.id === "layers" && !isPhone() && !isWide) {
      free.left = Math.max(free.left, box.right);
    }
  }
  const isTooSmall = free.right - free.left < 120 || free.bottom - free.top < 120;
  return isTooSmall ? { left: 0, top: 0, right: size.x, bottom: size.y } : free;
}

/**
 * Return the centre and zoom that show the bounds in the free part of the map.
 * @param {any} map
 * @param {any} bounds L.LatLngBounds
 * @param {{minZoom?: number, maxZoom?: number}} [limits]
 */
function framing(map, bounds, { minZoom = 0, maxZoom = 18 } = {}) {
  const size = map.getSize();
  const free = freeBox(map);
  const margin = isPhone() ? MARGIN / 2 : MARGIN;
  const width = free.right - free.left - 2 * margin;
  const height = free.bottom - free.top - 2 * margin;
  const padding = L.point(size.x - width, size.y - height);
  const zoom = Math.max(minZoom, Math.min(maxZoom, map.getBoundsZoom(bounds, false, padding)));
  const aside = L.point(
    (free.left + free.right - size.x) / 2,
    (free.top + free.bottom - size.y) / 2,
  );
  // The middle of the bounds as drawn: half-way in Mercator, not in latitude.
  const middle = map
    .project(bounds.getNorthWest(), zoom)
    .add(map.project(bounds.getSouthEast(), zoom))
    .divideBy(2);
  return { center: map.unproject(middle.subtract(aside), zoom), zoom };
}

/**
 * Show the whole site in the free part of the map, without motion.
 * @param {any} map
 * @param {[number, number, number, number]} extent minx, miny, maxx, maxy in degrees
 */
export function fitExtent(map, [minx, miny, maxx, maxy]) {
  // Without a size, behind the list, there is nothing to fit to; the zoom is then that of a phone.
  const isSized = map.getSize().x > 0;
  const bounds = L.latLngBounds([miny, minx], [maxy, maxx]);
  const { center, zoom } = isSized ? framing(map, bounds) : { center: bounds.getCenter(), zoom: 6 };
  map.setView(center, zoom, { animate: false });
}

/**
 * Fly so that a feature lies in the free part of the map.
 * @param {any} map
 * @param {any} bounds L.LatLngBounds
 * @param {{minZoom?: number, maxZoom?: number}} [limits]
 */
export function flyTo(map, bounds, limits) {
  if (isStill()) {
    jumpTo(map, bounds, limits);
    return;
  }
  const { center, zoom } = framing(map, bounds, limits);
  if (Math.abs(zoom - map.getZoom()) > FLIGHT_LEVELS) cutTo(map, center, zoom);
  else map.flyTo(center, zoom, { duration: FLIGHT_SECONDS });
}

/**
 * Show a feature in the free part of the map at once.
 * @param {any} map
 * @param {any} bounds L.LatLngBounds
 * @param {{minZoom?: number, maxZoom?: number}} [limits]
 */
export function jumpTo(map, bounds, limits) {
  const { center, zoom } = framing(map, bounds, limits);
  map.setView(center, zoom, { animate: false });
}

/**
 * Fade over to a view of quite another scale: on the way there lines and hatches would only
 * be stretched, for they are drawn anew at the end of a flight.
 * @param {any} map
 * @param {any} center
 * @param {number} zoom
 */
function cutTo(map, center, zoom) {
  const { classList } = map.getContainer();
  classList.add("is-cutting");
  setTimeout(() => {
    map.setView(center, zoom, { animate: false });
    classList.remove("is-cutting");
  }, CUT_MS);
}

/**
 * Return whether the bounds lie in the free part of the map.
 * @param {any} map
 * @param {any} bounds L.LatLngBounds
 */
export function isInSight(map, bounds) {
  const free = freeBox(map);
  const a = map.latLngToContainerPoint(bounds.getNorthWest());
  const b = map.latLngToContainerPoint(bounds.getSouthEast());
  return a.x >= free.left && a.y >= free.top && b.x <= free.right && b.y <= free.bottom;
}

/** The outline around the selected feature. */
export class Selection {
  /** @param {any} map */
  constructor(map) {
    this.group = L.layerGroup().addTo(map);
    const pane = map.createPane("selection");
    pane.style.zIndex = "365";
    pane.style.pointerEvents = "none";
  }

  /**
   * Outline a feature, or nothing.
   * @param {any} feature GeoJSON feature or null
   * @param {any} [point] L.LatLng of the mark that stands for it at this scale
   */
  show(feature, point) {
    this.group.clearLayers();
    if (!feature?.geometry) return;
    const strokes = [
      { color: color("paper"), weight: 6, opacity: 0.9 },
      { color: color("ink"), weight: 2.4 },
    ];
    for (const stroke of strokes) {
      const options = { ...stroke, fill: false, pane: "selection", interactive: false };
      const ring = (/** @type {number} */ radius, /** @type {any} */ latlng) =>
        L.circleMarker(latlng, { ...options, radius });
      const pointToLayer = (/** @type {any} */ _, /** @type {any} */ latlng) => ring(11, latlng);
      const shape = point
        ? ring(15, point)
        : L.geoJSON(feature, { style: options, interactive: false, pointToLayer });
      this.group.addLayer(shape);
    }
  }
}
