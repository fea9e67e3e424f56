/** The tiles of one layer: fetched when they are wanted, the latest kept. */

import { readTile } from "./read.js";

/** Tiles that are kept; a wide screen shows about thirty. */
const KEPT = 160;
/** Statuses of a tile that has nothing in it. */
const EMPTY = [204, 404];

/** @typedef {import("./read.js").TileLayer} TileLayer */
/** @typedef {{z: number, x: number, y: number}} Place */

/** @param {Place} place */
export function keyOf({ z, x, y }) {
  return `${z}/${x}/${y}`;
}

export class TileSource {
  /** @type {Map<string, TileLayer|null>} tiles by key, those used last at the end; null is empty */
  #tiles = new Map();
  /** @type {Map<string, Promise<void>>} */
  #waiting = new Map();

  /**
   * @param {string} layer
   * @param {(place: Place) => string} addressOf
   */
  constructor(layer, addressOf) {
    this.layer = layer;
    this.addressOf = addressOf;
  }

  /** Return a tile that is here, null if it is empty, undefined if it is not here. @param {Place} place */
  get(place) {
    const key = keyOf(place);
    const tile = this.#tiles.get(key);
    if (tile !== undefined) {
      this.#tiles.delete(key);
      this.#tiles.set(key, tile);
    }
    return tile;
  }

  /**
   * Fetch a tile; rejects if it cannot be had, and the next call tries again.
   * @param {Place} place
   * @returns {Promise<void>}
   */
  load(place) {
    const key = keyOf(place);
    if (this.#tiles.has(key)) return Promise.resolve();
    let promise = this.#waiting.get(key);
    if (!promise) {
      promise = this.#fetch(place).finally(() => this.#waiting.delete(key));
      this.#waiting.set(key, promise);
    }
    return promise;
  }

  /** @param {Place} place */
  async #fetch(place) {
    const answer = await fetch(this.addressOf(place));
    const isEmpty = EMPTY.includes(answer.status);
    if (!answer.ok && !isEmpty) throw new Error(`${answer.status} ${answer.url}`);
    const layers = isEmpty ? null : readTile(await answer.arrayBuffer());
    this.#tiles.set(keyOf(place), layers?.get(this.layer) ?? null);
    for (const oldest of this.#tiles.keys()) {
      if (this.#tiles.size <= KEPT) break;
      this.#tiles.delete(oldest);
    }
  }
}
