/** The show by the clock: each scene for its time, and back to the start when nobody is there. */

import { el } from "../dom.js";

/** @typedef {import("./state.js").Show} Show */

const TICK_MS = 250;
const SHORTEST_S = 1;

/** Plays while the show says so, but not while the slide is covered or the map is explored. */
export class Autoplay {
  /** Seconds that the present scene has been seen. */
  #seen = 0;
  /** Seconds since anybody touched anything; null after the show has returned by itself. */
  #alone = /** @type {number|null} */ (null);
  #last = performance.now();

  /**
   * @param {Show} show
   * @param {{bar: HTMLElement, idle: number, isKiosk: boolean}} options idle in seconds
   */
  constructor(show, { bar, idle, isKiosk }) {
    this.show = show;
    this.idle = idle;
    this.isKiosk = isKiosk;
    this.progress = el("div", { class: "show-progress-bar" });
    bar.append(this.progress);
    show.addEventListener("change", (/** @type {any} */ { detail }) => this.#follow(detail.patch));
    setInterval(() => this.#tick(), TICK_MS);
    this.#draw();
  }

  /** Somebody is there. */
  touch() {
    this.#alone = 0;
  }

  /** @param {Partial<import("./state.js").Position>} patch */
  #follow(patch) {
    if ("index" in patch) this.#seen = 0;
    this.#draw();
  }

  #tick() {
    const now = performance.now();
    const seconds = (now - this.#last) / 1000;
    this.#last = now;
    // A page in the background does not run away from its readers.
    if (document.hidden) return;
    if (this.isKiosk) this.#wait(seconds);
    const { playing, cover, exploring, help } = this.show.now;
    if (!playing || cover || exploring || help) return;
    this.#seen += seconds;
    if (this.#seen >= this.#duration()) {
      this.#seen = 0;
      this.show.advance();
    }
    this.#draw();
  }

  /** @param {number} seconds */
  #wait(seconds) {
    if (this.#alone === null) return;
    this.#alone += seconds;
    if (this.#alone < this.idle) return;
    this.#alone = null;
    this.show.go(0);
    this.show.set({ playing: true });
  }

  #duration() {
    return Math.max(SHORTEST_S, Number(this.show.scene.duration_s) || 0);
  }

  #draw() {
    const { playing } = this.show.now;
    this.progress.hidden = !playing;
    const share = Math.min(1, this.#seen / this.#duration());
    this.progress.style.transform = `scaleX(${share.toFixed(3)})`;
  }
}
