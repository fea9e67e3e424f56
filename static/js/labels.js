/**
 * The names on the map: what each says, what it must not touch, and how it is drawn. A name
 * that finds no room is left out.
 */

import { svg } from "./dom.js";
import { pick } from "./i18n.js";
import { OUTLINE_ZOOM, featureName, natureWord } from "./layers.js";
import { AROUND_AREA, AROUND_POINT, INSIDE, arrange, join, overlaps } from "./placement.js";
import { color } from "./styles.js";
import { coveringBoxes } from "./view.js";

/**
 * @typedef {import("./layers.js").Entry} Entry
 * @typedef {import("./view.js").Box} Box
 *
 * @typedef {object} Line one line of a label
 * @property {string} text
 * @property {number} size font size in pixels
 * @property {number} weight
 * @property {string} fill
 * @property {string} [id] feature that a click on it selects, if not the label's own
 *
 * @typedef {object} Item a name to place; parks come before port, seats, stations, towns, plots
 * @property {string} key
 * @property {Entry} entry
 * @property {number} rank smaller ranks are placed first
 * @property {Line[][]} variants from the fullest to the shortest
 *
 * @typedef {Item & import("./placement.js").Candidate} Name
 * @typedef {import("./placement.js").Placed<Name>} Placed
 */

const LINE_HEIGHT = 1.28;
/** An area that takes more than this share of the map needs no name beside it. */
const WHOLE_VIEW = 0.4;
/** No mark is wider than this, in pixels. */
const MARK_SIZE = 30;
const NUMBER_ZOOM = 15;
/** Before it, the parks inside another are not named with it. */
const INNER_ZOOM = 7;
const LINE_NAME_ZOOM = 8.5;
/** Milliseconds that names wait for a new view to be drawn. */
const PATIENCE = 250;

/**
 * Return whether a point is inside the rings of a polygon, holes taken out (even-odd rule).
 * @param {number} x
 * @param {number} y
 * @param {import("./data.js").Geometry} geometry
 */
function isInside(x, y, { type, coordinates }) {
  const rings = type === "Polygon" ? coordinates : coordinates.flat();
  let inside = false;
  for (const ring of rings) {
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i, i += 1) {
      const [xi, yi] = ring[i];
      const [xj, yj] = ring[j];
      if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) inside = !inside;
    }
  }
  return inside;
}

/** The layer of names. Placed anew whenever the view or what is drawn changes. */
export class Labels {
  /** @type {Map<string, number>} */
  #widths = new Map();
  /** @type {Map<string, boolean>} */
  #onPaper = new Map();
  /** @type {number|undefined} the frame that will place the names */
  frame;
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #timer;
  /** The zoom for which the names are placed. */
  #zoom = NaN;

  /**
   * @param {{map: any, layers: import("./layers.js").Layers,
   *   data: import("./data.js").Data, graticule: import("./basemap.js").Graticule}} parts
   */
  constructor({ map, layers, data, graticule }) {
    this.map = map;
    this.layers = layers;
    this.data = data;
    this.graticule = graticule;
    /** @type {Box[]} what lies over the map */
    this.covers = [];
    this.font = getComputedStyle(document.body).fontFamily;
    this.pen = document.createElement("canvas").getContext("2d");
    // Screen readers get the same names from list and panel.
    this.root = svg("svg", { class: "map-labels leaflet-zoom-hide", "aria-hidden": "true" });
    this.root.style.pointerEvents = "none";
    this.root.style.position = "absolute";
    map.getPane("labels").append(this.root);
    // Leaflet's own pane for labels lets no click through to the names in it.
    map.getPane("labels").style.pointerEvents = "none";
    this.schedule = this.schedule.bind(this);
    map.on("resize", this.schedule);
    map.on("moveend zoomend viewreset", () => this.#await());
    // Not at the next frame, which without a GPU is far off when the map has just been painted.
    layers.addEventListener("drawn", () => this.place());
  }

  /**
   * Place the names when the new view is drawn, or soon: twice in a row they are not worth their
   * time. After a pan they lie where they should; after a zoom they are hidden until then.
   */
  #await() {
    this.root.classList.toggle("is-outdated", this.map.getZoom() !== this.#zoom);
    this.#timer ??= setTimeout(this.schedule, PATIENCE);
  }

  /** Place the names at the next frame. */
  schedule() {
    this.frame ??= requestAnimationFrame(() => this.place());
  }

  /** Place the names now. */
  place() {
    if (this.frame) cancelAnimationFrame(this.frame);
    clearTimeout(this.#timer);
    this.frame = this.#timer = undefined;
    this.#zoom = this.map.getZoom();
    this.root.classList.remove("is-outdated");
    const entries = this.layers.drawn();
    const obstacles = this.#obstacles(entries);
    const size = this.map.getSize();
    const frame = { left: 0, top: 0, right: size.x, bottom: size.y };
    const names = this.#items(entries).map((item) => this.#candidate(item, obstacles));
    const placed = arrange(names, obstacles, frame);
    const taken = [...obstacles, ...placed.map(({ box }) => box)];
    this.#render(placed, this.graticule.edgeNames(taken));
  }

  /** @param {Item} item @param {Box[]} obstacles @returns {Name} */
  #candidate(item, obstacles) {
    const sizes = item.variants.map((lines) => ({
      width: Math.max(...lines.map((line) => this.#width(line))),
      height: lines.reduce((sum, line) => sum + line.size * LINE_HEIGHT, 0),
    }));
    const { role } = item.entry;
    const around = role === "area" ? AROUND_AREA : AROUND_POINT;
    return {
      ...item,
      sizes,
      anchors: this.#anchors(item, obstacles),
      directions: item.entry.info.kind === "parcels" ? INSIDE : around,
      mayStray: role === "mark" || item.entry.info.kind === "places",
    };
  }

  /** @param {Entry[]} entries @returns {Box[]} */
  #obstacles(entries) {
    const marks = entries
      .filter((entry) => entry.radius > 0 && this.layers.isSingle(entry))
      .map((entry) => this.#boxAround(entry.point, entry.radius));
    const discs = (this.layers.tiled?.discs() ?? []).map((disc) =>
      this.#boxAround(disc.point, disc.radius),
    );
    this.covers = coveringBoxes(this.map).map(({ box }) => box);
    return [...this.covers, ...this.#clusterBoxes(), ...discs, ...marks];
  }

  /** @returns {Box[]} */
  #clusterBoxes() {
    const container = this.map.getContainer();
    const origin = container.getBoundingClientRect();
    return [...container.querySelectorAll(".map-cluster")].map((node) => {
      const { left, top, right, bottom } = node.getBoundingClientRect();
      const { x, y } = origin;
      return { left: left - x, top: top - y, right: right - x, bottom: bottom - y };
    });
  }

  /** @param {any} latlng @param {number} radius @returns {Box} */
  #boxAround(latlng, radius) {
    const { x, y } = this.map.latLngToContainerPoint(latlng);
    return { left: x - radius, top: y - radius, right: x + radius, bottom: y + radius };
  }

  /** @param {Entry[]} entries @returns {Item[]} */
  #items(entries) {
    const zoom = this.map.getZoom();
    return entries.flatMap((entry, index) => {
      const made = this.#itemOf(entry, zoom);
      if (!made || !this.layers.isSingle(entry)) return [];
      const key = `${entry.info.id}/${entry.feature.id}`;
      // The index keeps the order of the file among equals.
      return [{ key, entry, ...made, rank: made.rank + index / 1e4 }];
    });
  }

  /**
   * @param {Entry} entry
   * @param {number} zoom
   * @returns {{rank: number, variants: Line[][]}|null}
   */
  #itemOf(entry, zoom) {
    const { kind } = entry.feature.properties;
    if (entry.info.kind === "parks") return this.#parkItem(entry);
    if (kind === "land_port") return this.#parkItem(entry);
    if (entry.info.kind === "places") return this.#placeItem(entry, zoom);
    if (entry.info.kind === "parcels") return zoom >= NUMBER_ZOOM ? this.#plotItem(entry) : null;
    if (entry.info.kind !== "logistics") return null;
    if (entry.role === "line" && zoom < LINE_NAME_ZOOM) return null;
    const fill = color(kind === "airport" ? "port" : "mute");
    const line = { text: featureName(entry.feature), size: 12, weight: 500, fill };
    return { rank: entry.role === "line" ? 6 : 4, variants: [[line]] };
  }

  /** @param {Entry} entry */
  #parkItem(entry) {
    const { feature } = entry;
    const isPort = ["logistics", "land_port"].includes(feature.properties.kind);
    const fill = color(isPort ? "port" : "jade");
    const name = { text: featureName(feature), size: 14, weight: 700, fill };
    const county = this.#countyName(feature.properties.adcode);
    const small = [county, natureWord(feature)].filter(Boolean).join(" · ");
    const second = small ? [{ text: small, size: 12, weight: 400, fill: color("mute") }] : [];
    const isRoomy = entry.role === "mark" && this.map.getZoom() >= INNER_ZOOM;
    const inner = isRoomy ? this.#innerLines(entry, fill) : [];
    // The port never loses the words that its site is not published.
    const short = isPort ? smaller(name, second) : [[name], ...smaller(name)];
    const variants = [[name, ...second], ...short];
    if (inner.length) variants.unshift([name, ...inner, ...second]);
    return { rank: isPort ? 2 : 1, variants };
  }

  /** Return a line for each park inside this one, which has no mark of its own. */
  #innerLines(/** @type {Entry} */ entry, /** @type {string} */ fill) {
    const parks = [...(this.data.loaded(entry.info.id)?.values() ?? [])];
    return parks
      .filter((park) => park.geometry && park.properties.parent_id === entry.feature.id)
      // Those of the programme first.
      .sort((a, b) => Number(!a.properties.tiers) - Number(!b.properties.tiers))
      .map((park) => {
        return { text: featureName(park), size: 12, weight: 500, fill, id: String(park.id) };
      });
  }

  /** Return a county's name without the other spellings in brackets. @param {string} adcode */
  #countyName(adcode) {
    return pick(this.data.site.codes.county[adcode]).replace(/\s*\([^)]*\)/, "");
  }

  /** @param {Entry} entry @param {number} zoom */
  #placeItem(entry, zoom) {
    const { kind, adcode } = entry.feature.properties;
    if (kind === "town") {
      const line = { text: featureName(entry.feature), size: 12, weight: 400, fill: color("mute") };
      return { rank: 5, variants: [[line]] };
    }
    // At the scale of the prefecture the seat stands for its county.
    const county = zoom < OUTLINE_ZOOM ? this.#countyName(adcode) : "";
    const text = county || featureName(entry.feature);
    const name = { text, size: 14, weight: 500, fill: color("ink") };
    return { rank: 3, variants: [[name], ...smaller(name)] };
  }

  /** @param {Entry} entry */
  #plotItem(entry) {
    const { id, properties: p } = entry.feature;
    // Streets and green belts are told by their looks; numbers are for plots one may take.
    if (p.state === "infrastructure") return null;
    const prefix = `${p.park_id}-`;
    const text = String(id).startsWith(prefix) ? String(id).slice(prefix.length) : String(id);
    const isOffer = p.state === "offer";
    const fill = color(isOffer ? "jade" : "ink");
    const line = { text, size: 12, weight: isOffer ? 700 : 400, fill };
    return { rank: isOffer ? 7 : 8, variants: [[line]] };
  }

  /** @param {Line} line */
  #width({ text, size, weight }) {
    const key = `${weight} ${size} ${text}`;
    let width = this.#widths.get(key);
    if (width === undefined && this.pen) {
      this.pen.font = `${weight} ${size}px ${this.font}`;
      width = this.pen.measureText(text).width;
      this.#widths.set(key, width);
    }
    return width ?? text.length * size;
  }

  /**
   * Return the boxes that a name may stand beside.
   * @param {Item} item
   * @param {Box[]} obstacles
   * @returns {Box[]}
   */
  #anchors({ entry }, obstacles) {
    if (entry.role === "line") return this.#lineAnchors(entry);
    if (entry.role !== "area") return this.#pointAnchors(entry, obstacles);
    const bounds = entry.layer.getBounds();
    const a = this.map.latLngToContainerPoint(bounds.getNorthWest());
    const b = this.map.latLngToContainerPoint(bounds.getSouthEast());
    const size = this.map.getSize();
    const isWhole = b.x - a.x > WHOLE_VIEW * size.x || b.y - a.y > WHOLE_VIEW * size.y;
    return isWhole ? [] : [{ left: a.x, top: a.y, right: b.x, bottom: b.y }];
  }

  /**
   * Return the box of a mark; of one that lies under others, such as a seat under the mark of
   * its park, the box around them all.
   * @param {Entry} entry
   * @param {Box[]} obstacles
   */
  #pointAnchors({ point, radius }, obstacles) {
    const own = this.#boxAround(point, radius);
    const middle = this.#boxAround(point, 1);
    // Nobody can tell what a name means whose mark lies under a card.
    if (this.covers.some((box) => overlaps(box, middle))) return [];
    const isSmall = (/** @type {Box} */ box) => box.right - box.left <= MARK_SIZE;
    const around = obstacles.filter((box) => isSmall(box) && overlaps(box, own)).reduce(join, own);
    return [around];
  }

  /** Return a few places along the part of a line that is in view. @param {Entry} entry */
  #lineAnchors(entry) {
    const parts = entry.layer.getLatLngs();
    const points = (Array.isArray(parts[0]) ? parts.flat() : parts)
      .map((/** @type {any} */ latlng) => this.map.latLngToContainerPoint(latlng));
    const size = this.map.getSize();
    const anchors = [];
    for (let i = 1; i < points.length; i += 1) {
      for (const share of [0.5, 0.25, 0.75]) {
        const x = points[i - 1].x + share * (points[i].x - points[i - 1].x);
        const y = points[i - 1].y + share * (points[i].y - points[i - 1].y);
        const isSeen = x > 0 && y > 0 && x < size.x && y < size.y;
        if (isSeen) anchors.push({ left: x - 2, top: y - 2, right: x + 2, bottom: y + 2 });
      }
    }
    return anchors.slice(0, 24);
  }

  /** Return the colour of the ground under a feature. @param {Entry} entry */
  #halo(entry) {
    const key = `${entry.info.id}/${entry.feature.id}`;
    let onPaper = this.#onPaper.get(key);
    if (onPaper === undefined) {
      const counties = this.data.site.layers
        .filter((info) => info.kind === "counties")
        .flatMap((info) => [...(this.data.loaded(info.id)?.values() ?? [])]);
      const { lng, lat } = entry.point;
      onPaper = counties.some(({ geometry }) => geometry && isInside(lng, lat, geometry));
      if (counties.length) this.#onPaper.set(key, onPaper);
    }
    return color(onPaper ? "paper" : "sand");
  }

  /** @param {Placed[]} placed @param {SVGElement[]} edgeNames */
  #render(placed, edgeNames) {
    const size = this.map.getSize();
    this.root.setAttribute("width", size.x);
    this.root.setAttribute("height", size.y);
    // Leaflet moves an SVG element like any other; only its types say HTML.
    const moved = /** @type {any} */ (this.root);
    L.DomUtil.setPosition(moved, this.map.containerPointToLayerPoint([0, 0]));
    this.root.replaceChildren(...edgeNames, ...placed.map((place) => this.#draw(place)));
  }

  /** @param {Placed} place */
  #draw({ item, variant, box, x, y, anchor, isFar }) {
    const lines = item.variants[variant];
    const halo = {
      stroke: this.#halo(item.entry),
      "stroke-width": 3.5,
      "stroke-linejoin": "round",
      "paint-order": "stroke",
    };
    const group = svg("g", {
      class: `map-label map-label-${item.entry.info.kind}`,
      "data-key": item.key,
      "text-anchor": anchor,
      cursor: "pointer",
    });
    group.append(this.#target(box, item));
    if (isFar) group.prepend(this.#leader(item.entry, box, lines[0].fill));
    let baseline = y;
    for (const line of lines) {
      const height = line.size * LINE_HEIGHT;
      const attributes = {
        ...{ ...halo, x, y: baseline + height * 0.77, fill: line.fill },
        ...{ "font-size": line.size, "font-weight": line.weight },
      };
      group.append(svg("text", attributes, line.text));
      if (line.id) {
        const target = { ...box, top: baseline, bottom: baseline + height };
        group.append(this.#target(target, item, line.id));
      }
      baseline += height;
    }
    return group;
  }

  /**
   * Return the line between a mark and its name.
   * @param {Entry} entry
   * @param {Box} box
   * @param {string} stroke
   */
  #leader({ point, radius }, box, stroke) {
    const { x, y } = this.map.latLngToContainerPoint(point);
    const x2 = Math.min(Math.max(x, box.left), box.right);
    const y2 = Math.min(Math.max(y, box.top), box.bottom);
    const share = radius / Math.hypot(x2 - x, y2 - y);
    const from = { x1: x + share * (x2 - x), y1: y + share * (y2 - y) };
    return svg("line", { ...from, x2, y2, stroke, "stroke-width": 1, "stroke-opacity": 0.6 });
  }

  /**
   * Return an invisible box that answers the pointer as the feature itself does.
   * @param {Box} box
   * @param {Item} item
   * @param {string} [id]
   */
  #target(box, { entry }, id = String(entry.feature.id)) {
    const area = { width: box.right - box.left, height: box.bottom - box.top };
    const rect = svg("rect", { x: box.left, y: box.top, ...area, fill: "none" });
    rect.setAttribute("pointer-events", "all");
    rect.addEventListener("click", (event) => {
      // The end of a drag over a name is no click on it.
      if (this.layers.busy || this.map.dragging?.moved()) return;
      event.stopPropagation();
      this.layers.select(entry.info.id, id);
    });
    return rect;
  }
}

/**
 * Return a name in small type, and once more on two lines if it has several words: it then
 * finds a place on a phone.
 * @param {Line} name
 * @param {Line[]} [below] lines that it may not lose
 * @returns {Line[][]}
 */
function smaller(name, below = []) {
  const small = { ...name, size: 12 };
  const middle = name.text.length / 2;
  const [gap] = [...name.text.matchAll(/ /g)]
    .map(({ index }) => index)
    .sort((a, b) => Math.abs(a - middle) - Math.abs(b - middle));
  if (gap === undefined) return [[small, ...below]];
  const halves = [name.text.slice(0, gap), name.text.slice(gap + 1)];
  return [[small, ...below], [...halves.map((text) => ({ ...small, text })), ...below]];
}
