/** What each table of the list has in its columns. */
import { hasSamples } from "./data.js";
import { area, measure, number } from "./format.js";
import { half, pick, t, word } from "./i18n.js";

/**
 * @typedef {import("./data.js").Feature} Feature
 * @typedef {import("./data.js").Site} Site
 * @typedef {Map<string, Feature>} Parks parks by identifier
 * @typedef {Record<string, any>} Properties
 *
 * @typedef {object} Column
 * @property {string} title key of its heading
 * @property {(p: Properties, feature: Feature) => string|number|undefined} value what is
 *   sorted by and, without `cell`, shown
 * @property {(p: Properties) => Node|string|null} [cell]
 * @property {boolean} [numeric]
 */

/** @type {Record<string, (site: Site, parks: Parks) => Column[]>} */
const TABLES = {
  parks: (site) => [
    NAME,
    countyColumn(site),
    { title: "field.kind", value: (p) => word("park_kind", p.kind) },
    quantityColumn(
      samplesSaid("field.on_offer", site, "parcels"),
      (p) => p.land_offer_mu,
      (value) => area(Math.round(value)),
    ),
    quantityColumn(samplesSaid("field.firms", site, "enterprises"), (p) => p.firms, number),
    { title: "field.place", value: placeWord },
  ],
  parcels: (site, parks) => [
    { title: "field.number", value: (_, feature) => feature.id },
    parkColumn(parks),
    { title: "field.state", value: (p) => word("plot_state", p.state) },
    quantityColumn("field.area", (p) => p.area_mu, area),
    { title: "field.land_use", value: (p) => pick(site.codes.land_use[p.land_use_code]) },
    { title: "field.ready_on", value: (p) => p.ready_on },
    NATURE,
  ],
  buildings: (_, parks) => [
    { title: "field.name", value: (p, feature) => pick(p, "name") || feature.id },
    parkColumn(parks),
    { title: "field.state", value: (p) => word("hall_state", p.state) },
    quantityColumn(
      "field.area",
      (p) => p.area_m2,
      (value) => measure(value, "unit.m2", 0),
    ),
    quantityColumn(
      "field.floor_load",
      (p) => p.floor_load_t_m2,
      (value) => measure(value, "unit.t_m2"),
    ),
    quantityColumn(
      "field.power",
      (p) => p.power_kva,
      (value) => measure(value, "unit.kva"),
    ),
    NATURE,
  ],
  enterprises: (site, parks) => [
    { title: "field.name", value: (p) => pick(p, "name") || t("ui.firm_unnamed") },
    { title: "field.stage", value: (p) => word("stage", p.stage) },
    {
      title: "field.industry",
      value: (p) => pick(site.codes.industry[p.industry_code]) || p.industry_code,
    },
    parkColumn(parks),
    {
      title: "field.county",
      value: (p) => pick(site.codes.county[parks.get(p.park_id)?.properties.adcode ?? p.adcode]),
    },
    NATURE,
  ],
  logistics: () => [
    NAME,
    { title: "field.kind", value: (p) => word("facility_kind", p.kind) },
    { title: "field.opened", value: (p) => p.opened },
    { title: "field.through", value: (p) => half(p.through) },
    NATURE,
  ],
};

/** @type {Column} */
const NAME = { title: "field.name", value: (p) => pick(p, "name") };
/** @type {Column} */
const NATURE = { title: "field.nature", value: (p) => word("nature", p.nature) };

/**
 * Return the columns of a table; the first one names the thing.
 * @param {string} kind
 * @param {Site} site
 * @param {Parks} parks
 */
export function columnsOf(kind, site, parks) {
  return TABLES[kind](site, parks);
}

/** @param {Site} site @returns {Column} */
function countyColumn(site) {
  return { title: "field.county", value: (p) => pick(site.codes.county[p.adcode]) };
}

/** @param {Parks} parks @returns {Column} */
function parkColumn(parks) {
  return { title: "field.park", value: (p) => pick(parks.get(p.park_id)?.properties, "name") };
}

/**
 * @param {Properties} p
 * @param {Feature} feature
 */
function placeWord(p, { geometry }) {
  const isPlaced = geometry && p.place_known !== false;
  return isPlaced ? word("nature", p.nature) : t("ui.place_unknown");
}

/**
 * Return the key of a heading, that of its twin which says that samples are counted.
 * @param {string} key
 * @param {Site} site
 * @param {string} kind
 */
function samplesSaid(key, site, kind) {
  return hasSamples(site, kind) ? `${key}_sample` : key;
}

/**
 * @param {string} title
 * @param {(p: Properties) => any} value
 * @param {(value: any) => Node|string|null} show
 * @returns {Column}
 */
function quantityColumn(title, value, show) {
  const cell = (/** @type {Properties} */ p) => (Number(value(p)) > 0 ? show(value(p)) : "");
  return { title, numeric: true, value, cell };
}
