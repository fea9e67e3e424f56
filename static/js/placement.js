/**
 * Where names go: greedily by rank, so that none touches another or an obstacle. Knows only
 * boxes in pixels, nothing of maps.
 */

/**
 * @typedef {import("./view.js").Box} Box
 *
 * @typedef {object} Candidate a name that wants a place
 * @property {number} rank smaller ranks are placed first
 * @property {{width: number, height: number}[]} sizes of its variants, the fullest first
 * @property {Box[]} anchors what it may stand beside
 * @property {number[][]} directions where it may stand, best first
 * @property {boolean} [mayStray] whether it may stand apart with a line to its mark
 */

/**
 * @template {Candidate} T
 * @typedef {{item: T, variant: number, box: Box, x: number, y: number,
 *   anchor: "start"|"middle"|"end", isFar: boolean}} Placed x, y: the origin of its text
 */

/** Names of a smaller rank are worth placing the others anew. */
const IMPORTANT = 4;
const PASSES = 8;
/** Of more important names than this each is tried once, close to its mark: most find no place anyway. */
const CROWD = 80;
/** Side of the cells by which boxes are found again, in pixels: about a name's width. */
const CELL = 96;
/** How many of a name's last variants are tried in turn: all, the short ones, the shortest. */
const VARIANTS = [Infinity, 2, 1];
const GAP = 4;
/** How far a name may stray from its mark, in steps. */
const LEADERS = [26, 58];
/** Free space around each name, so that two never read as one. */
const AIR = 3;

/** Directions around a point in the order of good cartography; halves stand in between. */
export const AROUND_POINT = [
  [1, 0],
  [-1, 0],
  [0, 1],
  [0, -1],
  [1, -1],
  [1, 1],
  [-1, -1],
  [-1, 1],
  [0.5, -1],
  [0.5, 1],
  [-0.5, -1],
  [-0.5, 1],
];
/** An area is named above or below, so that no name lies over its neighbours beside it. */
export const AROUND_AREA = [
  [0, -1],
  [0, 1],
];
/** In the middle of an area, if it fits into it. */
export const INSIDE = [[0, 0]];

/**
 * Return whether two boxes share more than an edge.
 * @param {Box} a
 * @param {Box} b
 */
export function overlaps(a, b) {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

/**
 * Return the box around two boxes.
 * @param {Box} a
 * @param {Box} b
 * @returns {Box}
 */
export function join(a, b) {
  return {
    left: Math.min(a.left, b.left),
    top: Math.min(a.top, b.top),
    right: Math.max(a.right, b.right),
    bottom: Math.max(a.bottom, b.bottom),
  };
}

/** The boxes that are taken, by the cells that they touch. */
class Taken {
  /** @type {Map<string, Box[]>} */
  #cells = new Map();

  /** @param {Box[]} boxes */
  constructor(boxes) {
    for (const box of boxes) this.add(box);
  }

  /** @param {Box} box */
  add(box) {
    for (const key of this.#keys(box)) {
      const cell = this.#cells.get(key);
      if (cell) cell.push(box);
      else this.#cells.set(key, [box]);
    }
  }

  /** Return whether a box shares more than an edge with one of them. @param {Box} box */
  has(box) {
    return this.#keys(box).some((key) => {
      return this.#cells.get(key)?.some((other) => overlaps(box, other)) ?? false;
    });
  }

  /** @param {Box} box */
  #keys({ left, top, right, bottom }) {
    const keys = [];
    for (let x = Math.floor(left / CELL); x <= right / CELL; x += 1) {
      for (let y = Math.floor(top / CELL); y <= bottom / CELL; y += 1) keys.push(`${x},${y}`);
    }
    return keys;
  }
}

/**
 * Return the names that found a place: the important ones as well as a few tries allow, the
 * others around them.
 * @template {Candidate} T
 * @param {T[]} items
 * @param {Box[]} obstacles
 * @param {Box} frame no name leaves it
 * @returns {Placed<T>[]}
 */
export function arrange(items, obstacles, frame) {
  const sorted = [...items].sort((a, b) => a.rank - b.rank);
  const isImportant = (/** @type {T} */ { rank }) => rank < IMPORTANT;
  const important = sorted.filter(isImportant);
  const close = important.map((item) => ({ ...item, mayStray: false }));
  const isCrowd = important.length > CROWD;
  const best = isCrowd
    ? placeInOrder(close, obstacles, frame)
    : bestOf(important, obstacles, frame);
  const taken = [...obstacles, ...best.map(({ box }) => box)];
  const others = sorted.filter((item) => !isImportant(item));
  return [...best, ...placeInOrder(others, taken, frame)];
}

/**
 * Return the best of a few arrangements: each puts first what fared badly in the one before.
 * Where full names leave no place for others, short ones are tried as well.
 * @template {Candidate} T
 * @param {T[]} items
 * @param {Box[]} obstacles
 * @param {Box} frame
 */
function bestOf(items, obstacles, frame) {
  /** @type {Placed<T>[]} */
  let best = [];
  let least = Infinity;
  for (const variants of VARIANTS) {
    if (best.length === items.length) break;
    let order = items;
    for (let pass = 0; pass < PASSES && least > 0; pass += 1) {
      const placed = placeInOrder(order, obstacles, frame, variants);
      const losses = new Map(items.map((item) => [item, lossOf(item, placed)]));
      const loss = [...losses.values()].reduce((sum, value) => sum + value, 0);
      if (loss < least) [best, least] = [placed, loss];
      const isLucky = (/** @type {T} */ item) => losses.get(item) === 0;
      order = [...order.filter((item) => !isLucky(item)), ...order.filter(isLucky)];
    }
  }
  return best;
}

/**
 * Return what an arrangement costs a name: most if it is left out, some if it is shortened.
 * @template {Candidate} T
 * @param {T} item
 * @param {Placed<T>[]} placed
 */
function lossOf(item, placed) {
  const weight = IMPORTANT - Math.floor(item.rank);
  const place = placed.find((other) => other.item === item);
  return place ? (place.variant / item.sizes.length) * 0.2 * weight : weight;
}

/**
 * @template {Candidate} T
 * @param {T[]} order
 * @param {Box[]} obstacles
 * @param {Box} frame
 * @param {number} [variants] how many of the last variants, the shortest, may be taken
 */
function placeInOrder(order, obstacles, frame, variants = Infinity) {
  const taken = new Taken(obstacles);
  /** @type {Placed<T>[]} */
  const placed = [];
  for (const item of order) {
    const first = Math.max(0, item.sizes.length - variants);
    const place = findPlace(item, taken, frame, first);
    if (!place) continue;
    placed.push(place);
    taken.add(place.box);
  }
  return placed;
}

/**
 * @template {Candidate} T
 * @param {T} item
 * @param {Taken} taken
 * @param {Box} frame
 * @param {number} first the fullest variant that may be taken
 * @returns {Placed<T>|null}
 */
function findPlace(item, taken, frame, first) {
  const positions = positionsOf(item);
  for (const [variant, size] of item.sizes.entries()) {
    if (variant < first) continue;
    for (const { anchor, direction, gap } of positions) {
      if (item.directions === INSIDE && !fitsInto(anchor, size)) continue;
      const place = putBeside(anchor, direction, gap, size);
      if (!isWithin(place.box, frame)) continue;
      if (taken.has(place.box)) continue;
      return { item, variant, ...place, isFar: gap > GAP };
    }
  }
  return null;
}

/** Return where a name may stand, best first. @param {Candidate} item */
function positionsOf({ anchors, directions, mayStray }) {
  const near = anchors.flatMap((anchor) =>
    directions.map((direction) => ({ anchor, direction, gap: GAP })),
  );
  const far = LEADERS.flatMap((gap) => near.map((place) => ({ ...place, gap })));
  return mayStray ? [...near, ...far] : near;
}

/**
 * Return a name's box and text origin beside an anchor box.
 * @param {Box} anchor
 * @param {number[]} direction
 * @param {number} gap
 * @param {{width: number, height: number}} size
 */
function putBeside(anchor, [dx, dy], gap, { width, height }) {
  const cx = (anchor.left + anchor.right) / 2;
  const cy = (anchor.top + anchor.bottom) / 2;
  // Beside a mark at its middle; on a diagonal from its centre outward, above or below it.
  const halfX = dy === 0 ? (anchor.right - anchor.left) / 2 + gap : 0;
  const halfY = (anchor.bottom - anchor.top) / 2 + (gap > GAP ? gap : GAP / 2);
  const left = cx - width / 2 + dx * (halfX + width / 2);
  const top = cy - height / 2 + dy * (halfY + height / 2);
  const box = {
    left: left - AIR,
    top: top - AIR / 2,
    right: left + width + AIR,
    bottom: top + height + AIR / 2,
  };
  const side = Math.trunc(dx);
  const anchors = /** @type {const} */ (["end", "middle", "start"]);
  return { box, x: left + ((1 - side) / 2) * width, y: top, anchor: anchors[side + 1] };
}

/** @param {Box} box @param {Box} frame */
function isWithin(box, frame) {
  return (
    box.left >= frame.left &&
    box.top >= frame.top &&
    box.right <= frame.right &&
    box.bottom <= frame.bottom
  );
}

/** @param {Box} box @param {{width: number, height: number}} size */
function fitsInto(box, { width, height }) {
  return width + 4 <= box.right - box.left && height + 2 <= box.bottom - box.top;
}
