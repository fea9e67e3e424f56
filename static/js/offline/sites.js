/**
 * The finder of the offline package. The page holds every card as the server wrote it; here what
 * the address asks is judged, the cards are put in order, and each says how it answers. A new
 * question is a new address, so that going back works as on the site.
 */

import { fetchJson } from "../data.js";
import { el } from "../dom.js";
import { initI18n, t } from "../i18n.js";
import { mountAsked, readAsk } from "./ask.js";
import { MET, NOT_MET, UNKNOWN, count, rank } from "./match.js";

/** @typedef {import("./match.js").Match} Match */
/** @typedef {import("./ask.js").Asked} Asked */

/** So many that do not fit are listed; twin of FEW_OTHERS in geo/web/sites.py. */
const FEW = 10;
/** By outcome, as match.js counts them. */
const TONES = ["not", "unknown", "met"];

/** @param {string} selector @returns {any} */
const find = (selector) => document.querySelector(selector);

/** Return a card that says how its offer answers. */
function answerCard(/** @type {HTMLElement} */ card, /** @type {Match} */ match, /** @type {Asked[]} */ asked) {
  const [met, unknown, failed] = [MET, UNKNOWN, NOT_MET].map((one) => count(match, one));
  const tone = failed ? "not" : unknown ? "unknown" : "met";
  card.className = `offer is-${tone}`;
  const total = asked.length;
  const score = failed
    ? t("sites.score_failed", { met, total, failed })
    : unknown
      ? t("sites.score_unknown", { met, total, unknown })
      : t("sites.score_all", { met, total });
  card.querySelector(".offer-head")?.append(el("p", { class: `score is-${tone}`, text: score }));
  const answers = asked.map(({ text }, at) => answer(TONES[match.outcomes[at]], text));
  const questions = asked.filter((_, at) => match.outcomes[at] === UNKNOWN);
  const more = [el("ul", { class: "answers" }, answers)];
  if (questions.length) more.push(questionsOf(questions));
  card.querySelector(".offer-facts")?.after(...more);
}

/** @param {string} tone @param {string} text */
function answer(tone, text) {
  const said = t(`sites.${tone}`) + t("ui.colon");
  const shown = tone === "unknown" ? t("sites.to_check", { text }) : text;
  const hidden = el("span", { class: "visually-hidden", text: said });
  return el("li", { class: `answer is-${tone}` }, hidden, shown);
}

/** @param {Asked[]} asked */
function questionsOf(asked) {
  const items = asked.map(({ name, text }) =>
    el("li", { text: t(`sites.ask_${name}`, { asked: text }) }),
  );
  return /** @type {any} */ (
    el(
      "details",
      { class: "offer-questions" },
      el("summary", { text: t("sites.questions", { count: items.length }) }),
      el("ul", { class: "questions" }, items),
    )
  );
}

/** Give a card its place in the list, or none. @param {HTMLElement} card @param {number} place */
function number(card, place) {
  card.querySelector(".offer-rank")?.remove();
  if (!place) return;
  const mark = el("span", { class: "offer-rank", "aria-hidden": "true", text: String(place) });
  card.querySelector(".offer-title")?.prepend(mark);
}

/**
 * Show the offers in their order.
 * @param {{fitting: Match[], others: Match[]}} found
 * @param {Asked[]} asked
 */
function list({ fitting, others }, asked) {
  const cards = new Map(
    [...document.querySelectorAll(".offer")].map((card) => [card.id, /** @type {any} */ (card)]),
  );
  const whole = find(".offers");
  const nearest = others.slice(0, FEW);
  const take = (/** @type {Match} */ match, /** @type {number} */ place) => {
    const card = cards.get(match.offer.key);
    answerCard(card, match, asked);
    number(card, place);
    return card;
  };
  const first = fitting.map((match, at) => take(match, at + 1));
  const rest = nearest.map((match) => take(match, 0));
  whole.replaceChildren(...first);
  find("#results [role=status]").textContent = t("sites.count_fit", { count: first.length });
  if (!first.length) whole.replaceWith(el("p", { class: "empty", text: t("sites.none_fit") }));
  if (rest.length) find(".results").after(othersOf(rest, others.length));
}

/** @param {HTMLElement[]} cards @param {number} all */
function othersOf(cards, all) {
  return el(
    "section",
    { class: "results is-others", "aria-labelledby": "others" },
    el("h2", { class: "results-title", id: "others", text: t("sites.others_title", { count: all }) }),
    all > cards.length && el("p", { class: "remark", text: t("sites.others_few", { count: cards.length }) }),
    el("ol", { class: "offers" }, cards),
  );
}

/** Let the map show the same offers under the same numbers. @param {{fitting: Match[], others: Match[]}} found */
function numberMap({ fitting, others }) {
  const data = find("#finder-data");
  const drawn = JSON.parse(data.textContent);
  const shapes = new Map(drawn.offers.map((/** @type {any} */ one) => [one.key, one]));
  const shape = (/** @type {Match} */ { offer }, /** @type {number} */ rank) => ({
    ...(shapes.get(offer.key) ?? { key: offer.key, park: null, shapes: [] }),
    rank,
  });
  drawn.offers = [
    ...fitting.map((match, at) => shape(match, at + 1)),
    ...others.slice(0, FEW).map((match) => shape(match, 0)),
  ];
  for (const [id, park] of Object.entries(drawn.parks)) {
    park.count = fitting.filter(({ offer }) => offer.parks[0] === id).length;
  }
  data.textContent = JSON.stringify(drawn);
}

async function boot() {
  const { root = "", lang = "zh" } = document.documentElement.dataset;
  const form = /** @type {HTMLFormElement} */ (find("#ask"));
  const what = /** @type {any} */ (form.elements.namedItem("what"))?.value ?? "plot";
  const [{ units, offers }] = await Promise.all([
    fetchJson(`data/offers.${what}.json`),
    initI18n(root, lang),
  ]);
  const { asked, faults } = readAsk(form, new URLSearchParams(location.search), units);
  mountAsked(form, asked, faults);
  if (faults.length) {
    find(".results").remove();
  } else if (asked.length) {
    const found = rank(offers, asked.map(({ criterion }) => criterion));
    list(found, asked);
    numberMap(found);
    if (what === "plot" && asked.some(({ name }) => name === "area")) {
      find(".results").append(el("p", { class: "remark", text: t("offline.adjoining") }));
    }
  }
  await import("../sites/page.js");
}

boot();
