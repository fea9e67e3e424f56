/**
 * The list that twins the map: when it is shown, and the ways there. Its tables are fetched
 * when they are first wanted.
 */
import { t } from "./i18n.js";

/**
 * @typedef {import("./data.js").Data} Data
 * @typedef {import("./state.js").ViewState} ViewState
 * @typedef {{tab: string, query: string}} Preset what the list is to begin with
 */

/**
 * Show the list while the view asks for it. The state's event "list" with a {@link Preset}
 * says what it is to begin with.
 * @param {{root: HTMLElement, state: ViewState, data: Data}} options
 */
export function mountList({ root, state, data }) {
  /** @type {Preset|undefined} */
  let preset;
  /** @type {Promise<import("./list-tables.js").Tables>|undefined} */
  let tables;
  const open = async () => {
    tables ??= import("./list-tables.js").then(({ Tables }) => new Tables({ root, state, data }));
    try {
      (await tables).show(preset);
      preset = undefined;
    } catch {
      tables = undefined;
      root.textContent = t("ui.load_failed_help");
    }
  };
  /** @type {string|undefined} */
  let shown;
  const follow = () => {
    const { view } = state.get();
    if (view === shown) return;
    shown = view;
    document.documentElement.dataset.view = view;
    root.hidden = view !== "list";
    markLinks(view);
    if (!root.hidden) open();
  };
  state.addEventListener("list", (event) => {
    preset = /** @type {CustomEvent<Preset>} */ (event).detail;
    if (!root.hidden) open();
  });
  state.addEventListener("change", follow);
  for (const link of viewLinks()) {
    link.addEventListener("click", (event) => followLink(event, state));
  }
  follow();
}

/** @returns {NodeListOf<HTMLAnchorElement>} */
function viewLinks() {
  return document.querySelectorAll("a[data-view]");
}

/** @param {string} view */
function markLinks(view) {
  for (const link of viewLinks()) {
    if (link.dataset.view === view) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

/**
 * Change the view in place; a click that asks for a new window is left to the browser.
 * @param {MouseEvent} event
 * @param {ViewState} state
 */
function followLink(event, state) {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  const { view } = /** @type {HTMLElement} */ (event.currentTarget).dataset;
  state.set({ view: view === "list" ? "list" : "map" }, { push: true });
}
