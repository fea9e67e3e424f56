/** The text of a scene: headline, figures, what must be said of them, and where they are from. */

import { chip, el, fill } from "../dom.js";
import { lang, pick, t, word } from "../i18n.js";
import { capital } from "./legend.js";

/**
 * @typedef {import("./state.js").Scene} Scene
 * @typedef {import("./state.js").Figure} Figure
 * @typedef {import("./state.js").Story} Story
 */

/** Sizes that are tried until all fits, from the one that is meant. */
const STEPS = [1, 0.94, 0.88, 0.82, 0.76, 0.7, 0.64, 0.58, 0.52, 0.46, 0.4];
const HEADLINE_LINES = 2;

/**
 * Put a scene in place of what the slide shows.
 * @param {HTMLElement} root
 * @param {Scene} scene
 * @param {Story} story
 */
export function showSlide(root, scene, story) {
  root.className = `show-slide is-${scene.kind}`;
  root.parentElement?.classList.toggle("is-wide", scene.kind !== "scene");
  fill(
    root,
    el(
      "div",
      { class: "show-body" },
      scene.eyebrow && el("p", { class: "show-eyebrow", text: pick(scene.eyebrow) }),
      headlineOf(pick(scene.headline)),
      scene.text && el("p", { class: "show-lead", text: pick(scene.text) }),
      scene.figures.length > 0 && el("dl", { class: "show-figures" }, scene.figures.map(figure)),
      scene.kind === "closing" && contact(story),
    ),
    foot(scene, story),
  );
  fitText(root);
}

/**
 * Return a headline that breaks between words, in Chinese as well; an older browser that knows
 * no words breaks it anywhere.
 * @param {string} text
 */
function headlineOf(text) {
  if (lang() !== "zh" || !Intl.Segmenter) return el("h1", { class: "show-headline", text });
  const words = new Intl.Segmenter("zh", { granularity: "word" }).segment(text);
  const parts = [...words].map(({ segment, isWordLike }) => [isWordLike && el("wbr"), segment]);
  return el("h1", { class: "show-headline is-worded" }, parts);
}

/** @param {Figure} shown */
function figure({ subject, number, unit, period, nature, target }) {
  const [name, when] = [pick(subject), pick(period)];
  const said = [
    target && chip(t("show.target"), "amber"),
    nature === "sample" && chip(word("nature", nature), "amber"),
  ];
  // A term comes before its value; on the wall the number stands above (order in the style sheet).
  return el(
    "div",
    { class: "show-figure" },
    el("dt", {}, name, when && ["\u00a0·\u00a0", el("span", { class: "show-period", text: when })], said),
    el(
      "dd",
      {},
      el("span", { class: "show-number", text: number }),
      el("span", { class: "show-unit", text: pick(unit) }),
    ),
  );
}

/** Return who answers, as far as it is known. @param {Story} story */
function contact({ contact: { organiser, corrections, offices } }) {
  const code = document.getElementById("show-code");
  const picture = code instanceof HTMLTemplateElement && code.content.cloneNode(true);
  const known = Boolean(organiser || corrections || offices.length);
  return el(
    "div",
    { class: "show-contact" },
    known && el(
      "dl",
      {},
      organiser && [el("dt", { text: t("show.organiser") }), el("dd", { text: pick(organiser) })],
      offices.map(({ name, post, phone, email }) => [
        el("dt", { text: pick(name) }),
        el("dd", { text: [post, phone, email].filter(Boolean).join(" · ") }),
      ]),
      corrections && [el("dt", { text: t("show.corrections") }), el("dd", { text: spoken(corrections) })],
    ),
    !known && el("p", { class: "show-unknown", text: t("ui.contact_missing") }),
    picture
      ? el("figure", { class: "show-code" }, picture)
      : el("p", { class: "show-unknown", text: t("show.no_code") }),
  );
}

/** The catalogue has a contact as one text or one a language. @param {any} text */
function spoken(text) {
  return typeof text === "string" ? text : pick(text);
}

/**
 * Return what must be said of a scene, each thing once.
 * @param {string[]} natures
 * @param {boolean} isUnreviewed whether it shows boundaries that no office has approved
 */
function notices(natures, isUnreviewed) {
  const isLoose = natures.includes("schematic") || natures.includes("text-limits");
  const loose = isUnreviewed ? t("show.schematic_all") : t("show.schematic");
  return [
    isLoose ? loose : isUnreviewed && t("ui.notice_boundary"),
    natures.includes("sample") && t("show.sample"),
  ].filter((text) => typeof text === "string");
}

/** @param {Scene} scene @param {Story} story */
function foot(scene, { map_approval: approval }) {
  const said = notices(scene.natures, !approval && scene.layers.length > 0);
  const sources = scene.sources.map((source) => pick(source)).filter(Boolean);
  return el(
    "footer",
    { class: "show-foot" },
    said.length > 0 && el("p", { class: "show-notices" }, said.map((text) => chip(capital(text), "amber"))),
    sources.length > 0 &&
      el("p", { class: "show-sources", text: `${t("show.source")}${sources.join(t("show.and"))}` }),
    approval && el("p", { class: "show-sources", text: approval }),
  );
}

/**
 * Make the type as large as fits: the headline into two lines, each unit beside its number, all
 * of it into the column.
 * @param {HTMLElement} root
 */
export function fitText(root) {
  const body = root.querySelector(".show-body");
  const headline = root.querySelector(".show-headline");
  if (!body || !headline) return;
  root.style.setProperty("--fit", "1");
  tryUntil(root, "--headline", () => linesOf(headline) <= HEADLINE_LINES && isNarrow(headline));
  const values = [...body.querySelectorAll(".show-figure dd")];
  tryUntil(root, "--unit", () => values.every(isOneLine));
  tryUntil(root, "--fit", () => isInside(body));
}

/** @param {HTMLElement} root @param {string} name @param {() => boolean} fits */
function tryUntil(root, name, fits) {
  for (const step of STEPS) {
    root.style.setProperty(name, String(step));
    if (fits()) return;
  }
}

/** @param {Element} node */
function linesOf(node) {
  const height = Number.parseFloat(getComputedStyle(node).lineHeight);
  return Math.round(node.getBoundingClientRect().height / height);
}

/** Return whether a number has its unit beside it. @param {Element} value */
function isOneLine(value) {
  const [number, unit] = [...value.children].map((node) => node.getBoundingClientRect());
  return unit.top < number.bottom;
}

/** Return whether no word is wider than its line. @param {Element} node */
function isNarrow(node) {
  return node.scrollWidth <= node.clientWidth + 1;
}

/**
 * Return whether nothing runs out of the column. By its boxes: the letters of a line may be
 * higher than the line itself, which is no fault.
 * @param {Element} body
 */
function isInside(body) {
  const { top, bottom, right } = body.getBoundingClientRect();
  return [...body.querySelectorAll(":not(wbr)")].every((node) => {
    const box = node.getBoundingClientRect();
    return box.top >= top - 1 && box.bottom <= bottom + 1 && box.right <= right + 1;
  }) && [...body.children].every(isNarrow);
}
