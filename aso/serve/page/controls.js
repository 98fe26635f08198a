// The choices at the top: what is chosen, and what happens when it is changed.
import { byId, html } from "./elements.js";
import { day } from "./period.js";
import { canGroup, COLUMNS, isSpan, label } from "./state.js";
import { name } from "./words.js";

export function drawControls(state, { period, by, dimensions }) {
  for (const input of document.querySelectorAll("input[name=period]")) input.checked = input.value === state.period;
  for (const input of document.querySelectorAll("input[name=step]")) {
    input.checked = input.value === period.step;
    input.disabled = !period.steps.includes(input.value);
  }
  byId("dates").hidden = state.period !== "custom";
  setDate("from", state.from ?? day(period.since));
  setDate("to", state.to ?? day(period.until - 1));
  byId("refresh").value = state.refresh;
  byId("exact").checked = state.exact;
  drawGroupings(byId("by"), groupings(dimensions, by));
  byId("by").value = by;
}

/** Only where they are others: a list that is open would close. */
function drawGroupings(place, groups) {
  const isSame = groups.length === place.children.length && groups.every((group, index) => group.isEqualNode(place.children[index]));
  if (!isSame) place.replaceChildren(...groups);
}

/** Not while it is being typed into. */
function setDate(id, value) {
  if (document.activeElement !== byId(id)) byId(id).value = value;
}

function groupings(dimensions, by) {
  const names = dimensions.map((one) => one.name).filter((one) => one !== "env");
  const chosen = by.startsWith("dims.") && !names.includes(by.slice(5)) ? [by.slice(5)] : [];
  const ours = [...names, ...chosen].map((one) => option(`dims.${one}`, name(one), canGroup(one)));
  const columns = Object.keys(COLUMNS).map((one) => option(one, label(one), true));
  const groups = [html("optgroup", { label: "Dimensions" }, ...ours), html("optgroup", { label: "Of every call" }, ...columns)];
  return ours.length ? groups : groups.slice(1);
}

function option(value, title, isPossible) {
  return html("option", { value, disabled: !isPossible, title: isPossible ? null : "a name with a comma or = cannot be grouped by" }, title);
}

export function onControls(change) {
  byId("periods").addEventListener("change", (event) => change(choice(event.target.value)));
  byId("steps").addEventListener("change", (event) => change({ step: event.target.value }));
  byId("by").addEventListener("change", (event) => change({ by: event.target.value, sort: null }));
  byId("refresh").addEventListener("change", (event) => change({ refresh: event.target.value }));
  byId("exact").addEventListener("change", (event) => change({ exact: event.target.checked }));
  byId("dates").addEventListener("change", () => {
    const span = { from: byId("from").value, to: byId("to").value };
    byId("to").setCustomValidity(isSpan(span) ? "" : "The last day is the first one, or later.");
    if (byId("to").reportValidity()) change({ ...span, step: null });
  });
}

function choice(period) {
  if (period !== "custom") return { period, step: null };
  return { period, from: byId("from").value, to: byId("to").value };
}
