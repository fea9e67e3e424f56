/** Where the show stands: the scene, what lies over it, whether it plays. Knows no page. */

/**
 * @typedef {import("../data.js").Text} Text
 *
 * @typedef {object} Figure
 * @property {string} id
 * @property {Text} subject
 * @property {string} number as it is to be read
 * @property {Text} unit
 * @property {Text} period
 * @property {string} nature
 * @property {boolean} target
 *
 * @typedef {object} Part
 * @property {Text} title of the layer
 * @property {string[]} drawn keys
 * @property {number} count features of the layer
 *
 * @typedef {object} Scene
 * @property {string} id
 * @property {"title"|"scene"|"closing"} kind
 * @property {Text|null} eyebrow
 * @property {Text} headline
 * @property {Text|null} text
 * @property {Text|null} notes
 * @property {Figure[]} figures
 * @property {{bounds?: number[], centre?: number[], zoom?: number}} view degrees of WGS84
 * @property {string[]} layers
 * @property {{layer: string, id: string}[]} highlight
 * @property {Record<string, Part>} parts what it draws of layers that are too large to be drawn
 * @property {string[]} natures what the slide must say
 * @property {Text[]} sources
 * @property {number} duration_s
 *
 * @typedef {object} Office
 * @property {Text} name
 * @property {string|null} post
 * @property {string|null} phone
 * @property {string|null} email
 *
 * @typedef {object} Story
 * @property {Text} title
 * @property {number} idle_s
 * @property {string} map_approval
 * @property {{organiser: Text|null, corrections: any, offices: Office[]}} contact
 * @property {Scene[]} scenes
 * @property {Record<string, import("../data.js").Feature[]>} features what scenes draw of large layers
 *
 * @typedef {object} Position
 * @property {number} index of the scene
 * @property {string} lang
 * @property {""|"black"|"white"} cover what hides the slide
 * @property {boolean} exploring whether the map is in the hands of the speaker
 * @property {boolean} playing
 * @property {boolean} help whether the keys are shown
 */

/** Fires "change" with detail {patch, previous} when it stands elsewhere. */
export class Show extends EventTarget {
  /**
   * @param {Scene[]} scenes at least one
   * @param {{index: number, lang: string, playing: boolean}} start
   */
  constructor(scenes, start) {
    super();
    this.scenes = scenes;
    /** @type {Position} */
    this.now = { ...start, cover: "", exploring: false, help: false };
  }

  get scene() {
    return this.scenes[this.now.index];
  }

  /** The scene that follows; after the last the first. */
  get following() {
    return this.scenes[(this.now.index + 1) % this.scenes.length];
  }

  /** @param {Partial<Position>} patch */
  set(patch) {
    const previous = this.now;
    const next = { ...previous, ...patch };
    const keys = /** @type {(keyof Position)[]} */ (Object.keys(patch));
    const changed = keys.filter((key) => next[key] !== previous[key]);
    if (!changed.length) return;
    this.now = next;
    const detail = { patch: Object.fromEntries(changed.map((key) => [key, next[key]])), previous };
    this.dispatchEvent(new CustomEvent("change", { detail }));
  }

  /**
   * Turn a page. What lies over the slide goes first: then the slide stands where it was.
   * @param {1|-1} step
   */
  turn(step) {
    if (!this.leave()) this.go(this.now.index + step);
  }

  /** Go to a scene; beyond either end to the last one there. @param {number} index */
  go(index) {
    const last = this.scenes.length - 1;
    this.set({ ...CLEAR, index: Math.max(0, Math.min(last, index)) });
  }

  /** Go on by the clock: after the last scene begins the first. */
  advance() {
    this.go((this.now.index + 1) % this.scenes.length);
  }

  /** Hide the slide, or show it again. @param {"black"|"white"} cover */
  cover(cover) {
    this.set({ cover: this.now.cover ? "" : cover });
  }

  /** Take the topmost thing off the slide; false if there is nothing on it. */
  leave() {
    const { cover, help, exploring } = this.now;
    if (cover) this.set({ cover: "" });
    else if (help) this.set({ help: false });
    else if (exploring) this.set({ exploring: false });
    else return false;
    return true;
  }
}

/** @type {Partial<Position>} */
const CLEAR = { cover: "", help: false, exploring: false };
