/** What the panel says of parks, plots and halls. */
import { landChart } from "./chart.js";
import { hasSamples } from "./data.js";
import { chip, el, facts, section, webLink } from "./dom.js";
import { area, hectares, measure, number, parts, percent, quantity, range } from "./format.js";
import { pick, t, word } from "./i18n.js";
import {
  countyLink,
  functionChips,
  industries,
  layerOf,
  linkList,
  natureChip,
  parkLink,
  publishedFacts,
  whereOf,
  yesNo,
} from "./panel-parts.js";
import { figureRow } from "./strip.js";
import { landUseStyle, swatch } from "./styles.js";

/**
 * @typedef {import("./data.js").Feature} Feature
 * @typedef {import("./panel.js").Tools} Tools
 * @typedef {Record<string, any>} Properties
 */

const MOST_FIGURES = 4;
const LAND_STATES = "land_";
const SHOWN_STAGES = ["operating", "construction", "signed"];
/**
 * What should be known of a utility, in the order of its parts after the kind.
 * @type {Record<string, string[]>}
 */
const EXPECTED = {
  power: ["specification", "capacity"],
  water: ["specification"],
  sewage: ["specification"],
};

/* Parks */

/**
 * Return what is known of a park.
 * @param {Feature} feature
 * @param {Tools} tools
 */
export async function describePark({ id, geometry, properties: p }, tools) {
  const { data, site } = tools;
  const parks = await data.ofKind("parks");
  const parent = parks.find((park) => park.id === p.parent_id);
  const children = parks.filter((park) => park.properties.parent_id === id);
  const figures = site.figures.filter((figure) => figure.park_id === id).sort(newestFirst);
  const isPlaced = p.place_known !== false && geometry;
  return {
    chips: [
      isPlaced
        ? natureChip(p.nature)
        : chip(t("ui.place_unknown"), "amber", t("ui.place_unknown_means")),
      chip(word("park_kind", p.kind), p.kind === "logistics" ? "port" : "jade"),
      ...parts(p.tiers).map((tier) => chip(t(`ui.tier_${tier}_short`), "", t(`ui.tier_${tier}`))),
    ],
    where: whereOf([
      countyLink(p.adcode, tools),
      parent &&
        el("span", {}, t("ui.inside"), parkLink(parent.id, pick(parent.properties, "name"), tools)),
    ]),
    body: [
      figures.length > 0 && figureRow(figures.slice(0, MOST_FIGURES), site),
      parkLand(p, tools),
      parkFirms(p, tools),
      publishedFacts(p),
      industries(t("ui.industries"), p.industry_codes, tools),
      functionChips(p.functions),
      section(t("ui.parks_inside"), linkList(children, tools)),
      contact(p),
      parkActions(p, tools),
    ],
  };
}

/**
 * @param {Properties} a
 * @param {Properties} b
 */
function newestFirst(a, b) {
  // An undated period starts with a word and belongs at the end.
  const rank = (/** @type {Properties} */ figure) =>
    /^\d/.test(figure.period) ? String(figure.period) : "";
  return rank(b).localeCompare(rank(a));
}

/**
 * @param {Properties} p
 * @param {Tools} tools
 */
function parkLand(p, tools) {
  const areas = Object.fromEntries(
    Object.entries(p)
      .filter(([name]) => name.startsWith(LAND_STATES) && name.endsWith("_mu"))
      .map(([name, value]) => [name.slice(LAND_STATES.length, -"_mu".length), Number(value)]),
  );
  const chart = landChart(areas);
  const isSample = hasSamples(tools.site, "parcels");
  const ofHalls = hasSamples(tools.site, "buildings") ? "_sample" : "";
  return section(
    t("ui.land_state"),
    chart &&
      isSample &&
      chip(t("ui.sample_plots"), "amber", t("nature_means.sample")),
    chart,
    facts([
      [t("field.planned_area"), area(p.planned_area_mu)],
      [t("field.developable"), area(p.developable_mu)],
      [t("field.supply_ready"), area(p.supply_ready_mu)],
      [t(`ui.offer_plots${isSample ? "_sample" : ""}`), p.plots_on_offer > 0 ? offerText(p) : null],
      [
        t(`ui.halls_vacant${ofHalls}`),
        p.halls_vacant_m2 > 0 ? measure(p.halls_vacant_m2, "unit.m2", 0) : null,
      ],
    ]),
  );
}

/** @param {Properties} p */
function offerText(p) {
  return [
    quantity(number(p.plots_on_offer), t("unit.plots")),
    p.land_offer_mu > 0 ? " · " : null,
    p.land_offer_mu > 0 ? area(Math.round(p.land_offer_mu)) : null,
  ];
}

/**
 * @param {Properties} p
 * @param {Tools} tools
 */
function parkFirms(p, { site }) {
  const stages = SHOWN_STAGES.filter((stage) => p[`firms_${stage}`] > 0);
  if (!stages.length) return null;
  const isSample = hasSamples(site, "enterprises");
  const mark = isSample ? "_sample" : "";
  return section(
    t("ui.firms_by_stage"),
    isSample &&
      chip(t("ui.sample_firms"), "amber", t("nature_means.sample")),
    el(
      "ul",
      { class: "counts" },
      stages.map((stage) =>
        el(
          "li",
          {},
          quantity(number(p[`firms_${stage}`]), t("unit.firms")),
          el("span", { class: "count-label", text: t(`stage.${stage}`) }),
        ),
      ),
    ),
    facts([
      [
        t(`field.invest_planned${mark}`),
        measure(p.invest_planned_sum_wan, "unit.ten_thousand_yuan", 0),
      ],
      [
        t(`field.invest_in_place${mark}`),
        measure(p.invest_in_place_sum_wan, "unit.ten_thousand_yuan", 0),
      ],
    ]),
  );
}

/** @param {Properties} p */
function contact(p) {
  const { contact_post: post, contact_phone: phone, contact_email: email } = p;
  const rows = facts([
    [t("field.contact_post"), post],
    [
      t("field.contact_phone"),
      phone && el("a", { class: "link", href: `tel:${phone}`, text: phone }),
    ],
    [
      t("field.contact_email"),
      email && el("a", { class: "link", href: `mailto:${email}`, text: email }),
    ],
  ]);
  return section(
    t("ui.contact"),
    rows ?? el("p", { class: "empty", text: t("ui.contact_missing") }),
  );
}

/**
 * @param {Properties} p
 * @param {Tools} tools
 */
function parkActions(p, { listLink }) {
  const name = pick(p, "name");
  const links = [
    p.plots > 0 && listLink("parcels", name, t("ui.list_plots")),
    p.halls > 0 && listLink("buildings", name, t("ui.list_halls")),
    p.firms > 0 && listLink("enterprises", name, t("ui.list_firms")),
  ].filter(Boolean);
  return links.length ? el("p", { class: "actions" }, links) : null;
}

/* Plots */

/**
 * Return what is known of a plot.
 * @param {Feature} feature
 * @param {Tools} tools
 */
export async function describePlot({ id, properties: p }, tools) {
  const [parks, firms, halls] = await Promise.all([
    tools.data.ofKind("parks"),
    tools.data.firmsAt(id),
    tools.data.hallsOf(id),
  ]);
  const park = parks.find((found) => found.id === p.park_id);
  return {
    chips: [natureChip(p.nature), chip(t(`plot_state.${p.state}`), p.on_offer ? "jade" : "")],
    where: whereOf([park && parkLink(park.id, pick(park.properties, "name"), tools)]),
    body: [
      el(
        "p",
        { class: "headline" },
        area(p.area_mu),
        el("span", { class: "headline-sub", text: hectares(p.area_mu) }),
      ),
      section(t("ui.land"), facts(plotLand(p, tools))),
      industries(t("field.permitted"), p.permitted_industries, tools),
      section(t("ui.utilities"), utilities(p.utilities)),
      section(t("ui.planning"), planning(p)),
      price(p),
      section(t("ui.halls_here"), linkList(halls, tools)),
      section(t("ui.firms_here"), linkList(firms, tools)),
      p.announcement_url && el("p", {}, webLink(p.announcement_url, t("field.announcement"))),
    ],
  };
}

/**
 * @param {Properties} p
 * @param {Tools} tools
 * @returns {[string, any][]}
 */
function plotLand(p, tools) {
  const use = p.land_use_code && [
    swatch(landUseStyle(tools.site, String(p.land_use_code)), "area"),
    ` ${pick(tools.site.codes.land_use[p.land_use_code] ?? null)} `,
    el("span", { class: "code", text: p.land_use_code }),
  ];
  return [
    [t("field.land_use"), use],
    [t("field.supply_state"), p.supply_state && word("supply_state", p.supply_state)],
    [
      t("field.development_state"),
      p.development_state && word("development_state", p.development_state),
    ],
    [t("field.net_land"), yesNo(p.net_land)],
    [t("field.ready_on"), p.ready_on],
    [t("field.supply_method"), p.supply_method && word("supply_method", p.supply_method)],
    [t("field.term"), measure(p.term_years, "unit.years")],
    [t("field.declared_area"), area(p.declared_area_mu)],
    [t("field.started_on"), p.started_on],
    [t("field.completed_on"), p.completed_on],
  ];
}

/** @param {Properties} p */
function planning(p) {
  return facts([
    [t("field.far"), range(p.far_min, p.far_max)],
    [
      t("field.building_coefficient"),
      p.building_coefficient_min && `≥ ${percent(p.building_coefficient_min)}`,
    ],
    [t("field.green_ratio"), p.green_ratio_max && `≤ ${percent(p.green_ratio_max)}`],
    [t("field.far_built"), number(p.far)],
    [t("field.building_coefficient_built"), percent(p.building_coefficient)],
    [t("field.green_ratio_built"), percent(p.green_ratio)],
  ]);
}

/** @param {Properties} p */
function price(p) {
  if (!number(p.reference_price_wan_per_mu)) return null;
  const isSample = p.nature === "sample";
  return section(
    t("field.reference_price"),
    el(
      "p",
      { class: "price" },
      measure(p.reference_price_wan_per_mu, "unit.wan_per_mu"),
      isSample && chip(t("nature.sample"), "amber", t("nature_means.sample")),
    ),
    el("p", { class: "remark", text: t("ui.price_means") }),
  );
}

/**
 * Return the utilities of a plot. Each is "kind:specification:capacity:distance"; a part
 * that is left empty is not known and is to be asked.
 * @param {unknown} text
 */
function utilities(text) {
  const rows = parts(text).map((entry) => /** @type {[string, string]} */ (utility(entry)));
  return rows.length ? facts(rows) : el("p", { class: "empty", text: t("ui.utilities_missing") });
}

/** @param {string} entry */
function utility(entry) {
  const [kind, specification, capacity, distance] = entry.split(":").map((part) => part.trim());
  const name = word("utility", kind);
  if (specification === "none") return [name, t("ui.none")];
  const known = { specification, capacity };
  const words = Object.entries(known).map(([part, value]) => {
    return value || (EXPECTED[kind]?.includes(part) ? t(`ui.${part}_to_check`) : "");
  });
  if (distance)
    words.push(distance === "on site" ? t("ui.on_site") : t("ui.distance", { distance }));
  return [name, words.filter(Boolean).join(" · ") || t("ui.to_check")];
}

/* Halls */

/**
 * Return what is known of a factory hall.
 * @param {Feature} feature
 * @param {Tools} tools
 */
export async function describeHall({ properties: p }, tools) {
  const park = await tools.data
    .ofKind("parks")
    .then((parks) => parks.find(({ id }) => id === p.park_id));
  const unknown = () => el("span", { class: "to-check", text: t("ui.to_check") });
  const isFree = p.state === "vacant" || p.state === "partly_let";
  return {
    chips: [natureChip(p.nature), chip(word("hall_state", p.state), isFree ? "jade" : "")],
    where: whereOf([park && parkLink(park.id, pick(park.properties, "name"), tools)]),
    body: [
      el("p", { class: "headline" }, measure(p.area_m2, "unit.m2", 0)),
      section(
        t("ui.hall_data"),
        facts([
          [t("field.floors"), measure(p.floors, "unit.floors") ?? unknown()],
          [t("field.storey_height"), measure(p.storey_height_m, "unit.m") ?? unknown()],
          [t("field.floor_load"), measure(p.floor_load_t_m2, "unit.t_m2") ?? unknown()],
          [t("field.goods_lifts"), measure(p.goods_lifts, "unit.lifts") ?? unknown()],
          [t("field.power"), measure(p.power_kva, "unit.kva") ?? unknown()],
          [t("field.fire_class"), (p.fire_class && word("fire_class", p.fire_class)) || unknown()],
          [t("field.dormitory"), yesNo(p.dormitory) || unknown()],
          [t("field.ready_on"), p.ready_on],
          [t("field.footprint"), measure(p.footprint_m2, "unit.m2", 0)],
        ]),
      ),
      section(
        t("field.rent"),
        el(
          "p",
          { class: "price" },
          measure(p.rent_yuan_m2_month, "unit.yuan_m2_month") ?? t("ui.ask_park"),
        ),
      ),
      p.parcel_id &&
        el(
          "p",
          { class: "actions" },
          tools.link(`${layerOf("parcels", tools)}/${p.parcel_id}`, t("ui.to_plot")),
        ),
    ],
  };
}
