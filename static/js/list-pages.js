/** The pages of a table whose layer is too large to be here whole: the server finds them. */

/**
 * @typedef {import("./data.js").Feature} Feature
 * @typedef {{query: string, onOffer: boolean}} Filter
 */

export class Pages {
  /** @type {number[]} row that each page begins after */
  #starts = [0];
  #matched = 0;
  #filter = "";

  /**
   * @param {import("./data.js").Data} data
   * @param {string} layer
   * @param {number} size features in a page
   */
  constructor(data, layer, size) {
    this.data = data;
    this.layer = layer;
    this.size = size;
  }

  /**
   * Return a page of what passes a filter, and how many do in all; the pages before it must
   * have been asked for.
   * @param {number} page
   * @param {Filter} filter
   * @returns {Promise<{features: Feature[], matched: number}>}
   */
  async get(page, filter) {
    const { query, onOffer } = filter;
    const key = JSON.stringify([query, onOffer]);
    if (key !== this.#filter) this.#restart(key);
    const asked = { limit: String(this.size), after: String(this.#starts[page] ?? 0) };
    const narrow = { ...(query && { q: query }), ...(onOffer && { offer: "1" }) };
    const found = await this.data.page(this.layer, { ...asked, ...narrow });
    if (key === this.#filter) {
      this.#matched = found.matched ?? this.#matched;
      if (found.next !== null) this.#starts[page + 1] = found.next;
    }
    return { features: found.features, matched: this.#matched };
  }

  /** @param {string} key */
  #restart(key) {
    this.#filter = key;
    this.#starts = [0];
    this.#matched = 0;
  }
}
