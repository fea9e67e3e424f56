/** What can be undone: the states before and after the present one. */

/** @template T */
export class History {
  /** @type {T[]} */
  #past = [];
  /** @type {T[]} */
  #future = [];
  /** @type {string | null} */
  #mark = null;

  /** @param {T} start */
  constructor(start) {
    this.now = start;
  }

  get canUndo() {
    return this.#past.length > 0;
  }

  get canRedo() {
    return this.#future.length > 0;
  }

  /**
   * Take over a new state. Changes of one mark in a row, as of a key that is held down, are
   * undone together.
   * @param {T} next
   * @param {string | null} [mark]
   */
  change(next, mark = null) {
    if (mark === null || mark !== this.#mark) this.#past.push(this.now);
    this.#mark = mark;
    this.#future = [];
    this.now = next;
  }

  undo() {
    this.#step(this.#past, this.#future);
  }

  redo() {
    this.#step(this.#future, this.#past);
  }

  /** @param {T[]} from @param {T[]} to */
  #step(from, to) {
    const next = from.pop();
    if (next === undefined) return;
    to.push(this.now);
    this.now = next;
    this.#mark = null;
  }
}
