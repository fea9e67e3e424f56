/** What the panel says of each kind of thing. Fields that are not named here are not shown. */
import { detailsLink } from "./details.js";
import { chip, el, facts, section, webLink } from "./dom.js";
import { measure, number, quantity } from "./format.js";
import { half, pick, t, word } from "./i18n.js";
import { describeHall, describePark, describePlot } from "./panel-land.js";
import {
  coded,
  countyLink,
  functionChips,
  linkList,
  nameOf,
  natureChip,
  parkLink,
  publishedFacts,
  whereOf,
} from "./panel-parts.js";
import { shortlistButton } from "./shortlist.js";
import { figureRows, sources } from "./strip.js";

/**
 * @typedef {import("./data.js").Feature} Feature
 * @typedef {import("./panel.js").Content} Content
 * @typedef {import("./panel.js").Tools} Tools
 * @typedef {Record<string, any>} Properties
 */

/**
 * @typedef {(feature: Feature, tools: Tools) =>
 *   Promise<Omit<Content, "title"> & {title?: string}>} Describe
 */

const LISTED = ["parks", "parcels", "buildings"];

/** @type {Record<string, Describe>} */
const KINDS = {
  counties: describeCounty,
  places: describePlace,
  parks: describePark,
  parcels: describePlot,
  buildings: describeHall,
  enterprises: describeFirm,
  logistics: describeFacility,
  red_lines: describeRedLine,
};

/**
 * Return what the panel shows of a feature.
 * @param {string} layer
 * @param {Feature} feature
 * @param {Tools} tools
 * @returns {Promise<Content>}
 */
export async function describe(layer, feature, tools) {
  const info = tools.data.info(layer);
  const content = await KINDS[info?.kind ?? "places"](feature, tools);
  const body = [listing(feature, info), ...content.body, provenance(feature, info)];
  return { title: nameOf(feature, info?.kind), ...content, body };
}

/**
 * Return the way to the page of a park, plot or hall, and the button that keeps it on the
 * shortlist.
 * @param {Feature} feature
 * @param {any} info what the site says about the layer
 */
function listing({ id }, info) {
  const button = LISTED.includes(info?.kind) && shortlistButton(info.kind, String(id));
  const details = detailsLink(info?.kind, String(id), "button");
  return button || details ? el("p", { class: "actions panel-listing" }, details, button) : null;
}

/**
 * Return nature, source and date: the end of every panel.
 * @param {Feature} feature
 * @param {any} info what the site says about the layer
 */
function provenance({ properties: p }, info) {
  const source = half(p.source) || pick(info?.source);
  return section(
    t("ui.source"),
    el(
      "div",
      { class: "source" },
      el("p", {}, sources(source), p.as_of && ` · ${p.as_of}`),
      p.nature && el("p", { text: word("nature_means", p.nature) }),
      pick(p, "note") && el("p", { text: pick(p, "note") }),
      info?.source_url && el("p", {}, webLink(info.source_url, t("ui.source_layer"))),
    ),
  );
}

/* Firms */

/**
 * @param {Feature} feature
 * @param {Tools} tools
 */
async function describeFirm({ geometry, properties: p }, tools) {
  const parks = await tools.data.ofKind("parks");
  const park = parks.find((found) => found.id === p.park_id);
  const isNamed = Boolean(pick(p, "name"));
  const codes = /** @type {Record<string, Record<string, any>>} */ (tools.site.codes);
  const industry = pick(codes.industry[p.industry_code]);
  return {
    chips: [
      natureChip(p.nature),
      chip(word("stage", p.stage), p.stage === "operating" ? "jade" : ""),
    ],
    where: whereOf([
      park ? parkLink(park.id, pick(park.properties, "name"), tools) : countyLink(p.adcode, tools),
      p.landed_year && t("ui.landed_in", { year: p.landed_year }),
    ]),
    body: [
      !isNamed && el("p", { class: "notice-text", text: t("ui.firm_unnamed_means") }),
      section(t("ui.published"), pick(p, "published") && el("p", { text: pick(p, "published") })),
      facts([
        [t("field.product"), half(p.product)],
        [t("field.industry"), p.industry_code && coded(p.industry_code, industry)],
        [t("field.chain"), p.chain && word("chain", p.chain)],
        [t("field.chain_role"), p.chain_role && word("chain_role", p.chain_role)],
        [
          t("field.origin"),
          p.origin_province && (pick(codes.province?.[p.origin_province]) || p.origin_province),
        ],
        [t("field.invest_planned"), measure(p.invest_planned_wan, "unit.ten_thousand_yuan", 0)],
        [t("field.employees"), measure(p.employees, "unit.people")],
      ]),
      !geometry && isNamed && el("p", { class: "empty", text: t("ui.firm_unplaced") }),
    ],
  };
}

/* Counties, places, logistics */

/**
 * @param {Feature} feature
 * @param {Tools} tools
 */
async function describeCounty({ id, properties: p }, tools) {
  const parks = await tools.data.ofKind("parks");
  const statistics = tools.site.statistics.filter((statistic) => statistic.adcode === id);
  const inside = parks.filter((park) => park.properties.adcode === id);
  return {
    chips: [natureChip(p.nature)],
    where: [t("ui.county_where")],
    body: [
      el(
        "p",
        { class: "headline" },
        quantity(number(p.area_km2_reported ?? p.area_km2, 0), "km²"),
        el("span", {
          class: "headline-sub",
          text: t(p.area_km2_reported ? "ui.area_reported" : "ui.area_measured"),
        }),
      ),
      section(t("ui.parks_here"), linkList(inside, tools)),
      section(t("ui.statistics"), statistics.length > 0 && figureRows(statistics, tools.site)),
    ],
  };
}

/**
 * @param {Feature} feature
 * @param {Tools} tools
 */
async function describePlace({ properties: p }, tools) {
  return {
    chips: [natureChip(p.nature)],
    where: whereOf([word("place_kind", p.kind), countyLink(p.adcode, tools)]),
    body: [facts([[t("field.accuracy"), p.accuracy && word("accuracy", half(p.accuracy))]])],
  };
}

/** @param {Feature} feature */
async function describeRedLine({ properties: p }) {
  return { chips: [natureChip(p.nature)], where: whereOf([word("line_kind", p.line_kind)]), body: [] };
}

/** @param {Feature} feature */
async function describeFacility({ properties: p }) {
  return {
    chips: [
      natureChip(p.nature),
      chip(word("facility_kind", p.kind), p.kind === "land_port" ? "port" : ""),
    ],
    body: [
      facts([
        [t("field.opened"), p.opened],
        [t("field.through"), half(p.through)],
        [t("field.accuracy"), p.accuracy && word("accuracy", half(p.accuracy))],
      ]),
      functionChips(p.functions),
      ...publishedFacts(p),
    ],
  };
}
