/**
 * Fills the layers that Folium hands over: fetches each when it is first needed, draws what
 * belongs to the present scale, and tells which feature the reader points at.
 */

import { el, svg } from "./dom.js";
import { number } from "./format.js";
import { pick, t, word } from "./i18n.js";
import { color, featureStyle, isSample, isSchematic } from "./styles.js";
import { parseSelection } from "./state.js";

/**
 * @typedef {import("./data.js").Feature} Feature
 * @typedef {import("./data.js").LayerInfo} LayerInfo
 *
 * @typedef {object} Entry one drawing of a feature
 * @property {LayerInfo} info
 * @property {Feature} feature
 * @property {any} layer L.Layer
 * @property {"area"|"line"|"mark"|"point"} role
 * @property {any} point L.LatLng that stands for it
 * @property {number} radius pixels that a mark covers around the point
 * @property {number} min first zoom that draws it
 * @property {number} max zoom from which something else stands for it
 */

/** From here on parks are drawn as areas, before as marks. */
export const OUTLINE_ZOOM = 11;
const MARK_RADIUS = 11;
/** From so many parks on their marks are joined where they crowd; fewer find room for each. */
const CROWD = 60;
/** Pixels that an outline among so many must have to be one; its mark stands for it before. */
const OUTLINE_SIZE = 40;
/** From here on every park is an outline. */
export const LATEST_OUTLINE = 13;
const TOWN_ZOOM = 8.5;
const STOP_ZOOM = 9;
/** Over the names, which lie as high as Leaflet's own pane of tooltips. */
export const TIP = { className: "map-tip", opacity: 1, pane: "popupPane" };
/**
 * Folium's panes by kind of layer.
 * @type {Record<string, string>}
 */
const PANES = {
  counties: "counties",
  parks: "areas",
  parcels: "plots",
  buildings: "halls",
  red_lines: "halls",
};

/** @param {Feature} feature @param {LayerInfo} info */
function paneOf({ geometry }, info) {
  if (geometry?.type === "Point") return "marks";
  if (geometry?.type.endsWith("LineString")) return "lines";
  return PANES[info.kind] ?? "areas";
}

/**
 * Return the first zoom at which a layer is drawn; tiles join plots to classes for those before.
 * @param {LayerInfo} info
 */
export function firstZoomOf(info) {
  const isJoined = info.tiles && info.kind === "parcels";
  return (isJoined ? info.tiles?.minzoom : info.min_zoom) ?? 0;
}

/** Return the first zoom at which a point is worth drawing. @param {Feature} feature */
function firstZoom({ properties: { kind } }, /** @type {LayerInfo} */ info) {
  if (info.kind === "places") return kind === "town" ? TOWN_ZOOM : 0;
  return ["rail_station", "airport", "warehouse"].includes(kind) ? STOP_ZOOM : 0;
}

/**
 * Return the words that say how sure a place is, or "" for surveyed and reported things.
 * @param {Feature} feature
 */
export function natureWord(feature) {
  const { kind, place_known: isKnown } = feature.properties;
  if (isKnown === false || kind === "land_port") return t("map.unplaced");
  const isSure = !isSample(feature) && !isSchematic(feature);
  return isSure ? "" : word("nature", feature.properties.nature);
}

/** Return the name of a feature in the reader's language. @param {Feature} feature */
export function featureName(feature) {
  return pick(feature.properties, "name") || String(feature.id);
}

/** What is drawn of each layer. Fires "drawn" when the present view is complete. */
export class Layers extends EventTarget {
  /** @type {Map<string, Entry[]>} */
  #entries = new Map();
  /** @type {Map<string, import("./crowd.js").Crowd>} the joined marks of layers of many parks */
  #crowds = new Map();
  /** Set while something else, such as measuring, takes the clicks. */
  busy = false;
  /** @type {import("./tiles.js").TiledLayers|undefined} draws the layers that have tiles */
  tiled;
  /** @type {{layer: any, info: LayerInfo}|null} what of the other layers the pointer is on */
  #hovered = null;
  /** @type {Feature|null} what the tip tells of */
  #told = null;
  /** Set while an online base map shows the ground, which the counties must not cover. */
  isGroundOnline = false;

  /**
   * @param {{map: any, groups: Record<string, any>, data: import("./data.js").Data,
   *   state: import("./state.js").ViewState}} parts
   */
  constructor({ map, groups, data, state }) {
    super();
    this.map = map;
    this.groups = groups;
    this.data = data;
    this.state = state;
    this.tip = L.tooltip({ ...TIP, offset: [14, 0] });
    map.on("zoomstart", () => this.#untell());
    for (const info of data.site.layers) this.#prepare(info);
  }

  /** @param {LayerInfo} info */
  #prepare(info) {
    const group = this.groups[info.id];
    if (!group) return;
    group.on("click", (/** @type {any} */ event) => this.#click(event, info));
    if (matchMedia("(hover: hover)").matches) this.#answerPointer(group, info);
    if (L.MarkerClusterGroup && group instanceof L.MarkerClusterGroup) {
      Object.assign(group.options, { iconCreateFunction: clusterIcon, animate: false });
    }
  }

  /**
   * Name what the pointer is on. Not with Leaflet's bindTooltip, which, for a group, goes
   * through all its layers each time and expects each to be drawn.
   * @param {any} group
   * @param {LayerInfo} info
   */
  #answerPointer(group, info) {
    const follow = (/** @type {any} */ { latlng }) => this.tip.setLatLng(latlng);
    group.on("mouseover", (/** @type {any} */ { layer, latlng }) => {
      if (!layer?.feature || this.busy) return;
      this.#hovered = { layer, info };
      this.tell(layer.feature, info, latlng);
      this.#emphasise(layer, 1.2, info);
    });
    group.on("mousemove", follow);
    group.on("mouseout", (/** @type {any} */ { layer }) => {
      this.#hovered = null;
      this.#untell();
      this.#emphasise(layer, 0, info);
    });
  }

  /**
   * Name a feature beside the pointer.
   * @param {Feature} feature
   * @param {LayerInfo} info
   * @param {any} latlng
   */
  tell(feature, info, latlng) {
    if (this.#told !== feature) this.tip.setContent(this.describe(feature, info));
    this.#told = feature;
    this.tip.setLatLng(latlng).addTo(this.map);
  }

  /** Name what the pointer is on besides the layers with tiles, if anything. @param {any} latlng */
  tellHovered(latlng) {
    if (!this.#hovered || !latlng) this.#untell();
    else this.tell(this.#hovered.layer.feature, this.#hovered.info, latlng);
  }

  #untell() {
    this.#told = null;
    this.tip.remove();
  }

  /** Return the stacking order of what the pointer is on, layers with tiles left out. */
  hoveredOrder() {
    return this.#hovered ? this.#orderOf(this.#hovered.layer) : -1;
  }

  /** @param {any} layer */
  #orderOf(layer) {
    return Number(this.map.getPane(layer.options?.pane ?? "marks")?.style.zIndex ?? 0);
  }

  /** @param {any} event @param {LayerInfo} info */
  #click(event, info) {
    const { feature } = event.layer;
    if (this.busy || !feature) return;
    L.DomEvent.stopPropagation(event);
    if (!this.choose(event.latlng, this.#orderOf(event.layer))) this.select(info.id, feature.id);
  }

  /**
   * Choose what layers with tiles have at a point, and return whether there is anything.
   * @param {any} latlng
   * @param {number} [above] stacking order of what lies there otherwise
   */
  choose(latlng, above) {
    const hit = this.tiled?.at(latlng, above);
    if (hit) this.tiled?.choose(hit);
    return Boolean(hit);
  }

  /**
   * Select what the reader points at on the map.
   * @param {string} layerId
   * @param {string} id
   */
  select(layerId, id) {
    this.state.set({ sel: `${layerId}/${id}` }, { push: true, origin: "map" });
  }

  /** @param {any} layer @param {number} extra pixels @param {LayerInfo} info */
  #emphasise(layer, extra, info) {
    if (!layer?.feature || info.kind === "counties") return;
    const { weight } = this.#style(info, layer.feature);
    layer.setStyle?.({ weight: weight + extra });
  }

  /**
   * Return a few words about a feature: its name, what it is, how sure it is.
   * @param {Feature} feature
   * @param {LayerInfo} info
   * @returns {HTMLElement}
   */
  describe(feature, info) {
    const p = feature.properties;
    /** @type {Record<string, () => string>} */
    const kinds = {
      parcels: () => (p.state && word("plot_state", p.state)),
      buildings: () => (p.state && word("hall_state", p.state)),
      enterprises: () => (p.stage && word("stage", p.stage)),
      counties: () => "",
      places: () => "",
      parks: () => pick(this.data.site.codes.county[p.adcode]),
      logistics: () => word("facility_kind", p.kind),
      red_lines: () => word("line_kind", p.line_kind),
    };
    // Tiles join many things to one, which has no key.
    const count = feature.id === "" && number(p.plots ?? p.count);
    const name = count ? t("map.many", { layer: pick(info.title), count }) : featureName(feature);
    const facts = [kinds[info.kind]?.(), natureWord(feature)].filter(Boolean);
    return el(
      "div",
      {},
      el("div", { class: "map-tip-name", text: name }),
      facts.length > 0 && el("div", { class: "map-tip-sub", text: facts.join(" · ") }),
    );
  }

  /** Return whether a layer is on and drawn at this scale. @param {LayerInfo} info */
  isDrawn(info) {
    return this.state.get().layers.has(info.id) && this.map.getZoom() >= firstZoomOf(info);
  }

  /**
   * Draw what belongs to the present view; layers that are not here yet are fetched.
   * Resolves when all has come or failed.
   */
  async sync() {
    await Promise.allSettled(this.data.site.layers.map((info) => this.#syncLayer(info)));
    this.#raiseMarks();
    this.dispatchEvent(new Event("drawn"));
  }

  /** @param {LayerInfo} info */
  async #syncLayer(info) {
    const group = this.groups[info.id];
    if (!group) return;
    if (info.tiles) {
      await this.#syncTiles(info);
      return;
    }
    if (this.isDrawn(info)) {
      await this.data.layer(info.id);
      await this.#fill(info);
    }
    // The reader may have moved on while the layer was under way.
    const drawn = this.isDrawn(info);
    if (!drawn) group.remove();
    else {
      this.#showEntries(info, group);
      group.addTo(this.map);
    }
  }

  /** @param {LayerInfo} info */
  async #syncTiles(info) {
    if (!this.tiled && !this.isDrawn(info)) return;
    // Not even the turn of an import that is here already: names wait for what is drawn.
    if (!this.tiled) await this.#startTiles(info);
    await this.tiled?.show(info, () => this.isDrawn(info), PANES[info.kind] ?? "marks");
  }

  /** The module that draws tiles is fetched when a layer first needs it. @param {LayerInfo} info */
  async #startTiles(info) {
    try {
      const { TiledLayers } = await import("./tiles.js");
      const { map, data, state } = this;
      this.tiled ??= new TiledLayers({ map, layers: this, data, state });
    } catch (error) {
      this.data.fail(info.id, () => this.sync());
      throw error;
    }
  }

  /** @param {LayerInfo} info */
  async #fill(info) {
    if (this.#entries.has(info.id)) return;
    const features = [...(this.data.loaded(info.id)?.values() ?? [])];
    // Without the module every park has its mark.
    const module = this.#isCrowd(info) ? await import("./crowd.js").catch(() => null) : null;
    // Another view may have filled the layer while the module was under way.
    if (this.#entries.has(info.id)) return;
    const entries = features.flatMap((feature) => this.#draw(feature, info));
    this.#entries.set(info.id, entries);
    if (info.kind === "enterprises") {
      this.groups[info.id].addLayers?.(entries.map((entry) => entry.layer));
    }
    if (module) {
      const crowd = new module.Crowd({ map: this.map, entries });
      this.#crowds.set(info.id, crowd);
      this.groups[info.id].addLayer(crowd.group);
    }
  }

  /** Return whether a layer has very many parks; it must be loaded. @param {LayerInfo} info */
  #isCrowd(info) {
    return info.kind === "parks" && (this.data.loaded(info.id)?.size ?? 0) >= CROWD;
  }

  /**
   * Return the zoom from which a park is drawn as an area.
   * @param {LayerInfo} info
   * @param {any} bounds L.LatLngBounds of the park
   */
  #outlineZoom(info, bounds) {
    if (!this.#isCrowd(info)) return OUTLINE_ZOOM;
    const corners = [bounds.getNorthWest(), bounds.getSouthEast()];
    const [a, b] = corners.map((corner) => this.map.project(corner, OUTLINE_ZOOM));
    const size = Math.max(b.x - a.x, b.y - a.y, 1);
    const zoom = OUTLINE_ZOOM + Math.log2(OUTLINE_SIZE / size);
    return Math.min(Math.max(zoom, OUTLINE_ZOOM), LATEST_OUTLINE);
  }

  /** @param {LayerInfo} info @param {any} group */
  #showEntries(info, group) {
    if (group.addLayers) return;
    const zoom = this.map.getZoom();
    const crowd = this.#crowds.get(info.id);
    crowd?.show(zoom);
    for (const entry of this.#entries.get(info.id) ?? []) {
      if (crowd?.has(entry)) continue;
      const { layer, min, max } = entry;
      const fits = zoom >= min && zoom < max;
      if (fits !== group.hasLayer(layer)) group[fits ? "addLayer" : "removeLayer"](layer);
    }
  }

  /** Lay the marks of parks and port over the points beside them, such as the seats. */
  #raiseMarks() {
    for (const { layer, role } of this.drawn()) if (role === "mark") layer.bringToFront();
  }

  /**
   * Return the drawings of a feature; none if it has no place or its geometry is broken.
   * @param {Feature} feature
   * @param {LayerInfo} info
   * @returns {Entry[]}
   */
  #draw(feature, info) {
    if (!feature.geometry) return [];
    try {
      if (feature.geometry.type === "Point") return [this.#drawPoint(feature, info)];
      const options = { ...this.#style(info, feature), pane: paneOf(feature, info), smoothFactor: 0.8 };
      const layer = asLayer(L.GeoJSON.geometryToLayer(/** @type {any} */ (feature), options), feature);
      const point = layer.getBounds().getCenter();
      const role = feature.geometry.type.endsWith("LineString") ? "line" : "area";
      /** @type {Entry} */
      const area = { info, feature, layer, role, point, radius: 0, min: 0, max: Infinity };
      if (info.kind !== "parks") return [area];
      const outline = this.#outlineZoom(info, layer.getBounds());
      return [{ ...area, min: outline }, ...this.#drawMark(feature, info, point, outline)];
    } catch (error) {
      // One broken shape must not take the rest of the layer with it.
      console.warn(`not drawn: ${info.id}/${feature.id}`, error);
      return [];
    }
  }

  /**
   * Return the mark that stands for a park at small scales. A park inside another has none:
   * the two would lie on top of each other.
   * @param {Feature} feature
   * @param {LayerInfo} info
   * @param {any} point
   * @param {number} max zoom from which its outline stands for it
   * @returns {Entry[]}
   */
  #drawMark(feature, info, point, max) {
    const parent = this.data.loaded(info.id)?.get(feature.properties.parent_id);
    if (parent?.geometry && parent !== feature) return [];
    const layer = drawRing(feature, point, feature.properties.kind === "logistics");
    const size = { radius: MARK_RADIUS, min: 0, max };
    return [{ info, feature, layer, role: "mark", point, ...size }];
  }

  /** @param {Feature} feature @param {LayerInfo} info @returns {Entry} */
  #drawPoint(feature, info) {
    const [lon, lat] = feature.geometry?.coordinates ?? [];
    const point = L.latLng(lat, lon);
    if (!point) throw new TypeError("a point without position");
    const { kind } = feature.properties;
    const min = firstZoom(feature, info);
    if (info.kind === "parks" || kind === "land_port") {
      const layer = drawRing(feature, point, kind === "logistics" || kind === "land_port");
      const size = { radius: MARK_RADIUS, min, max: Infinity };
      return { info, feature, layer, role: "mark", point, ...size };
    }
    const style = this.#style(info, feature);
    const layer = asLayer(L.circleMarker(point, { ...style, pane: "marks" }), feature);
    const radius = style.radius + style.weight / 2;
    return { info, feature, layer, role: "point", point, radius, min, max: Infinity };
  }

  /** @param {LayerInfo} info @param {Feature} feature */
  #style(info, feature) {
    const style = featureStyle(info.kind, feature, this.data.site, this.state.get().color);
    return info.kind === "counties" && this.isGroundOnline ? { ...style, fillOpacity: 0 } : style;
  }

  /** Style all of a kind anew, after what its style depends on has changed. @param {string} kind */
  restyle(kind) {
    this.tiled?.restyle(kind);
    for (const { info, layer, feature, role } of [...this.#entries.values()].flat()) {
      if (info.kind === kind && role !== "mark") layer.setStyle(this.#style(info, feature));
    }
  }

  /** Return what belongs to the present view. @returns {Entry[]} */
  drawn() {
    const zoom = this.map.getZoom();
    const whole = this.data.site.layers
      .filter((info) => this.isDrawn(info))
      .flatMap((info) => this.#entries.get(info.id) ?? [])
      .filter(({ min, max }) => zoom >= min && zoom < max);
    return [...whole, ...(this.tiled?.drawn() ?? [])];
  }

  /** Return the same, and of layers with tiles all that is in view. @returns {Entry[]} */
  walkable() {
    const tiled = this.tiled?.drawn({ all: true }) ?? [];
    return [...this.drawn().filter(({ info }) => !info.tiles), ...tiled];
  }

  /** Return whether a drawing is seen by itself, not inside a cluster. @param {Entry} entry */
  isSingle(entry) {
    const { info, layer } = entry;
    const crowd = this.#crowds.get(info.id);
    if (crowd?.has(entry)) return crowd.isSingle(entry);
    return info.tiles || info.kind !== "enterprises" || this.map.hasLayer(layer);
  }

  /**
   * Return where a selected feature lies: its bounds, and the mark that stands for it now.
   * @param {string|null} sel
   */
  async locate(sel) {
    const key = parseSelection(sel);
    const info = key && this.data.info(key.layer);
    const feature = key && info ? await this.data.feature(key.layer, key.id) : null;
    if (!feature?.geometry || !info) return null;
    const bounds = L.geoJSON(feature).getBounds();
    const outline = this.#outlineZoom(info, bounds);
    const isMark = info.kind === "parks" && this.map.getZoom() < outline;
    const isOutlined = info.kind === "parks" && feature.geometry.type !== "Point";
    const first = isOutlined ? outline : firstZoom(feature, info);
    const minZoom = Math.max(info.min_zoom ?? 0, first);
    return { feature, info, bounds, minZoom, point: isMark ? bounds.getCenter() : undefined };
  }
}

/**
 * Return a ring with a dot: the mark of a park or of the port.
 * @param {Feature} feature
 * @param {any} point
 * @param {boolean} isPort
 */
function drawRing(feature, point, isPort) {
  const ink = color(isPort ? "port" : "jade");
  const fillColor = color(isPort ? "port-tint" : "jade-tint");
  const paint = { color: ink, pane: "marks" };
  const dashArray = isSchematic(feature) || isSample(feature) ? "3.5 3" : undefined;
  const ring = L.circleMarker(point, {
    ...{ ...paint, radius: MARK_RADIUS, weight: 1.6, dashArray },
    ...{ fillColor, fillOpacity: 1 },
  });
  // The dot lets the pointer through, so that the ring alone answers it.
  const dot = L.circleMarker(point, {
    ...{ ...paint, radius: 3.6, stroke: false, fillColor: ink, fillOpacity: 1 },
    interactive: false,
  });
  return asLayer(L.featureGroup([asLayer(ring, feature), dot]), feature);
}

/**
 * Return a layer that knows its feature. Leaflet does the same with the features of GeoJSON.
 * @param {any} layer
 * @param {Feature} feature
 */
function asLayer(layer, feature) {
  layer.feature = feature;
  return layer;
}

/** Return the icon of a cluster of firms: a jade disc with their number. @param {any} cluster */
function clusterIcon(cluster) {
  const count = cluster.getChildCount();
  const look = { fill: color("jade"), ink: color("card"), edge: color("card"), weight: 1.5 };
  return discIcon(count, t("map.cluster", { count }), look);
}

/**
 * Return a disc with a number that stands for so many things.
 * @param {number} count
 * @param {string} label what it says to those who do not see it
 * @param {{fill: string, ink: string, edge: string, weight: number, dashes?: string}} look
 */
export function discIcon(count, label, { fill, ink, edge, weight, dashes }) {
  const radius = 13 + Math.min(9, 3 * Math.log10(count) ** 2);
  const size = 2 * radius + 6;
  const center = { cx: size / 2, cy: size / 2 };
  const text = { "text-anchor": "middle", "font-size": 12, "font-weight": 600, fill: ink };
  const line = { stroke: edge, "stroke-width": weight, "stroke-dasharray": dashes };
  const html = svg(
    "svg",
    { width: size, height: size, "aria-hidden": "true" },
    svg("circle", { ...center, r: radius + 3, fill: color("jade"), "fill-opacity": 0.2 }),
    svg("circle", { ...center, r: radius, fill, ...line }),
    svg("text", { ...text, x: size / 2, y: size / 2 + 4.3 }, String(count)),
  );
  const icon = L.divIcon({ html, className: "map-cluster", iconSize: [size, size] });
  icon.createIcon = function createIcon(/** @type {any} */ old) {
    const node = L.DivIcon.prototype.createIcon.call(this, old);
    node.setAttribute("aria-label", label);
    return node;
  };
  return icon;
}
