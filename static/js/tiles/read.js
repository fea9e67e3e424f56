/**
 * Reads vector tiles (Mapbox Vector Tile 2.1): what a tile server sends, as plain numbers.
 *
 * Of protocol buffers only what a tile consists of is understood; the rest is passed over.
 * Written here because the library in the wheels (Leaflet.VectorGrid) keeps its reader to
 * itself; see docs/adr/0006-tile-client.md.
 */

/**
 * @typedef {object} Shape a feature, or the part of it that lies in the tile
 * @property {number} id the same for all parts of a thing
 * @property {1|2|3} type point, line, polygon
 * @property {Record<string, any>} properties
 * @property {Int32Array[]} parts points, lines or rings; x and y in turn, in units of the tile
 * @property {[number, number, number, number]} box minx, miny, maxx, maxy of all parts
 *
 * @typedef {{name: string, extent: number, shapes: Shape[]}} TileLayer
 */

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

/** A place in the bytes of a tile. */
class Reader {
  /** @param {DataView} view @param {number} start @param {number} end */
  constructor(view, start, end) {
    this.view = view;
    this.at = start;
    this.end = end;
  }

  /** Return the next number; those beyond 2^53 lose their last digits. */
  varint() {
    let value = 0;
    let weight = 1;
    for (;;) {
      const byte = this.view.getUint8(this.at++);
      value += (byte & 127) * weight;
      if (byte < 128) return value;
      weight *= 128;
    }
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
    return new Reader(this.view, start, this.at);
  }

  string() {
    const { at, end } = this.inner();
    const bytes = new Uint8Array(this.view.buffer, this.view.byteOffset + at, end - at);
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
  const reader = new Reader(new DataView(buffer), 0, buffer.byteLength);
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
  /** @type {string[]} */
  const keys = [];
  /** @type {any[]} */
  const values = [];
  /** @type {Reader[]} keys and values may stand behind the features that use them */
  const features = [];
  while (reader.at < reader.end) {
    const tag = reader.varint();
    if (tag === TAG.name) name = reader.string();
    else if (tag === TAG.extent) extent = reader.varint();
    else if (tag === TAG.key) keys.push(reader.string());
    else if (tag === TAG.value) values.push(readValue(reader.inner()));
    else if (tag === TAG.feature) features.push(reader.inner());
    else reader.skip(tag);
  }
  return { name, extent, shapes: features.map((feature) => readShape(feature, keys, values)) };
}

/** @param {Reader} reader */
function readValue(reader) {
  /** @type {any} */
  let value = null;
  while (reader.at < reader.end) {
    const tag = reader.varint();
    const number = Math.floor(tag / 8);
    if (number === 1) value = reader.string();
    else if (number === 2) value = reader.view.getFloat32((reader.at += 4) - 4, true);
    else if (number === 3) value = reader.view.getFloat64((reader.at += 8) - 8, true);
    else if (number === 4 || number === 5) value = reader.varint();
    else if (number === 6) value = reader.signed();
    else if (number === 7) value = Boolean(reader.varint());
    else reader.skip(tag);
  }
  return value;
}

/** @param {Reader} reader @param {string[]} keys @param {any[]} values @returns {Shape} */
function readShape(reader, keys, values) {
  /** @type {Record<string, any>} */
  const properties = {};
  let id = 0;
  /** @type {1|2|3} */
  let type = 1;
  /** @type {Int32Array[]} */
  let parts = [];
  while (reader.at < reader.end) {
    const tag = reader.varint();
    if (tag === TAG.id) id = reader.varint();
    else if (tag === TAG.type) type = /** @type {1|2|3} */ (reader.varint());
    else if (tag === TAG.geometry) parts = readParts(reader.inner());
    else if (tag === TAG.tags) {
      const pairs = reader.inner();
      while (pairs.at < pairs.end) properties[keys[pairs.varint()]] = values[pairs.varint()];
    } else reader.skip(tag);
  }
  return { id, type, properties, parts, box: boxOf(parts) };
}

/** Return the points, lines or rings of a geometry, each as x and y in turn. @param {Reader} reader */
function readParts(reader) {
  /** @type {Int32Array[]} */
  const parts = [];
  /** @type {number[]} */
  let part = [];
  let x = 0;
  let y = 0;
  while (reader.at < reader.end) {
    const command = reader.varint();
    // A ring is closed by its own nature.
    const isDrawn = command % 8 === COMMAND.move || command % 8 === COMMAND.line;
    for (let count = isDrawn ? command >> 3 : 0; count > 0; count -= 1) {
      x += reader.signed();
      y += reader.signed();
      if (command % 8 === COMMAND.move) {
        if (part.length) parts.push(Int32Array.from(part));
        part = [];
      }
      part.push(x, y);
    }
  }
  if (part.length) parts.push(Int32Array.from(part));
  return parts;
}

/** @param {Int32Array[]} parts @returns {[number, number, number, number]} */
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
