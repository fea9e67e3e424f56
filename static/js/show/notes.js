/**
 * The speaker's notes in a window of their own. The page of the show owns that window and writes
 * into it, so that it needs no address and works the same from a stick.
 */

import { el, fill } from "../dom.js";
import { number } from "../format.js";
import { lang, pick, t } from "../i18n.js";

/**
 * @typedef {import("./state.js").Show} Show
 * @typedef {import("./state.js").Scene} Scene
 */

const NAME = "parks-show-notes";
const FEATURES = "popup,width=960,height=640";
const TICK_MS = 500;
const MINUTE_S = 60;

/** This and the next scene, what to say, the time of day, and how long it has been. */
export class Notes {
  /** @type {Window|null} */
  #window = null;
  #start = Date.now();

  /**
   * @param {Show} show
   * @param {(event: KeyboardEvent) => void} onKey what the keys do here as well
   */
  constructor(show, onKey) {
    this.show = show;
    this.onKey = onKey;
    show.addEventListener("change", () => this.draw());
    setInterval(() => this.#tick(), TICK_MS);
    // Without the show the window would stand still and say nothing about it.
    addEventListener("pagehide", () => this.#window?.close());
  }

  /** Open the window, or bring it to the front; false if the browser will not. */
  open() {
    const opened = window.open("", NAME, FEATURES);
    if (!opened) return false;
    if (opened !== this.#window || !opened.document.body.dataset.notes) this.#furnish(opened);
    opened.focus();
    this.draw();
    return true;
  }

  /** @param {Window} opened */
  #furnish(opened) {
    this.#window = opened;
    const { head, body } = opened.document;
    head.replaceChildren(...copyStyles());
    body.className = "notes-page";
    body.dataset.notes = "true";
    opened.addEventListener("keydown", this.onKey);
  }

  /** Write what belongs to the present scene. */
  draw() {
    const opened = this.#window;
    if (!opened || opened.closed) return;
    const { scene, following, scenes } = this.show;
    const { index } = this.show.now;
    opened.document.title = t("show.notes_title");
    opened.document.documentElement.lang = lang() === "en" ? "en" : "zh-Hans";
    fill(
      opened.document.body,
      el("header", { class: "notes-head" },
        el("p", { class: "notes-count", text: `${index + 1} / ${scenes.length}` }),
        el("p", { class: "notes-timer" }, el("b", { id: "notes-timer" }),
          button(t("show.timer_reset"), () => this.#restart())),
        el("p", { class: "notes-clock", id: "notes-clock" })),
      el("main", { class: "notes-main" },
        el("h1", { text: pick(scene.headline) }),
        paragraphs(pick(scene.notes) || t("show.no_notes")),
        el("ul", { class: "notes-figures" }, scene.figures.map((figure) =>
          el("li", { text: spell(figure) }))),
        Object.values(scene.parts ?? {}).map((part) => el("p", { text: tell(part) }))),
      el("aside", { class: "notes-next" },
        el("h2", { text: t("show.next_scene") }),
        el("p", { class: "notes-headline", text: pick(following.headline) }),
        paragraphs(pick(following.notes))),
      el("footer", { class: "notes-foot" },
        button(t("show.back"), () => this.show.turn(-1)),
        button(t("show.next"), () => this.show.turn(1))),
    );
    this.#tick();
  }

  #restart() {
    this.#start = Date.now();
    this.#tick();
  }

  #tick() {
    const opened = this.#window;
    if (!opened || opened.closed) return;
    const clock = opened.document.getElementById("notes-clock");
    const timer = opened.document.getElementById("notes-timer");
    const seconds = Math.floor((Date.now() - this.#start) / 1000);
    const now = new Date();
    if (clock) clock.textContent = `${two(now.getHours())}:${two(now.getMinutes())}`;
    if (timer) timer.textContent = `${two(Math.floor(seconds / MINUTE_S))}:${two(seconds % MINUTE_S)}`;
  }
}

/** Return the styles of this page for another that has no address to find them from. */
function copyStyles() {
  const found = document.querySelectorAll("link[rel=stylesheet], style");
  return [...found].map((node) => {
    const copy = /** @type {HTMLElement} */ (node.cloneNode(true));
    if (node instanceof HTMLLinkElement) copy.setAttribute("href", node.href);
    return copy;
  });
}

/** @param {string} text @param {() => void} run */
function button(text, run) {
  return el("button", { type: "button", text, on: { click: run } });
}

/** @param {string} text */
function paragraphs(text) {
  return text.split(/\n+/).filter(Boolean).map((line) => el("p", { text: line }));
}

/** @param {import("./state.js").Figure} figure */
function spell({ subject, number, unit, period }) {
  return `${pick(subject)} ${number} ${pick(unit)} · ${pick(period)}`;
}

/** Say that a scene does not draw all of a layer. @param {import("./state.js").Part} part */
function tell({ title, drawn, count }) {
  const numbers = { drawn: number(drawn.length), count: number(count) };
  return t("show.part", { layer: pick(title), ...numbers });
}

/** @param {number} value */
function two(value) {
  return String(value).padStart(2, "0");
}
