/** The map in somebody else's page: it shows and names things; whatever is more opens the full map. */

import { Graticule, Ground } from "./basemap.js";
import { createData, loadSite } from "./data.js";
import { el, fill } from "./dom.js";
import { initI18n } from "./i18n.js";
import { Labels } from "./labels.js";
import { Layers, firstZoomOf } from "./layers.js";
import { mountLegend } from "./legend.js";
import { createState, formatView, parseSelection } from "./state.js";
import { mountSwitcher } from "./switcher.js";
import { Selection, fitExtent, jumpTo } from "./view.js";

const NEAR = 16.5;
const NOTE_MS = 2500;
/** Things that have a page of their own. */
const PAGES = ["parks", "parcels", "buildings"];

/** @param {string} id @returns {any} */
const find = (id) => document.getElementById(id);
const texts = document.body.dataset;

/** Say something over the map for a moment. @param {string} text */
function note(text) {
  const node = find("embed-note");
  node.textContent = text;
  node.hidden = false;
  clearTimeout(Number(node.dataset.timer));
  node.dataset.timer = String(setTimeout(() => (node.hidden = true), NOTE_MS));
}

/**
 * Let the wheel scroll the page around the frame until the reader has clicked the map.
 * @param {any} map
 */
function tameWheel(map) {
  const container = map.getContainer();
  const wheel = map.scrollWheelZoom;
  wheel.disable();
  map.on("click focus dragstart", () => wheel.enable());
  container.addEventListener("mouseleave", () => wheel.disable());
  container.addEventListener("wheel", () => wheel.enabled() || note(texts.wheel ?? ""), {
    passive: true,
  });
}

/** Let the button show and hide layers and legend. */
function mountSide() {
  const [button, side] = [find("side-toggle"), find("side")];
  const set = (/** @type {boolean} */ open) => {
    side.classList.toggle("is-open", open);
    button.setAttribute("aria-expanded", String(open));
  };
  button.addEventListener("click", () => set(!side.classList.contains("is-open")));
  side.addEventListener("keydown", (/** @type {KeyboardEvent} */ { key }) => {
    if (key !== "Escape") return;
    set(false);
    button.focus();
  });
}

/**
 * Show the few words about the selected thing, and the way to its page.
 * @param {{state: any, layers: any, root: string, lang: string}} parts
 * @param {{feature: any, info: any}|null} found
 */
function showCard({ state, layers, root, lang }, found) {
  const card = find("embed-card");
  card.hidden = !found;
  if (!found) return;
  const { feature, info } = found;
  const key = encodeURIComponent(feature.id);
  const query = new URLSearchParams(lang === "zh" ? {} : { lang });
  if (!PAGES.includes(info.kind)) query.set("sel", `${info.id}/${feature.id}`);
  const path = PAGES.includes(info.kind) ? `${info.kind}/${key}` : "";
  const href = `${root}${path}${query.size ? `?${query}` : ""}`;
  const hidden = el("span", { class: "visually-hidden", text: texts.newWindow });
  const way = { class: "link", href, target: "_blank", rel: "noopener" };
  const close = { class: "icon-button", type: "button", "aria-label": texts.close };
  const drop = () => state.set({ sel: null });
  fill(
    card,
    el("div", {}, layers.describe(feature, info), el("a", way, texts.details, hidden)),
    el("button", { ...close, on: { click: drop } }),
  );
}

/** Build the map and show its first view. */
async function boot() {
  const { root = "", layers: address = "", version = "", lang = "zh" } =
    document.documentElement.dataset;
  const [site] = await Promise.all([loadSite(address, version), initI18n(root, lang)]);
  const data = createData(site, address);
  const known = site.layers.map((layer) => layer.id);
  const defaults = site.layers.filter((layer) => layer.default_on).map((layer) => layer.id);
  // The address of a frame is nobody's to share: the view is not written into it.
  const state = createState({ lang, known, defaults, silent: true });
  const { map, layers: groups, tiles, imagery } = window.parkMap;
  const layers = new Layers({ map, groups, data, state });
  const graticule = new Graticule(map);
  const labels = new Labels({ map, layers, data, graticule });
  const selection = new Selection(map);
  const ground = new Ground({ map, tiles, imagery });
  map.getContainer().setAttribute("role", "application");
  map.getContainer().setAttribute("aria-label", texts.map ?? "");
  tameWheel(map);
  // Not every site lets its frames fill the screen.
  document.body.classList.toggle("is-windowed", !document.fullscreenEnabled);

  const locate = () => layers.locate(state.get().sel).catch(() => null);
  const follow = async () => {
    const found = await locate();
    selection.show(found?.feature, found?.point);
    return found;
  };
  const linkOut = () => {
    const { lat, lng } = map.getCenter();
    const view = { ...state.get(), z: map.getZoom(), lat, lon: lng };
    find("embed-open").href = root + formatView(view, state.context);
  };
  const onZoomTo = (/** @type {any} */ info) => map.setZoom(firstZoomOf(info));
  if (find("side")) {
    mountSwitcher({ root: find("layers"), layers, state, site, ground, onZoomTo });
    mountLegend({ root: find("legend"), layers, state, site });
    mountSide();
  }

  const { sel } = texts;
  if (sel && parseSelection(sel)) state.set({ sel });
  fitExtent(map, site.extent);
  const first = await follow();
  // The map makes room for the card.
  showCard({ state, layers, root, lang }, first);
  if (first) jumpTo(map, first.bounds, { minZoom: first.minZoom, maxZoom: NEAR });
  ground.addEventListener("change", () => {
    layers.isGroundOnline = ground.name !== "own";
    layers.restyle("counties");
  });
  ground.choose(ground.choices[0] ?? "own");
  await Promise.allSettled([layers.sync(), follow(), document.fonts.ready]);
  graticule.draw();
  labels.place();
  linkOut();

  map.on("moveend", () => {
    layers.sync();
    follow();
    linkOut();
  });
  map.on("click", (/** @type {any} */ { latlng }) => {
    if (!layers.choose(latlng)) state.set({ sel: null });
  });
  data.addEventListener("dataloaded", () => labels.schedule());
  state.addEventListener("change", async (event) => {
    const { patch } = /** @type {any} */ (event).detail;
    if ("layers" in patch) layers.sync();
    if ("color" in patch) {
      layers.restyle("parcels");
      layers.dispatchEvent(new Event("drawn"));
    }
    if ("sel" in patch) showCard({ state, layers, root, lang }, await follow());
    linkOut();
  });
  new ResizeObserver(() => map.invalidateSize({ animate: false })).observe(map.getContainer());
  document.documentElement.dataset.ready = "true";
}

boot().catch((error) => {
  console.error(error);
  const node = find("embed-note");
  node.textContent = texts.failed ?? "";
  node.hidden = false;
});
