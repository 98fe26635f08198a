// Exact decimals: what the server says as text stays text, or becomes a whole number and its scale.
// A float is only ever made of a ratio that becomes a height on the screen.

export function parsed(text) {
  const [, sign, whole, places = ""] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text);
  const units = BigInt(whole + places);
  return { units: sign ? -units : units, scale: places.length };
}

function unitsAt(one, scale) {
  return one.units * 10n ** BigInt(scale - one.scale);
}

function aligned(left, right) {
  const [a, b] = [parsed(left), parsed(right)];
  const scale = Math.max(a.scale, b.scale);
  return [unitsAt(a, scale), unitsAt(b, scale), scale];
}

export function compared(left, right) {
  const [a, b] = aligned(left, right);
  return a < b ? -1 : a > b ? 1 : 0;
}

export function minus(left, right) {
  const [a, b, scale] = aligned(left, right);
  return written(a - b, scale);
}

/** The whole number of `parts` that left is of right, rounded; null where right is 0. */
export function ratioIn(left, right, parts) {
  const [a, b] = aligned(left, right);
  return b === 0n ? null : divided(a * BigInt(parts), b);
}

/** left ÷ right as a float from 0 to 1: for what is drawn, never for what is said. */
export function share(left, right) {
  const parts = ratioIn(left, right, 1_000_000);
  return parts === null ? 0 : Number(parts) / 1_000_000;
}

export function isZero(text) {
  return parsed(text).units === 0n;
}

/** Rounded, half away from zero, to this many places after the point. */
export function rounded(text, places) {
  const one = parsed(text);
  if (one.scale <= places) return written(unitsAt(one, places), places);
  return written(divided(one.units, 10n ** BigInt(one.scale - places)), places);
}

export function places(text) {
  return parsed(text).scale;
}

/** How many places after the point the first digit that is not 0 is; 0: it is before the point. */
export function leadingPlaces(text) {
  const { units, scale } = parsed(text);
  const digits = (units < 0n ? -units : units).toString().length;
  return Math.max(0, scale - digits + 1);
}

export function grouped(text) {
  const [whole, places] = text.split(".");
  const spaced = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return places ? `${spaced}.${places}` : spaced;
}

function divided(a, b) {
  if (b < 0n) return divided(-a, -b);
  return a < 0n ? -divided(-a, b) : (2n * a + b) / (2n * b);
}

function written(units, scale) {
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, "0");
  const whole = digits.slice(0, digits.length - scale);
  const places = scale ? `.${digits.slice(-scale)}` : "";
  return `${units < 0n ? "-" : ""}${whole}${places}`;
}
