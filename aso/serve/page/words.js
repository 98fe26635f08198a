// Numbers and names as a person reads them. Whoever sent the events chose the names: they are
// hostile text, and only ever become text nodes; what would hide or turn text around is spelled out.
import * as decimal from "./decimal.js";

const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;
const SMALLEST = 9; // places; below, "<$0.000000001"

let isExact = false;

/** From now on costs are written with every digit, or rounded. */
export function writeExactly(yes) {
  isExact = yes;
}

export function usd(text) {
  return isExact ? exactUsd(text) : roundedUsd(text);
}

export function exactUsd(text) {
  return signed(decimal.grouped(text));
}

/** Two places from a dollar up; below, three digits, where there are as many. */
function roundedUsd(text) {
  if (decimal.isZero(text)) return "$0";
  const leading = decimal.leadingPlaces(text);
  if (leading > SMALLEST) return `<$${"0.".padEnd(SMALLEST + 1, "0")}1`;
  const places = Math.max(2, Math.min(leading ? leading + 2 : 2, decimal.places(text)));
  return signed(decimal.grouped(decimal.rounded(text, places)));
}

function signed(text) {
  return text.startsWith("-") ? `−$${text.slice(1)}` : `$${text}`;
}

export function count(number) {
  return decimal.grouped(String(number));
}

export function counted(number, noun) {
  return `${count(number)} ${noun}${number === 1 ? "" : "s"}`;
}

/** 1,234,567 → 1.23 M; for tight places, beside a title that has it all. */
export function short(number) {
  const units = [["T", 12], ["G", 9], ["M", 6], ["k", 3]];
  const found = units.find(([, power]) => number >= 10 ** power && number >= 10_000);
  if (!found) return count(number);
  const [unit, power] = found;
  const text = decimal.rounded(shifted(number, power), 2);
  return `${text.replace(/\.?0+$/, "")} ${unit}`;
}

function shifted(number, power) {
  const digits = String(number).padStart(power + 1, "0");
  return `${digits.slice(0, -power)}.${digits.slice(-power)}`;
}

/** "+12.3 %", or null where there was nothing before. */
export function change(now, before) {
  const tenths = decimal.ratioIn(decimal.minus(now, before), before, 1000);
  if (tenths === null) return null;
  const size = tenths < 0n ? -tenths : tenths;
  if (size >= 10_000n) return tenths < 0n ? "−" : `×${size / 1000n + 1n}`;
  const sign = tenths < 0n ? "−" : tenths > 0n ? "+" : "±";
  return `${sign}${size / 10n}.${size % 10n} %`;
}

/** What events say, made visible: never to be put into markup. */
export function name(value) {
  if (value === null || value === undefined) return "not set";
  if (value === "") return "empty";
  return String(value).replace(UNSEEN, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
