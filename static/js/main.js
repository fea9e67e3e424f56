/** Puts the page together: texts, snapshot, view, map, panel; in this order. */

import { Graticule, Ground } from "./basemap.js";
import { createData, loadSite } from "./data.js";
import { el, fill, focusBySlash } from "./dom.js";
import { initI18n, pick, t } from "./i18n.js";
import { Labels } from "./labels.js";
import { Layers, firstZoomOf } from "./layers.js";
import { mountLegend } from "./legend.js";
import { mountList } from "./list.js";
import { mountPanel } from "./panel.js";
import { mountSheet } from "./sheet.js";
import { createState } from "./state.js";
import { mountStrip } from "./strip.js";
import { mountSwitcher } from "./switcher.js";
import { Selection, fitExtent, flyTo, isInSight, isStill, jumpTo } from "./view.js";

/** Milliseconds after which a panel or sheet has come to rest. */
const SETTLED = 250;
/** Nearest zoom that a flight goes to; a plot then fills about a tenth of the screen. */
const NEAR = 16.5;
/** No nearer to towns and stations, whose places are known to a kilometre or less. */
const ROUGH = 12;

/**
 * Return the element of that id; the page's template has it.
 * @param {string} id
 */
function need(id) {
  const node = document.getElementById(id);
  if (!node) throw new Error(`#${id} is missing`);
  return node;
}

/**
 * Say something at the foot of the map.
 * @param {string} text
 * @param {{text: string, run: () => void}} [action]
 */
function showToast(text, action) {
  const root = need("toast");
  const hide = () => {
    fill(root);
    root.hidden = true;
  };
  const run = () => {
    hide();
    action?.run();
  };
  const button = action && el("button", { type: "button", text: action.text, on: { click: run } });
  fill(root, el("span", { text }), button);
  root.hidden = false;
  if (!action) setTimeout(hide, 8000);
}

/** Load what everything else stands on. */
async function load() {
  const { root = "", layers = "", version = "", lang = "zh" } = document.documentElement.dataset;
  const [site] = await Promise.all([loadSite(layers, version), initI18n(root, lang)]);
  const data = createData(site, layers);
  const known = site.layers.map((layer) => layer.id);
  const defaults = site.layers.filter((layer) => layer.default_on).map((layer) => layer.id);
  return { site, data, state: createState({ lang, known, defaults }) };
}

/** The map with everything on it, kept true to the view state. */
class App {
  /**
   * @param {{site: import("./data.js").Site, data: import("./data.js").Data,
   *   state: import("./state.js").ViewState}} parts
   */
  constructor({ site, data, state }) {
    const { map, layers: groups, tiles, imagery } = window.parkMap;
    this.site = site;
    this.data = data;
    this.state = state;
    this.map = map;
    this.layers = new Layers({ map, groups, data, state });
    this.graticule = new Graticule(map);
    this.labels = new Labels({ map, layers: this.layers, data, graticule: this.graticule });
    this.selection = new Selection(map);
    this.ground = new Ground({ map, tiles, imagery });
    // No zoom is small enough to be animated then.
    if (isStill()) Object.assign(map.options, { zoomAnimationThreshold: 0, inertia: false });
    /** Whether the map moves because of the view state, not because of the reader. */
    this.isMoving = false;
  }

  /** Build the page around the map. */
  mount() {
    const { site, data, state, layers, ground } = this;
    mountStrip({ root: need("strip"), site });
    mountPanel({ root: need("panel"), state, data });
    mountSheet(need("panel"));
    mountList({ root: need("list"), state, data });
    const onZoomTo = (/** @type {any} */ info) => this.#flyToLayer(info);
    mountSwitcher({ root: need("layers"), layers, state, site, ground, onZoomTo });
    mountLegend({ root: need("legend"), layers, state, site });
    this.#layGround();
    this.#addTools();
    this.#addSearch();
    this.#nameMap();
  }

  /** Show the first view; resolves when all of it is drawn. */
  async draw() {
    this.#place();
    this.#linkLanguages();
    this.#listen();
    await Promise.allSettled([this.layers.sync(), this.#outline(), document.fonts.ready]);
    this.graticule.draw();
    this.labels.place();
    // Whoever comes with a selection but without a position is taken to it.
    if (this.state.get().sel && this.state.get().z === null) await this.#reveal(true, jumpTo);
  }

  #listen() {
    const { map, state, data } = this;
    map.on("moveend", () => this.#onMoved());
    map.on("click", (/** @type {any} */ event) => this.#onGround(event));
    state.addEventListener("change", (event) => this.#onChange(/** @type {any} */ (event).detail));
    data.addEventListener("dataerror", (event) => this.#onFailure(/** @type {any} */ (event).detail));
    data.addEventListener("dataloaded", () => this.labels.schedule());
    document.addEventListener("search:choose", (event) => this.#onFound(/** @type {any} */ (event)));
    this.#watchCovers();
  }

  /** Names make room for what comes to lie over the map, once it has settled. */
  #watchCovers() {
    const settle = () => setTimeout(() => this.labels.schedule(), SETTLED);
    need("panel").addEventListener("sheet", settle);
    const observer = new MutationObserver(settle);
    observer.observe(need("side"), { attributeFilter: ["class"] });
    new ResizeObserver(settle).observe(need("panel"));
    const container = this.map.getContainer();
    const isNews = () => {
      const { x, y } = this.map.getSize();
      return container.clientWidth !== x || container.clientHeight !== y;
    };
    new ResizeObserver(() => isNews() && this.#onResized()).observe(container);
  }

  #onMoved() {
    if (!this.isMoving) {
      const { lat, lng } = this.map.getCenter();
      this.state.set({ z: this.map.getZoom(), lat, lon: lng }, { origin: "map" });
    }
    this.isMoving = false;
    this.layers.sync();
    this.#outline();
  }

  /** What the search box found is shown on the map. @param {CustomEvent<{sel: string}>} event */
  #onFound(event) {
    event.preventDefault();
    this.state.set({ sel: event.detail.sel, view: "map" }, { push: true, origin: "search" });
  }

  /** A click beside everything closes the panel. */
  #onGround(/** @type {any} */ { latlng }) {
    if (this.layers.busy || this.layers.choose(latlng)) return;
    this.state.set({ sel: null }, { push: true, origin: "map" });
  }

  /** @param {{patch: Partial<import("./state.js").View>, origin: string}} change */
  #onChange({ patch, origin }) {
    this.#linkLanguages();
    if (origin === "history" && "z" in patch) this.#place();
    if ("layers" in patch) this.layers.sync();
    if ("color" in patch) this.#recolor();
    if (patch.view === "map") this.#onResized();
    if ("sel" in patch) {
      this.#outline();
      if (origin !== "history") this.#reveal(origin !== "map");
    }
  }

  #recolor() {
    this.layers.restyle("parcels");
    this.layers.dispatchEvent(new Event("drawn"));
  }

  #onResized() {
    // A turned phone has not been moved by its reader.
    this.isMoving = true;
    this.map.invalidateSize({ animate: false });
    this.isMoving = false;
    // Behind the list the map had no size that a first view could fit.
    if (this.state.get().z === null) this.#place();
    this.labels.schedule();
  }

  /** Move the map to where the view state is. */
  #place() {
    const { z, lat, lon } = this.state.get();
    this.isMoving = true;
    if (z === null || lat === null || lon === null) fitExtent(this.map, this.site.extent);
    else this.map.setView([lat, lon], z, { animate: false });
    this.isMoving = false;
  }

  /** Outline the selected feature. */
  async #outline() {
    const { sel } = this.state.get();
    const found = await this.layers.locate(sel).catch(() => null);
    if (sel === this.state.get().sel) this.selection.show(found?.feature, found?.point);
  }

  /**
   * Bring the selected feature into sight.
   * @param {boolean} isFromAfar chosen from panel or list rather than on the map
   * @param {(map: any, bounds: any, limits: {minZoom: number, maxZoom: number}) => void} show
   */
  async #reveal(isFromAfar, show = flyTo) {
    const { sel } = this.state.get();
    const found = await this.layers.locate(sel).catch(() => null);
    if (!found || sel !== this.state.get().sel) return;
    this.#turnOn(found.info.id);
    const { bounds, minZoom, info } = found;
    const isSmall = this.map.getZoom() < minZoom;
    const isHidden = !isInSight(this.map, bounds);
    const maxZoom = ["places", "logistics"].includes(info.kind) ? ROUGH : NEAR;
    const isGround = info.kind === "counties" || found.feature.geometry?.type.endsWith("String");
    if (isFromAfar ? isSmall || isHidden : isSmall && !isGround) {
      show(this.map, bounds, { minZoom, maxZoom });
    }
  }

  /** @param {string} id */
  #turnOn(id) {
    const { layers } = this.state.get();
    if (!layers.has(id)) this.state.set({ layers: new Set([...layers, id]) });
  }

  /** Fly to the nearest park that has plots, at a scale that shows the layer. */
  async #flyToLayer(/** @type {import("./data.js").LayerInfo} */ info) {
    const parks = await this.data.ofKind("parks").catch(() => []);
    const center = this.map.getCenter();
    const near = parks
      .filter(({ geometry, properties: p }) => geometry && geometry.type !== "Point" && p.plots > 0)
      .map((park) => L.geoJSON(park).getBounds())
      .sort((a, b) => a.getCenter().distanceTo(center) - b.getCenter().distanceTo(center));
    const minZoom = firstZoomOf(info);
    if (near.length) flyTo(this.map, near[0], { minZoom, maxZoom: NEAR });
    else this.map.setZoom(minZoom);
  }

  /** @param {{id: string, retry: () => Promise<any>}} failure */
  #onFailure({ id, retry }) {
    const layer = pick(this.data.info(id)?.title) || id;
    const run = () => retry().then(() => this.layers.sync(), () => {});
    showToast(t("map.layer_failed", { layer }), { text: t("map.retry"), run });
  }

  /** Online tiles show the ground if there are any; the counties must not cover them. */
  #layGround() {
    const { ground, layers } = this;
    ground.addEventListener("change", () => {
      layers.isGroundOnline = ground.name !== "own";
      layers.restyle("counties");
    });
    ground.addEventListener("fail", () => showToast(t("map.tiles_failed")));
    ground.choose(ground.choices[0] ?? "own");
  }

  /** The search is fetched when its box is first used; it then starts by itself. */
  #addSearch() {
    const box = need("search-box");
    focusBySlash(box);
    const start = () => import("./search-box.js").catch((error) => console.error(error));
    box.addEventListener("focus", start, { once: true });
  }

  /** Measuring is fetched when it is first used. */
  #addTools() {
    /** @type {Promise<import("./measure.js").Measure>|undefined} */
    let measure;
    const buttons = /** @type {NodeListOf<HTMLElement>} */ (
      document.querySelectorAll("[data-tool^=measure-]")
    );
    const onMode = (/** @type {string|null} */ mode) => {
      this.layers.busy = mode !== null;
      for (const button of buttons) {
        const isOn = button.dataset.tool === `measure-${mode}`;
        button.setAttribute("aria-pressed", String(isOn));
        button.classList.toggle("is-active", isOn);
      }
    };
    onMode(null);
    const start = () =>
      (measure ??= import("./measure.js").then(
        ({ Measure }) => new Measure({ map: this.map, onMode }),
      ));
    for (const button of buttons) {
      // Already on the way when the finger lifts: no first point may be lost.
      for (const name of ["pointerenter", "pointerdown", "focus"]) {
        button.addEventListener(name, () => start().catch(() => {}), { once: true });
      }
      const mode = button.dataset.tool === "measure-area" ? "area" : "distance";
      button.addEventListener("click", async () => {
        /** @type {any[]} */
        const early = [];
        const keep = (/** @type {any} */ event) => early.push(event);
        const isFree = !this.layers.busy;
        if (isFree) {
          // What is clicked from now on is measured, also while the tool is on its way.
          this.layers.busy = true;
          this.map.on("click", keep);
        }
        try {
          const tool = await start();
          tool.toggle(mode);
          for (const event of early) tool.handlers.click(event);
        } catch (error) {
          console.error(error);
          measure = undefined;
          if (isFree) onMode(null);
          showToast(t("ui.load_failed"), { text: t("map.retry"), run: () => button.click() });
        } finally {
          this.map.off("click", keep);
        }
      });
    }
  }

  /** Tell a reader who does not see or point what the map is; the walk comes when it has focus. */
  #nameMap() {
    const container = this.map.getContainer();
    const status = el("p", { class: "visually-hidden", role: "status" });
    container.setAttribute("role", "application");
    container.setAttribute("aria-label", t("map.keys"));
    container.after(status);
    const start = async () => {
      const { Walk } = await import("./keyboard.js");
      new Walk({ map: this.map, layers: this.layers, status });
    };
    container.addEventListener("focus", start, { once: true });
  }

  /** The other language shows the same view. */
  #linkLanguages() {
    const links = /** @type {NodeListOf<HTMLAnchorElement>} */ (
      document.querySelectorAll("a[hreflang]")
    );
    for (const link of links) link.search = this.state.hrefIn(link.hreflang.slice(0, 2));
  }
}

/** Count the reader's list in the header; one who keeps none does not load its module. */
function showShortlist() {
  try {
    if (localStorage.getItem("parks.shortlist")) import("./shortlist.js");
  } catch {
    // A browser that keeps nothing has no list.
  }
}

/** Start the page; a failure leaves a sentence and a way to try again. */
async function boot() {
  try {
    const app = new App(await load());
    app.mount();
    await app.draw();
    document.documentElement.dataset.ready = "true";
    showShortlist();
  } catch (error) {
    console.error(error);
    // The texts may be what is missing.
    const text = t("map.failed");
    const isKnown = text !== "map.failed";
    showToast(isKnown ? text : "地图没有载入。The map did not load.", {
      text: isKnown ? t("map.retry") : "重试 / Retry",
      run: () => location.reload(),
    });
  } finally {
    document.documentElement.removeAttribute("data-loading");
  }
}

boot();
