/** Texts in the page's language, from the catalogue that the server also uses. */

import { fetchJson } from "./data.js";

/** @type {Record<string, string>} */
let catalogue = {};
let language = "zh";

/**
 * Load the texts; everything that shows text waits for this.
 * @param {string} root address that all others are relative to
 * @param {string} lang "zh" or "en"
 * @param {string} [address] of the texts, if the page names those of several languages
 */
export async function initI18n(root, lang, address = document.documentElement.dataset.i18n) {
  const texts = await fetchJson(address ?? `${root}i18n/${lang}.json`);
  // Both at once: a language whose texts do not come leaves the page in the other.
  [language, catalogue] = [lang, texts];
}

/** Return the page's language. */
export function lang() {
  return language;
}

/**
 * Return the address of a page of ours in the page's language; in the offline package, whose
 * `PARKS_PAGES` names the file of each, that of a file.
 * @param {...string} steps of its path: `"sites"`, or `"parks", "CL-DIGI"`
 */
export function pageAddress(...steps) {
  const { root = "" } = document.documentElement.dataset;
  const file = globalThis.PARKS_PAGES?.[steps.join("/")];
  if (file) return root + (language === "zh" ? file : file.replace(/html$/, `${language}.html`));
  const query = language === "zh" ? "" : `?lang=${language}`;
  return `${root}${steps.map(encodeURIComponent).join("/")}${query}`;
}

/**
 * Return a text with its {placeholders} filled in; a key that is missing shows as itself,
 * so that it is seen and mended.
 * @param {string} key
 * @param {Record<string, string|number>} [params]
 */
export function t(key, params = {}) {
  const text = catalogue[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name) =>
    name in params ? String(params[name]) : whole,
  );
}

/** Return whether there is a text of that key. @param {string} key */
export function has(key) {
  return Object.hasOwn(catalogue, key);
}

/**
 * Return the word for a value of a closed list, such as a stage; a value that the list
 * does not know shows as it is.
 * @param {string} list
 * @param {unknown} value
 */
export function word(list, value) {
  const key = `${list}.${value}`;
  return has(key) ? t(key) : String(value ?? "");
}

/**
 * Return a text of a record in the page's language, else in the other one.
 * With a base: `record.base_zh`, `record.base_en`; without: `{zh, en}`.
 * @param {Record<string, any>|null|undefined} record
 * @param {string} [base]
 * @returns {string}
 */
export function pick(record, base = "") {
  if (!record) return "";
  const other = language === "zh" ? "en" : "zh";
  const stem = base ? `${base}_` : "";
  const found = record[stem + language] || record[stem + other] || (base && record[base]);
  return found ? String(found) : "";
}

/**
 * Return the half of a text in the page's language, if it is written "中文 / English".
 * @param {unknown} text
 */
export function half(text) {
  const found = /^(.*\p{Script=Han}.*) \/ (\P{Script=Han}+)$/u.exec(String(text ?? ""));
  if (!found) return String(text ?? "");
  return language === "zh" ? found[1] : found[2];
}
