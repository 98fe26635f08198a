// What is looked at, in the URL's fragment: shared by copying the address; never the key.

const PERIODS = ["24h", "7d", "30d", "month", "custom"];
const STEPS = ["hour", "day", "month"];
const REFRESH = ["0", "30", "300"];
const DATE = /^\d{4}-\d{2}-\d{2}$/;
const FIRST = "2000-01-01";

/** Groupings that are columns of the server; every other is "dims.NAME". */
export const COLUMNS = {
  provider: "Provider",
  model: "Model",
  function: "Function",
  operation: "Operation",
  env: "Environment",
  outcome: "Outcome",
};

export function read(fragment, today) {
  const said = new URLSearchParams(fragment.replace(/^#/, ""));
  const one = (name, known, usual) => (known.includes(said.get(name)) ? said.get(name) : usual);
  const state = {
    period: one("period", PERIODS, "7d"),
    from: said.get("from"),
    to: said.get("to"),
    step: one("step", STEPS, null),
    by: isGrouping(said.get("by")) ? said.get("by") : null,
    where: said.getAll("where").filter((text) => text.includes("=")),
    refresh: one("refresh", REFRESH, "0"),
    exact: said.get("exact") === "1",
    sort: said.get("sort"),
  };
  if (state.period === "custom" && !isSpan(state)) Object.assign(state, { from: today, to: today });
  return state;
}

export function written(state) {
  const said = new URLSearchParams();
  said.set("period", state.period);
  if (state.period === "custom") {
    said.set("from", state.from);
    said.set("to", state.to);
  }
  for (const name of ["step", "by", "sort"]) if (state[name]) said.set(name, state[name]);
  for (const text of state.where) said.append("where", text);
  if (state.refresh !== "0") said.set("refresh", state.refresh);
  if (state.exact) said.set("exact", "1");
  return `#${said}`;
}

/** Whether what is shown answers both: they differ in how it is shown alone. */
export function asksTheSame(one, other) {
  const asked = (state) => written({ ...state, sort: null, exact: false });
  return asked(one) === asked(other);
}

export function isSpan({ from, to }) {
  return [from, to].every((one) => DATE.test(one ?? "") && !Number.isNaN(Date.parse(one))) && FIRST <= from && from <= to;
}

/** What a list of groupings cannot hold, or a filter: the server reads commas and = itself. */
export function canGroup(dimension) {
  return dimension !== "" && dimension === dimension.trim() && !/[,=]/.test(dimension);
}

function isGrouping(text) {
  return text !== null && (Object.hasOwn(COLUMNS, text) || (text.startsWith("dims.") && canGroup(text.slice(5))));
}

export function label(grouping) {
  return Object.hasOwn(COLUMNS, grouping) ? COLUMNS[grouping] : grouping.replace(/^dims\./, "");
}
