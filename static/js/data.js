/** The published snapshot as the browser sees it: the site, and each layer fetched once. */

/**
 * @typedef {{zh: string, en: string}} Text
 * @typedef {object} LayerInfo
 * @property {string} id
 * @property {string} kind
 * @property {Text} title
 * @property {"base"|"parks"|"land"|"firms"|"logistics"} theme
 * @property {number} count
 * @property {number|null} min_zoom
 * @property {boolean} default_on
 * @property {string[]} natures
 * @property {{minzoom: number, maxzoom: number, detail: number}} [tiles] of a layer that is drawn
 *   from vector tiles, for it is too large for one file: the zooms of which there are tiles, and
 *   the first that draws every feature by itself
 *
 * @typedef {object} Site
 * @property {string} version
 * @property {string} as_of
 * @property {Record<string, any>} site title, approvals and notices
 * @property {string[]} strip figures of the strip, by their identifiers
 * @property {Record<string, any>[]} figures
 * @property {Record<string, any>[]} statistics
 * @property {[number, number, number, number]} extent minx, miny, maxx, maxy in WGS84
 * @property {LayerInfo[]} layers
 * @property {{land_use: Record<string, {zh: string, en: string, rgb?: string}>,
 *   industry: Record<string, Text>, county: Record<string, Text>}} codes
 *
 * @typedef {object} Geometry
 * @property {"Point"|"LineString"|"MultiLineString"|"Polygon"|"MultiPolygon"} type
 * @property {any} coordinates
 *
 * @typedef {object} Feature
 * @property {"Feature"} type
 * @property {string} id
 * @property {Geometry|null} geometry
 * @property {Record<string, any>} properties
 *
 * @typedef {{type: "FeatureCollection", features: Feature[]}} FeatureCollection
 */

/** Features of a layer with tiles that are kept for the next look. */
const KEPT = 2000;
/** Where the files of an edition are that only those who are signed in may see. */
const STAFF_BASE = /staff\/layers\/[^/]+\/([a-z]+)\/$/;
/** Most features at one place that a panel asks for. */
const MOST = 100;

/**
 * Return a published JSON file. The offline package, which may fetch nothing, has them as
 * scripts that fill `PARKS_FILES`.
 * @param {string} url
 * @returns {Promise<any>}
 */
export async function fetchJson(url) {
  const kept = globalThis.PARKS_FILES?.[url];
  if (kept !== undefined) return kept;
  const answer = await fetch(url);
  if (!answer.ok) throw new Refusal(answer.status, url);
  return answer.json();
}

/** An answer that is none: what the server refused, and how. */
class Refusal extends Error {
  /** @param {number} status @param {string} url */
  constructor(status, url) {
    super(`${status} ${url}`);
    this.status = status;
  }
}

/**
 * Return what the snapshot says about the site.
 * @param {string} base address of the snapshot's files, with a slash at its end
 * @param {string} version
 * @returns {Promise<Site>}
 */
export async function loadSite(base, version) {
  return { ...(await fetchJson(`${base}site.json`)), version };
}

/**
 * The layers of one snapshot.
 *
 * Fires "dataloaded" with detail {id} when a layer has come, "dataerror" with detail
 * {id, retry} when it has not; the next call tries again.
 */
export class Data extends EventTarget {
  /** @type {Map<string, Promise<FeatureCollection>>} */
  #layers = new Map();
  /** @type {Map<string, Map<string, Feature>>} */
  #features = new Map();

  /**
   * @param {Site} site
   * @param {string} base
   */
  constructor(site, base) {
    super();
    this.site = site;
    this.base = base;
  }

  /**
   * Return the features of a layer. Rejects if they do not come.
   * @param {string} id
   * @returns {Promise<FeatureCollection>}
   */
  layer(id) {
    let promise = this.#layers.get(id);
    if (!promise) {
      promise = this.#load(id);
      this.#layers.set(id, promise);
    }
    return promise;
  }

  /** @param {string} id */
  async #load(id) {
    try {
      if (!this.info(id)) throw new Error(`no layer ${id}`);
      if (this.info(id)?.tiles) throw new Error(`${id} has tiles and is not loaded whole`);
      const collection = await fetchJson(`${this.base}${id}.geojson`);
      if (!Array.isArray(collection?.features)) throw new TypeError(`${id} is no collection`);
      /** @type {Feature[]} */
      const features = collection.features;
      this.#features.set(id, new Map(features.map((feature) => [String(feature.id), feature])));
      // After the caller's own "then", so that listeners meet a settled promise.
      queueMicrotask(() => this.#tell("dataloaded", { id }));
      return collection;
    } catch (error) {
      this.#layers.delete(id);
      this.fail(id, () => this.layer(id));
      throw error;
    }
  }

  /**
   * Tell that part of a layer could not be had.
   * @param {string} id
   * @param {() => Promise<any>} retry
   */
  fail(id, retry) {
    this.#tell("dataerror", { id, retry });
  }

  /**
   * @param {string} name
   * @param {object} detail
   */
  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  /** Return what the site says about a layer. @param {string} id */
  info(id) {
    return this.site.layers.find((layer) => layer.id === id);
  }

  /** Return the features of a layer if they are here already. @param {string} id */
  loaded(id) {
    return this.#features.get(id);
  }

  /**
   * Return one feature, or null if the layer has none of that name.
   * @param {string} layerId
   * @param {string} id
   */
  async feature(layerId, id) {
    if (this.info(layerId)?.tiles) return this.#one(layerId, id);
    await this.layer(layerId);
    return this.#features.get(layerId)?.get(id) ?? null;
  }

  /**
   * Return one feature of a layer with tiles.
   * @param {string} layerId
   * @param {string} id
   * @returns {Promise<Feature|null>}
   */
  async #one(layerId, id) {
    const known = this.#features.get(layerId)?.get(id);
    if (known) return known;
    try {
      const feature = await fetchJson(`${this.base}${layerId}/items/${encodeURIComponent(id)}`);
      this.#remember(layerId, [feature]);
      return feature;
    } catch (error) {
      if (error instanceof Refusal && error.status === 404) return null;
      throw error;
    }
  }

  /**
   * Return some features of a layer with tiles, in the order of the key.
   * @param {string} layerId
   * @param {Record<string, string>} query `q`, `offer`, `at`, `after`, `limit`; docs/tiles.md
   * @returns {Promise<{features: Feature[], matched: number|null, next: number|null}>}
   */
  async page(layerId, query) {
    const found = await fetchJson(`${this.base}${layerId}/items?${new URLSearchParams(query)}`);
    this.#remember(layerId, found.features);
    return found;
  }

  /** Keep features of a layer with tiles, the latest of many. @param {string} layerId @param {Feature[]} features */
  #remember(layerId, features) {
    let kept = this.#features.get(layerId);
    if (!kept || kept.size > KEPT) this.#features.set(layerId, (kept = new Map()));
    for (const feature of features) kept.set(String(feature.id), feature);
  }

  /**
   * Return the address of a vector tile.
   * @param {string} layerId
   * @param {{z: number, x: number, y: number}} place
   */
  tileAddress(layerId, { z, x, y }) {
    const { root = "", version = "" } = document.documentElement.dataset;
    const edition = STAFF_BASE.exec(this.base)?.[1];
    const query = `v=${this.site.version || version}${edition ? `&edition=${edition}` : ""}`;
    return `${root}tiles/${layerId}/${z}/${x}/${y}.mvt?${query}`;
  }

  /**
   * Return all features of one kind, from however many layers; those with tiles are left out.
   * @param {string} kind
   * @returns {Promise<Feature[]>}
   */
  async ofKind(kind) {
    const layers = this.site.layers.filter((layer) => layer.kind === kind && !layer.tiles);
    const collections = await Promise.all(layers.map((layer) => this.layer(layer.id)));
    return collections.flatMap((collection) => collection.features);
  }

  /** Return the firms of a plot, a hall or a park (with the parks in it). @param {string} id */
  async firmsAt(id) {
    const ids = await this.#withInner(id);
    const firms = await this.#at("enterprises", ids);
    return firms.filter(({ properties: p }) =>
      [p.parcel_id, p.building_id, p.park_id].some((place) => ids.has(place)),
    );
  }

  /**
   * Return all features of one kind; of layers with tiles the first that belong to a plot, a
   * hall or a park.
   * @param {string} kind
   * @param {Set<string>} ids of plots, halls and parks
   */
  async #at(kind, ids) {
    const tiled = this.site.layers.filter((layer) => layer.kind === kind && layer.tiles);
    const query = { at: [...ids].join(","), limit: String(MOST) };
    const pages = await Promise.all(tiled.map(({ id }) => this.page(id, query)));
    return [...(await this.ofKind(kind)), ...pages.flatMap(({ features }) => features)];
  }

  /** Return the plots of a park and of the parks in it. @param {string} parkId */
  async plotsOf(parkId) {
    const ids = await this.#withInner(parkId);
    const plots = await this.#at("parcels", ids);
    return plots.filter(({ properties: p }) => ids.has(p.park_id));
  }

  /** Return the halls of a plot or of a park (with the parks in it). @param {string} id */
  async hallsOf(id) {
    const ids = await this.#withInner(id);
    const halls = await this.#at("buildings", ids);
    return halls.filter(({ properties: p }) => ids.has(p.park_id) || ids.has(p.parcel_id));
  }

  /**
   * Return the id and those of the parks in it, at any depth; parents may form a circle.
   * @param {string} id
   */
  async #withInner(id) {
    const ids = new Set([id]);
    const parks = await this.ofKind("parks");
    for (let size = 0; size !== ids.size; ) {
      size = ids.size;
      for (const { id: inner, properties: p } of parks) {
        if (ids.has(p.parent_id)) ids.add(String(inner));
      }
    }
    return ids;
  }
}

/**
 * Return the data of one snapshot.
 * @param {Site} site
 * @param {string} base address of the snapshot's files, with a slash at its end
 */
export function createData(site, base) {
  return new Data(site, base);
}

/**
 * Return whether sums over a kind of thing count samples as well, and must say so.
 * @param {Site} site
 * @param {string} kind
 */
export function hasSamples(site, kind) {
  return site.layers.some((layer) => layer.kind === kind && layer.natures.includes("sample"));
}
