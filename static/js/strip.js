/**
 * Published figures: the strip at the foot of the map, the list of all of them, and the
 * note that says where one comes from. A figure never stands without its period.
 */
import { chip, el, fill, section, webLink } from "./dom.js";
import { number, parts, quantity, unit } from "./format.js";
import { pick, t, word } from "./i18n.js";

/**
 * @typedef {Record<string, any>} Figure a record of site.figures
 * @typedef {import("./data.js").Site & {strip: string[], figures: Figure[],
 *   statistics: Record<string, any>[], as_of: string, site: Record<string, any>}} Site
 */

/**
 * Talks and agreements not yet binding: a pipeline beside the projects, never added to them.
 */
const PIPELINE = /^(trips|contacted|intent|signed)_/;
const SHARE_TOLERANCE = 0.005;
const MARGIN = 12;

/**
 * Fill the strip with the figures that the site chose, and a way to all the others.
 * @param {{root: HTMLElement, site: Site}} options
 */
export function mountStrip({ root, site }) {
  const figures = chosenFigures(site);
  root.hidden = !figures.length;
  if (root.hidden) return;
  fill(root, figureRow(figures, site), allFiguresButton(site));
  // What stands above the strip on the map must know how high it came out.
  const measure = () => {
    document.documentElement.style.setProperty("--strip", `${root.offsetHeight}px`);
  };
  new ResizeObserver(measure).observe(root);
}

/** Return the figures of the strip. @param {Site} site @returns {Figure[]} */
export function chosenFigures(site) {
  const byId = new Map((site.figures ?? []).map((figure) => [figure.figure_id, figure]));
  return (site.strip ?? []).flatMap((id) => byId.get(id) ?? []);
}

/**
 * Return figures side by side.
 * @param {Figure[]} figures
 * @param {Site} site
 */
export function figureRow(figures, site) {
  return el(
    "ul",
    { class: "figures" },
    figures.map((figure) => el("li", {}, figureButton(figure, site))),
  );
}

/** Return the button that opens the list of all figures. @param {Site} site */
export function allFiguresButton(site) {
  return el("button", {
    class: "figures-all",
    type: "button",
    "aria-haspopup": "dialog",
    text: t("ui.figures_all"),
    on: { click: () => openAllFigures(site) },
  });
}

/**
 * Return figures one under the other, for where there are many.
 * @param {Figure[]} figures
 * @param {Site} site
 */
export function figureRows(figures, site) {
  const rows = figures.map((figure) => {
    const text = el("span", { class: "figure-row-label", text: label(figure) });
    const row = el(
      "button",
      { class: "figure-row", type: "button", "aria-haspopup": "dialog" },
      text,
      value(figure),
    );
    openNoteOn(row, () => noteOf(figure, site));
    return el("li", {}, row);
  });
  return el("ul", { class: "figure-rows" }, rows);
}

/**
 * @param {Figure} figure
 * @param {Site} site
 */
function figureButton(figure, site) {
  const button = el(
    "button",
    { class: "figure", type: "button", "aria-haspopup": "dialog" },
    value(figure),
    el("span", { class: "figure-label", text: label(figure) }),
    isInconsistent(figure, site) && chip(t("ui.inconsistent"), "amber"),
  );
  openNoteOn(button, () => noteOf(figure, site));
  return button;
}

/** @param {Figure} figure */
function value(figure) {
  const amount = number(figure.value) + (figure.lower_bound ? "+" : "");
  return quantity(amount, unit(figure.unit, figure.unit_en));
}

/** @param {Figure} figure */
function label(figure) {
  const aim = isTarget(figure) ? ` · ${t("ui.target")}` : "";
  return `${pick(figure, "subject")} · ${period(figure.period)}${aim}`;
}

/** @param {unknown} text */
function period(text) {
  // The tables are kept in Chinese; an undated figure is the one period that has words.
  return text ? String(text).replace("未注明，约", `${t("ui.undated_about")} `) : t("ui.undated");
}

/** Whether the figure is aimed at and not reached. @param {Figure} figure */
function isTarget(figure) {
  return figure.target === true;
}

/**
 * Whether a figure and the share that its source states contradict each other.
 * @param {Figure} figure
 * @param {Site} site
 */
function isInconsistent(figure, site) {
  const whole = site.figures.find((other) => other.figure_id === figure.share_of);
  if (!whole || !figure.stated_share) return false;
  return Math.abs(figure.value / whole.value - figure.stated_share) > SHARE_TOLERANCE;
}

/**
 * @param {Figure} figure
 * @param {Site} site
 */
function chips(figure, site) {
  return [
    isTarget(figure) ? chip(t("ui.target"), "amber", t("ui.target_means")) : null,
    isInconsistent(figure, site) ? chip(t("ui.inconsistent"), "amber") : null,
  ];
}

/**
 * Return what is known about a figure: source, note, nature.
 * @param {Figure} figure
 * @param {Site} site
 */
function noteOf(figure, site) {
  const nature = isTarget(figure) ? t("ui.target_means") : word("nature_means", figure.nature);
  return [
    el("p", { class: "note-title" }, value(figure), " ", ...chips(figure, site)),
    el("p", { class: "note-subject", text: label(figure) }),
    pick(figure, "note") && el("p", { class: "note-text", text: pick(figure, "note") }),
    el("p", { class: "note-source" }, `${t("ui.source")}${t("ui.colon")}`, sources(figure.source)),
    el("p", { class: "note-nature", text: nature }),
  ];
}

/** Return a list of sources, each a link if it is a web address. @param {unknown} text */
export function sources(text) {
  const names = parts(text);
  return names.flatMap((name, i) => [i ? t("ui.list_separator") : "", webLink(name, name)]);
}

/* The note: one pop-over for the whole page. */

/** @type {HTMLElement|null} */
let note = null;
/** @type {HTMLElement|null} */
let owner = null;

/**
 * Let a button open the note with what `content` returns, and close it again.
 * @param {HTMLElement} button
 * @param {() => any[]} content
 */
export function openNoteOn(button, content) {
  let wasOpen = false;
  // A press outside closes the note before the click comes; a second click must not reopen it.
  button.addEventListener("pointerdown", () => {
    wasOpen = owner === button && Boolean(note?.matches(":popover-open"));
  });
  button.addEventListener("click", () => {
    const open = wasOpen || (owner === button && note?.matches(":popover-open"));
    wasOpen = false;
    if (open) note?.hidePopover();
    else showNote(button, content());
  });
}

/**
 * @param {HTMLElement} button
 * @param {any[]} content
 */
function showNote(button, content) {
  note ??= el("div", { class: "note", popover: "auto", role: "dialog", tabindex: "-1" });
  if (note.matches(":popover-open")) note.hidePopover();
  // Inside an open dialog everything else is inert, so the note goes where its button is.
  (button.closest("dialog") ?? document.body).append(note);
  note.setAttribute("aria-label", button.textContent ?? "");
  fill(note, ...content);
  owner = button;
  note.showPopover();
  placeBeside(note, button);
  note.focus({ preventScroll: true });
}

/**
 * @param {HTMLElement} box
 * @param {HTMLElement} anchor
 */
function placeBeside(box, anchor) {
  const at = anchor.getBoundingClientRect();
  const size = box.getBoundingClientRect();
  const above = at.top - size.height - MARGIN;
  const top =
    above > MARGIN ? above : Math.min(at.bottom + MARGIN, innerHeight - size.height - MARGIN);
  const left = Math.min(Math.max(at.left, MARGIN), innerWidth - size.width - MARGIN);
  box.style.top = `${Math.max(top, MARGIN)}px`;
  box.style.left = `${Math.max(left, MARGIN)}px`;
}

/** @param {Site} site */
function openAllFigures(site) {
  const dialog = el("dialog", { class: "dialog", "aria-labelledby": "figures-title" });
  const close = el("button", {
    class: "icon-button",
    type: "button",
    "aria-label": t("ui.close"),
    on: { click: () => dialog.close() },
  });
  dialog.append(
    el(
      "header",
      { class: "dialog-head" },
      el("h2", { id: "figures-title", text: t("ui.figures_all") }),
      close,
    ),
    el("div", { class: "dialog-body", tabindex: "0" }, groupFigures(site)),
  );
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  document.body.append(dialog);
  dialog.showModal();
}

/** @param {Site} site */
function groupFigures(site) {
  const ofParks = site.figures.filter((figure) => figure.park_id);
  const others = site.figures.filter((figure) => !figure.park_id);
  const pipeline = others.filter((figure) => PIPELINE.test(figure.figure_id));
  const projects = others.filter((figure) => !PIPELINE.test(figure.figure_id));
  return [
    figureGroup(t("ui.figures_projects"), projects, site),
    figureGroup(t("ui.figures_pipeline"), pipeline, site, t("ui.figures_pipeline_note")),
    figureGroup(t("ui.figures_parks"), ofParks, site),
  ];
}

/**
 * @param {string} title
 * @param {Figure[]} figures
 * @param {Site} site
 * @param {string} [remark]
 */
function figureGroup(title, figures, site, remark) {
  if (!figures.length) return null;
  return section(
    title,
    remark && el("p", { class: "remark", text: remark }),
    el(
      "ul",
      { class: "figure-list" },
      figures.map((figure, i) =>
        figureEntry(figure, site, figure.source !== figures[i + 1]?.source),
      ),
    ),
  );
}

/**
 * @param {Figure} figure
 * @param {Site} site
 * @param {boolean} isLast whether the next figure has another source
 */
function figureEntry(figure, site, isLast) {
  return el(
    "li",
    {},
    el("div", { class: "figure-entry" }, el("span", { text: label(figure) }), value(figure)),
    chips(figure, site),
    pick(figure, "note") && el("p", { class: "remark", text: pick(figure, "note") }),
    isLast &&
      el(
        "p",
        { class: "remark is-source" },
        `${t("ui.source")}${t("ui.colon")}`,
        sources(figure.source),
      ),
  );
}
