/** What a scene can point out: everything of the published layers, by `layer/key`. */

import { load } from "../small-map.js";

/**
 * @typedef {object} LayerOf
 * @property {string} name
 * @property {string} kind
 * @property {string} title
 *
 * @typedef {object} Thing
 * @property {string} reference as the form has it: `parks/CL-DIGI`
 * @property {string} name
 * @property {LayerOf} layer
 * @property {any} feature
 */

/** Firms are left out: a show points at places, and the public edition hides most of them. */
const KINDS = ["parks", "parcels", "buildings", "logistics", "places", "counties"];

/**
 * Return the things of all layers, those one points out most first; a layer that does not come
 * is left out.
 * @param {string} base
 * @param {LayerOf[]} layers
 * @returns {Promise<Thing[]>}
 */
export async function loadThings(base, layers) {
  const wanted = KINDS.flatMap((kind) => layers.filter((layer) => layer.kind === kind));
  const answers = await Promise.allSettled(wanted.map(({ name }) => load(`${base}${name}.geojson`)));
  return answers.flatMap((answer, i) =>
    answer.status === "fulfilled"
      ? answer.value.features.map((/** @type {any} */ feature) => describe(feature, wanted[i]))
      : [],
  );
}

/**
 * @param {any} feature
 * @param {LayerOf} layer
 * @returns {Thing}
 */
function describe(feature, layer) {
  const { name_zh: zh, name_en: en } = feature.properties;
  const isChinese = document.documentElement.dataset.lang !== "en";
  const name = (isChinese ? zh || en : en || zh) || String(feature.id);
  return { reference: `${layer.name}/${feature.id}`, name, layer, feature };
}

/**
 * Return the things whose name or key has all the words of a text, at most so many.
 * @param {Thing[]} things
 * @param {string} text
 * @param {number} most
 */
export function findThings(things, text, most) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (!words.length) return [];
  const has = (/** @type {Thing} */ thing) => {
    const { name_zh: zh = "", name_en: en = "" } = thing.feature.properties;
    const whole = `${thing.reference} ${zh} ${en}`.toLowerCase();
    return words.every((word) => whole.includes(word));
  };
  return things.filter(has).slice(0, most);
}
