/**
 * A small map of what was found: the counties, the road, the parks with the number of offers
 * in each, and from near the offers themselves.
 */

import { el } from "../dom.js";
import { goTo, load, makeMap, makeMark, nameSeats, turnNames } from "../small-map.js";
import { color, featureStyle, hatchFill } from "../styles.js";

/**
 * @typedef {{key: string, rank: number, park: string|null, shapes: any[]}} Offer
 * @typedef {{layers: Record<string, string>, offers: Offer[],
 *   parks: Record<string, Park>}} Found
 *
 * @typedef {{count: number, name: string, outer: string, outer_name: string, note: string}} Park
 */

/** From here on plots are large enough to be seen. */
const NEAR = 12.5;
/** Before it, a park and those inside it are one mark. */
const APART = 11;
const MOST = 16.5;
const PANES = { counties: 310, lines: 330, areas: 340, offers: 360 };
const GROUND = { counties: "counties", logistics: "lines", parks: "areas" };

/** @param {any} place */
function isSeat({ properties }) {
  return ["county seat", "city"].includes(properties.kind);
}

/** Fires "choose" and "hover" with detail {key}. */
export class FinderMap extends EventTarget {
  /** @type {Map<string, any>} */
  #groups = new Map();
  /** @type {{parks: string[], mark: any}[]} */
  #marks = [];
  /** @type {string|null} */
  #marked = null;

  /**
   * @param {HTMLElement} root
   * @param {Found} found
   */
  constructor(root, found) {
    super();
    this.root = root;
    this.found = found;
    this.map = makeMap(root, 18, PANES);
    this.far = L.layerGroup();
    this.parks = L.layerGroup();
    this.near = L.layerGroup();
    this.map.on("zoomend", () => this.#sort());
    this.map.on("moveend", () => this.#turnNames());
  }

  /** Draw ground, parks and offers. @param {string} base address of the published files */
  async draw(base) {
    const { layers } = this.found;
    const names = Object.keys(layers);
    const answers = await Promise.allSettled(names.map((name) => load(base + layers[name])));
    /** @type {Record<string, any[]>} */
    const ground = {};
    answers.forEach((answer, i) => {
      ground[names[i]] = answer.status === "fulfilled" ? answer.value.features : [];
    });
    this.#fit(ground);
    for (const [kind, pane] of Object.entries(GROUND)) this.#lay(kind, pane, ground[kind] ?? []);
    nameSeats(this.map, (ground.places ?? []).filter(isSeat));
    this.#markParks(ground.parks ?? []);
    // Plots that only together are large enough are in the list twice: their group stays on top.
    const offers = [...this.found.offers].sort((a, b) => Number(a.rank > 0) - Number(b.rank > 0));
    for (const offer of offers) this.#drawOffer(offer);
    this.#sort();
  }

  /** Return whether an offer has a place. @param {string} key */
  has(key) {
    return this.found.offers.some((offer) => offer.key === key && offer.shapes.length > 0);
  }

  /** Lift an offer out of the others, or none. @param {string|null} key */
  mark(key) {
    if (key === this.#marked) return;
    const before = this.#offer(this.#marked);
    this.#marked = key;
    if (before) this.#restyle(before);
    const now = this.#offer(key);
    if (now) this.#restyle(now);
    for (const { parks, mark } of this.#marks) {
      const isIts = Boolean(now?.park && parks.includes(now.park));
      mark.getElement()?.classList.toggle("is-active", isIts);
    }
  }

  /**
   * Bring an offer into view.
   * @param {string} key
   * @param {boolean} [isAtOnce]
   */
  show(key, isAtOnce = false) {
    const group = this.#groups.get(key);
    if (!group) return;
    this.mark(key);
    /** @type {L.FitBoundsOptions} */
    const options = { maxZoom: MOST, padding: [40, 40] };
    goTo(this.map, group.getBounds(), options, isAtOnce);
  }

  /** Show all parks that have an offer; without any all that is drawn. */
  #fit(/** @type {Record<string, any[]>} */ ground) {
    const { parks } = this.found;
    const wanted = (ground.parks ?? []).filter(({ id, geometry }) => geometry && parks[id]?.count);
    const some = [wanted, ground.parks, ground.counties].find((list) => list?.length) ?? [];
    const bounds = L.geoJSON(some.filter(({ geometry }) => geometry)).getBounds();
    if (bounds.isValid()) this.map.fitBounds(bounds.pad(0.2), { maxZoom: 14, animate: false });
    else this.map.setView([36.8, 81.7], 8);
  }

  /**
   * @param {string} kind
   * @param {string} pane
   * @param {any[]} features
   */
  #lay(kind, pane, features) {
    const shown = features.filter(({ geometry }) => geometry && geometry.type !== "Point");
    const style = (/** @type {any} */ feature) => featureStyle(kind, feature, /** @type {any} */ (null), "");
    L.geoJSON(shown, { pane, style, interactive: false }).addTo(this.map);
  }

  /** @param {any[]} features */
  #markParks(features) {
    /** @type {Record<string, any>} */
    const places = {};
    for (const { id, geometry } of features) {
      if (!geometry) continue;
      const shape = L.geoJSON(geometry);
      places[id] = shape.getBounds().getCenter();
    }
    /** @type {Map<string, {count: number, name: string, note: string, parks: string[]}>} */
    const outer = new Map();
    for (const [id, park] of Object.entries(this.found.parks)) {
      const { count, name, note } = park;
      if (places[id]) this.parks.addLayer(this.#markOf([id], { count, name, note: "" }, places[id]));
      const whole = outer.get(park.outer) ?? { count: 0, name: park.outer_name, note, parks: [] };
      outer.set(park.outer, { ...whole, count: whole.count + count, parks: [...whole.parks, id] });
    }
    for (const [id, { parks, ...text }] of outer) {
      const at = places[id] ?? places[parks[0]];
      if (at) this.far.addLayer(this.#markOf(parks, text, at));
    }
  }

  /**
   * Return the mark of one park, or of a park with those inside it.
   * @param {string[]} parks
   * @param {{count: number, name: string, note: string}} text
   * @param {any} at
   */
  #markOf(parks, { count, name, note }, at) {
    const label = el("i", {}, name, note && el("small", { text: note }));
    const html = el("span", { class: count ? "finder-park" : "finder-park is-none" },
      el("b", { text: String(count) }), label);
    const title = (this.root.dataset.mark ?? "")
      .replace("{park}", name).replace("{count}", String(count));
    const mark = makeMark(at, html, title, () => this.#open(parks, at));
    this.#marks.push({ parks, mark });
    return mark;
  }

  /**
   * Go to the offers of parks, and to the first of them in the list.
   * @param {string[]} parks
   * @param {any} at
   */
  #open(parks, at) {
    const offers = this.found.offers.filter(({ park }) => park && parks.includes(park));
    const groups = offers.flatMap(({ key }) => this.#groups.get(key) ?? []);
    /** @type {L.FitBoundsOptions} */
    const options = { maxZoom: 15, padding: [24, 24] };
    if (groups.length) goTo(this.map, L.featureGroup(groups).getBounds(), options);
    else this.map.setView(at, NEAR + 1);
    if (offers.length) this.#tell("choose", offers[0].key);
  }

  /** @param {Offer} offer */
  #drawOffer(offer) {
    if (!offer.shapes.length) return;
    const group = L.featureGroup();
    for (const geometry of offer.shapes) {
      L.geoJSON(geometry, {
        pane: "offers",
        style: () => this.#style(offer),
        pointToLayer: (/** @type {any} */ _, /** @type {any} */ at) => L.circleMarker(at, { radius: 7 }),
      }).eachLayer((/** @type {any} */ layer) => group.addLayer(layer));
    }
    group.on("click", () => this.#tell("choose", offer.key));
    group.on("mouseover", () => this.#tell("hover", offer.key));
    if (offer.rank) this.#number(offer, group);
    this.#groups.set(offer.key, group);
    this.near.addLayer(group);
  }

  /** @param {Offer} offer @param {any} group */
  #number(offer, group) {
    const html = el("span", { class: "finder-number", text: String(offer.rank) });
    const icon = L.divIcon({ html, className: "finder-label", iconSize: [0, 0] });
    const options = { icon, interactive: false, keyboard: false };
    this.near.addLayer(L.marker(group.getBounds().getCenter(), options));
  }

  /** @param {Offer} offer */
  #style(offer) {
    const isFit = offer.rank > 0;
    const isMarked = offer.key === this.#marked;
    const fill = hatchFill({
      fill: color(isFit ? "jade-tint" : "card"),
      ink: color(isFit ? "jade" : "county"),
      texture: isFit ? "diagonal" : "dots",
    });
    const ink = isMarked ? "ink" : isFit ? "jade" : "mute";
    return { color: color(ink), weight: isMarked ? 3.5 : 1.5, fillColor: fill, fillOpacity: 1 };
  }

  /** @param {Offer} offer */
  #restyle(offer) {
    const group = this.#groups.get(offer.key);
    if (!group) return;
    group.setStyle(this.#style(offer));
    if (offer.key === this.#marked) group.bringToFront();
  }

  /** @param {string|null} key */
  #offer(key) {
    return this.found.offers.find((offer) => offer.key === key);
  }

  /** Show marks of parks from afar, offers from near. */
  #sort() {
    const zoom = this.map.getZoom();
    const shown = zoom >= NEAR ? this.near : zoom >= APART ? this.parks : this.far;
    for (const group of [this.far, this.parks, this.near]) if (group !== shown) group.remove();
    shown.addTo(this.map);
    this.root.classList.toggle("is-near", shown === this.near);
    this.#turnNames();
  }

  /** Let the names of marks stand where there is room for them. */
  #turnNames() {
    turnNames(this.map, this.#marks.map(({ mark }) => mark));
  }

  /** @param {string} name @param {string} key */
  #tell(name, key) {
    this.dispatchEvent(new CustomEvent(name, { detail: { key } }));
  }
}
