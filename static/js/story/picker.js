/** The things that a scene points out: chosen by search instead of typed, one a line. */

import { chip, el, fill } from "../dom.js";
import { findThings } from "./things.js";

/** @typedef {import("./things.js").Thing} Thing */

const MOST = 8;

/** Return the references of the form. @param {HTMLTextAreaElement} field */
export function readReferences(field) {
  return field.value.split(/\s+/).filter(Boolean);
}

/**
 * Put a list and a search in place of the field, which goes on holding what is chosen.
 * @param {HTMLElement} row
 * @param {HTMLTextAreaElement} field
 * @param {Thing[]} things
 */
export function makePicker(row, field, things) {
  const { find, example, none, empty, takeOut = "" } = row.dataset;
  const byReference = new Map(things.map((thing) => [thing.reference, thing]));
  const list = el("ul", { class: "story-chosen" });
  const found = el("ul", { class: "story-found" });
  const search = el("input", {
    class: "field",
    id: "find",
    type: "search",
    autocomplete: "off",
    placeholder: example,
    on: { input: () => showFound(), keydown },
  });

  /** @param {string[]} references */
  function write(references) {
    field.value = references.join("\n");
    // As if it had been typed: the map and the guard of unsaved words listen.
    field.dispatchEvent(new Event("input", { bubbles: true }));
    showChosen();
  }

  function showChosen() {
    const items = readReferences(field).map((reference) => {
      const thing = byReference.get(reference);
      const label = takeOut.replace("{name}", thing?.name ?? reference);
      const drop = () => {
        write(readReferences(field).filter((one) => one !== reference));
        search.focus();
      };
      return el(
        "li",
        {},
        thing ? el("span", { text: thing.name }) : chip(reference, "amber"),
        thing && el("span", { class: "remark", text: reference }),
        el("button", { class: "story-drop", type: "button", "aria-label": label, title: label, text: "×", on: { click: drop } }),
      );
    });
    fill(list, items.length ? items : el("li", { class: "remark", text: empty }));
  }

  /** @param {Thing} thing */
  function take(thing) {
    const references = readReferences(field);
    if (!references.includes(thing.reference)) write([...references, thing.reference]);
    search.value = "";
    showFound();
    search.focus();
  }

  function showFound() {
    const matches = findThings(things, search.value, MOST);
    const items = matches.map((thing) =>
      el("li", {}, el("button", { class: "link", type: "button", on: { click: () => take(thing) } },
        thing.name, " ", el("span", { class: "remark", text: `${thing.layer.title} · ${thing.feature.id}` }))),
    );
    const isVain = search.value.trim() && !items.length;
    fill(found, isVain ? el("li", { class: "remark", role: "status", text: none }) : items);
  }

  /** Enter takes the first that was found; it must not send the form. @param {KeyboardEvent} event */
  function keydown(event) {
    if (event.key !== "Enter") return;
    event.preventDefault();
    const [first] = findThings(things, search.value, 1);
    if (first) take(first);
  }

  field.hidden = true;
  row.querySelector("#highlight-help")?.setAttribute("hidden", "");
  row.querySelector("label")?.setAttribute("for", "find");
  const label = el("label", { class: "visually-hidden", for: "find", text: find });
  field.after(list, label, search, found);
  showChosen();
}
