/**
 * The names on the map of a scene. They are laid out in the pixels of a screen of 1920 by 1080,
 * whatever the screen, so that a name has the same place on every wall of that shape.
 */

import { svg } from "../dom.js";
import { pick, t } from "../i18n.js";
import { featureName, natureWord } from "../layers.js";
import { AROUND_AREA, AROUND_POINT, arrange } from "../placement.js";
import { color } from "../styles.js";
import { POINT, isWide, place } from "./canvas.js";

/**
 * @typedef {import("./things.js").Thing} Thing
 * @typedef {import("./canvas.js").Sight} Sight
 * @typedef {import("./canvas.js").Mark} Mark
 * @typedef {import("./camera.js").Box} Box
 * @typedef {{text: string, size: number, weight: number, fill: string}} Line
 * @typedef {{key: string, rank: number, variants: Line[][], anchors: Box[],
 *   directions: number[][], mayStray: boolean}} Wish
 * @typedef {Wish & import("../placement.js").Candidate} Name
 */

const LINE_HEIGHT = 1.25;
/** Pixels of a unit in which names are laid out. */
const PIXELS = 10;
const SIZE = { strong: 30, park: 25, seat: 23, small: 20 };
const WEIGHT = { name: 700, plain: 500, small: 400 };
/** Where a road may be named. */
const STEPS = 24;

/** The layer of names over the canvas. */
export class Names {
  /**
   * @param {SVGElement} root
   * @param {Record<string, import("../data.js").Text>} counties names by code
   */
  constructor(root, counties) {
    this.root = root;
    this.counties = counties;
    this.font = getComputedStyle(document.body).fontFamily;
    this.pen = document.createElement("canvas").getContext("2d");
    /** @type {import("../placement.js").Placed<Name>[]} */
    this.placed = [];
    this.scale = 1;
  }

  /** Return the key of what is named at a point of the screen. @param {{x: number, y: number}} point */
  keyAt(point) {
    const [x, y] = [point.x * this.scale, point.y * this.scale];
    const isOn = (/** @type {Box} */ box) =>
      x >= box.left && x <= box.right && y >= box.top && y <= box.bottom;
    return this.placed.find(({ box }) => isOn(box))?.item.key;
  }

  /** Hide the names while the map moves. */
  hide() {
    this.root.classList.add("is-away");
  }

  /**
   * Place the names anew.
   * @param {{things: Thing[], strong: Set<string>, marks: Mark[], sight: Sight, frame: Box,
   *   obstacles: Box[]}} seen in pixels of the screen
   */
  place({ things, strong, marks, sight, frame, obstacles }) {
    const k = PIXELS / sight.unit;
    const shrink = (/** @type {Box} */ box) => scaled(box, k);
    const wishes = [
      ...marks.map((mark) => this.#markWish(mark, strong)),
      ...things.flatMap((thing) => this.#thingWish(thing, strong, sight) ?? []),
    ];
    const names = wishes.map((wish) => this.#measure({ ...wish, anchors: wish.anchors.map(shrink) }));
    const isNear = (/** @type {Box} */ box) => box.right > 0 && box.left < sight.width * k;
    const taken = [
      ...obstacles.map(shrink),
      ...names.filter(({ mayStray }) => mayStray).flatMap(({ anchors }) => anchors).filter(isNear),
    ];
    const box = shrink(frame);
    const inFrame = names.filter(({ anchors }) => anchors.some((anchor) => isInside(anchor, box)));
    this.root.setAttribute("viewBox", `0 0 ${sight.width * k} ${sight.height * k}`);
    this.placed = arrange(inFrame, taken, box);
    this.scale = k;
    this.root.replaceChildren(...this.placed.map(draw));
    this.root.classList.remove("is-away");
  }

  /** @param {Mark} mark @param {Set<string>} strong @returns {Wish} */
  #markWish({ thing, x, y, radius, isStrong, isQuiet, hidden }, strong) {
    const isPlain = !isStrong && !isQuiet;
    const isOuter = (/** @type {Thing} */ { feature }) => !feature.properties.parent_id;
    const also = hidden.filter((one) => strong.has(one.key) || (isPlain && isOuter(one)));
    return {
      ...this.#parkWish(thing, isStrong, isQuiet, also),
      anchors: [around({ x, y }, radius)],
      directions: AROUND_POINT,
      mayStray: true,
    };
  }

  /**
   * @param {Thing} thing
   * @param {boolean} isStrong
   * @param {boolean} isQuiet
   * @param {Thing[]} also parks whose marks lie under this one
   */
  #parkWish({ key, feature }, isStrong, isQuiet, also) {
    const fill = color(isStrong || !isQuiet ? "night-text" : "night-soft");
    const size = isStrong ? SIZE.strong : isQuiet ? SIZE.small : SIZE.park;
    const weight = isQuiet ? WEIGHT.plain : WEIGHT.name;
    const lines = [feature, ...also.map((thing) => thing.feature)].map((one) => {
      return { text: featureName(one), size, weight, fill };
    });
    const county = pick(this.counties[feature.properties.adcode]).replace(/\s*\([^)]*\)/, "");
    const natures = new Set([feature, ...also.map((one) => one.feature)].map(natureWord));
    const nature = [...natures].filter(Boolean).join(t("ui.list_separator"));
    const small = [county, nature].filter(Boolean).join(" · ");
    const style = { size: SIZE.small, weight: WEIGHT.small, fill: color("night-soft") };
    const below = small && !isQuiet ? [{ text: small, ...style }] : [];
    const shorter = lines.map((line) => ({ ...line, size: SIZE.small }));
    const least = nature && !isQuiet ? [{ text: nature, ...style }] : [];
    const halves = lines.flatMap(halve).map((line) => ({ ...line, size: SIZE.small }));
    const variants = [[...lines, ...below], [...lines.flatMap(halve), ...least],
      [...shorter, ...least], [...halves, ...least]];
    return { key, rank: isStrong ? 0 : isQuiet ? 4 : 1, variants };
  }

  /** @param {Thing} thing @param {Set<string>} strong @param {Sight} sight @returns {Wish|null} */
  #thingWish(thing, strong, sight) {
    const isStrong = strong.has(thing.key);
    if (thing.role === "mark") return this.#areaWish(thing, isStrong, strong.size > 0, sight);
    if (thing.role === "point") return this.#pointWish(thing, isStrong, sight);
    if (thing.role === "line") return this.#lineWish(thing, isStrong, sight);
    return isStrong ? this.#areaWish(thing, true, false, sight) : null;
  }

  /**
   * @param {Thing} thing
   * @param {boolean} isStrong
   * @param {boolean} hasStrong
   * @param {Sight} sight
   */
  #areaWish(thing, isStrong, hasStrong, sight) {
    if (thing.role === "mark" && !isWide(thing, sight)) return null;
    const a = { x: sight.left + sight.scale * thing.box.left, y: sight.top + sight.scale * thing.box.top };
    const width = (thing.box.right - thing.box.left) * sight.scale;
    const height = (thing.box.bottom - thing.box.top) * sight.scale;
    const box = { left: a.x, top: a.y, right: a.x + width, bottom: a.y + height };
    const wish = this.#parkWish(thing, isStrong, hasStrong && !isStrong, []);
    return { ...wish, anchors: [box], directions: [...AROUND_AREA, [0, 0]], mayStray: false };
  }

  /** @param {Thing} thing @param {boolean} isStrong @param {Sight} sight */
  #pointWish(thing, isStrong, sight) {
    const isSeat = thing.info.kind === "places";
    const { adcode } = thing.feature.properties;
    const county = isSeat ? pick(this.counties[adcode]).replace(/\s*\([^)]*\)/, "") : "";
    const size = isSeat ? SIZE.seat : SIZE.small;
    const fill = color(isStrong ? "night-text" : "night-soft");
    const weight = isStrong ? WEIGHT.name : WEIGHT.plain;
    const line = { text: county || featureName(thing.feature), size, weight, fill };
    return {
      key: thing.key,
      rank: isStrong ? 0 : isSeat ? 3 : 5,
      variants: [[line], [{ ...line, size: SIZE.small }]],
      anchors: [around(place(thing, sight), POINT * sight.unit)],
      directions: AROUND_POINT,
      mayStray: isSeat,
    };
  }

  /** @param {Thing} thing @param {boolean} isStrong @param {Sight} sight */
  #lineWish(thing, isStrong, sight) {
    const fill = color(isStrong ? "night-text" : "night-soft");
    const weight = isStrong ? WEIGHT.name : WEIGHT.plain;
    const sizes = isStrong ? [SIZE.strong, SIZE.park, SIZE.seat] : [SIZE.small];
    const text = featureName(thing.feature);
    const anchors = alongLine(thing, sight);
    return {
      key: thing.key,
      rank: isStrong ? 2 : 6,
      variants: sizes.map((size) => [{ text, size, weight, fill }]),
      anchors,
      directions: AROUND_POINT,
      mayStray: false,
    };
  }

  /** @param {Wish} wish @returns {Name} */
  #measure(wish) {
    const sizes = wish.variants.map((lines) => ({
      width: Math.max(...lines.map((line) => this.#width(line))),
      height: lines.reduce((sum, { size }) => sum + size * LINE_HEIGHT, 0),
    }));
    return { ...wish, sizes };
  }

  /** @param {Line} line */
  #width({ text, size, weight }) {
    if (!this.pen) return text.length * size;
    this.pen.font = `${weight} ${size}px ${this.font}`;
    return this.pen.measureText(text).width;
  }
}

/** @param {{x: number, y: number}} point @param {number} radius @returns {Box} */
function around({ x, y }, radius) {
  return { left: x - radius, top: y - radius, right: x + radius, bottom: y + radius };
}

/** @param {Box} box @param {number} k @returns {Box} */
function scaled(box, k) {
  return { left: box.left * k, top: box.top * k, right: box.right * k, bottom: box.bottom * k };
}

/** Return whether the middle of a box is in a frame. @param {Box} box @param {Box} frame */
function isInside(box, frame) {
  const [x, y] = [(box.left + box.right) / 2, (box.top + box.bottom) / 2];
  return x >= frame.left && x <= frame.right && y >= frame.top && y <= frame.bottom;
}

/** Return places along the part of a line that is on the screen. @param {Thing} thing @param {Sight} sight */
function alongLine({ course }, sight) {
  const points = course.map(([x, y]) => place(/** @type {any} */ ({ x, y }), sight));
  const anchors = [];
  for (let i = 1; i < points.length; i += 1) {
    const [a, b] = [points[i - 1], points[i]];
    for (const share of [0.5, 0.25, 0.75]) {
      const at = { x: a.x + share * (b.x - a.x), y: a.y + share * (b.y - a.y) };
      const isSeen = at.x > 0 && at.y > 0 && at.x < sight.width && at.y < sight.height;
      if (isSeen) anchors.push(around(at, 0.3 * sight.unit));
    }
  }
  const step = Math.max(1, Math.ceil(anchors.length / STEPS));
  return anchors.filter((_, i) => i % step === 0);
}

/** Return a line on two, if it has several words. @param {Line} line @returns {Line[]} */
function halve(line) {
  const middle = line.text.length / 2;
  const [gap] = [...line.text.matchAll(/ /g)]
    .map(({ index }) => index)
    .sort((a, b) => Math.abs(a - middle) - Math.abs(b - middle));
  if (gap === undefined) return [line];
  return [line.text.slice(0, gap), line.text.slice(gap + 1)].map((text) => ({ ...line, text }));
}

/** @param {import("../placement.js").Placed<Name>} placed */
function draw({ item, variant, box, x, y, anchor, isFar }) {
  const group = svg("g", { class: "show-name", "text-anchor": anchor, "data-key": item.key });
  if (isFar) group.append(leader(item.anchors[0], box));
  let baseline = y;
  for (const { text, size, weight, fill } of item.variants[variant]) {
    const height = size * LINE_HEIGHT;
    const type = { "font-size": size, "font-weight": weight, fill };
    group.append(svg("text", { ...type, x, y: baseline + height * 0.78 }, text));
    baseline += height;
  }
  return group;
}

/** Return the line between a mark and a name that stands apart. @param {Box} mark @param {Box} box */
function leader(mark, box) {
  const [x, y] = [(mark.left + mark.right) / 2, (mark.top + mark.bottom) / 2];
  const x2 = Math.min(Math.max(x, box.left), box.right);
  const y2 = Math.min(Math.max(y, box.top), box.bottom);
  const share = (mark.right - mark.left) / 2 / Math.max(1, Math.hypot(x2 - x, y2 - y));
  const from = { x1: x + share * (x2 - x), y1: y + share * (y2 - y) };
  return svg("line", { ...from, x2, y2, class: "show-leader" });
}
