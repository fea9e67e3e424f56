/** A few words about a thing that somebody asked for during the show. */

import { hasSamples } from "../data.js";
import { chip, el, facts, fill } from "../dom.js";
import { area, measure, number } from "../format.js";
import { half, pick, t, word } from "../i18n.js";
import { featureName } from "../layers.js";

/**
 * @typedef {import("./things.js").Thing} Thing
 * @typedef {import("../data.js").Site} Site
 * @typedef {[string, import("../dom.js").Child]} Fact
 */

const MOST_FACTS = 3;
const SURE = ["surveyed", "reported"];

/** @type {Record<string, (p: Record<string, any>, site: Site) => Fact[]>} */
const KINDS = {
  parks: (p, site) => [
    [t("field.county"), pick(site.codes.county[p.adcode])],
    [t("field.kind"), word("park_kind", p.kind)],
    [t("field.planned_area"), area(p.planned_area_mu)],
    [
      t(hasSamples(site, "parcels") ? "field.on_offer_sample" : "field.on_offer"),
      p.plots_on_offer > 0 && measure(p.plots_on_offer, "unit.plots"),
    ],
  ],
  parcels: (p, site) => [
    [t("field.state"), word("plot_state", p.state)],
    [t("field.area"), area(p.area_mu)],
    [t("field.land_use"), pick(site.codes.land_use[p.land_use_code])],
  ],
  buildings: (p) => [
    [t("field.state"), word("hall_state", p.state)],
    [t("field.area"), measure(p.area_m2, "unit.m2", 0)],
    [t("field.storey_height"), measure(p.storey_height_m, "unit.m")],
  ],
  logistics: (p) => [
    [t("field.kind"), word("facility_kind", p.kind)],
    [t("field.opened"), number(p.opened).replaceAll(/[,\s]/g, "") || p.opened],
    [t("field.through"), half(p.through)],
  ],
};

/**
 * Put what is known of a thing in place of what the card shows.
 * @param {HTMLElement} root
 * @param {Thing} thing
 * @param {{site: Site, close: () => void}} tools
 */
export function showCard(root, { info, feature }, { site, close }) {
  const p = feature.properties;
  const isPlaced = p.place_known !== false;
  const shown = (KINDS[info.kind]?.(p, site) ?? []).filter(([, value]) => value);
  const source = half(p.source) || pick(/** @type {any} */ (info).source);
  fill(
    root,
    el("button", {
      class: "show-close",
      type: "button",
      "aria-label": t("show.close"),
      on: { click: close },
    }),
    el("p", { class: "show-notices" },
      chip(word("nature", p.nature), SURE.includes(p.nature) ? "" : "amber"),
      !isPlaced && chip(t("map.unplaced"), "amber")),
    el("h2", { text: featureName(feature) }),
    facts(shown.slice(0, MOST_FACTS)),
    el("p", { class: "show-sources" }, t("show.source"), source, p.as_of && ` · ${p.as_of}`),
  );
}
