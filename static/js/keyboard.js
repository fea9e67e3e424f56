/** Features without a mouse: on the focused map, N and P go from one to the next. */

import { TIP } from "./layers.js";

/** @typedef {import("./layers.js").Entry} Entry */

/** A walk over the features in view, from west to east. */
export class Walk {
  /** @type {Entry|null} */
  #entry = null;

  /**
   * @param {{map: any, layers: import("./layers.js").Layers, status: HTMLElement}} parts
   *   status reads out where the walk has come to
   */
  constructor({ map, layers, status }) {
    this.map = map;
    this.layers = layers;
    this.status = status;
    this.tip = L.tooltip({ ...TIP, direction: "top", offset: [0, -10] });
    const container = map.getContainer();
    container.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => this.#onKey(event));
    container.addEventListener("blur", () => this.#leave());
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    const isOwn = event.target === this.map.getContainer() && !this.layers.busy;
    if (!isOwn || event.ctrlKey || event.metaKey || event.altKey) return;
    const key = event.key.toLowerCase();
    if (key === "n") this.#step(1);
    else if (key === "p") this.#step(-1);
    else if (key === "enter" && this.#entry) this.#choose(this.#entry);
    else return;
    event.preventDefault();
  }

  /** Return what can be walked over: all in view but the counties, which are the ground. */
  #entries() {
    const bounds = this.map.getBounds();
    return this.layers
      .walkable()
      .filter((entry) => entry.info.kind !== "counties" && this.layers.isSingle(entry))
      .filter(({ point }) => bounds.contains(point))
      .sort((a, b) => a.point.lng - b.point.lng || b.point.lat - a.point.lat);
  }

  /** @param {number} by */
  #step(by) {
    const entries = this.#entries();
    if (!entries.length) return;
    const now = this.#entry ? entries.indexOf(this.#entry) : -1;
    const next = now < 0 ? (by > 0 ? 0 : entries.length - 1) : now + by;
    this.#entry = entries[(next + entries.length) % entries.length];
    const { feature, info, point } = this.#entry;
    const words = this.layers.describe(feature, info);
    this.status.textContent = [...words.children].map((line) => line.textContent).join(", ");
    this.tip.setLatLng(point).setContent(words).addTo(this.map);
  }

  /** @param {Entry} entry */
  #choose({ info, feature }) {
    // The walk goes on from here.
    this.tip.remove();
    this.layers.select(info.id, String(feature.id));
  }

  #leave() {
    this.#entry = null;
    this.tip.remove();
  }
}
