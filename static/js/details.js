/** The page of its own that a park, plot or hall has. */
import { el } from "./dom.js";
import { pageAddress, t } from "./i18n.js";

const KINDS = ["parks", "parcels", "buildings"];

/**
 * Return the link to the page of a thing; null if it has none. The pages show what is public,
 * so the staff edition links to none: it may show what they do not know.
 * @param {string|undefined} kind
 * @param {string} id
 * @param {string} className
 * @param {string} [name] of the thing, where several links are alike
 */
export function detailsLink(kind, id, className, name) {
  const { root = "", layers = "" } = document.documentElement.dataset;
  if (!kind || !KINDS.includes(kind) || layers.startsWith(`${root}staff/`)) return null;
  return el("a", {
    class: className,
    href: pageAddress(kind, id),
    "aria-label": name && `${t("ui.details")}${t("ui.colon")}${name}`,
    text: t("ui.details"),
  });
}
