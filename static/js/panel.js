/** The panel: what the map is about, or what is known of the thing that is selected. */
import { hasSamples } from "./data.js";
import { el, fill, section } from "./dom.js";
import { number, parts, quantity } from "./format.js";
import { pageAddress, pick, t, word } from "./i18n.js";
import { parseSelection } from "./state.js";
import { allFiguresButton, chosenFigures, figureRow } from "./strip.js";

/**
 * @typedef {import("./data.js").Feature} Feature
 * @typedef {import("./data.js").Data} Data
 * @typedef {import("./state.js").ViewState} ViewState
 * @typedef {import("./strip.js").Site} Site
 *
 * @typedef {object} Content what a panel shows
 * @property {(Node|null)[]} chips
 * @property {string} title
 * @property {any[]} [where] the line under the title
 * @property {any[]} body
 *
 * @typedef {object} Tools what the parts of a panel need
 * @property {Data} data
 * @property {Site} site
 * @property {(sel: string, text: string) => HTMLElement} link a button that selects a thing
 * @property {(tab: string, query: string, text: string) => HTMLElement} listLink a button
 *   that opens the list at a tab, filtered
 */

/** The source's three tiers; the fourth group holds the parks that it does not name. */
const TIERS = ["1", "2", "3"];

/**
 * Show the panel and keep it in step with the selection.
 * @param {{root: HTMLElement, state: ViewState, data: Data}} options
 */
export function mountPanel({ root, state, data }) {
  return new Panel(root, state, data);
}

class Panel {
  /** Whether the last thing the reader used was the keyboard. */
  #byKeyboard = false;
  /** The selection the panel is about to show; a slower answer to an older one is dropped. */
  #wanted = /** @type {string|null|undefined} */ (undefined);
  /** @type {Element|null} */
  #returnTo = null;

  /**
   * @param {HTMLElement} root
   * @param {ViewState} state
   * @param {Data} data
   */
  constructor(root, state, data) {
    this.root = root;
    this.state = state;
    this.data = data;
    this.site = /** @type {Site} */ (/** @type {unknown} */ (data.site));
    this.body = el("div", { class: "panel-body" });
    this.status = el("p", { class: "visually-hidden", role: "status" });
    root.append(this.body);
    root.after(this.status);
    addEventListener("keydown", (event) => this.#onKey(event), true);
    addEventListener("pointerdown", () => (this.#byKeyboard = false), true);
    state.addEventListener("change", () => this.show(state.get().sel));
    this.show(state.get().sel);
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    this.#byKeyboard = true;
    if (event.key !== "Escape" || event.defaultPrevented || !this.state.get().sel) return;
    // Escape first closes what lies above the panel, or ends a measurement.
    if (document.querySelector(":popover-open, dialog[open], #tools [aria-pressed=true]")) return;
    this.#close();
  }

  #close() {
    const target = this.#returnTo;
    this.state.set({ sel: null }, { push: true });
    if (target instanceof HTMLElement && target.isConnected) target.focus();
  }

  /** Show a selection, or the overview. @param {string|null} sel */
  async show(sel) {
    if (sel === this.#wanted) return;
    const isFirst = this.#wanted === undefined;
    if (this.#wanted === null && sel) this.#returnTo = document.activeElement;
    this.#wanted = sel;
    const content = await this.#contentOf(sel).catch((error) => {
      console.error(error);
      return this.#failure(sel);
    });
    if (this.#wanted !== sel) return;
    this.#render(content, sel);
    if (!isFirst) this.#announce(content.title);
  }

  /** @param {string|null} sel @returns {Promise<Content>} */
  async #contentOf(sel) {
    const selected = parseSelection(sel);
    if (!selected) return this.#overview();
    const [feature, kinds] = await Promise.all([
      this.data.feature(selected.layer, selected.id),
      import("./panel-kinds.js"),
    ]);
    return feature ? kinds.describe(selected.layer, feature, this.#tools()) : this.#unknown();
  }

  /** @returns {Tools} */
  #tools() {
    return {
      data: this.data,
      site: this.site,
      link: (sel, text) => this.#link(sel, text),
      listLink: (tab, query, text) => this.#listLink(tab, query, text),
    };
  }

  /**
   * @param {Content} content
   * @param {string|null} sel
   */
  #render({ chips, title, where, body }, sel) {
    const close = el("button", {
      class: "icon-button panel-close",
      type: "button",
      "aria-label": t("ui.close"),
      on: { click: () => this.#close() },
    });
    fill(
      this.body,
      sel && close,
      chips.length > 0 && el("p", { class: "chips" }, chips),
      el("h2", { class: "panel-title", tabindex: "-1", text: title }),
      where && el("p", { class: "panel-where" }, where),
      body,
    );
    this.body.scrollTop = 0;
    this.root.dataset.kind = parseSelection(sel)?.layer ?? "overview";
  }

  /** @param {string} title */
  #announce(title) {
    this.status.textContent = t("ui.panel_shows", { title });
    // What had the focus may be gone: a card of the panel, a row of the list.
    const isLost = document.activeElement === document.body;
    if (!isLost && !(this.#byKeyboard && this.#wanted)) return;
    this.body.querySelector("h2")?.focus({ preventScroll: true });
  }

  /**
   * @param {string} sel
   * @param {string} text
   */
  #link(sel, text) {
    const select = () => this.state.set({ sel }, { push: true });
    return el("button", { class: "link", type: "button", text, on: { click: select } });
  }

  /**
   * @param {string} tab
   * @param {string} query
   * @param {string} text
   */
  #listLink(tab, query, text) {
    const open = () => {
      this.state.dispatchEvent(new CustomEvent("list", { detail: { tab, query } }));
      this.state.set({ view: "list" }, { push: true });
    };
    return el("button", { class: "button", type: "button", text, on: { click: open } });
  }

  /** @returns {Content} */
  #unknown() {
    return { chips: [], title: t("ui.not_found"), body: [remark(t("ui.not_found_help"))] };
  }

  /** @param {string|null} sel @returns {Content} */
  #failure(sel) {
    const retry = () => {
      this.#wanted = undefined;
      this.show(sel);
    };
    const button = el("button", {
      class: "button",
      type: "button",
      text: t("ui.retry"),
      on: { click: retry },
    });
    return {
      chips: [],
      title: t("ui.load_failed"),
      body: [remark(t("ui.load_failed_help")), button],
    };
  }

  /** @returns {Promise<Content>} */
  async #overview() {
    const [parks, counties] = await Promise.all([
      this.data.ofKind("parks"),
      this.data.ofKind("counties"),
    ]);
    const figures = chosenFigures(this.site);
    return {
      chips: [],
      title: t("ui.overview_title"),
      body: [
        el("p", { class: "lead", text: t("ui.overview_lead", { parks: parks.length }) }),
        finderLink(),
        el(
          "div",
          { class: "overview-figures" },
          figureRow(figures, this.site),
          allFiguresButton(this.site),
        ),
        this.#counties(counties),
        ...this.#tiers(parks),
        el("p", {
          class: "remark version",
          text: t("ui.version", { as_of: this.site.as_of, version: this.site.version }),
        }),
      ],
    };
  }

  /** @param {Feature[]} counties */
  #counties(counties) {
    const cards = counties.map((county) =>
      el(
        "li",
        {},
        el(
          "button",
          {
            class: "county",
            type: "button",
            on: { click: () => this.#select("counties", county) },
          },
          el("span", { class: "county-name", text: pick(county.properties, "name") }),
          quantity(
            number(county.properties.area_km2_reported ?? county.properties.area_km2, 0),
            "km²",
          ),
        ),
      ),
    );
    return cards.length
      ? el("ul", { class: "counties", "aria-label": t("ui.counties") }, cards)
      : null;
  }

  /** @param {Feature[]} found */
  #tiers(found) {
    const parks = [...found].sort(byPlace);
    const inTier = (/** @type {string} */ tier) =>
      parks.filter(({ properties: p }) => parts(p.tiers).includes(tier));
    const others = parks.filter(({ properties: p }) => !parts(p.tiers).length);
    return [
      ...TIERS.map((tier) => section(t(`ui.tier_${tier}`), this.#group(inTier(tier)))),
      section(t("ui.tier_other"), this.#group(others)),
    ];
  }

  /**
   * Return the parks that the map shows as cards, and the others as one line of names.
   * @param {Feature[]} parks
   */
  #group(parks) {
    if (!parks.length) return null;
    const unplaced = parks.filter((park) => !park.geometry);
    return el(
      "ul",
      { class: "park-cards" },
      parks.filter((park) => park.geometry).map((park) => el("li", {}, this.#card(park))),
      unplaced.length > 0 && this.#unplaced(unplaced),
    );
  }

  /** @param {Feature[]} parks */
  #unplaced(parks) {
    return el(
      "li",
      { class: "park-unplaced" },
      el("span", { class: "park-dot is-unplaced", "aria-hidden": "true" }),
      el(
        "span",
        { class: "park-text" },
        el("span", { class: "park-sub", text: t("ui.place_unknown") }),
        parks.map((park) =>
          el("button", {
            class: "park-link",
            type: "button",
            text: pick(park.properties, "name"),
            on: { click: () => this.#select("parks", park) },
          }),
        ),
      ),
    );
  }

  /**
   * @param {string} kind
   * @param {Feature} feature
   */
  #select(kind, feature) {
    const layer = this.site.layers.find((info) => info.kind === kind)?.id;
    this.state.set({ sel: `${layer}/${feature.id}` }, { push: true });
  }

  /** Return a card that selects a park. @param {Feature} park */
  #card(park) {
    const { properties: p } = park;
    const tone = p.kind === "logistics" ? " is-port" : "";
    return el(
      "button",
      {
        class: "park-card",
        type: "button",
        on: { click: () => this.#select("parks", park) },
      },
      el("span", { class: `park-dot${tone}`, "aria-hidden": "true" }),
      el(
        "span",
        { class: "park-text" },
        el("span", { class: "park-name", text: pick(p, "name") }),
        el("span", { class: "park-sub", text: placeOf(park, this.site) }),
      ),
      p.land_offer_mu > 0 &&
        el(
          "span",
          { class: "park-offer" },
          `${t("ui.on_offer")} `,
          quantity(number(p.land_offer_mu, 0), t("unit.mu")),
          hasSamples(this.site, "parcels") &&
            el("span", { class: "park-sample", text: t("nature.sample") }),
        ),
    );
  }
}

/**
 * Compare two parks: those with a place first, by county, a park before the parks in it.
 * @param {Feature} a
 * @param {Feature} b
 */
function byPlace(a, b) {
  const [p, q] = [a.properties, b.properties];
  return (
    Number(!a.geometry) - Number(!b.geometry) ||
    String(p.adcode).localeCompare(String(q.adcode)) ||
    Number(Boolean(p.parent_id)) - Number(Boolean(q.parent_id))
  );
}

/**
 * Return where a park is, as far as that is published.
 * @param {Feature} park
 * @param {Site} site
 */
function placeOf(park, site) {
  const { properties: p } = park;
  const county = pick(site.codes.county[p.adcode] ?? null);
  if (p.place_known === false || !park.geometry) {
    return [county, t("ui.place_unknown")].filter(Boolean).join(" · ");
  }
  return [county, word("nature", p.nature)].filter(Boolean).join(" · ");
}

/** @param {string} text */
function remark(text) {
  return el("p", { class: "remark", text });
}

/** Return the way to the finder, where the header has no room to name it. */
function finderLink() {
  const way = { class: "button is-primary", href: pageAddress("sites"), text: t("ui.find_site") };
  return el("p", { class: "overview-finder" }, el("a", way));
}
