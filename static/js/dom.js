/**
 * Elements made of nodes. Text is always a text node: names and notes come from files that
 * anyone may have written, so no string ever becomes markup here.
 */

const SVG = "http://www.w3.org/2000/svg";

/**
 * @typedef {string|number|Node|null|undefined|false|any[]} Child
 *
 * @typedef {object} Options
 * @property {string} [class]
 * @property {string} [text]
 * @property {Record<string, (event: any) => void>} [on] listeners by event
 */

/**
 * @param {Element} node
 * @param {Options & Record<string, any>} options
 * @param {Child[]} children
 */
function furnish(node, options, children) {
  const { class: names, text, on, ...attributes } = options;
  if (names) node.setAttribute("class", names);
  if (text !== undefined) node.textContent = text;
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    node.setAttribute(name, value === true ? "" : String(value));
  }
  for (const [name, listener] of Object.entries(on ?? {})) node.addEventListener(name, listener);
  append(node, children);
}

/**
 * @param {Element} node
 * @param {Child[]} children
 */
function append(node, children) {
  for (const child of children) {
    if (Array.isArray(child)) append(node, child);
    else if (child || child === 0) node.append(child instanceof Node ? child : String(child));
  }
}

/**
 * Return an HTML element. Empty attributes (undefined, null, false) are left out, and so
 * are empty children.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Options & Record<string, any>} [options]
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function el(tag, options = {}, ...children) {
  const node = document.createElement(tag);
  furnish(node, options, children);
  return node;
}

/**
 * Return an SVG element; options and children as in {@link el}.
 * @template {keyof SVGElementTagNameMap} K
 * @param {K} tag
 * @param {Options & Record<string, any>} [options]
 * @param {...Child} children
 * @returns {SVGElementTagNameMap[K]}
 */
export function svg(tag, options = {}, ...children) {
  const node = /** @type {any} */ (document.createElementNS(SVG, tag));
  furnish(node, options, children);
  return node;
}

/**
 * Put children in place of all that an element holds.
 * @param {Element} node
 * @param {...Child} children
 */
export function fill(node, ...children) {
  node.replaceChildren();
  append(node, children);
}

/**
 * Return a small statement in a frame.
 * @param {string} text
 * @param {""|"amber"|"jade"|"port"} [tone]
 * @param {string} [title] what it means, in a sentence
 */
export function chip(text, tone = "", title) {
  return el("span", { class: tone ? `chip is-${tone}` : "chip", title, text });
}

/**
 * Return a section under a small heading, or null if it would be empty.
 * @param {string} title
 * @param {...Child} children
 */
export function section(title, ...children) {
  const node = el("section", { class: "section" }, ...children);
  if (!node.childNodes.length) return null;
  node.prepend(el("h3", { class: "section-title", text: title }));
  return node;
}

/**
 * Return terms with their values, or null if none has a value.
 * @param {[string, Child][]} pairs
 */
export function facts(pairs) {
  const rows = pairs.filter(([, value]) => value !== null && value !== undefined && value !== "");
  if (!rows.length) return null;
  return el(
    "dl",
    { class: "facts" },
    rows.map(([term, value]) =>
      el("div", { class: "fact" }, el("dt", { text: term }), el("dd", {}, value)),
    ),
  );
}

/**
 * Return a link to another site if the address is one of the web, else the bare text.
 * @param {string} address
 * @param {string} text
 */
export function webLink(address, text) {
  if (!/^https?:\/\//i.test(address)) return el("span", { text });
  return el("a", {
    class: "link",
    href: address,
    rel: "noopener noreferrer",
    target: "_blank",
    text,
  });
}

/**
 * Let the slash key lead to a field, unless it is typed into one. What stood in the field is
 * selected, so that typing begins anew.
 * @param {HTMLElement} field
 */
export function focusBySlash(field) {
  document.addEventListener("keydown", (event) => {
    const { target } = event;
    const isMeant = !event.ctrlKey && !event.metaKey && !event.altKey && !event.defaultPrevented;
    const isTyped =
      target instanceof Element && target.matches("input, textarea, select, [contenteditable]");
    if (event.key !== "/" || !isMeant || isTyped) return;
    event.preventDefault();
    field.focus();
    if (field instanceof HTMLInputElement) field.select();
  });
}
