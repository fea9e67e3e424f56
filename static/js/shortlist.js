/**
 * The reader's own shortlist, kept in this browser. It stands in an address when it is shown
 * or sent, so nothing of it is ever stored on the server.
 *
 * A button with `data-shortlist="kind/key"` puts a thing on the list and takes it off again.
 * The texts stand in `#shortlist-note`; a page without it has no list.
 */

const STORE = "parks.shortlist";
/** Entries of a list; twin of MOST in geo/shortlist.py. */
const MOST = 10;
const SHOWN_MS = 6000;
/** "%" and "," stand in a reference only as "%25" and "%2C". */
const REFERENCE = /^(parks|parcels|buildings)\/[^,]+$/;

/** Return the references on the list, in order. @returns {string[]} */
export function entries() {
  try {
    const found = JSON.parse(localStorage.getItem(STORE) ?? "[]");
    return Array.isArray(found) ? found.filter((ref) => REFERENCE.test(ref)).slice(0, MOST) : [];
  } catch {
    return []; // no storage here, or something else wrote into it
  }
}

/** Keep a list in place of the present one. @param {string[]} refs */
export function keep(refs) {
  try {
    localStorage.setItem(STORE, JSON.stringify(refs.slice(0, MOST)));
  } catch {
    // A browser that keeps nothing still shows the list by its address.
  }
  refresh();
}

/**
 * Return the reference of a thing.
 * @param {string} kind
 * @param {string} key
 */
export function reference(kind, key) {
  return `${kind}/${key.replaceAll("%", "%25").replaceAll(",", "%2C")}`;
}

/** Return the address of a list. @param {string[]} refs */
export function addressOf(refs) {
  const address = new URL(note()?.dataset.list ?? "shortlist", location.href);
  if (refs.length) address.searchParams.set("ids", refs.join(","));
  return address.href.replaceAll("%2F", "/").replaceAll("%2C", ",");
}

/**
 * Return a button for a thing; null on a page without a list.
 * @param {string} kind
 * @param {string} key
 */
export function shortlistButton(kind, key) {
  if (!note()) return null;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button shortlist-button";
  button.dataset.shortlist = reference(kind, key);
  label(button, entries());
  return button;
}

/** @returns {HTMLElement|null} */
function note() {
  return document.getElementById("shortlist-note");
}

/** Put the thing of a button on the list, or take it off. @param {HTMLElement} button */
function toggle(button) {
  const ref = button.dataset.shortlist ?? "";
  const list = entries();
  if (list.includes(ref)) {
    keep(list.filter((other) => other !== ref));
    say("removed");
  } else if (list.length >= MOST) {
    say("full");
  } else {
    keep([...list, ref]);
    say("added");
  }
}

/** Say what was done, with the way to the list. @param {"added"|"removed"|"full"} what */
function say(what) {
  const root = note();
  if (!root) return;
  const list = entries();
  const text = document.createElement("span");
  text.textContent = (root.dataset[what] ?? "").replace("{count}", String(list.length));
  const way = document.createElement("a");
  way.href = addressOf(list);
  way.textContent = root.dataset.open ?? "";
  root.replaceChildren(text, way);
  root.hidden = false;
  clearTimeout(timer);
  timer = setTimeout(() => (root.hidden = true), SHOWN_MS);
}

/** @type {ReturnType<typeof setTimeout>|undefined} */
let timer;

/** Let every button and count say how the list is. */
function refresh() {
  const list = entries();
  for (const button of document.querySelectorAll("[data-shortlist]")) {
    label(/** @type {HTMLElement} */ (button), list);
  }
  for (const way of document.querySelectorAll('[data-way="shortlist"]')) {
    way.querySelector(".shortlist-count")?.remove();
    if (!list.length) continue;
    const count = document.createElement("span");
    count.className = "shortlist-count";
    count.textContent = String(list.length);
    way.append(count);
  }
}

/**
 * @param {HTMLElement} button
 * @param {string[]} list
 */
function label(button, list) {
  const isOn = list.includes(button.dataset.shortlist ?? "");
  button.classList.toggle("is-on", isOn);
  button.textContent = note()?.dataset[isOn ? "remove" : "add"] ?? "";
}

document.addEventListener("click", (event) => {
  const button = /** @type {Element} */ (event.target).closest("[data-shortlist]");
  if (!button || !note()) return;
  event.preventDefault();
  toggle(/** @type {HTMLElement} */ (button));
});
// Another window of the same site changed the list.
addEventListener("storage", (event) => event.key === STORE && refresh());
// A page that comes back by the browser's "back" may be older than the list.
addEventListener("pageshow", refresh);
refresh();
