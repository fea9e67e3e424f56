/** What is asked of the finder in the offline package: read from the address, shown in the form. */

import { el } from "../dom.js";
import { t } from "../i18n.js";
import * as match from "./match.js";

/**
 * @typedef {{name: string, fields: string[], text: string,
 *   criterion: import("./match.js").Criterion}} Asked `fields` as `name` or `name=value`
 * @typedef {{asked: Asked[], faults: string[]}} Ask
 */

const MOST = 1e9;
/** Days from the first of year one to 1970, as Python counts them. */
const EPOCH = 719163;
const DAY = 86_400_000;
/** What one may ask of a plot and of a hall alike; twin of _OF_BOTH in geo/web/sites.py. */
const OF_BOTH = ["industry", "use", "county", "park", "rail", "air", "ready", "util"];

/** Return a number of zero or more, or null. @param {string} text */
function toNumber(text) {
  const plain = text.replace(/[, ]/g, "");
  const number = /^\+?(\d+\.?\d*|\.\d+)$/.test(plain) ? Number(plain) : NaN;
  return number <= MOST ? number : null;
}

/** Return the last day that a date, a month or a year names, or null. @param {string} text */
function lastDay(text) {
  const found = /^(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?$/.exec(text);
  if (!found) return null;
  const [year, month, day] = found.slice(1).map((part) => (part ? Number(part) : undefined));
  // Day 0 of a month is the last of the one before it.
  const at = new Date(Date.UTC(Number(year), month ?? 12, 0));
  if (day !== undefined) at.setUTCFullYear(Number(year), Number(month) - 1, day);
  const isMonth = month === undefined || (month >= 1 && month <= 12);
  const isReal = isMonth && (day === undefined || at.getUTCDate() === day);
  return isReal ? at.getTime() / DAY + EPOCH : null;
}

class Reader {
  /** @type {Asked[]} */
  asked = [];
  /** @type {string[]} */
  faults = [];

  /**
   * @param {HTMLFormElement} form
   * @param {URLSearchParams} query
   * @param {Record<string, number>} units square metres by unit
   */
  constructor(form, query, units) {
    this.form = form;
    this.query = query;
    this.units = units;
  }

  read() {
    this.#area();
    this.#chosen("industry", match.industry);
    this.#chosen("use", match.use);
    this.#chosen("tenure", match.tenure);
    this.#amount("load", (limit) => match.least("load", limit));
    this.#amount("power", (limit) => match.least("power", limit));
    this.#amount("price", (limit) => match.most("price", limit));
    this.#utilities();
    this.#chosen("county", match.county);
    this.#chosen("park", match.park);
    this.#amount("rail", (limit) => match.most("rail", limit));
    this.#amount("air", (limit) => match.most("air", limit));
    this.#ready();
    return { asked: this.asked, faults: this.faults };
  }

  /** @param {string} name @returns {any} */
  #field(name) {
    return this.form.elements.namedItem(name);
  }

  /** Return what is written in a field that the form has, and show it there. @param {string} name */
  #text(name) {
    const field = this.#field(name);
    const text = (this.query.get(name) ?? "").normalize("NFKC").trim().slice(0, 60);
    if (!field || !text) return "";
    field.value = text;
    return text;
  }

  /** @param {string} name @param {string} value */
  #blame(name, value) {
    this.#field(name)?.setAttribute("aria-invalid", "true");
    const field = t(`sites.field_${name}`);
    this.faults.push(t("offline.fault", { field, value }));
  }

  /** @param {string} name */
  #number(name) {
    const text = this.#text(name);
    const number = text ? toNumber(text) : null;
    if (text && number === null) this.#blame(name, text);
    return number;
  }

  #area() {
    const [least, most] = [this.#number("area_min"), this.#number("area_max")];
    const unit = this.#field("unit");
    const asked = this.query.get("unit") ?? "";
    if (asked in this.units) unit.value = asked;
    if (least === null && most === null) return;
    if (least !== null && most !== null && least > most) {
      this.#blame("area_max", String(most));
      return;
    }
    const factor = this.units[unit.value];
    const scaled = (/** @type {number|null} */ end) => (end === null ? null : end * factor);
    const range = [least === null ? "" : `≥ ${least}`, most === null ? "" : `≤ ${most}`];
    const text = `${this.#label(this.#field("area_min"))} ${range.join(" ").trim()} ${chosenText(unit)}`;
    const criterion = match.area(scaled(least), scaled(most));
    this.#ask("area", ["area_min", "area_max", "unit"], text, criterion);
  }

  /**
   * @param {string} name
   * @param {(value: string) => import("./match.js").Criterion} make
   */
  #chosen(name, make) {
    const field = this.#field(name);
    const text = this.#text(name);
    if (!text) return;
    if (field.value === text) this.#ask(name, [name], chosenText(field), make(text));
    else this.#blame(name, text);
  }

  /**
   * @param {string} name
   * @param {(limit: number) => import("./match.js").Criterion} make
   */
  #amount(name, make) {
    const limit = this.#number(name);
    if (limit === null) return;
    const unit = this.#field(name).parentElement?.querySelector(".unit")?.textContent ?? "";
    this.#ask(name, [name], `${t(`sites.field_${name}`)} ${limit} ${unit}`.trim(), make(limit));
  }

  #utilities() {
    const boxes = /** @type {NodeListOf<HTMLInputElement>} */ (
      this.form.querySelectorAll("input[name=util]")
    );
    const asked = this.query.getAll("util");
    for (const box of boxes) {
      box.checked = asked.includes(box.value);
      const text = box.parentElement?.textContent ?? box.value;
      if (box.checked) this.#ask("utility", [`util=${box.value}`], text, match.utility(box.value));
    }
  }

  #ready() {
    const text = this.#text("ready");
    const day = text ? lastDay(text) : null;
    if (day !== null) {
      this.#ask("ready", ["ready"], t("sites.asked_ready", { date: text }), match.most("ready", day));
    } else if (text) this.#blame("ready", text);
  }

  /** @param {any} field */
  #label(field) {
    return field.closest(".ask-row")?.querySelector("legend, span")?.textContent ?? "";
  }

  /**
   * @param {string} name
   * @param {string[]} fields
   * @param {string} text
   * @param {import("./match.js").Criterion} criterion
   */
  #ask(name, fields, text, criterion) {
    this.asked.push({ name, fields, text: text.trim(), criterion });
  }
}

/** @param {any} select */
function chosenText(select) {
  return select.selectedOptions[0]?.textContent ?? "";
}

/**
 * Return what an address asks, and show it in the form.
 * @param {HTMLFormElement} form
 * @param {URLSearchParams} query
 * @param {Record<string, number>} units square metres by unit
 * @returns {Ask}
 */
export function readAsk(form, query, units) {
  return new Reader(form, query, units).read();
}

/** Return the address of this page with other parameters. @param {URLSearchParams} query */
function here(query) {
  return location.pathname + (query.size ? `?${query}` : "");
}

/** @param {Asked} asked */
function chipOf({ fields, text }) {
  const query = new URLSearchParams(location.search);
  for (const field of fields) {
    const [name, value] = field.split("=");
    query.delete(name, value);
  }
  const way = { class: "filter-chip", href: here(query), "aria-label": t("sites.remove", { text }) };
  const cross = el("span", { class: "filter-cross", "aria-hidden": "true" });
  return el("li", {}, el("a", way, text, cross));
}

/**
 * Let the form ask by the address of the page, and show what is asked and what is not understood.
 * @param {HTMLFormElement} form
 * @param {Asked[]} asked
 * @param {string[]} faults
 */
export function mountAsked(form, asked, faults) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const written = /** @type {[string, string][]} */ ([...new FormData(form)]);
    location.assign(here(new URLSearchParams(written)));
  });
  const { search } = location;
  if (asked.length) {
    const chips = { class: "filter-chips", "aria-label": t("sites.conditions") };
    form.after(el("ul", chips, asked.map(chipOf)));
    const clear = { class: "button", href: location.pathname, text: t("sites.clear") };
    form.querySelector(".ask-actions")?.append(el("a", clear));
    document.querySelector(".ask-toggle")?.append(` · ${asked.length}`);
  }
  if (faults.length) {
    const title = el("h2", { class: "block-title", id: "faults-title", text: t("sites.fault_title") });
    const items = faults.map((text) => el("li", { text }));
    const about = { class: "alert", id: "faults", role: "alert", "aria-labelledby": "faults-title" };
    form.after(el("section", about, title, el("ul", {}, items)));
  }
  if (search) keepInSwitch(new URLSearchParams(search));
}

/** Let the way to the other list ask the same, as far as it can. @param {URLSearchParams} query */
function keepInSwitch(query) {
  const kept = new URLSearchParams([...query].filter(([name, value]) => value && OF_BOTH.includes(name)));
  const ways = /** @type {NodeListOf<HTMLAnchorElement>} */ (
    document.querySelectorAll(".finder-bar .segmented a:not([aria-current])")
  );
  for (const way of ways) way.search = kept.toString();
  // The other language asks the same of the same list.
  /** @type {HTMLAnchorElement} */ (document.getElementById("language")).search = query.toString();
}
