// The table by the chosen grouping, and the table behind the bars; both as CSV too.
import * as decimal from "./decimal.js";
import { colour } from "./chart.js";
import { html } from "./elements.js";
import { stepNames } from "./period.js";
import { count, counted, exactUsd, name, usd } from "./words.js";

const SHOWN = 50;

const byNumber = (field) => (left, right) => left[field] - right[field];
const byMoney = (field) => (left, right) => decimal.compared(left[field], right[field]);
const byName = (left, right) => String(left.value ?? "").localeCompare(String(right.value ?? ""));

// `field` is the server's name, `wide`: only seen where there is room for it or where it is not 0.
const COLUMNS = [
  { id: "cost", title: "Cost", field: "cost_usd", order: byMoney("cost_usd"), cell: money },
  { id: "share", title: "Share", field: "cost_usd", order: byMoney("cost_usd"), cell: shareCell, isDerived: true },
  { id: "calls", title: "Calls", field: "calls", order: byNumber("calls"), cell: number },
  { id: "prompt", title: "Prompt", field: "prompt_tokens", order: byNumber("prompt_tokens"), cell: number, hint: "prompt tokens" },
  { id: "completion", title: "Completion", field: "completion_tokens", order: byNumber("completion_tokens"), cell: number, hint: "completion tokens" },
  { id: "estimated", title: "Estimated", field: "estimated_cost_usd", order: byMoney("estimated_cost_usd"), cell: estimated, hint: "of the cost: by usage that is an estimate; and how many calls" },
  { id: "unpriced", title: "Unpriced", field: "unpriced_calls", order: byNumber("unpriced_calls"), cell: flagged, hint: "calls without a known cost: in no sum" },
  { id: "partial", title: "Partial", field: "partial_calls", order: byNumber("partial_calls"), cell: flagged, hint: "calls priced in part: their cost is a lower bound" },
  { id: "refused", title: "Refused", field: "refused", order: byNumber("refused"), cell: number, hint: "refused by policy, never sent: not in calls", isRare: true },
  { id: "unmetered", title: "Unmetered", field: "unmetered", order: byNumber("unmetered"), cell: flagged, hint: "not metered yet: not in calls, no cost", isRare: true },
];

const FIELDS = ["calls", "prompt_tokens", "completion_tokens", "cost_usd", "estimated_cost_usd", "estimated_calls", "unpriced_calls", "partial_calls", "refused", "unmetered"];

/** `rows`: the sums with `value`; `on`: {sort, filter, stress}. */
export function drawGroups(table, { title, rows, total, layers, sort, isAll }, on) {
  const columns = COLUMNS.filter((column) => !column.isRare || total[column.field]);
  const ordered = sorted(rows, sort);
  const shown = isAll ? ordered : ordered.slice(0, SHOWN);
  table.replaceChildren(
    html("thead", {}, html("tr", {}, heading({ id: "name", title }, sort, on), ...columns.map((column) => heading(column, sort, on)))),
    html("tbody", {}, ...shown.map((row) => groupRow(row, columns, total, layers, on))),
    html("tfoot", {}, html("tr", {}, html("th", { scope: "row", class: "name" }, "All"), ...columns.map((column) => cellOf(column, total, total)))),
  );
  return ordered.length - shown.length;
}

function sorted(rows, sort) {
  const isReversed = sort?.startsWith("~");
  const id = isReversed ? sort.slice(1) : sort;
  if (id === "name") return [...rows].sort((a, b) => (isReversed ? byName(b, a) : byName(a, b)));
  const order = COLUMNS.find((column) => column.id === id)?.order;
  if (!order) return rows; // as the server has them: the dearest first
  return [...rows].sort((a, b) => (isReversed ? order(a, b) : order(b, a)));
}

function heading(column, sort, on) {
  const isReversed = sort === `~${column.id}`;
  const isSorted = isReversed || (sort ?? "cost") === column.id;
  const isUp = (column.id === "name") !== isReversed;
  const direction = isSorted ? (isUp ? "ascending" : "descending") : null;
  const next = isSorted && !isReversed ? `~${column.id}` : column.id;
  const button = html("button", { type: "button", "data-focus": `sort ${column.id}`, onclick: () => on.sort(next) }, column.title);
  return html("th", { scope: "col", "aria-sort": direction, title: column.hint, class: column.id === "name" ? "name" : "n" }, button);
}

function groupRow(row, columns, total, layers, on) {
  const place = layers.findIndex((layer) => !layer.isOthers && layer.value === row.value);
  const mark = place < 0 ? "others" : colour(layers[place], place);
  const label = name(row.value);
  const button = html("button", { type: "button", "data-focus": `row ${row.value}`, class: row.value ? null : "unset", title: `Only ${label}`, onclick: () => on.filter(row.value) }, html("bdi", {}, label));
  const head = html("th", { scope: "row", class: "name" }, html("i", { class: `swatch ${mark}` }), button);
  const cells = columns.map((column) => cellOf(column, row, total));
  const stressed = place < 0 ? layers.findIndex((layer) => layer.isOthers) : place;
  return html("tr", { onpointerenter: () => on.stress(stressed), onpointerleave: () => on.stress(null) }, head, ...cells);
}

function cellOf(column, row, total) {
  const cell = column.cell(row, column.field, total);
  const title = column.title.toLowerCase();
  cell.dataset.label = column.id === "calls" && row.calls === 1 ? "call" : title; // where there is no head
  cell.classList.add("n", column.id);
  return cell;
}

function money(row, field) {
  if (isUnknown(row)) return html("td", { class: "warn" }, "unpriced");
  const isBound = row.unpriced_calls || row.partial_calls || row.unmetered;
  const mark = isBound ? html("sup", { title: "a lower bound: some calls are not, or not wholly, priced" }, "+") : null;
  return html("td", { title: exactUsd(row[field]) }, usd(row[field]), mark);
}

/** Nothing of it has a price: that is no zero. */
function isUnknown(row) {
  return row.calls > 0 && row.calls === row.unpriced_calls && decimal.isZero(row.cost_usd);
}

function number(row, field) {
  return html("td", row[field] ? {} : { class: "none" }, count(row[field]));
}

function flagged(row, field) {
  return html("td", { class: row[field] ? "warn" : "none" }, count(row[field]));
}

function estimated(row, field) {
  if (!row.estimated_calls) return html("td", { class: "none" }, "0");
  return html("td", { class: "warn", title: `${exactUsd(row[field])}, ${counted(row.estimated_calls, "call")}` }, usd(row[field]), html("small", {}, ` in ${count(row.estimated_calls)}`));
}

function shareCell(row, field, total) {
  const tenths = decimal.ratioIn(row[field], total[field], 1000);
  if (tenths === null || isUnknown(row)) return html("td", { class: "none" }, "–");
  if (row === total) return html("td", {}, "100 %");
  const bar = html("i", { class: "share-bar" });
  bar.style.setProperty("--share", decimal.share(row[field], total[field]));
  return html("td", {}, bar, html("span", {}, tenths || decimal.isZero(row[field]) ? `${tenths / 10n}.${tenths % 10n} %` : "<0.1 %"));
}

/** What the bars show, for who cannot see them. */
export function drawSteps(table, { step, times, total }) {
  const columns = COLUMNS.filter((column) => !column.isDerived && (!column.isRare || total.some((point) => point[column.field])));
  const rows = times.map((time, index) =>
    html("tr", {}, html("th", { scope: "row", class: "name" }, stepNames(step, time).long), ...columns.map((column) => cellOf(column, total[index], total[index]))),
  );
  const heads = columns.map((column) => html("th", { scope: "col", class: "n", title: column.hint }, column.title));
  table.replaceChildren(html("thead", {}, html("tr", {}, html("th", { scope: "col", class: "name" }, "UTC"), ...heads)), html("tbody", {}, ...rows));
}

/** The rows as the server has them, every digit. */
export function csvOf(title, rows) {
  const lines = rows.map((row) => [quoted(row.value ?? ""), ...FIELDS.map((field) => row[field])].join(","));
  return `${[quoted(title), ...FIELDS].join(",")}\r\n${lines.map((line) => `${line}\r\n`).join("")}`;
}

/** A spreadsheet takes a text that starts like a formula for one: a quote before it says it is text. */
function quoted(text) {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
