/** Parts of the panel that several kinds of things share. */
import { chip, el, section } from "./dom.js";
import { number, parts, quantity } from "./format.js";
import { pick, t, word } from "./i18n.js";
import { featureStyle, swatch } from "./styles.js";

/**
 * @typedef {import("./data.js").Feature} Feature
 * @typedef {import("./panel.js").Tools} Tools
 * @typedef {Record<string, any>} Properties
 */

const MOST_LINKS = 8;
/** How a sentence begins that lists distances: "来源成文时的距离：县城 3、…". */
const DISTANCES = /^[^:：]*距离[:：]|^distances[^:]*:/i;

/**
 * Return the name of a thing, else its kind and number.
 * @param {Feature} feature
 * @param {string} [kind]
 */
export function nameOf({ id, properties }, kind) {
  const name = pick(properties, "name");
  if (name) return name;
  if (kind === "enterprises") return t("ui.firm_unnamed");
  return `${word("kind", kind)} ${id}`;
}

/**
 * Return what is published of a thing: the distances in a section of their own.
 * @param {Properties} p
 */
export function publishedFacts(p) {
  const [reach, others] = splitReach(pick(p, "facts"));
  return [
    section(t("ui.reach"), reach && reachRow(reach)),
    section(t("ui.facts"), others.length > 0 && sentenceList(others)),
  ];
}

/**
 * Return the sentence of a text that lists distances, and the other sentences.
 * @param {string} text
 * @returns {[string|undefined, string[]]}
 */
function splitReach(text) {
  const sentences = parts(text);
  const reach = sentences.find((sentence) => DISTANCES.test(sentence));
  return [reach, sentences.filter((sentence) => sentence !== reach)];
}

/**
 * Return distances as a row: "县城 3、和田市 98 公里" names the unit once, at its end.
 * @param {string} sentence
 */
function reachRow(sentence) {
  const [remark, list] = sentence.split(/[:：]\s*/, 2);
  const items = (list ?? "").split(/、|, /).map((entry) => {
    const [, place, km] = /^(.+?)\s*([\d,.]+)/.exec(entry) ?? [entry, entry, ""];
    return el("li", {}, `${place} `, km && quantity(number(km.replaceAll(",", "")), "km"));
  });
  return [el("ul", { class: "reach" }, items), el("p", { class: "remark", text: remark })];
}

/** @param {string[]} sentences */
function sentenceList(sentences) {
  return el(
    "ul",
    { class: "sentences" },
    sentences.map((text) => el("li", { text })),
  );
}

/** Return the functions of a port or park as chips. @param {unknown} functions */
export function functionChips(functions) {
  const names = parts(functions);
  const chips = names.map((name) => chip(word("function", name)));
  return section(t("ui.functions"), names.length > 0 && el("p", { class: "chips" }, chips));
}

/** Return yes or no, "" if it is not known. @param {unknown} value */
export function yesNo(value) {
  return typeof value === "boolean" ? t(value ? "ui.yes" : "ui.no") : "";
}

/**
 * Return the line under the title: what is known of the place, with dots between.
 * @param {any[]} pieces
 */
export function whereOf(pieces) {
  const kept = pieces.filter(Boolean);
  return kept.flatMap((piece, i) => [i ? " · " : null, piece]);
}

/**
 * Return the identifier of the first layer of a kind.
 * @param {string} kind
 * @param {Tools} tools
 */
export function layerOf(kind, { site }) {
  return site.layers.find((layer) => layer.kind === kind)?.id ?? kind;
}

/**
 * Return a button that selects a park.
 * @param {string} id
 * @param {string} name
 * @param {Tools} tools
 */
export function parkLink(id, name, tools) {
  return tools.link(`${layerOf("parks", tools)}/${id}`, name);
}

/**
 * Return a button that selects a county, or its bare name while counties are not there.
 * @param {string|undefined} adcode
 * @param {Tools} tools
 */
export function countyLink(adcode, tools) {
  const name = pick(tools.site.codes.county[adcode ?? ""] ?? null);
  const layer = tools.data.loaded(layerOf("counties", tools));
  if (!name || !layer?.has(adcode ?? "")) return name;
  return tools.link(`${layerOf("counties", tools)}/${adcode}`, name);
}

/**
 * Return a name with its code.
 * @param {string} code
 * @param {string} name
 */
export function coded(code, name) {
  return [name && `${name} `, el("span", { class: "code", text: code })];
}

/**
 * Return a section of industries by code, or null without any.
 * @param {string} title
 * @param {unknown} codes
 * @param {Tools} tools
 */
export function industries(title, codes, tools) {
  const rows = parts(codes).map((code) =>
    el("li", {}, coded(code, pick(tools.site.codes.industry[code] ?? null))),
  );
  return section(title, rows.length > 0 && el("ul", { class: "sentences is-plain" }, rows));
}

/**
 * Return links to features, the first ones of many; null without any.
 * @param {Feature[]} features
 * @param {Tools} tools
 */
export function linkList(features, tools) {
  if (!features.length) return null;
  const kindOf = (/** @type {Feature} */ feature) =>
    tools.site.layers.find((layer) => tools.data.loaded(layer.id)?.get(feature.id) === feature);
  const items = features.slice(0, MOST_LINKS).map((feature) => {
    const info = kindOf(feature);
    const item = tools.link(`${info?.id}/${feature.id}`, nameOf(feature, info?.kind));
    const mark =
      info &&
      swatch(
        featureStyle(info.kind, feature, tools.site, "status"),
        feature.geometry?.type === "Point" ? "dot" : "area",
      );
    return el("li", {}, mark, item);
  });
  const more = features.length - items.length;
  return [
    el("ul", { class: "links" }, items),
    more > 0 && el("p", { class: "remark", text: t("ui.and_more", { count: more }) }),
  ];
}

/** Return the chip that says how a thing is known. @param {string} nature */
export function natureChip(nature) {
  const isCertain = nature === "surveyed" || nature === "reported";
  return chip(word("nature", nature), isCertain ? "" : "amber", word("nature_means", nature));
}
