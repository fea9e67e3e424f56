/** What is on the slide for those who drive the show: where it stands, buttons, the list of keys. */

import { el, fill, svg } from "../dom.js";
import { t } from "../i18n.js";

/**
 * @typedef {import("./state.js").Show} Show
 * @typedef {import("./keys.js").Action} Action
 */

/** More dots than this say nothing any more. */
const MOST_DOTS = 16;

/** @type {Record<string, string>} */
const ICONS = {
  back: "M15 5l-7 7 7 7",
  next: "M9 5l7 7-7 7",
  play: "M8 5l11 7-11 7z",
  pause: "M8 5v14M16 5v14",
  language: "M3 12a9 9 0 1 0 18 0 9 9 0 1 0-18 0M3 12h18M12 3c5 5 5 13 0 18M12 3c-5 5-5 13 0 18",
  notes: "M6 3h12v18H6zM9 8h6M9 12h6M9 16h4",
  screen: "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5",
  help: "M9 9a3 3 0 1 1 4 3c-1 .5-1 1-1 2M12 17.5h.01",
  leave: "M6 6l12 12M18 6L6 18",
};

/**
 * Write which scene of how many this is.
 * @param {HTMLElement} root
 * @param {Show} show
 */
export function drawCount(root, { now: { index }, scenes }) {
  const dots = scenes.length > MOST_DOTS ? [] : scenes.map((_, i) =>
    el("i", { class: i === index ? "is-now" : "" }));
  const count = el("span", { class: "show-number-of", text: `${index + 1} / ${scenes.length}` });
  fill(root, count, el("span", { class: "show-dots", "aria-hidden": "true" }, dots));
}

/**
 * Draw the buttons; they do what the keys do.
 * @param {HTMLElement} root
 * @param {boolean} playing
 * @param {(action: Action) => void} act
 */
export function drawTools(root, playing, act) {
  /** @type {[Action, string, string][]} */
  const buttons = [
    ["back", "back", t("show.back")],
    ["next", "next", t("show.next")],
    ["play", playing ? "pause" : "play", t(playing ? "show.pause" : "show.play")],
    ["language", "language", t("show.language")],
    ["notes", "notes", t("show.notes")],
    ["screen", "screen", t("show.screen")],
    ["help", "help", t("show.help")],
    ["leave", "leave", t("show.leave")],
  ];
  root.setAttribute("aria-label", t("show.tools"));
  const focused = root.contains(document.activeElement) &&
    /** @type {HTMLElement} */ (document.activeElement).dataset.action;
  fill(root, buttons.map(([action, icon, label]) => {
    const click = (/** @type {MouseEvent} */ event) => {
      // Else Space, which turns the page, would press the button again.
      if (event.detail) /** @type {HTMLElement} */ (event.currentTarget).blur();
      act(action);
    };
    const node = { type: "button", "data-action": action, "aria-label": label, title: label };
    return el("button", { ...node, on: { click } }, draw(ICONS[icon]));
  }));
  if (focused) /** @type {HTMLElement} */ (root.querySelector(`[data-action=${focused}]`)).focus();
}

/** List the keys. @param {HTMLElement} root */
export function drawHelp(root) {
  /** @type {[string, string][]} */
  const keys = [
    ["→ ↓ PageDown Space Enter", t("show.next")],
    ["← ↑ PageUp Backspace", t("show.back")],
    ["Home / End", t("show.ends")],
    ["1 2 … Enter", t("show.go_to")],
    ["B . / W", t("show.covers")],
    ["F F5", t("show.screen")],
    ["P", `${t("show.play")} / ${t("show.pause")}`],
    ["L", t("show.language")],
    ["N", t("show.notes")],
    ["Esc", t("show.leave")],
    ["?", t("show.help")],
  ];
  fill(
    root,
    el("h2", { text: t("show.help") }),
    el("dl", {}, keys.map(([names, text]) => [
      el("dt", {}, names.split(" ").map((name) => /^[/…]$/.test(name) ? name : el("kbd", { text: name }))),
      el("dd", { text }),
    ])),
    el("p", { text: t("show.explore_help") }),
  );
}

/** @param {string} path */
function draw(path) {
  return svg("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" }, svg("path", { d: path }));
}
