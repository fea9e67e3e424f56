/**
 * The view state: one object, mirrored in the query of the address, so that an address
 * shared with someone else gives them the same view.
 */

/**
 * @typedef {object} View
 * @property {string} lang "zh" or "en"
 * @property {number|null} z zoom; null means the first view, which fits the site
 * @property {number|null} lat latitude of the centre, WGS84 degrees
 * @property {number|null} lon longitude of the centre, WGS84 degrees
 * @property {Set<string>} layers identifiers of the layers that are on
 * @property {string|null} sel selected feature as "layer/id"
 * @property {"map"|"list"} view
 * @property {"status"|"use"} color what the fill of a plot says
 */

/**
 * @typedef {object} ViewContext
 * @property {string} lang language of the page, decided by the server
 * @property {string[]} known identifiers of all layers of the site
 * @property {string[]} defaults identifiers of the layers that are on at first
 * @property {boolean} [silent] whether the view is kept out of the address
 */

const SELECTION = /^([a-z][a-z0-9_]{0,39})\/(.{1,120})$/u;
const ZOOM = { min: 3, max: 19 };

/**
 * Return the layer and the feature that a selection names, or null.
 * @param {string|null|undefined} sel
 * @returns {{layer: string, id: string}|null}
 */
export function parseSelection(sel) {
  const match = SELECTION.exec(sel ?? "");
  return match ? { layer: match[1], id: match[2] } : null;
}

/** @param {string|null} text */
function parseNumber(text) {
  return text !== null && /^-?\d{1,3}(\.\d{1,12})?$/.test(text) ? Number(text) : NaN;
}

/**
 * Return the position that the query names; all nulls unless zoom and centre are both good.
 * @param {URLSearchParams} query
 */
function parsePosition(query) {
  const z = parseNumber(query.get("z"));
  const parts = (query.get("c") ?? "").split(",");
  const [lat, lon] = parts.length === 2 ? parts.map(parseNumber) : [NaN, NaN];
  const good = z >= ZOOM.min && z <= ZOOM.max && Math.abs(lat) <= 85 && Math.abs(lon) <= 180;
  return good ? { z, lat, lon } : { z: null, lat: null, lon: null };
}

/**
 * Return the layers that the query turns on; a list without one known name is a mistake
 * and gives the defaults, an empty list is a wish.
 * @param {string|null} text
 * @param {ViewContext} context
 */
function parseLayers(text, context) {
  const names = text ? text.split(",").filter((name) => context.known.includes(name)) : [];
  return new Set(text === null || (text && !names.length) ? context.defaults : names);
}

/**
 * Return the view that a query string describes; a bad parameter counts as not given.
 * @param {string} search
 * @param {ViewContext} context
 * @returns {View}
 */
export function parseView(search, context) {
  const query = new URLSearchParams(search);
  const sel = parseSelection(query.get("sel"));
  return {
    lang: context.lang,
    ...parsePosition(query),
    layers: parseLayers(query.get("layers"), context),
    sel: sel && context.known.includes(sel.layer) ? query.get("sel") : null,
    view: query.get("view") === "list" ? "list" : "map",
    color: query.get("color") === "use" ? "use" : "status",
  };
}

/**
 * Return the query string of a view, without what is default. Parameters of others stay.
 * @param {View} view
 * @param {ViewContext} context
 * @param {string} [search] query string to start from
 */
export function formatView(view, context, search = "") {
  const query = new URLSearchParams(search);
  const isDefault = context.known.every(
    (id) => view.layers.has(id) === context.defaults.includes(id),
  );
  const { z, lat, lon } = view;
  const placed = z !== null && lat !== null && lon !== null;
  /** @type {Record<string, string|null>} */
  const values = {
    lang: view.lang === "zh" ? null : view.lang,
    z: placed ? String(Number(z.toFixed(2))) : null,
    c: placed ? `${Number(lat.toFixed(5))},${Number(lon.toFixed(5))}` : null,
    layers: isDefault ? null : context.known.filter((id) => view.layers.has(id)).join(","),
    sel: view.sel,
    view: view.view === "map" ? null : view.view,
    color: view.color === "status" ? null : view.color,
  };
  for (const [name, value] of Object.entries(values)) {
    if (value === null) query.delete(name);
    else query.set(name, value);
  }
  // "," and "/" are legal in a query (RFC 3986, 3.4) and read better in a shared address.
  const text = query.toString().replaceAll("%2C", ",").replaceAll("%2F", "/");
  return text ? `?${text}` : "";
}

/**
 * @param {unknown} a
 * @param {unknown} b
 */
function isSame(a, b) {
  if (!(a instanceof Set && b instanceof Set)) return a === b;
  return a.size === b.size && [...a].every((item) => b.has(item));
}

/**
 * The present view. Fires "change" with detail {patch, previous, origin}: what changed,
 * the view before, and who did it ("map", "history" or "").
 */
export class ViewState extends EventTarget {
  /** @param {ViewContext} context */
  constructor(context) {
    super();
    this.context = context;
    this.view = parseView(location.search, context);
    addEventListener("popstate", () => {
      this.#apply(parseView(location.search, this.context), "history");
    });
  }

  /** Return the present view; do not change it, call {@link set}. */
  get() {
    return this.view;
  }

  /**
   * Change part of the view and the address with it.
   * @param {Partial<View>} patch
   * @param {{push?: boolean, origin?: string}} [options] push: a step that "back" undoes
   */
  set(patch, { push = false, origin = "" } = {}) {
    this.#apply({ ...this.view, ...patch }, origin, () => this.#write(push));
  }

  /** Return the address of the present view in another language. @param {string} lang */
  hrefIn(lang) {
    // A Chinese address names its language here: the reader may prefer English by header.
    const query = formatView({ ...this.view, lang: "en" }, this.context, location.search);
    return query.replace("lang=en", `lang=${lang}`);
  }

  /**
   * @param {View} next
   * @param {string} origin
   * @param {() => void} [write]
   */
  #apply(next, origin, write) {
    const previous = this.view;
    const keys = /** @type {(keyof View)[]} */ (Object.keys(next));
    const changed = keys.filter((key) => !isSame(next[key], previous[key]));
    if (!changed.length) return false;
    this.view = next;
    write?.();
    const patch = Object.fromEntries(changed.map((key) => [key, next[key]]));
    this.dispatchEvent(new CustomEvent("change", { detail: { patch, previous, origin } }));
    return true;
  }

  /** @param {boolean} push */
  #write(push) {
    if (this.context.silent) return;
    const query = formatView(this.view, this.context, location.search);
    const address = location.pathname + query + location.hash;
    try {
      if (push) history.pushState(null, "", address);
      else history.replaceState(null, "", address);
    } catch {
      // Browsers limit how often the address may change (Safari: 100 times in 30 s); the
      // map goes on and the next change writes the address again.
    }
  }
}

/**
 * Return the view state of this page.
 * @param {ViewContext} context
 */
export function createState(context) {
  return new ViewState(context);
}
