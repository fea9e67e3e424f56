/** The same plots and corners as lists, for whoever has no pointer. */

import { el } from "../dom.js";
import { areaInMu, changeOf } from "./shapes.js";

/**
 * @typedef {import("./shapes.js").Plot} Plot
 * @typedef {import("./split.js").Position} Position
 * @typedef {(name: string, params?: Record<string, string | number>) => string} Say
 */

const PLACES = 7;

/**
 * Show the plots in a list that can be walked through with the arrow keys.
 * @param {HTMLSelectElement} list
 * @param {Iterable<Plot>} plots
 * @param {string | null} chosen
 * @param {Say} say
 */
export function showPlots(list, plots, chosen, say) {
  const texts = [...plots].map((plot) => [plot.id, wordsOf(plot, say)]);
  // Left alone where nothing differs: rebuilt, it would forget where a reader is.
  if (texts.join("\n") !== [...list.options].map(({ value, text }) => [value, text]).join("\n")) {
    list.replaceChildren(...texts.map(([value, text]) => el("option", { value, text })));
  }
  list.value = chosen ?? "";
}

/** @param {Plot} plot @param {Say} say */
function wordsOf(plot, say) {
  const change = changeOf(plot);
  const area = plot.ring ? say("area", { mu: areaInMu(plot.ring).toFixed(2) }) : "";
  return [plot.id, area, change ? say(`is_${change}`) : ""].filter(Boolean).join(" · ");
}

/**
 * Show the corners of a plot, each a button that the arrow keys move.
 * @param {HTMLElement} list
 * @param {Position[]} ring
 * @param {number | null} corner
 * @param {Say} say
 */
export function showCorners(list, ring, corner, say) {
  const isBusy = list.contains(document.activeElement);
  // The same buttons as long as there are as many: whoever is at one stays there.
  if (list.childElementCount !== ring.length) list.replaceChildren(...ring.map(makeRow));
  const buttons = list.querySelectorAll("button");
  ring.forEach((at, index) => {
    buttons[index].textContent = `${index + 1}  ${say("place", written(at))}`;
    buttons[index].setAttribute("aria-pressed", String(index === corner));
  });
  if (isBusy && corner !== null) buttons[corner]?.focus();
}

/** @param {Position} _ @param {number} index */
function makeRow(_, index) {
  return el("li", {}, el("button", { type: "button", class: "draw-corner-row", "data-corner": index }));
}

/** Return a position as it is typed. @param {Position} at */
export function written({ lat, lng }) {
  return { lng: lng.toFixed(PLACES), lat: lat.toFixed(PLACES) };
}

/**
 * Return the position that two fields say; null if they say none on this earth.
 * @param {string} lng
 * @param {string} lat
 * @returns {Position | null}
 */
export function read(lng, lat) {
  const at = { lng: number(lng), lat: number(lat) };
  return Math.abs(at.lng) <= 180 && Math.abs(at.lat) <= 90 ? at : null;
}

/** @param {string} text */
function number(text) {
  return text.trim() === "" ? NaN : Number(text.trim().replace(",", "."));
}
