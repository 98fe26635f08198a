// What is around the chart and the table: the sums, what is apart from them, chips, legend, nothing.
import { colour, isUnset, titled } from "./chart.js";
import { byId, html } from "./elements.js";
import { iso } from "./period.js";
import { label } from "./state.js";
import { change, count, counted, exactUsd, name, short, usd } from "./words.js";

const LONG = 15; // characters: a figure with every digit

export function drawHeadline(total, before, period) {
  const isBound = total.unpriced_calls || total.partial_calls || total.unmetered;
  const then = `${moment(period.before.since)} to ${moment(period.before.until)}`;
  const told = (now, was, text) => ({ change: change(now, was), before: `${text}, ${then}` });
  byId("headline").replaceChildren(
    ...figure("Cost", usd(total.cost_usd), exactUsd(total.cost_usd), { ...told(total.cost_usd, before.cost_usd, exactUsd(before.cost_usd)), mark: isBound ? "+" : "" }),
    ...["calls", "prompt_tokens", "completion_tokens"].map((field) => {
      const title = { calls: "Calls", prompt_tokens: "Prompt tokens", completion_tokens: "Completion tokens" }[field];
      return figure(title, total[field] < 1e9 ? count(total[field]) : short(total[field]), count(total[field]), told(String(total[field]), String(before[field]), count(before[field])));
    }).flat(),
  );
  byId("apart").replaceChildren(...aparts(total));
}

function figure(title, text, exact, { change: changed, before, mark }) {
  return [
    html(
      "div",
      {},
      html("dt", {}, title),
      html("dd", { title: exact, class: text.length > LONG ? "figure long" : "figure" }, text, mark ? html("sup", { title: "a lower bound: some calls are not, or not wholly, priced" }, mark) : null),
      html("dd", { class: "change", title: `before: ${before}` }, changed, html("span", {}, changed === null ? "nothing before" : " to the period before")),
    ),
  ];
}

function aparts(total) {
  return [
    part("Estimated", usd(total.estimated_cost_usd), `of the cost, ${counted(total.estimated_calls, "call")}`, total.estimated_calls, exactUsd(total.estimated_cost_usd), "hatched"),
    part("Partial", count(total.partial_calls), `${plural(total.partial_calls)}, a lower bound`, total.partial_calls, null, "partial"),
    part("Unpriced", count(total.unpriced_calls), `${plural(total.unpriced_calls)}, in no sum`, total.unpriced_calls, null, "unpriced"),
    part("Unmetered", count(total.unmetered), `${plural(total.unmetered)}, in no sum`, total.unmetered),
    part("Refused", count(total.refused), "by policy, never sent", 0),
  ];
}

function plural(number) {
  return number === 1 ? "call" : "calls";
}

function part(title, text, note, calls, exact, swatch) {
  const mark = swatch ? html("i", { class: `swatch ${swatch}` }) : null;
  return html("div", { class: calls ? "some" : null }, html("dt", {}, mark, title), html("dd", { title: exact }, html("b", {}, text), ` ${note}`));
}

export function drawChips(where, onRemove) {
  const chips = where.map((text) => {
    const at = text.indexOf("=");
    const [key, value] = [label(text.slice(0, at)), text.slice(at + 1)];
    const said = value === "" ? "not set" : name(value);
    const button = html("button", { type: "button", "aria-label": `Remove the filter ${name(key)} ${said}`, onclick: () => removed(text, onRemove) }, "×");
    return html("li", {}, html("span", {}, name(key)), html("bdi", { class: value === "" ? "unset" : null }, said), button);
  });
  byId("chips").replaceChildren(...chips);
  byId("chips").hidden = !chips.length;
}

/** The button goes, so the keyboard goes on from the numbers. */
function removed(text, onRemove) {
  byId("content").focus({ preventScroll: true });
  onRemove(text);
}

export function drawLegend(layers, onStress) {
  const hovering = (place) => ({ onpointerenter: () => onStress(place), onpointerleave: () => onStress(null) });
  byId("legend").replaceChildren(
    ...layers.map((layer, place) =>
      html("li", hovering(place), html("i", { class: `swatch ${colour(layer, place)}` }), html("bdi", { class: isUnset(layer) ? "unset" : null }, titled(layer))),
    ),
  );
}

export function drawSpan(period, at) {
  byId("span").textContent = `${moment(period.since)} to ${moment(period.until)} UTC. Hatched: estimated usage. Below the bars: calls without a price; framed, priced in part. Asked at ${iso(at).slice(11, 16)} UTC.`;
}

function moment(instant) {
  return iso(instant).replace("T", " ").replace("Z", "").replace(" 00:00", "");
}

export function drawEmpty(isEmpty, isFiltered) {
  const place = byId("empty");
  place.hidden = !isEmpty;
  if (!isEmpty) return;
  if (isFiltered) {
    place.replaceChildren(html("h2", {}, "No call matches"), html("p", {}, "Remove a filter above, or choose a longer period."));
    return;
  }
  const environment = `ASO_ENDPOINT=${location.origin} ASO_API_KEY=aso_k_… aso run program.py`;
  const program = "import aso\n\naso.instrument()\nwith aso.dimensions(team=\"search\"):\n    …  # calls of any AI SDK";
  place.replaceChildren(
    html("h2", {}, "No calls in this period"),
    html("p", {}, "Choose a longer period; or send the first ones. With a key of scope ingest (aso serve keys create --tenant … --scope ingest), any program as it is:"),
    html("pre", {}, environment),
    html("p", {}, "or one line in it, and dimensions that say who a call is for:"),
    html("pre", {}, program),
    html("p", { class: "quiet" }, "A call is seen here about a second after its end."),
  );
}
