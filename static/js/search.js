/**
 * The search box at work: a combobox with a list of what it finds, after the pattern of
 * WAI-ARIA. What is chosen opens on the map: on the map's own page at once, from another
 * page by its address.
 */

import { fetchJson } from "./data.js";
import { chip, el, fill } from "./dom.js";
import { Index, join } from "./search-match.js";

/** Most results of a kind, and in all, that the list shows; the page of results has more. */
const MOST_OF_KIND = 4;
const MOST = 12;
/** How long typing must rest before the server is asked. */
const PAUSE_MS = 150;
/** Places of the texts of a record, as search-match.js has them. */
const PLACE = { key: 0, zh: 1, en: 2, park: 3, county: 5 };

/** @typedef {import("./search-match.js").Hit} Hit */

/**
 * Make the form find as one types.
 * @param {HTMLFormElement} form its data-* attributes hold addresses and texts
 * @param {HTMLInputElement} box
 */
export async function mountSearch(form, box) {
  new SearchBox(form, box, new Index(await fetchJson(form.dataset.index ?? ""))).update();
}

class SearchBox {
  /** @type {{node: HTMLElement, run: () => void}[]} */
  #options = [];
  #active = -1;

  /**
   * @param {HTMLFormElement} form
   * @param {HTMLInputElement} box
   * @param {Index} index
   */
  constructor(form, box, index) {
    this.form = form;
    this.box = box;
    this.index = index;
    this.texts = /** @type {Record<string, string>} */ ({ ...form.dataset });
    this.lang = document.documentElement.dataset.lang ?? "zh";
    this.note = el("p", { class: "search-note" });
    this.list = el("div", { class: "search-list", id: "search-list", role: "listbox" });
    this.list.setAttribute("aria-label", this.texts.label);
    this.pop = el("div", { class: "search-pop", hidden: true }, this.note, this.list);
    this.status = el("p", { class: "visually-hidden", role: "status" });
    this.clear = el("button", {
      class: "icon-button search-clear",
      type: "button",
      "aria-label": this.texts.clear,
      on: { click: () => this.#onClear() },
    });
    this.form.append(this.clear, this.pop, this.status);
    this.#describeBox();
    this.#listen();
  }

  #describeBox() {
    const attributes = {
      role: "combobox",
      "aria-autocomplete": "list",
      "aria-haspopup": "listbox",
      "aria-expanded": "false",
      "aria-controls": "search-list",
    };
    for (const [name, value] of Object.entries(attributes)) this.box.setAttribute(name, value);
  }

  #listen() {
    const { form, box, pop } = this;
    box.addEventListener("input", () => this.update());
    box.addEventListener("focus", () => this.update());
    box.addEventListener("keydown", (event) => this.#onKey(event));
    // The box keeps the focus while something in its list is pressed.
    pop.addEventListener("pointerdown", (event) => event.preventDefault());
    pop.addEventListener("mousedown", (event) => event.preventDefault());
    form.addEventListener("focusout", (event) => {
      if (!form.contains(/** @type {Node|null} */ (event.relatedTarget))) this.#close();
    });
    form.addEventListener("submit", (event) => {
      if (!box.value.trim()) event.preventDefault();
    });
  }

  /** Show what the present text finds; nothing for an empty one. */
  update() {
    const query = this.box.value.trim();
    if (!query || document.activeElement !== this.box) {
      this.#close();
      return;
    }
    const own = this.index.find(query);
    this.#show(query, own);
    if (this.index.groups.some(({ large }) => large)) this.#ask(query, own).catch(console.warn);
  }

  /**
   * Show what the server finds in the large layers as well, unless more was typed meanwhile.
   * @param {string} query
   * @param {{hits: Hit[], isClose: boolean}} own
   */
  async #ask(query, own) {
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    const isStale = () => this.box.value.trim() !== query || document.activeElement !== this.box;
    if (isStale()) return;
    const address = new URL(this.texts.more, location.href);
    address.searchParams.set("q", query);
    const more = new Index(await fetchJson(address.href));
    if (!isStale()) this.#show(query, join([own, more.find(query)]));
  }

  /**
   * @param {string} query
   * @param {{hits: Hit[], isClose: boolean}} found
   */
  #show(query, { hits, isClose }) {
    this.#say(hits.length, isClose, query);
    this.#options = [];
    fill(this.list, this.#groups(hits), this.#all(hits, query));
    this.list.hidden = !this.#options.length;
    this.pop.hidden = false;
    this.box.setAttribute("aria-expanded", String(!this.list.hidden));
    this.#activate(this.#options.length ? 0 : -1);
  }

  /**
   * @param {number} count
   * @param {boolean} isClose
   * @param {string} query
   */
  #say(count, isClose, query) {
    const { none, close, count: some } = this.texts;
    const note = count ? (isClose ? close : "") : none.replace("{query}", query);
    this.note.textContent = note;
    this.note.hidden = !note;
    this.status.textContent = `${count ? some.replace("{count}", String(count)) : ""} ${note}`.trim();
  }

  /**
   * Return the results by kind, the kind of the best result first.
   * @param {Hit[]} hits
   */
  #groups(hits) {
    /** @type {Map<number, Hit[]>} */
    const byKind = new Map();
    for (const hit of hits) {
      const { group } = hit.record;
      byKind.set(group, [...(byKind.get(group) ?? []), hit]);
    }
    let room = MOST;
    return [...byKind].flatMap(([group, found]) => {
      const shown = found.slice(0, Math.min(MOST_OF_KIND, room));
      room -= shown.length;
      if (!shown.length) return [];
      const title = this.index.groups[group].title[this.lang];
      return el(
        "div",
        { role: "group", "aria-label": title },
        el("p", { class: "search-kind", "aria-hidden": "true" }, chip(title), this.#more(found, shown)),
        shown.map((hit) => this.#option(this.#describe(hit), () => this.#choose(hit))),
      );
    });
  }

  /**
   * @param {Hit[]} found
   * @param {Hit[]} shown
   */
  #more(found, shown) {
    if (found.length === shown.length) return null;
    const text = this.texts.shown
      .replace("{shown}", String(shown.length))
      .replace("{count}", String(found.length));
    return el("span", { class: "remark", text });
  }

  /** Return the row that leads to all results, if the list has not all. */
  #all(/** @type {Hit[]} */ hits, /** @type {string} */ query) {
    if (!this.texts.all || hits.length <= this.#options.length) return null;
    const text = this.texts.all.replace("{count}", String(hits.length));
    const address = new URL(this.form.action);
    if (this.lang !== "zh") address.searchParams.set("lang", this.lang);
    address.searchParams.set("q", query);
    return this.#option([el("span", { class: "search-all", text })], () => location.assign(address));
  }

  /**
   * @param {any[]} children
   * @param {() => void} run
   */
  #option(children, run) {
    const id = `search-option-${this.#options.length}`;
    const node = el("div", { class: "search-option", id, role: "option" }, ...children);
    const place = this.#options.length;
    node.addEventListener("click", run);
    node.addEventListener("pointermove", () => this.#activate(place, false));
    this.#options.push({ node, run });
    return node;
  }

  /** Return name, further name and marks of a result. @param {Hit} hit */
  #describe({ record, spans }) {
    const { texts } = record;
    const [own, other] = this.lang === "en" ? [PLACE.en, PLACE.zh] : [PLACE.zh, PLACE.en];
    const name = texts[own].raw ? own : texts[other].raw ? other : PLACE.key;
    const second = [other, PLACE.key].find((place) => place !== name && spans.has(place));
    const marked = (/** @type {number} */ place) =>
      el("span", {}, mark(record.texts[place].raw || record.id, spans.get(place) ?? []));
    return [
      el("span", { class: "search-name" }, marked(name)),
      el("span", { class: "search-marks" }, this.#marks(record)),
      el(
        "span",
        { class: "search-where" },
        second !== undefined && marked(second),
        this.#around(texts).map((text) => el("span", { text })),
      ),
    ];
  }

  /** @param {import("./search-match.js").Found} record */
  #marks({ group, isSample, isOnOffer }) {
    const { offer, let: toLet, sample } = this.texts;
    const isHall = this.index.groups[group].kind === "buildings";
    return [isOnOffer && chip(isHall ? toLet : offer, "jade"), isSample && chip(sample, "amber")];
  }

  /** Return park and county in the page's language. @param {import("./search-match.js").Text[]} texts */
  #around(texts) {
    const more = this.lang === "en" ? 1 : 0;
    return [PLACE.park, PLACE.county].map((at) => texts[at + more]?.raw).filter(Boolean);
  }

  /** @param {Hit} hit */
  #choose({ record }) {
    const { layer } = this.index.groups[record.group];
    const sel = `${layer}/${record.id}`;
    this.#close();
    const event = new CustomEvent("search:choose", { detail: { sel }, cancelable: true });
    // The map takes what is chosen where it is; any other page goes there.
    if (!document.dispatchEvent(event)) {
      this.box.blur();
      return;
    }
    const address = new URL(this.texts.map, location.href);
    address.searchParams.set("sel", sel);
    location.assign(address.href.replaceAll("%2F", "/"));
  }

  /**
   * @param {number} place
   * @param {boolean} [scroll]
   */
  #activate(place, scroll = true) {
    this.#active = place;
    this.#options.forEach(({ node }, at) => node.setAttribute("aria-selected", String(at === place)));
    const active = this.#options[place]?.node;
    if (active) this.box.setAttribute("aria-activedescendant", active.id);
    else this.box.removeAttribute("aria-activedescendant");
    if (active && scroll) active.scrollIntoView({ block: "nearest" });
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    // Keys that a Chinese input method takes for itself are not for the list.
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") this.#onEscape(event);
    else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (this.pop.hidden) this.update();
      else this.#step(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter" && !this.pop.hidden && this.#options[this.#active]) {
      event.preventDefault();
      this.#options[this.#active].run();
    }
  }

  /** @param {number} by */
  #step(by) {
    const count = this.#options.length;
    if (count) this.#activate((this.#active + by + count) % count);
  }

  /** The first Escape closes the list, the next empties the box. @param {KeyboardEvent} event */
  #onEscape(event) {
    event.preventDefault();
    if (!this.pop.hidden) this.#close();
    else if (this.box.value) this.box.value = "";
    else this.box.blur();
  }

  #onClear() {
    const isEmpty = !this.box.value;
    this.box.value = "";
    this.#close();
    if (isEmpty) this.clear.blur();
    else this.box.focus();
  }

  #close() {
    this.pop.hidden = true;
    this.status.textContent = "";
    this.box.setAttribute("aria-expanded", "false");
    this.box.removeAttribute("aria-activedescendant");
  }
}

/**
 * Return a text with its spans marked, all of it text nodes.
 * @param {string} text
 * @param {[number, number][]} spans
 */
function mark(text, spans) {
  const parts = [];
  let at = 0;
  for (const [start, end] of [...spans].sort((a, b) => a[0] - b[0])) {
    if (start < at) continue;
    parts.push(text.slice(at, start), el("mark", { text: text.slice(start, end) }));
    at = end;
  }
  return [...parts, text.slice(at)];
}
