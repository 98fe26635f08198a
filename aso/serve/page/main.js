// The page: what is looked at (the fragment) → questions → what is drawn.
import * as api from "./api.js";
import { Chart } from "./chart.js";
import * as decimal from "./decimal.js";
import { download } from "./download.js";
import { byId, html } from "./elements.js";
import { drawChips, drawEmpty, drawHeadline, drawLegend, drawSpan } from "./parts.js";
import { day, iso, periodOf } from "./period.js";
import * as state from "./state.js";
import { csvOf, drawGroups, drawSteps } from "./table.js";
import { drawControls, onControls } from "./controls.js";
import { name, writeExactly } from "./words.js";

let current = state.read(location.hash, day(Date.now()));
let shown = null; // the last answers, and what was asked
let loading = null; // the AbortController of what is being asked
let timer = 0;
let isAll = false;

const chart = new Chart(byId("chart"), { onStep: openStep });

function change(changes) {
  const next = state.written({ ...current, ...changes });
  if (next === location.hash) load();
  else location.hash = next;
}

async function load() {
  clearTimeout(timer);
  loading?.abort();
  if (!api.key.get()) return askForKey();
  const mine = (loading = new AbortController());
  document.body.classList.add("loading");
  if (!shown) tell("Asking the server…");
  try {
    shown = await asked(current, mine.signal);
    tell("");
    redraw();
    later(Number(current.refresh));
  } catch (error) {
    if (error.name === "AbortError") return;
    if (!(error instanceof api.Failure)) throw error;
    failed(error);
  } finally {
    if (mine === loading) document.body.classList.remove("loading");
  }
}

async function asked(looked, signal) {
  const period = periodOf(looked, Date.now());
  const span = { since: iso(period.since), until: iso(period.until) };
  const last = { since: iso(period.before.since), until: iso(period.before.until) };
  const names = api.dimensions(span, signal);
  const by = looked.by ?? usualGrouping((await names).dimensions);
  const filtered = { ...span, where: looked.where };
  const [dimensions, timeline, report, before] = await Promise.all([
    names,
    api.timeline({ ...filtered, by, step: period.step, top: 8 }, signal),
    api.report({ ...filtered, by }, signal),
    api.report({ ...last, where: looked.where, by: "" }, signal),
  ]);
  const rows = report.rows.map((row) => ({ ...row, value: row[by] }));
  return { period, by, dimensions: dimensions.dimensions, timeline, rows, total: report.total, before: before.total, at: Date.now() };
}

function usualGrouping(dimensions) {
  const names = dimensions.map((one) => one.name).filter((one) => state.canGroup(one) && one !== "env");
  if (names.includes("team")) return "dims.team";
  return names.length ? `dims.${names[0]}` : "model";
}

function draw() {
  const { period, by, dimensions, timeline, rows, total, before } = shown;
  writeExactly(current.exact);
  byId("signin").hidden = true;
  byId("view").hidden = byId("tools").hidden = false;
  document.body.classList.remove("stale");
  drawControls(current, { period, by, dimensions });
  drawChips(current.where, (text) => change({ where: current.where.filter((one) => one !== text) }));
  drawHeadline(total, before, period);
  const isEmpty = !total.calls && !total.refused && !total.unmetered && decimal.isZero(total.cost_usd);
  byId("over-time").hidden = byId("groups").hidden = byId("numbers").hidden = isEmpty;
  drawEmpty(isEmpty, current.where.length > 0);
  if (!isEmpty) drawSpend(period, by, timeline, rows, total);
}

/** Draw, and leave the keyboard where it was: what it was on is made anew. */
function redraw() {
  const focused = document.activeElement?.dataset.focus;
  draw();
  if (focused) document.querySelector(`[data-focus="${CSS.escape(focused)}"]`)?.focus();
}

function drawSpend(period, by, timeline, rows, total) {
  const others = timeline.others ? [{ ...timeline.others, isOthers: true }] : [];
  const layers = [...timeline.series, ...others];
  const drawn = { step: timeline.step, times: timeline.times, total: timeline.total, layers };
  chart.draw(drawn);
  drawLegend(layers, (place) => chart.stress(place));
  drawSpan(period, shown.at);
  drawSteps(byId("steps-table"), drawn);
  const title = state.label(by);
  byId("groups-title").textContent = `By ${Object.hasOwn(state.COLUMNS, by) ? title.toLowerCase() : name(title)}`;
  const on = { sort: (sort) => change({ sort }), filter: (value) => filterBy(by, value), stress: (place) => chart.stress(place) };
  const left = drawGroups(byId("groups-table"), { title: name(title), rows, total, layers, sort: current.sort, isAll }, on);
  byId("more").hidden = left <= 0;
  byId("more").textContent = `Show ${left} more`;
}

function filterBy(by, value) {
  const text = `${by}=${value ?? ""}`;
  change({ where: [...current.where.filter((one) => one !== text), text] });
}

/** A bar is opened: a month shows its days, a day its hours. */
function openStep(step, time) {
  if (step === "hour") return;
  const [year, month] = time.split("-").map(Number);
  const last = step === "month" ? day(Date.UTC(year, month, 0)) : time;
  change({ period: "custom", from: step === "month" ? `${time}-01` : time, to: last, step: null });
}

function failed(error) {
  if (error.status === 401 || error.status === 403) {
    api.key.forget();
    return askForKey(error);
  }
  document.body.classList.toggle("stale", shown !== null);
  const isPassing = [0, 429, 503].includes(error.status) || error.status >= 500;
  const seconds = isPassing ? Math.max(error.waitSeconds, 2) : 0;
  tell([error.message, error.said, isPassing ? `Asking again in ${seconds} s.` : ""].filter(Boolean).join(" "), true);
  if (!isPassing) byId("notice").append(" ", html("button", { type: "button", class: "plain", onclick: startOver }, "Start over"));
  later(seconds);
}

/** What was asked for can never be answered: a filter of an address, perhaps. */
function startOver() {
  change({ period: "7d", step: null, by: null, where: [], sort: null });
}

function askForKey(error) {
  loading?.abort(); // what still comes is of the key that is gone
  clearTimeout(timer);
  shown = null;
  byId("view").hidden = byId("tools").hidden = true;
  byId("signin").hidden = false;
  tell(error ? `${error.message} ${error.said}`.trim() : "", Boolean(error));
  byId("key").focus();
}

function tell(text, isBad = false) {
  const notice = byId("notice");
  notice.hidden = !text;
  notice.textContent = text.replace("AISpendOps: ", "");
  notice.classList.toggle("bad", isBad);
}

function later(seconds) {
  clearTimeout(timer);
  if (seconds) timer = setTimeout(() => (document.hidden ? later(seconds) : load()), seconds * 1000);
}

byId("signin").addEventListener("submit", (event) => {
  event.preventDefault();
  api.key.keep(byId("key").value);
  byId("key").value = "";
  load();
});
byId("forget").addEventListener("click", () => {
  api.key.forget();
  askForKey();
});
byId("reload").addEventListener("click", () => load());
byId("more").addEventListener("click", () => {
  isAll = true;
  redraw();
});
byId("csv").addEventListener("click", () => {
  const title = state.label(shown.by);
  download(`spend-by-${title.replace(/[^\w.-]+/g, "_")}-${day(shown.period.since)}.csv`, csvOf(title, shown.rows));
});
onControls(change);
addEventListener("hashchange", () => {
  const before = current;
  current = state.read(location.hash, day(Date.now()));
  isAll &&= state.asksTheSame(before, current);
  if (shown && state.asksTheSame(before, current)) redraw();
  else load();
});
load();
