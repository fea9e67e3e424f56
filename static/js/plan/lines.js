/** The red lines on the planners' map, where the owner has a layer of them. */

import { load } from "../small-map.js";
import { hatchFill } from "../styles.js";

/** @typedef {{ink: string, dash: string, texture: any}} LineLook by kind of line */

const PANE = "redlines";
/** Over the plots, under the findings. */
const HEIGHT = 365;

/**
 * Draw the outlines; a line that does not come is left out, and the legend says that it is there.
 * @param {L.Map} map
 * @param {string} address of the layer
 * @param {Record<string, LineLook>} looks
 */
export async function drawLines(map, address, looks) {
  const { features } = await load(address);
  const pane = map.createPane(PANE);
  pane.style.zIndex = String(HEIGHT);
  // What lies below is what one points at.
  pane.style.pointerEvents = "none";
  const style = (/** @type {any} */ { properties }) => lineStyle(looks[properties.line_kind]);
  const known = features.filter((/** @type {any} */ { geometry, properties }) =>
    geometry && looks[properties.line_kind]);
  L.geoJSON(known, { pane: PANE, style, interactive: false }).addTo(map);
}

/** @param {LineLook} look */
function lineStyle({ ink, dash, texture }) {
  const fill = texture !== "plain";
  const fillColor = fill ? hatchFill({ fill: "none", ink, texture, width: 0.8 }) : undefined;
  return { color: ink, weight: 2.5, dashArray: dash, fill, fillColor, fillOpacity: 1, className: "planmap-line" };
}
