/**
 * Find records by what a person types: Chinese, pinyin in full or by initials, English.
 *
 * The twin of geo/search.py, over the same search.json; tests/data/search.json holds what
 * both must find. A text is cut into units: a Chinese character, a Latin word, a number. A
 * query matches where consecutive units take it up in turn, each by itself, by a pinyin
 * reading, or by the begin of either. If nothing matches so, units may be misspelt.
 */

const HAN = "\\u3400-\\u9fff\\uf900-\\ufaff\\u{20000}-\\u{3ffff}";
const UNIT = new RegExp(`[${HAN}]|[a-z]+|[0-9]+`, "gu");
const TERM = new RegExp(`[${HAN}a-z0-9]+`, "gu");
const IS_HAN = new RegExp(`[${HAN}]`, "u");
const ALL_HAN = new RegExp(`[${HAN}]`, "gu");

/** Weight of a query (a letter 1, a Chinese character 2) below which no misspelling is forgiven. */
const SHORT = 4;
/** Weight from which two are. */
const LONG = 8;
/** Weight below which a misspelt query must match from the begin of a text. */
const ANCHORED = 6;
/** Characters beyond which a query is no place with a kind of thing (于田标准厂房). */
const LONGEST_SPLIT = 12;
/** Of a record's texts so many are its own: key and names; the others say where it is. */
const OWN = 3;

/**
 * @typedef {{spellings: string[], start: number, end: number}} Unit
 * @typedef {{errors: number, begun: number, first: number, last: number}} Match
 * @typedef {{raw: string, units: Unit[], letters: Set<string>}} Text
 * @typedef {{kind: string, layer: string, title: Record<string, string>, by_key: boolean,
 *   large?: boolean}} Group the records of a large one are not in search.json
 *
 * @typedef {object} Found
 * @property {number} group
 * @property {string} id
 * @property {Text[]} texts key, Chinese name, English name, then park and county around it
 * @property {boolean} isSample
 * @property {boolean} isOnOffer
 * @property {number} order
 *
 * @typedef {object} Hit
 * @property {Found} record
 * @property {number} score
 * @property {Map<number, [number, number][]>} spans where the query met the record's own texts
 */

/**
 * Return a text in lower case, full width as half width, without accents.
 * @param {string} text
 */
export function fold(text) {
  return text.normalize("NFKD").toLowerCase().replace(/\p{M}/gu, "");
}

/**
 * Return the units of a text.
 * @param {string} raw
 * @param {Record<string, string[]>} readings pinyin of the Chinese characters
 * @returns {Unit[]}
 */
export function cut(raw, readings) {
  let folded = "";
  /** @type {{start: number, end: number}[]} where in the raw text each letter comes from */
  const places = [];
  let start = 0;
  for (const letter of raw) {
    const plain = fold(letter);
    const end = start + letter.length;
    folded += plain;
    for (let i = 0; i < plain.length; i++) places.push({ start, end });
    start = end;
  }
  return [...folded.matchAll(UNIT)].map(({ 0: unit, index }) => ({
    spellings: spell(unit, readings),
    start: places[index].start,
    end: places[index + unit.length - 1].end,
  }));
}

/**
 * @param {string} unit
 * @param {Record<string, string[]>} readings
 */
function spell(unit, readings) {
  if (/^[0-9]/.test(unit)) return [...new Set([unit, unit.replace(/^0+(?=.)/, "")])];
  return [unit, ...(readings[unit] ?? [])];
}

/** The searchable records of one edition. */
export class Index {
  /** @param {any} document search.json */
  constructor(document) {
    const readings = Object.fromEntries(
      Object.entries(document.readings).map(([letter, text]) => [letter, text.split(" ")]),
    );
    const toText = (/** @type {string} */ raw) => {
      const units = cut(raw, readings);
      const letters = new Set(units.flatMap((unit) => unit.spellings.map(([first]) => first)));
      return { raw, units, letters };
    };
    /** @type {Group[]} */
    this.groups = document.groups;
    /** @type {Text[][]} */
    this.titles = this.groups.map(({ title }) => Object.values(title).map(toText));
    /** @type {Text[][]} */
    const contexts = document.contexts.map((/** @type {string[]} */ texts) => texts.map(toText));
    /** @type {Found[]} */
    this.records = document.records.map(
      (/** @type {any[]} */ [group, id, zh, en, place, flags], /** @type {number} */ order) => ({
        group,
        id,
        texts: [
          toText(this.groups[group].by_key ? id : ""),
          toText(zh),
          toText(en),
          ...(contexts[place] ?? []),
        ],
        isSample: Boolean(flags & 1),
        isOnOffer: Boolean(flags & 2),
        order,
      }),
    );
  }

  /**
   * Return what a query finds, the best first: by the letter, else in two parts, else misspelt.
   * @param {string} query
   * @returns {{hits: Hit[], isClose: boolean}} isClose: none of it fits to the letter
   */
  find(query) {
    const terms = fold(query).match(TERM) ?? [];
    if (!terms.length) return { hits: [], isClose: false };
    const whole = [terms.join("")];
    const exact = this.#hits(terms.length > 1 ? [whole, terms] : [whole], false);
    if (exact.length) return { hits: exact, isClose: false };
    const split = this.#hits(splits(terms), false);
    if (split.length) return { hits: split, isClose: false };
    const close = this.#hits(terms.length > 1 ? [whole, terms] : [whole], true);
    return { hits: close, isClose: close.length > 0 };
  }

  /**
   * Return what one of several ways to read the query finds.
   * @param {string[][]} ways
   * @param {boolean} forgive
   */
  #hits(ways, forgive) {
    /** @type {Hit[]} */
    const found = [];
    for (const record of this.records) {
      /** @type {Hit|null} */
      let best = null;
      for (const terms of ways) {
        const hit = this.#hit(record, terms, forgive);
        if (hit && (!best || hit.score > best.score)) best = hit;
      }
      if (best) found.push(best);
    }
    return found.sort((a, b) => b.score - a.score || a.record.order - b.record.order);
  }

  /**
   * Return how a record meets every term, at least one of them by its own texts or its kind.
   * @param {Found} record
   * @param {string[]} terms
   * @param {boolean} forgive
   * @returns {Hit|null}
   */
  #hit(record, terms, forgive) {
    /** @type {Hit["spans"]} */
    const spans = new Map();
    let sum = 0;
    let isOwn = false;
    for (const term of terms) {
      const best = bestOf(record.texts.slice(0, OWN), term, forgive);
      if (best) {
        const { units } = best.text;
        const span = [units[best.match.first].start, units[best.match.last - 1].end];
        spans.set(best.place, [...(spans.get(best.place) ?? []), /** @type {any} */ (span)]);
        sum += best.score;
        isOwn = true;
      } else {
        const isKind = fits(this.titles[record.group], term);
        const isAround = isKind || fits(record.texts.slice(OWN), term);
        if (terms.length === 1 || !isAround) return null;
        isOwn ||= isKind;
      }
    }
    if (!isOwn) return null;
    const score = Math.floor(sum / terms.length) - (terms.length > 1 ? 200 : 0);
    return { record, score: score + 10 * (this.groups.length - record.group), spans };
  }
}

/**
 * Return what two indexes found, the best first; what only nearly fits counts if all does.
 * @param {{hits: Hit[], isClose: boolean}[]} found
 * @returns {{hits: Hit[], isClose: boolean}}
 */
export function join(found) {
  const better = found.filter(({ hits, isClose }) => hits.length && !isClose);
  const hits = (better.length ? better : found).flatMap((one) => one.hits);
  hits.sort(
    (a, b) =>
      b.score - a.score || a.record.group - b.record.group || a.record.order - b.record.order,
  );
  return { hits, isClose: hits.length > 0 && !better.length };
}

/**
 * Return the best way in which consecutive units of a text take up a folded query.
 * @param {Text} text
 * @param {string} query
 * @param {boolean} [forgive]
 * @returns {Match|null}
 */
export function match(text, query, forgive = false) {
  const weight = query.length + (query.match(ALL_HAN)?.length ?? 0);
  const allowed = forgive && weight >= SHORT ? (weight < LONG ? 1 : 2) : 0;
  if (!text.units.length || (forgive && !allowed)) return null;
  if (!forgive && !text.letters.has(String.fromCodePoint(query.codePointAt(0) ?? 0))) return null;
  const starts = allowed && weight < ANCHORED ? 1 : text.units.length;
  const walk = new Walk(text.units, query, forgive);
  /** @type {Match|null} */
  let best = null;
  for (let first = 0; first < starts; first++) {
    const way = walk.best(first, 0, allowed);
    if (!way || way[2] <= first) continue;
    const found = { errors: way[0], begun: way[1], first, last: way[2] };
    if (!best || isBefore(rank(found), rank(best))) best = found;
  }
  return best;
}

/** @param {Match} match */
function rank({ errors, begun, first }) {
  return [errors, first > 0 ? 1 : 0, begun, first];
}

/** Whether a list of numbers comes before another. @param {number[]} a @param {number[]} b */
function isBefore(a, b) {
  const at = a.findIndex((value, i) => value !== b[i]);
  return at >= 0 && a[at] < b[at];
}

/** @typedef {[number, number, number]} Way errors, begun units, the unit after the last */

/** The ways of a query through the units, each state looked at once. */
class Walk {
  /** @type {Map<string, Way|null>} */
  #seen = new Map();

  /**
   * @param {Unit[]} units
   * @param {string} query
   * @param {boolean} forgive
   */
  constructor(units, query, forgive) {
    this.units = units;
    this.query = query;
    this.forgive = forgive;
  }

  /**
   * Return the best way from a unit and a letter on.
   * @param {number} unit
   * @param {number} at
   * @param {number} allowed errors
   * @returns {Way|null}
   */
  best(unit, at, allowed) {
    if (at === this.query.length) return [0, 0, unit];
    if (unit >= this.units.length) return null;
    const state = `${unit},${at},${allowed}`;
    const seen = this.#seen.get(state);
    if (seen !== undefined) return seen;
    /** @type {Way|null} */
    let best = null;
    for (const [following, to, errors, begun] of this.#steps(unit, at, allowed)) {
      const rest = this.best(following, to, allowed - errors);
      if (!rest) continue;
      /** @type {Way} */
      const way = [rest[0] + errors, rest[1] + begun, rest[2]];
      if (!best || isBefore(way, best)) best = way;
    }
    this.#seen.set(state, best);
    return best;
  }

  /**
   * Return the next unit and letter, the errors made and the units only begun.
   * @param {number} unit
   * @param {number} at
   * @param {number} allowed
   * @returns {number[][]}
   */
  #steps(unit, at, allowed) {
    const { query, forgive } = this;
    const steps = [];
    for (const spelling of this.units[unit].spellings) {
      const same = common(query, at, spelling);
      if (same === spelling.length) steps.push([unit + 1, at + same, 0, 0]);
      for (let length = 1; length <= same && length < spelling.length; length++) {
        // Misspelt and abbreviated at once would fit almost anything.
        const isEnd = at + length === query.length;
        if (!forgive || isEnd) steps.push([unit + 1, at + length, 0, 1]);
      }
      if (allowed) steps.push(...this.#misspelt(unit, at, spelling));
    }
    const typed = String.fromCodePoint(query.codePointAt(at) ?? 0);
    if (allowed && IS_HAN.test(typed)) {
      steps.push([unit, at + typed.length, 1, 0]);
      const isHan = IS_HAN.test(this.units[unit].spellings[0]);
      if (isHan) steps.push([unit + 1, at + typed.length, 1, 0]);
    }
    return steps;
  }

  /**
   * @param {number} unit
   * @param {number} at
   * @param {string} spelling
   */
  #misspelt(unit, at, spelling) {
    const steps = [];
    if (spelling.length < 2 || IS_HAN.test(spelling)) return [];
    for (let length = spelling.length - 1; length <= spelling.length + 1; length++) {
      const typed = this.query.slice(at, at + length);
      if (typed.length === length && isOneOff(typed, spelling)) {
        steps.push([unit + 1, at + length, 1, 0]);
      }
    }
    const rest = this.query.slice(at);
    if (rest.length >= 2 && rest.length < spelling.length - 1) {
      const begins = [-1, 0, 1].map((more) => spelling.slice(0, rest.length + more));
      if (begins.some((begin) => isOneOff(rest, begin))) {
        steps.push([unit + 1, this.query.length, 1, 1]);
      }
    }
    return steps;
  }
}

/**
 * Return whether one letter more, less or other, or two swapped, make one text the other.
 * @param {string} a
 * @param {string} b
 */
export function isOneOff(a, b) {
  let begin = 0;
  while (begin < a.length && begin < b.length && a[begin] === b[begin]) begin++;
  let end = 0;
  const most = Math.min(a.length, b.length) - begin;
  while (end < most && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
  const left = a.slice(begin, a.length - end);
  const right = b.slice(begin, b.length - end);
  if (left.length === 2 && right.length === 2) {
    return left[0] === right[1] && left[1] === right[0];
  }
  return Math.max(left.length, right.length) === 1;
}

/**
 * Return how many letters of a spelling stand in the query from a place on.
 * @param {string} query
 * @param {number} at
 * @param {string} spelling
 */
function common(query, at, spelling) {
  let length = 0;
  while (length < spelling.length && query[at + length] === spelling[length]) length++;
  return length;
}

/**
 * Return the ways to part a Chinese query without spaces: 于田厂房 as 于田 and 厂房.
 * @param {string[]} terms
 */
function splits(terms) {
  const letters = [...terms[0]];
  if (terms.length > 1 || letters.length > LONGEST_SPLIT) return [];
  const ways = [];
  for (let at = 2; at <= letters.length - 2; at++) {
    if (IS_HAN.test(letters[at - 1]) && IS_HAN.test(letters[at])) {
      ways.push([letters.slice(0, at).join(""), letters.slice(at).join("")]);
    }
  }
  return ways;
}

/**
 * @param {Text[]} texts
 * @param {string} term
 * @param {boolean} forgive
 */
function bestOf(texts, term, forgive) {
  /** @type {{place: number, text: Text, match: Match, score: number}|null} */
  let best = null;
  texts.forEach((text, place) => {
    // A misspelt number is another number.
    if (forgive && place === 0) return;
    const found = match(text, term) ?? (forgive ? match(text, term, true) : null);
    if (!found) return;
    const score = scoreOf(text, found);
    if (!best || score > best.score) best = { place, text, match: found, score };
  });
  return /** @type {{place: number, text: Text, match: Match, score: number}|null} */ (best);
}

/**
 * @param {Text[]} texts
 * @param {string} term
 */
function fits(texts, term) {
  return texts.some((text) => match(text, term) !== null);
}

/**
 * Return how well a text is met: in full, from its begin, to the letter.
 * @param {Text} text
 * @param {Match} found
 */
function scoreOf(text, { errors, begun, first, last }) {
  const units = last - first;
  const isWhole = units === text.units.length && !begun;
  return (
    1000 -
    250 * errors +
    (isWhole ? 300 : 0) +
    (first === 0 ? 100 : 0) -
    10 * begun +
    Math.floor((20 * units) / text.units.length)
  );
}
