/** The show for promotion events: reads the story, and lets every part follow where it stands. */

import { createData, fetchJson, loadSite } from "../data.js";
import { el } from "../dom.js";
import { initI18n, lang, pick, t } from "../i18n.js";
import { Autoplay } from "./autoplay.js";
import { showCard } from "./card.js";
import { Keys } from "./keys.js";
import { showLegend } from "./legend.js";
import { Notes } from "./notes.js";
import { answerMap, answerSlide } from "./pointer.js";
import { hidePointer, keepAwake, toggleFullScreen } from "./screen.js";
import { fitText, showSlide } from "./slide.js";
import { Show } from "./state.js";
import { drawCount, drawHelp, drawTools } from "./tools.js";
import { Wall } from "./wall.js";

/**
 * @typedef {import("./state.js").Story} Story
 * @typedef {import("./state.js").Position} Position
 * @typedef {import("./keys.js").Action} Action
 */

const MESSAGE_MS = 2500;
const page = document.documentElement;

/** @param {string} id @returns {any} */
const find = (id) => document.getElementById(id);

/** Do one of several things whose failure must not end the show. @param {() => unknown} run */
function attempt(run) {
  try {
    const done = run();
    if (done instanceof Promise) done.catch((error) => console.error(error));
  } catch (error) {
    console.error(error);
  }
}

/** Load the texts of a language. @param {string} language */
function speak(language) {
  const { root = "", i18nZh, i18nEn } = page.dataset;
  return initI18n(root, language, language === "en" ? i18nEn : i18nZh);
}

/** The parts of the page, and what each does when the show moves. */
class Presentation {
  /**
   * @param {Story} story
   * @param {import("../data.js").Data} data
   * @param {URLSearchParams} query
   */
  constructor(story, data, query) {
    this.story = story;
    this.data = data;
    this.served = page.dataset.lang;
    this.isKiosk = query.get("kiosk") === "1";
    const index = story.scenes.findIndex(({ id }) => id === query.get("scene"));
    const start = { index: Math.max(0, index), lang: lang(), playing: this.isKiosk };
    this.show = new Show(story.scenes, start);
    const wall = { root: find("show-map"), canvas: find("show-canvas"), names: find("show-names") };
    this.wall = new Wall(wall, data, {
      free: () => boxOf(find("show-free")),
      covers: () => [find("show-card"), find("show-base"), find("show-return")].map(boxOf),
      unit: () => Math.max(1, find("show-rule").offsetWidth / 100),
    }, story.features ?? {});
    this.notes = new Notes(this.show, (event) => this.keys.listen(event));
    const bar = { bar: find("show-progress"), idle: story.idle_s, isKiosk: this.isKiosk };
    this.autoplay = new Autoplay(this.show, bar);
    this.keys = new Keys({
      act: (action) => this.act(action),
      goTo: (number) => this.show.go(number - 1),
      onDigits: (digits) => this.say(digits, true),
    });
  }

  /** Listen to people and to the show. */
  mount() {
    const { show, wall } = this;
    find("show").classList.toggle("is-kiosk", this.isKiosk);
    document.addEventListener("keydown", this.keys.listen);
    for (const name of ["keydown", "pointerdown", "pointermove", "wheel"]) {
      document.addEventListener(name, () => this.autoplay.touch(), { passive: true, capture: true });
    }
    answerSlide([find("show-slide"), find("show-cover")], show);
    answerMap(wall.map, show, {
      find: (point) => wall.find(point),
      ask: (thing) => this.ask(thing),
    });
    wall.addEventListener("seen", (/** @type {any} */ { detail }) =>
      attempt(() => this.explain(detail.things)));
    find("show-return").addEventListener("click", () => show.set({ exploring: false }));
    find("show-help").addEventListener("click", () => show.set({ help: false }));
    hidePointer(find("show"));
    keepAwake();
    show.addEventListener("change", (/** @type {any} */ { detail }) => this.follow(detail.patch));
    addEventListener("resize", () => attempt(() => fitText(find("show-slide"))));
    this.drawAll(true);
  }

  /** Draw all there is of the present scene. @param {boolean} atOnce */
  drawAll(atOnce) {
    this.drawTexts();
    attempt(() => this.wall.show(this.show.scene, atOnce));
  }

  /** Write all that is read of the present scene. */
  drawTexts() {
    const { show, story } = this;
    attempt(() => showSlide(find("show-slide"), show.scene, story));
    attempt(() => drawCount(find("show-count"), show));
    attempt(() => this.mark());
    attempt(() => this.write());
  }

  /** @param {Partial<Position>} patch what has changed */
  follow(patch) {
    // The way back from the map leads to where the scene was.
    if ("index" in patch || patch.exploring === false) this.drawAll(false);
    else if ("lang" in patch) {
      this.drawTexts();
      this.ask(null);
      this.wall.settle();
    } else attempt(() => this.mark());
  }

  /** Show what lies over the slide. */
  mark() {
    const { cover, exploring, help, playing, index } = this.show.now;
    find("show").classList.toggle("is-exploring", exploring);
    drawTools(find("show-tools"), playing, (action) => this.act(action));
    find("show-cover").className = cover ? `show-cover is-${cover}` : "show-cover";
    find("show-return").hidden = !exploring;
    find("show-return").textContent = t("show.return", { number: index + 1 });
    find("show-help").hidden = !help;
    if (help) drawHelp(find("show-help"));
    if (!exploring) this.ask(null);
    this.wall.isExploring = exploring;
    this.wall.map.doubleClickZoom[exploring ? "enable" : "disable"]();
    if (exploring) this.wall.settle();
  }

  /** Explain the signs of what is seen. @param {import("./things.js").Thing[]} things */
  explain(things) {
    const slide = find("show-slide");
    const { clientHeight: before } = slide;
    showLegend(find("show-legend"), things);
    // On an upright screen a longer legend leaves less room for the text.
    if (slide.clientHeight !== before) fitText(slide);
  }

  /** Say a few words about a thing on the map, or no more. @param {any} thing */
  ask(thing) {
    const card = find("show-card");
    card.hidden = !thing;
    if (thing) showCard(card, thing, { site: this.data.site, close: () => this.ask(null) });
    if (this.show.now.exploring) this.wall.settle();
  }

  /** @param {Action} action */
  act(action) {
    const { show } = this;
    /** @type {Record<Action, () => unknown>} */
    const actions = {
      next: () => show.turn(1),
      back: () => show.turn(-1),
      first: () => show.go(0),
      last: () => show.go(show.scenes.length - 1),
      black: () => show.cover("black"),
      white: () => show.cover("white"),
      screen: toggleFullScreen,
      play: () => show.set({ playing: !show.now.playing }),
      language: () => this.translate(),
      notes: () => this.notes.open() || this.say(t("show.notes_blocked")),
      help: () => show.set({ help: !show.now.help }),
      leave: () => this.leave(),
    };
    attempt(actions[action]);
  }

  /** Say the same in the other language. */
  async translate() {
    const other = lang() === "zh" ? "en" : "zh";
    await speak(other);
    page.lang = other === "en" ? "en" : "zh-Hans";
    page.dataset.lang = other;
    document.title = `${t("show.nav")} · ${pick(this.story.title)}`;
    this.show.set({ lang: other });
  }

  /** Leave what is on top: black or white, then the map, the full screen, and last the show. */
  leave() {
    if (this.show.leave()) return;
    if (document.fullscreenElement) toggleFullScreen();
    else location.assign((lang() === "en" ? page.dataset.homeEn : page.dataset.homeZh) ?? "./");
  }

  /**
   * Say something for a moment.
   * @param {string} text
   * @param {boolean} [isTyped] whether it goes when it is done, not by the clock
   */
  say(text, isTyped = false) {
    const node = find("show-message");
    clearTimeout(this.timer);
    node.textContent = text;
    node.hidden = !text;
    if (text && !isTyped) this.timer = setTimeout(() => (node.hidden = true), MESSAGE_MS);
  }

  /** Write the scene and the language into the address, so that a reload comes back here. */
  write() {
    const query = new URLSearchParams(location.search);
    query.set("scene", this.show.scene.id);
    // A page that was served in English is asked for Chinese by name.
    if (lang() === "zh" && this.served === "zh") query.delete("lang");
    else query.set("lang", lang());
    history.replaceState(null, "", `?${query}${location.hash}`);
  }
}

/** Return where an element is on the screen; nowhere if it is hidden. @param {HTMLElement} node */
function boxOf(node) {
  const { left, top, right, bottom } = node.getBoundingClientRect();
  return { left, top, right, bottom };
}

/** Say that there is nothing to show, in whatever language there is. @param {string} text */
function give(text) {
  const home = page.dataset.lang === "en" ? page.dataset.homeEn : page.dataset.homeZh;
  find("show-slide").replaceChildren(
    el("p", { class: "show-lead", text }),
    el("p", {}, el("a", { href: home, text: find("show").dataset.home })),
  );
}

/** Start the show. */
async function boot() {
  const { layers: base = "", version = "", lang: served = "zh" } = page.dataset;
  const query = new URLSearchParams(location.search);
  const language = ["zh", "en"].find((one) => one === query.get("lang")) ?? served;
  try {
    const [story, site] = await Promise.all([
      fetchJson(`${base}show.json`),
      loadSite(base, version),
      speak(language),
    ]);
    if (!story.scenes?.length) throw new Error("no scenes");
    const presentation = new Presentation(story, createData(site, base), query);
    presentation.mount();
    const ids = new Set(story.scenes.flatMap((/** @type {any} */ scene) => scene.layers));
    await Promise.allSettled([...ids].map((id) => presentation.wall.load(id)));
  } catch (error) {
    console.error(error);
    give(find("show").dataset.failed ?? "");
  } finally {
    page.dataset.ready = "true";
  }
}

boot();
