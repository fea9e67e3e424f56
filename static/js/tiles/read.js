/**
 * Reads vector tiles (Mapbox Vector Tile 2.1): what a tile server sends, as plain numbers.
 *
 * Of protocol buffers only what a tile consists of is understood; the rest is passed over.
 * Written here because the library in the wheels (Leaflet.VectorGrid) keeps its reader to
 * itself; see docs/adr/0006-tile-client.md.
 */

/**
 * @typedef {{name: string, extent: number, shapes: Shape[]}} TileLayer
 * @typedef {Map<number, Look>} Look stands for values of LOOKS: all shapes of a tile that have
 *   the same have the same look, by which what follows from it is kept
 */

/** The properties that the look of a shape may depend on. */
export const LOOKS = ["state", "land_use_code", "nature", "kind", "stage", "line_kind"];

/** Field numbers and their wire types, as a tag joins them: number × 8 + type. */
const TAG = {
  layer: 26,
  name: 10,
  feature: 18,
  key: 26,
  value: 34,
  extent: 40,
  id: 8,
  tags: 18,
  type: 24,
  geometry: 34,
};
const WIRE = { varint: 0, double: 1, bytes: 2, float: 5 };
const COMMAND = { move: 1, line: 2 };
/** Bytes of a text that is not worth a decoder. */
const SHORT = 32;
const text = new TextDecoder();

/** The keys and values of a layer; a value is read when it is first asked for. */
class Attributes {
  /** @type {string[]} */
  keys = [];
  /** @type {Reader[]} */
  messages = [];
  /** @type {any[]} */
  #values = [];
  /** @type {Look} */
  look = new Map();

  /** @param {number} number */
  value(number) {
    if (!(number in this.#values)) this.#values[number] = readValue(this.messages[number]);
    return this.#values[number];
  }
}

/** A feature, or the part of it that lies in the tile. */
export class Shape {
  /** @type {Record<string, any>|undefined} */
  #properties;
  /** @type {[number, number, number, number]|undefined} */
  #box;

  /** @param {Attributes} attributes */
  constructor(attributes) {
    this.attributes = attributes;
    this.look = attributes.look;
    /** The same for all parts of a thing. */
    this.id = 0;
    /** @type {1|2|3} point, line, polygon */
    this.type = 1;
    /** @type {number[]} numbers of a key and its value in turn */
    this.tags = [];
    /** @type {number[][]} points, lines or rings; x and y in turn, in units of the tile */
    this.parts = [];
  }

  /** What the tile says of it: of thousands only few are ever asked. */
  get properties() {
    if (!this.#properties) {
      this.#properties = {};
      const { attributes, tags } = this;
      for (let i = 0; i < tags.length; i += 2) {
        this.#properties[attributes.keys[tags[i]]] = attributes.value(tags[i + 1]);
      }
    }
    return this.#properties;
  }

  /** Return one property. @param {string} name @returns {any} */
  value(name) {
    const { attributes, tags } = this;
    const key = attributes.keys.indexOf(name);
    for (let i = key < 0 ? tags.length : 0; i < tags.length; i += 2) {
      if (tags[i] === key) return attributes.value(tags[i + 1]);
    }
    return undefined;
  }

  /** The smallest x and y and the largest of all parts. */
  get box() {
    this.#box ??= boxOf(this.parts);
    return this.#box;
  }
}

/** A place in the bytes of a tile. */
class Reader {
  /** @param {Uint8Array} bytes @param {number} start @param {number} end */
  constructor(bytes, start, end) {
    this.bytes = bytes;
    this.at = start;
    this.end = end;
  }

  /** Return the next number; those beyond 2^53 lose their last digits. */
  varint() {
    const { bytes } = this;
    let byte = bytes[this.at++];
    if (byte < 128) return byte;
    let value = byte & 127;
    let weight = 128;
    do {
      if (this.at >= this.end) throw new RangeError("the tile is cut off");
      byte = bytes[this.at++];
      value += (byte & 127) * weight;
      weight *= 128;
    } while (byte >= 128);
    return value;
  }

  /** Return the next number of those that are written with their sign in the last bit. */
  signed() {
    const value = this.varint();
    return value % 2 ? -(value + 1) / 2 : value / 2;
  }

  /** Return the next message or list of numbers, and go on after it. */
  inner() {
    const size = this.varint();
    const start = this.at;
    this.at += size;
    if (this.at > this.end) throw new RangeError("the tile is cut off");
    return new Reader(this.bytes, start, this.at);
  }

  string() {
    const { at, end } = this.inner();
    const bytes = this.bytes.subarray(at, end);
    // Most are keys of a few letters, for which the decoder is slow.
    const isPlain = bytes.length <= SHORT && bytes.every((byte) => byte < 128);
    return isPlain ? String.fromCharCode(...bytes) : text.decode(bytes);
  }

  /** Pass over what a tag announces. @param {number} tag */
  skip(tag) {
    const wire = tag % 8;
    if (wire === WIRE.varint) this.varint();
    else if (wire === WIRE.bytes) this.inner();
    else if (wire === WIRE.double) this.at += 8;
    else if (wire === WIRE.float) this.at += 4;
    else throw new TypeError(`no tile: wire type ${wire}`);
  }
}

/**
 * Return the layers of a tile by name.
 * @param {ArrayBuffer} buffer
 * @returns {Map<string, TileLayer>}
 */
export function readTile(buffer) {
  const reader = new Reader(new Uint8Array(buffer), 0, buffer.byteLength);
  /** @type {Map<string, TileLayer>} */
  const layers = new Map();
  while (reader.at < reader.end) {
    const tag = reader.varint();
    if (tag !== TAG.layer) {
      reader.skip(tag);
      continue;
    }
    const layer = readLayer(reader.inner());
    layers.set(layer.name, layer);
  }
  return layers;
}

/** @param {Reader} reader @returns {TileLayer} */
function readLayer(reader) {
  let name = "";
  let extent = 4096;
  const attributes = new Attributes();
  /** @type {Reader[]} keys and values may stand behind the features that use them */
  const features = [];
  while (reader.at < reader.end) {
    const tag = reader.varint();
    if (tag === TAG.name) name = reader.string();
    else if (tag === TAG.extent) extent = reader.varint();
    else if (tag === TAG.key) attributes.keys.push(reader.string());
    else if (tag === TAG.value) attributes.messages.push(reader.inner());
    else if (tag === TAG.feature) features.push(reader.inner());
    else reader.skip(tag);
  }
  const isLook = attributes.keys.map((key) => LOOKS.includes(key));
  return { name, extent, shapes: features.map((feature) => readShape(feature, attributes, isLook)) };
}

/** @param {Reader} reader */
function readValue(reader) {
  const view = new DataView(reader.bytes.buffer);
  /** @type {any} */
  let value = null;
  while (reader.at < reader.end) {
    const tag = reader.varint();
    const number = Math.floor(tag / 8);
    if (number === 1) value = reader.string();
    else if (number === 2) value = view.getFloat32((reader.at += 4) - 4, true);
    else if (number === 3) value = view.getFloat64((reader.at += 8) - 8, true);
    else if (number === 4 || number === 5) value = reader.varint();
    else if (number === 6) value = reader.signed();
    else if (number === 7) value = Boolean(reader.varint());
    else reader.skip(tag);
  }
  return value;
}

/** @param {Reader} reader @param {Attributes} attributes @param {boolean[]} isLook by key */
function readShape(reader, attributes, isLook) {
  const shape = new Shape(attributes);
  while (reader.at < reader.end) {
    const tag = reader.varint();
    if (tag === TAG.id) shape.id = reader.varint();
    else if (tag === TAG.type) shape.type = /** @type {1|2|3} */ (reader.varint());
    else if (tag === TAG.geometry) shape.parts = readParts(reader.inner());
    else if (tag === TAG.tags) readTags(reader.inner(), shape, isLook);
    else reader.skip(tag);
  }
  return shape;
}

/** @param {Reader} reader @param {Shape} shape @param {boolean[]} isLook by key */
function readTags(reader, shape, isLook) {
  const { tags, attributes } = shape;
  while (reader.at < reader.end) {
    const key = reader.varint();
    const value = reader.varint();
    tags.push(key, value);
    if (isLook[key]) shape.look = lookAfter(shape.look, key * attributes.messages.length + value);
  }
}

/** @param {Look} look @param {number} pair a key and a value @returns {Look} */
function lookAfter(look, pair) {
  let next = look.get(pair);
  if (!next) {
    next = new Map();
    look.set(pair, next);
  }
  return next;
}

/** Return the points, lines or rings of a geometry, each as x and y in turn. @param {Reader} reader */
function readParts(reader) {
  /** @type {number[][]} */
  const parts = [];
  /** @type {number[]} */
  let part = [];
  let x = 0;
  let y = 0;
  while (reader.at < reader.end) {
    const command = reader.varint();
    const kind = command % 8;
    // A ring is closed by its own nature.
    if (kind !== COMMAND.move && kind !== COMMAND.line) continue;
    for (let count = command >> 3; count > 0; count -= 1) {
      x += reader.signed();
      y += reader.signed();
      if (kind === COMMAND.move) parts.push((part = [x, y]));
      else part.push(x, y);
    }
  }
  return parts;
}

/** @param {number[][]} parts @returns {[number, number, number, number]} */
function boxOf(parts) {
  let [minx, miny, maxx, maxy] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const part of parts) {
    for (let i = 0; i < part.length; i += 2) {
      const [x, y] = [part[i], part[i + 1]];
      if (x < minx) minx = x;
      if (x > maxx) maxx = x;
      if (y < miny) miny = y;
      if (y > maxy) maxy = y;
    }
  }
  return [minx, miny, maxx, maxy];
}
