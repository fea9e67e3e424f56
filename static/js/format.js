/**
 * Numbers, areas, money and dates as text. A published figure is shown as it was published:
 * its unit is translated, its value never converted.
 */
import { el } from "./dom.js";
import { has, lang, t } from "./i18n.js";

const MU_PER_HECTARE = 15;

/** Catalogue keys of the units that occur in Chinese sources. @type {Record<string, string>} */
const UNITS = {
  亿元: "unit.hundred_million_yuan",
  万元: "unit.ten_thousand_yuan",
  亩: "unit.mu",
  万亩: "unit.ten_thousand_mu",
  家: "unit.firms",
  个: "unit.items",
  次: "unit.times",
  人: "unit.people",
  万平方米: "unit.ten_thousand_m2",
  "°C": "unit.celsius",
  mm: "unit.mm",
};

/** @type {Map<string, Intl.NumberFormat>} */
const formatters = new Map();

/**
 * Return a number with separators and no more decimals than it has.
 * @param {unknown} value
 * @param {number} [digits] at most so many decimals
 */
export function number(value, digits = 6) {
  const amount = Number(value);
  if (value === null || value === undefined || value === "" || Number.isNaN(amount)) return "";
  return formatter(digits).format(amount);
}

/**
 * Return the formatter of so many decimals; making one takes milliseconds, so each is kept.
 * @param {number} digits
 */
function formatter(digits) {
  const locale = lang() === "zh" ? "zh-CN" : "en-GB";
  const key = `${locale} ${digits}`;
  const known = formatters.get(key);
  if (known) return known;
  const made = new Intl.NumberFormat(locale, { maximumFractionDigits: digits });
  formatters.set(key, made);
  return made;
}

/**
 * Return a unit in the page's language.
 * @param {string|undefined} unit as in the source
 * @param {string} [english] the record's own translation
 */
export function unit(unit, english) {
  // "20.43 100 million yuan" would read as one number.
  if (lang() === "en" && english) return /^\d/.test(english) ? `× ${english}` : english;
  const key = UNITS[unit ?? ""];
  return key && has(key) ? t(key) : (unit ?? "");
}

/**
 * Return a number with its unit small beside it.
 * @param {string} amount
 * @param {string} unitText
 * @param {string} [title] the same in another unit
 */
export function quantity(amount, unitText, title) {
  return el(
    "span",
    { class: "quantity", title },
    el("span", { class: "number", text: amount }),
    unitText && el("span", { class: "unit", text: unitText }),
  );
}

/**
 * Return an area in 亩, with hectares in the title; null without a value.
 * @param {unknown} mu
 */
export function area(mu) {
  const amount = number(mu, 1);
  if (!amount) return null;
  return quantity(amount, t("unit.mu"), hectares(mu));
}

/** Return an area given in 亩 as hectares, as text. @param {unknown} mu */
export function hectares(mu) {
  return `${number(Number(mu) / MU_PER_HECTARE, 2)} ${t("unit.hectare")}`;
}

/**
 * Return a quantity in a unit of the catalogue; null without a value.
 * @param {unknown} value
 * @param {string} key for example "unit.m2"
 * @param {number} [digits]
 */
export function measure(value, key, digits = 2) {
  const amount = number(value, digits);
  // In English a single one has a word of its own: "1 storey".
  const single = `${key}_one`;
  return amount ? quantity(amount, t(amount === "1" && has(single) ? single : key)) : null;
}

/** Return a share such as 0.35 as a percentage; "" without a value. @param {unknown} share */
export function percent(share) {
  return number(share) && `${number(Number(share) * 100, 1)} %`;
}

/**
 * Return a range such as "1.0–2.0", "≥ 1.0" or "≤ 2.0"; "" if both ends are open.
 * @param {unknown} low
 * @param {unknown} high
 */
export function range(low, high) {
  const [from, to] = [number(low), number(high)];
  if (from && to) return from === to ? from : `${from}–${to}`;
  return from ? `≥ ${from}` : to && `≤ ${to}`;
}

/**
 * Return the parts of a list that is stored as "a; b".
 * @param {unknown} text
 * @returns {string[]}
 */
export function parts(text) {
  return String(text ?? "")
    .split(/[;；]/)
    .map((part) => part.trim())
    .filter(Boolean);
}
