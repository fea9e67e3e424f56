/** The tables of the list: filtered, sorted, a page at a time. */
import { detailsLink } from "./details.js";
import { el, fill } from "./dom.js";
import { number, parts } from "./format.js";
import { lang, t } from "./i18n.js";
import { columnsOf } from "./list-columns.js";
import { Pages } from "./list-pages.js";

/**
 * @typedef {import("./data.js").Feature} Feature
 * @typedef {import("./data.js").Data} Data
 * @typedef {import("./state.js").ViewState} ViewState
 * @typedef {import("./list-columns.js").Column} Column
 * @typedef {import("./list-columns.js").Parks} Parks
 */

const PAGE = 100;
/** Milliseconds of rest after which the server is asked for what was typed. */
const TYPED = 250;
const TABS = ["parks", "parcels", "buildings", "enterprises", "logistics"];

/** The tables of the list, one at a time. */
export class Tables {
  tab = TABS[0];
  query = "";
  onOffer = false;
  sort = { column: 0, down: false };
  page = 0;
  /** @type {Feature[]} */
  #features = [];
  /** @type {Parks} */
  #parks = new Map();
  /** @type {Column[]} */
  #columns = [];
  /** @type {Pages|null} of a layer that is not here whole */
  #pages = null;
  /** What was asked for last; an answer to an earlier question comes too late. */
  #asked = 0;

  /** @param {{root: HTMLElement, state: ViewState, data: Data}} options */
  constructor({ root, state, data }) {
    this.root = root;
    this.state = state;
    this.data = data;
    this.results = el("div", { class: "list-results" });
    this.count = el("p", { class: "list-count", role: "status" });
    this.bar = el("div", { class: "list-bar" });
    const title = el("h2", { class: "list-title", text: t("ui.list") });
    fill(root, title, this.bar, this.count, this.results);
  }

  /**
   * Show a table from its beginning, or as it was left.
   * @param {import("./list.js").Preset} [preset]
   */
  show(preset) {
    if (preset) this.#preset(preset);
    else this.#open();
  }

  /** @param {import("./list.js").Preset} preset */
  #preset({ tab, query }) {
    const start = { onOffer: false, page: 0, sort: { column: 0, down: false } };
    Object.assign(this, { tab, query, ...start });
    this.#open();
  }

  async #open() {
    this.#drawBar();
    const { tab } = this;
    try {
      const [features, parks] = await Promise.all([
        this.data.ofKind(tab),
        this.data.ofKind("parks"),
      ]);
      if (tab !== this.tab) return;
      this.#features = features;
      this.#parks = new Map(parks.map((park) => [park.id, park]));
      this.#columns = columnsOf(tab, this.data.site, this.#parks);
      const large = this.data.site.layers.find(({ kind, tiles }) => kind === tab && tiles);
      this.#pages = large ? new Pages(this.data, large.id, PAGE) : null;
      this.#drawResults();
    } catch {
      this.#drawFailure();
    }
  }

  #drawFailure() {
    this.count.textContent = "";
    fill(
      this.results,
      this.#message("ui.load_failed_help", "ui.retry", () => this.#open()),
    );
  }

  #drawBar() {
    const tabs = TABS.filter((tab) => this.data.site.layers.some(({ kind }) => kind === tab));
    const search = el("input", {
      class: "field",
      type: "search",
      id: "list-filter",
      placeholder: t("ui.filter_hint"),
      autocomplete: "off",
      on: { input: (event) => this.#narrow({ query: event.target.value }) },
    });
    search.value = this.query;
    fill(
      this.bar,
      el(
        "div",
        { class: "segmented", role: "group", "aria-label": t("ui.list") },
        tabs.map((tab) => this.#tabButton(tab)),
      ),
      el("label", { class: "visually-hidden", for: "list-filter", text: t("ui.filter") }),
      search,
      this.tab === "parcels" && this.#offerBox(),
    );
  }

  /** @param {string} tab */
  #tabButton(tab) {
    const choose = () => {
      this.#preset({ tab, query: "" });
      /** @type {HTMLElement|null} */ (this.bar.querySelector("[aria-pressed=true]"))?.focus();
    };
    const isOn = String(tab === this.tab);
    return el("button", {
      type: "button",
      "aria-pressed": isOn,
      text: t(`tab.${tab}`),
      on: { click: choose },
    });
  }

  #offerBox() {
    const box = el("input", {
      type: "checkbox",
      checked: this.onOffer,
      on: { change: (event) => this.#narrow({ onOffer: event.target.checked }) },
    });
    return el("label", { class: "check" }, box, t("ui.only_offer"));
  }

  /** @param {{query?: string, onOffer?: boolean}} filter */
  #narrow(filter) {
    Object.assign(this, filter, { page: 0 });
    if (!this.#pages) this.#drawResults();
    else {
      const asked = ++this.#asked;
      setTimeout(() => asked === this.#asked && this.#drawResults(), TYPED);
    }
  }

  /** Return the features that pass the filter, in order. */
  #found() {
    const words = this.query.toLocaleLowerCase().split(/\s+/).filter(Boolean);
    const found = this.#features.filter((feature) => {
      if (this.onOffer && this.tab === "parcels" && !feature.properties.on_offer) return false;
      const text = this.#textOf(feature);
      return words.every((part) => text.includes(part));
    });
    const { value } = this.#columns[this.sort.column];
    const sign = this.sort.down ? -1 : 1;
    return found.sort((a, b) => sign * compare(value(a.properties, a), value(b.properties, b)));
  }

  /** Return all that a filter may meet: names, park and county, industry, in both languages. */
  #textOf(/** @type {Feature} */ { id, properties: p }) {
    const { codes } = this.data.site;
    const parks = this.#chainOf(p.park_id ?? p.parent_id);
    const labels = [
      codes.county[p.adcode],
      codes.land_use[p.land_use_code],
      ...parts(p.industry_code ?? p.industry_codes ?? p.permitted_industries).map(
        (code) => codes.industry[code],
      ),
    ];
    const words = [
      id,
      p.name_zh,
      p.name_en,
      p.product,
      p.industry_code ?? p.industry_codes,
      ...parks.flatMap((park) => [park.id, park.properties.name_zh, park.properties.name_en]),
      ...labels.flatMap((label) => [label?.zh, label?.en]),
    ];
    return words.filter(Boolean).join(" ").toLocaleLowerCase();
  }

  /** Return a park and the parks it lies in. @param {string|undefined} id */
  #chainOf(id) {
    /** @type {Feature[]} */
    const chain = [];
    for (let park = this.#parks.get(id ?? ""); park && !chain.includes(park);) {
      chain.push(park);
      park = this.#parks.get(park.properties.parent_id ?? "");
    }
    return chain;
  }

  #drawResults() {
    if (this.#pages) this.#drawPage(this.#pages);
    else {
      const found = this.#found();
      const from = this.page * PAGE;
      this.#draw(found.slice(from, from + PAGE), found.length);
    }
  }

  /** @param {Pages} pages */
  async #drawPage(pages) {
    const asked = ++this.#asked;
    const isLate = () => asked !== this.#asked || pages !== this.#pages;
    try {
      const { features, matched } = await pages.get(this.page, this);
      if (!isLate()) this.#draw(features, matched);
    } catch {
      if (!isLate()) this.#drawFailure();
    }
  }

  /**
   * @param {Feature[]} shown
   * @param {number} total
   */
  #draw(shown, total) {
    const from = this.page * PAGE;
    this.count.textContent = t("ui.list_count", { count: number(total) });
    if (!total) {
      const clear = () => this.#preset({ tab: this.tab, query: "" });
      const isFiltered = this.query || this.onOffer;
      const text = isFiltered ? "ui.list_no_match" : `ui.list_empty_${this.tab}`;
      fill(this.results, this.#message(text, isFiltered ? "ui.filter_clear" : "", clear));
      return;
    }
    fill(this.results, this.#table(shown), this.#pager(total, from, shown.length));
    this.results.scrollTop = 0;
  }

  /**
   * @param {string} text
   * @param {string} action
   * @param {() => void} run
   */
  #message(text, action, run) {
    return el(
      "div",
      { class: "list-message" },
      el("p", { text: t(text) }),
      action &&
        el("button", { class: "button", type: "button", text: t(action), on: { click: run } }),
    );
  }

  /** @param {Feature[]} features */
  #table(features) {
    const columns = this.#columns;
    // On a phone rows are laid out as cards; the roles keep the table one for a reader.
    return el(
      "table",
      { class: "table", role: "table" },
      el("caption", { text: t(`caption.${this.tab}`) }),
      el(
        "thead",
        { role: "rowgroup" },
        el(
          "tr",
          { role: "row" },
          columns.map((column, i) => this.#heading(column, i)),
        ),
      ),
      el(
        "tbody",
        { role: "rowgroup" },
        features.map((feature) => this.#row(feature, columns)),
      ),
    );
  }

  /**
   * @param {Column} column
   * @param {number} index
   */
  #heading({ title, numeric }, index) {
    // The server has one order: that of the key.
    if (this.#pages) return el("th", { scope: "col", role: "columnheader", text: t(title) });
    const { column, down } = this.sort;
    const isSorted = column === index;
    const order = () => {
      this.sort = { column: index, down: isSorted ? !down : Boolean(numeric) };
      this.page = 0;
      this.#drawResults();
      /** @type {HTMLElement|null} */ (this.results.querySelectorAll("th button")[index])?.focus();
    };
    return el(
      "th",
      {
        scope: "col",
        role: "columnheader",
        class: numeric ? "is-number" : undefined,
        "aria-sort": isSorted ? (down ? "descending" : "ascending") : undefined,
      },
      el("button", { type: "button", text: t(title), on: { click: order } }),
    );
  }

  /**
   * @param {Feature} feature
   * @param {Column[]} columns
   */
  #row(feature, columns) {
    const cells = columns.map(({ title, value, cell, numeric }, i) => {
      const { properties: p } = feature;
      const plain = value(p, feature);
      const content = i === 0 ? this.#opener(feature, String(plain)) : (cell?.(p) ?? plain);
      const empty = content === undefined || content === null || content === "";
      return el(
        i === 0 ? "th" : "td",
        {
          role: i === 0 ? "rowheader" : "cell",
          scope: i === 0 ? "row" : undefined,
          class: numeric ? "is-number" : undefined,
          "data-label": t(title),
        },
        empty ? el("span", { class: "no-value", text: "—" }) : content,
      );
    });
    return el("tr", { role: "row" }, cells);
  }

  /**
   * @param {Feature} feature
   * @param {string} text
   */
  #opener(feature, text) {
    const layer = this.data.site.layers.find(
      ({ id }) => this.data.loaded(id)?.get(feature.id) === feature,
    );
    const open = () =>
      this.state.set({ sel: `${layer?.id}/${feature.id}`, view: "map" }, { push: true });
    return [
      el("button", { class: "link", type: "button", text, on: { click: open } }),
      detailsLink(layer?.kind, String(feature.id), "details", text),
    ];
  }

  /**
   * @param {number} total
   * @param {number} from
   * @param {number} shown
   */
  #pager(total, from, shown) {
    if (total <= PAGE) return null;
    const turn = (/** @type {number} */ by) => () => {
      this.page += by;
      this.#drawResults();
      this.root.querySelector("h2")?.scrollIntoView({ block: "nearest" });
    };
    const button = (
      /** @type {string} */ key,
      /** @type {number} */ by,
      /** @type {boolean} */ disabled,
    ) =>
      el("button", {
        class: "button",
        type: "button",
        disabled,
        text: t(key),
        on: { click: turn(by) },
      });
    return el(
      "nav",
      { class: "pager", "aria-label": t("ui.pages") },
      button("ui.page_back", -1, from === 0),
      el("span", { text: t("ui.page_range", { from: from + 1, to: from + shown, total }) }),
      button("ui.page_next", 1, from + shown >= total),
    );
  }
}

/**
 * Compare two values; what is missing comes last in an ascending order.
 * @param {string|number|undefined} a
 * @param {string|number|undefined} b
 */
function compare(a, b) {
  if (typeof a === "number" || typeof b === "number") return Number(a ?? -1) - Number(b ?? -1);
  if (!a || !b) return Number(!a) - Number(!b);
  return a.localeCompare(b, lang(), { numeric: true });
}
