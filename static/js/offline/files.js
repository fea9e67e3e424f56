/** Whether every file of the offline package is there and whole, each asked for in its own way. */

import { fetchJson } from "../data.js";
import { t } from "../i18n.js";

/** A page says at once that it is there; one that draws takes a while. */
const THERE_MS = 8000;
const DRAWN_MS = 20_000;
const AT_ONCE = 4;
/** These must come up as a whole: map and show, in both languages. */
const DRAWN = /^(index|present)(\.en)?\.html$/;
/** Run on this page, or with one of those that are drawn. */
const RUNNING = /^assets\/(package|boot)\.js$|^data\/map\.(zh|en)\.js$/;
const NAMED = 5;

/**
 * @param {string} tag
 * @param {Record<string, string>} attributes
 * @returns {Promise<void>}
 */
function loadBy(tag, attributes) {
  return new Promise((resolve, reject) => {
    const node = document.createElement(tag);
    node.addEventListener("load", () => resolve());
    node.addEventListener("error", () => reject(new Error("missing")));
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    // A picture loads wherever it is.
    if (tag !== "img") document.head.append(node);
  });
}

/**
 * Open a page in a frame out of sight until it says that it is there, or that it is drawn.
 * @param {string} file
 * @param {string} [query]
 * @returns {Promise<void>}
 */
export function openPage(file, query = "") {
  const isDrawn = DRAWN.test(file);
  return new Promise((resolve, reject) => {
    const frame = document.createElement("iframe");
    frame.className = "preflight-frame";
    frame.tabIndex = -1;
    const end = (/** @type {() => void} */ settle) => {
      clearTimeout(timer);
      removeEventListener("message", onMessage);
      frame.remove();
      settle();
    };
    const onMessage = (/** @type {MessageEvent} */ { source, data }) => {
      if (source !== frame.contentWindow || data?.file !== file) return;
      if (data.version !== PARKS_PACKAGE.version) end(() => reject(new Error("of another version")));
      else if (data.ready || !isDrawn) end(resolve);
    };
    const late = () => end(() => reject(new Error("missing")));
    const timer = setTimeout(late, isDrawn ? DRAWN_MS : THERE_MS);
    addEventListener("message", onMessage);
    frame.src = encodeURI(file) + query;
    document.body.append(frame);
  });
}

/** @param {string} file @param {Set<string>} known names of data @returns {Promise<unknown>} */
function open(file, known) {
  const name = file.replace(/\.js$/, "");
  if (known.has(name)) return fetchJson(name);
  if (file.endsWith(".html")) return openPage(file);
  if (/\.(svg|png)$/.test(file)) return loadBy("img", { src: encodeURI(file) });
  if (file.endsWith(".css")) return loadBy("link", { rel: "stylesheet", media: "not all", href: file });
  if (file.endsWith(".js") && !RUNNING.test(file)) return loadBy("script", { src: file });
  return Promise.resolve();
}

/**
 * Return whether all files are there.
 * @param {(done: number, total: number) => void} tell
 * @returns {Promise<import("./preflight.js").Line[]>}
 */
export async function checkFiles(tell) {
  /** @type {Record<string, {bytes: number}>} */
  let files;
  try {
    ({ files } = await fetchJson("data/manifest.json"));
  } catch {
    return [told(["data/manifest.json.js"], 0, 0)];
  }
  const names = Object.keys(files);
  const known = new Set(PARKS_PACKAGE.data);
  /** @type {string[]} */
  const bad = [];
  const waiting = [...names];
  const work = async () => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      await open(file, known).catch(() => bad.push(/** @type {string} */ (file)));
      tell(names.length - waiting.length, names.length);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  const size = Object.values(files).reduce((sum, { bytes }) => sum + bytes, 0);
  return [told(bad.sort(), names.length, size)];
}

/**
 * @param {string[]} bad
 * @param {number} count
 * @param {number} bytes
 * @returns {import("./preflight.js").Line}
 */
function told(bad, count, bytes) {
  const size = (bytes / 1e6).toFixed(1);
  const names = bad.slice(0, NAMED).join(t("ui.list_separator"));
  const text = bad.length
    ? t("offline.files_damaged", { count: bad.length, names })
    : t("offline.files_well", { count, size });
  return { state: bad.length ? "fault" : "well", name: t("offline.files"), text };
}
