/** Which key does what: those of keyboards, and those that clickers send. */

/**
 * @typedef {"next"|"back"|"first"|"last"|"black"|"white"|"screen"|"play"|"language"|"notes"
 *   |"leave"|"help"} Action
 */

/** @type {Record<string, Action>} */
const KEYS = {
  ArrowRight: "next",
  ArrowDown: "next",
  PageDown: "next",
  " ": "next",
  Enter: "next",
  ArrowLeft: "back",
  ArrowUp: "back",
  PageUp: "back",
  Backspace: "back",
  Home: "first",
  End: "last",
  b: "black",
  ".": "black",
  "。": "black",
  w: "white",
  f: "screen",
  F5: "screen",
  p: "play",
  l: "language",
  n: "notes",
  Escape: "leave",
  "?": "help",
  "？": "help",
};

/**
 * An input method for Chinese names no key while it is on; then the place of the key counts.
 * @type {Record<string, Action>}
 */
const PLACES = {
  KeyB: "black",
  Period: "black",
  KeyW: "white",
  KeyF: "screen",
  KeyP: "play",
  KeyL: "language",
  KeyN: "notes",
  Space: "next",
};

/** A number that no Enter follows is forgotten after this time. */
const PATIENCE_MS = 4000;
const MOST_DIGITS = 3;

/** What is typed, as actions. */
export class Keys {
  #digits = "";
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #timer;

  /**
   * @param {{act: (action: Action) => void, goTo: (number: number) => void,
   *   onDigits: (digits: string) => void}} answers
   */
  constructor(answers) {
    this.answers = answers;
    this.listen = this.listen.bind(this);
  }

  /** Answer a key. @param {KeyboardEvent} event */
  listen(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    // Somebody who goes through the buttons by keyboard means the button.
    const isOnButton = /** @type {Element} */ (event.target).matches?.(":focus-visible:is(button, a)");
    if (isOnButton && (event.key === "Enter" || event.key === " ")) return;
    if (/^\d$/.test(event.key)) {
      event.preventDefault();
      this.#type(event.key);
      return;
    }
    const action = actionOf(event);
    if (!action) return;
    // F5 would load the page anew, Backspace leave it, and Space scroll it.
    event.preventDefault();
    // A key that is held down turns one page, not all of them.
    if (event.repeat) return;
    const number = Number(this.#digits);
    this.#forget();
    if (event.key === "Enter" && number) this.answers.goTo(number);
    else this.answers.act(action);
  }

  /** @param {string} digit */
  #type(digit) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#forget(), PATIENCE_MS);
    this.#digits = (this.#digits + digit).slice(-MOST_DIGITS);
    this.answers.onDigits(this.#digits);
  }

  #forget() {
    clearTimeout(this.#timer);
    if (!this.#digits) return;
    this.#digits = "";
    this.answers.onDigits("");
  }
}

/** @param {KeyboardEvent} event @returns {Action|undefined} */
function actionOf({ key, code, isComposing }) {
  if (isComposing || key === "Process") return PLACES[code];
  return KEYS[key] ?? KEYS[key.toLowerCase()];
}
