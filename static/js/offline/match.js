/**
 * How an offer answers what is asked: the twin of geo/match, held to it by a test. What is not
 * known is neither yes nor no. Plots that lie side by side are put together by the site only.
 */

export const NOT_MET = 0;
export const UNKNOWN = 1;
export const MET = 2;

/**
 * @typedef {[number|null, number|null]} Bounds both included; null where nothing bounds it
 *
 * @typedef {object} Offer
 * @property {string} key
 * @property {string[]} parks
 * @property {string} county
 * @property {string} use
 * @property {string[]} industries
 * @property {Record<string, boolean>} utilities
 * @property {string[]|null} tenures
 * @property {Bounds} area
 * @property {Bounds} load
 * @property {Bounds} power
 * @property {Bounds} price
 * @property {Bounds} ready
 * @property {Bounds} rail
 * @property {Bounds} air
 *
 * @typedef {{name: string, judge: (offer: Offer) => number,
 *   distance?: (offer: Offer) => number}} Criterion
 * @typedef {{offer: Offer, outcomes: number[]}} Match
 */

/** @param {Bounds} span @param {number} limit */
function atLeast([low, high], limit) {
  if ((low ?? -Infinity) >= limit) return MET;
  return (high ?? Infinity) < limit ? NOT_MET : UNKNOWN;
}

/** @param {Bounds} span @param {number} limit */
function atMost([low, high], limit) {
  if ((high ?? Infinity) <= limit) return MET;
  return (low ?? -Infinity) > limit ? NOT_MET : UNKNOWN;
}

/**
 * So much land or floor, in square metres.
 * @param {number|null} least
 * @param {number|null} most
 * @returns {Criterion}
 */
export function area(least, most) {
  const ends = [least, most].filter((end) => end !== null);
  const asked = ends.reduce((sum, end) => sum + end, 0) / ends.length;
  return {
    name: "area",
    judge: (offer) =>
      Math.min(
        least === null ? MET : atLeast(offer.area, least),
        most === null ? MET : atMost(offer.area, most),
      ),
    distance: (offer) => (asked ? Math.abs((offer.area[1] ?? Infinity) - asked) / asked : 0),
  };
}

/**
 * At least so much of something.
 * @param {"load"|"power"} name
 * @param {number} limit
 * @returns {Criterion}
 */
export function least(name, limit) {
  return { name, judge: (offer) => atLeast(offer[name], limit) };
}

/**
 * At most so much of something; of a day, by then.
 * @param {"price"|"rail"|"air"|"ready"} name
 * @param {number} limit
 * @returns {Criterion}
 */
export function most(name, limit) {
  return { name, judge: (offer) => atMost(offer[name], limit) };
}

/** A class of the land-use guide. @param {string} code @returns {Criterion} */
export function use(code) {
  const judge = (/** @type {Offer} */ offer) => {
    if (!offer.use) return UNKNOWN;
    if (offer.use.startsWith(code)) return MET;
    // A plot of which only the class above is known may be of the one that is asked.
    return code.startsWith(offer.use) ? UNKNOWN : NOT_MET;
  };
  return { name: "use", judge };
}

/** An industry that must be permitted: `C195`. @param {string} code @returns {Criterion} */
export function industry(code) {
  const judge = (/** @type {Offer} */ { industries }) => {
    if (!industries.length) return UNKNOWN;
    if (industries.some((permitted) => code.startsWith(permitted))) return MET;
    // Only a part of what is asked is permitted: which part is meant is not said.
    return industries.some((permitted) => permitted.startsWith(code)) ? UNKNOWN : NOT_MET;
  };
  return { name: "industry", judge };
}

/** A utility that must be there. @param {string} kind @returns {Criterion} */
export function utility(kind) {
  const judge = (/** @type {Offer} */ { utilities }) =>
    kind in utilities ? (utilities[kind] ? MET : NOT_MET) : UNKNOWN;
  return { name: `utility:${kind}`, judge };
}

/** Land to buy, or to lease. @param {string} tenure @returns {Criterion} */
export function tenure(tenure) {
  const judge = (/** @type {Offer} */ { tenures }) =>
    tenures === null ? UNKNOWN : tenures.includes(tenure) ? MET : NOT_MET;
  return { name: "tenure", judge };
}

/** A county. @param {string} adcode @returns {Criterion} */
export function county(adcode) {
  const judge = (/** @type {Offer} */ offer) =>
    !offer.county ? UNKNOWN : offer.county === adcode ? MET : NOT_MET;
  return { name: "county", judge };
}

/** A park, with all parks inside it. @param {string} key @returns {Criterion} */
export function park(key) {
  const judge = (/** @type {Offer} */ { parks }) =>
    !parks.length ? UNKNOWN : parks.includes(key) ? MET : NOT_MET;
  return { name: "park", judge };
}

/**
 * Return the offers in order: those that nothing speaks against, and the others.
 * @param {Offer[]} offers
 * @param {Criterion[]} criteria
 * @returns {{fitting: Match[], others: Match[]}}
 */
export function rank(offers, criteria) {
  const size = criteria.find(({ distance }) => distance);
  const matches = offers.map((offer) => ({
    offer,
    outcomes: criteria.map((criterion) => criterion.judge(offer)),
    distance: size?.distance?.(offer) ?? 0,
  }));
  matches.sort(
    (a, b) =>
      count(a, NOT_MET) - count(b, NOT_MET) ||
      count(a, UNKNOWN) - count(b, UNKNOWN) ||
      compare(a.distance, b.distance) ||
      compare(a.offer.key, b.offer.key),
  );
  const fits = (/** @type {Match} */ match) => !count(match, NOT_MET);
  return { fitting: matches.filter(fits), others: matches.filter((match) => !fits(match)) };
}

/** Return how many criteria are answered so. @param {Match} match @param {number} outcome */
export function count({ outcomes }, outcome) {
  return outcomes.filter((one) => one === outcome).length;
}

/** @param {any} a @param {any} b */
function compare(a, b) {
  return a < b ? -1 : a > b ? 1 : 0;
}
