/**
 * What small windows need. On a phone the panel is a sheet with three heights: it is moved
 * by dragging, by a tap on its handle and by the arrow keys. Layers and legend open by a
 * button where there is no room for them beside the map.
 */
import { el } from "./dom.js";
import { t } from "./i18n.js";

/** @typedef {"peek"|"half"|"full"} Height */

const PHONE = "(max-width: 719.98px)";
/** @type {Height[]} */
const HEIGHTS = ["peek", "half", "full"];
const CLICK_SLACK = 6;
const FLICK = 0.5; // pixels a millisecond

/**
 * Make the panel a sheet while the window is that of a phone. The height is kept in
 * `data-height`, from which the style sheet takes the rest.
 * @param {HTMLElement} panel
 */
export function mountSheet(panel) {
  const sheet = new Sheet(panel);
  const phone = matchMedia(PHONE);
  const adapt = () => sheet.enable(phone.matches);
  phone.addEventListener("change", adapt);
  adapt();
  mountSide();
  return sheet;
}

/** Let a button show and hide layers and legend where there is no room beside the map. */
function mountSide() {
  const button = document.getElementById("side-toggle");
  const side = document.getElementById("side");
  if (!button || !side) return;
  const set = (/** @type {boolean} */ open) => {
    side.classList.toggle("is-open", open);
    button.setAttribute("aria-expanded", String(open));
  };
  button.addEventListener("click", () => set(!side.classList.contains("is-open")));
  side.addEventListener("keydown", ({ key }) => {
    if (key !== "Escape") return;
    set(false);
    button.focus();
  });
}

/** The sheet. Fires "sheet" on the panel with detail {height} when it has a new height. */
class Sheet {
  /** @type {{y: number, height: number, time: number, moved: boolean}|null} */
  #drag = null;

  /** @param {HTMLElement} panel */
  constructor(panel) {
    this.panel = panel;
    this.handle = this.#makeHandle();
    this.panel.prepend(this.handle);
  }

  /** Be a sheet, or an ordinary panel. @param {boolean} on */
  enable(on) {
    this.handle.hidden = !on;
    this.panel.style.height = "";
    if (on) this.set("half");
    else delete this.panel.dataset.height;
  }

  /** Whether the panel is a sheet now. */
  get enabled() {
    return !this.handle.hidden;
  }

  /** @returns {Height} */
  get height() {
    return /** @type {Height} */ (this.panel.dataset.height ?? "half");
  }

  /** Take one of the three heights. @param {Height} height */
  set(height) {
    if (!this.enabled) return;
    this.panel.style.height = "";
    this.panel.dataset.height = height;
    this.handle.setAttribute("aria-valuenow", String(HEIGHTS.indexOf(height)));
    this.handle.setAttribute("aria-valuetext", t(`ui.sheet_${height}`));
    this.panel.dispatchEvent(new CustomEvent("sheet", { detail: { height } }));
  }

  /** @param {number} by */
  #step(by) {
    const index = HEIGHTS.indexOf(this.height) + by;
    this.set(HEIGHTS[Math.min(Math.max(index, 0), HEIGHTS.length - 1)]);
  }

  #makeHandle() {
    return el("div", {
      class: "sheet-handle",
      role: "slider",
      tabindex: "0",
      "aria-orientation": "vertical",
      "aria-valuemin": 0,
      "aria-valuemax": HEIGHTS.length - 1,
      "aria-label": t("ui.sheet_height"),
      on: {
        keydown: (event) => this.#onKey(event),
        pointerdown: (event) => this.#onDown(event),
        pointermove: (event) => this.#onMove(event),
        pointerup: (event) => this.#onUp(event),
        pointercancel: () => this.#rest(),
      },
    });
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    const steps = /** @type {Record<string, number>} */ ({
      ArrowUp: 1,
      ArrowRight: 1,
      PageUp: 1,
      End: 2,
      ArrowDown: -1,
      ArrowLeft: -1,
      PageDown: -1,
      Home: -2,
    });
    if (event.key in steps) this.#step(steps[event.key]);
    else if (event.key === "Enter" || event.key === " ") this.#cycle();
    else return;
    event.preventDefault();
  }

  #cycle() {
    this.set(this.height === "half" ? "full" : "half");
  }

  /** @param {PointerEvent} event */
  #onDown(event) {
    this.handle.setPointerCapture(event.pointerId);
    const height = this.panel.offsetHeight;
    this.#drag = { y: event.clientY, height, time: event.timeStamp, moved: false };
  }

  /** @param {PointerEvent} event */
  #onMove(event) {
    if (!this.#drag) return;
    const by = this.#drag.y - event.clientY;
    this.#drag.moved ||= Math.abs(by) > CLICK_SLACK;
    if (!this.#drag.moved) return;
    this.panel.classList.add("is-dragged");
    this.panel.style.height = `${this.#drag.height + by}px`;
  }

  /** @param {PointerEvent} event */
  #onUp(event) {
    const drag = this.#drag;
    if (!drag) return;
    this.#rest();
    if (!drag.moved) return this.#cycle();
    const by = drag.y - event.clientY;
    const speed = by / Math.max(event.timeStamp - drag.time, 1);
    if (Math.abs(speed) > FLICK) this.#step(Math.sign(speed));
    else this.set(this.#nearest(drag.height + by));
  }

  #rest() {
    this.#drag = null;
    this.panel.classList.remove("is-dragged");
    this.panel.style.height = "";
  }

  /** @param {number} pixels @returns {Height} */
  #nearest(pixels) {
    const share = pixels / innerHeight;
    if (share < 0.3) return "peek";
    return share < 0.68 ? "half" : "full";
  }
}
