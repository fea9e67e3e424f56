/** Lengths and areas on the ellipsoid WGS84 (for this purpose equal to CGCS2000). */

/** @typedef {{lat: number, lng: number}} Position degrees */

const A = 6378137;
const F = 1 / 298.257223563;
const B = A * (1 - F);
const E2 = F * (2 - F);
const E = Math.sqrt(E2);
const RAD = Math.PI / 180;

/**
 * Return the length of the geodesic between two positions in metres.
 *
 * T. Vincenty, "Direct and inverse solutions of geodesics on the ellipsoid", Survey Review
 * 23 (176), 1975; good to 0.5 mm. Near antipodes, where it does not converge, NaN.
 * @param {Position} from
 * @param {Position} to
 */
export function geodesicDistance(from, to) {
  const span = (to.lng - from.lng) * RAD;
  const u1 = Math.atan((1 - F) * Math.tan(from.lat * RAD));
  const u2 = Math.atan((1 - F) * Math.tan(to.lat * RAD));
  const [sinU1, cosU1, sinU2, cosU2] = [Math.sin(u1), Math.cos(u1), Math.sin(u2), Math.cos(u2)];
  let lambda = span;
  for (let round = 0; round < 100; round += 1) {
    const [sinL, cosL] = [Math.sin(lambda), Math.cos(lambda)];
    const sinS = Math.hypot(cosU2 * sinL, cosU1 * sinU2 - sinU1 * cosU2 * cosL);
    if (sinS === 0) return 0;
    const cosS = sinU1 * sinU2 + cosU1 * cosU2 * cosL;
    const sigma = Math.atan2(sinS, cosS);
    const sinAlpha = (cosU1 * cosU2 * sinL) / sinS;
    const cos2Alpha = 1 - sinAlpha ** 2;
    // On the equator cos2Alpha is 0 and the middle of the line is the equator itself.
    const cos2M = cos2Alpha === 0 ? 0 : cosS - (2 * sinU1 * sinU2) / cos2Alpha;
    const c = (F / 16) * cos2Alpha * (4 + F * (4 - 3 * cos2Alpha));
    const inner = cos2M + c * cosS * (2 * cos2M ** 2 - 1);
    const next = span + (1 - c) * F * sinAlpha * (sigma + c * sinS * inner);
    if (Math.abs(next - lambda) < 1e-12) return arcLength(cos2Alpha, sigma, cos2M);
    lambda = next;
  }
  return NaN;
}

/**
 * @param {number} cos2Alpha
 * @param {number} sigma
 * @param {number} cos2M
 */
function arcLength(cos2Alpha, sigma, cos2M) {
  const uSquared = (cos2Alpha * (A ** 2 - B ** 2)) / B ** 2;
  const k = 1 + (uSquared / 16384) * (4096 + uSquared * (-768 + uSquared * (320 - 175 * uSquared)));
  const m = (uSquared / 1024) * (256 + uSquared * (-128 + uSquared * (74 - 47 * uSquared)));
  const [sinS, cosS] = [Math.sin(sigma), Math.cos(sigma)];
  const third = (m / 6) * cos2M * (4 * sinS ** 2 - 3) * (4 * cos2M ** 2 - 3);
  const delta = m * sinS * (cos2M + (m / 4) * (cosS * (2 * cos2M ** 2 - 1) - third));
  return B * k * (sigma - delta);
}

/** Return q of Snyder's equation 3-12 for the sine of a latitude. @param {number} sine */
function authalicQ(sine) {
  const es = E * sine;
  return (1 - E2) * (sine / (1 - es ** 2) + Math.atanh(es) / E);
}

const Q_POLE = authalicQ(1);
const RADIUS = A * Math.sqrt(Q_POLE / 2);

/**
 * Return the area inside a ring of positions in square metres, whatever its direction.
 *
 * Positions go to the sphere of equal area (authalic latitude, J. P. Snyder, "Map
 * Projections: A Working Manual", USGS 1395, 1987, eq. 3-11 to 3-13), where the spherical
 * excess between great circles is exact. What is left is the difference between a great
 * circle there and the geodesic: under 0.001 % for rings of up to 500 km.
 * @param {Position[]} ring
 */
export function geodesicArea(ring) {
  let excess = 0;
  ring.forEach((from, index) => {
    const to = ring[(index + 1) % ring.length];
    const t1 = Math.tan(authalicLatitude(from.lat) / 2);
    const t2 = Math.tan(authalicLatitude(to.lat) / 2);
    const half = Math.tan(((to.lng - from.lng) * RAD) / 2);
    excess += 2 * Math.atan((half * (t1 + t2)) / (1 + t1 * t2));
  });
  return Math.abs(excess) * RADIUS ** 2;
}

/** @param {number} degrees */
function authalicLatitude(degrees) {
  const ratio = authalicQ(Math.sin(degrees * RAD)) / Q_POLE;
  return Math.asin(Math.max(-1, Math.min(1, ratio)));
}
