// Periods, in UTC as the server's days are; each begins and ends with a whole hour or day, so that
// the bars and the sums are of the same calls.

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const LONG_FOR_HOURS = 31 * DAY;
const LONG_FOR_DAYS = 370 * DAY;

/** {since, until, step, steps, before}: instants as numbers; `before`: as long, and as far on. */
export function periodOf(state, now) {
  const [since, until] = bounds(state, now);
  const length = until - since;
  const steps = ["hour", "day", "month"].filter((step) => fits(step, length));
  const step = steps.includes(state.step) ? state.step : usual(length);
  return { since, until, step, steps, before: before(state, since, Math.min(until, now)) };
}

function bounds(state, now) {
  const today = now - (now % DAY);
  if (state.period === "24h") {
    const hour = now - (now % HOUR);
    return [hour - 23 * HOUR, hour + HOUR];
  }
  if (state.period === "month") return [monthOf(now), today + DAY];
  if (state.period === "custom") return [Date.parse(state.from), Date.parse(state.to) + DAY];
  return [today - (state.period === "7d" ? 6 : 29) * DAY, today + DAY];
}

function before(state, since, seen) {
  const passed = Math.max(seen - since, HOUR);
  if (state.period === "month") {
    const last = monthOf(since - DAY);
    return { since: last, until: Math.min(last + passed, since) };
  }
  const back = state.period === "24h" ? DAY : Math.ceil(passed / DAY) * DAY;
  return { since: since - back, until: since - back + passed };
}

function monthOf(instant) {
  const at = new Date(instant);
  return Date.UTC(at.getUTCFullYear(), at.getUTCMonth(), 1);
}

function fits(step, length) {
  if (step === "hour") return length <= LONG_FOR_HOURS;
  return step === "day" ? length > DAY && length <= 5 * LONG_FOR_DAYS : length > 31 * DAY;
}

function usual(length) {
  if (length <= 2 * DAY) return "hour";
  return length <= LONG_FOR_DAYS ? "day" : "month";
}

/** As the server takes it. */
export function iso(instant) {
  return `${new Date(instant).toISOString().slice(0, 16)}Z`;
}

export function day(instant) {
  return new Date(instant).toISOString().slice(0, 10);
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const WEEKDAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

/** The server's name of a step → what stands under its bar, and what its title says. */
export function stepNames(step, time) {
  const [year, month, rest = "01"] = time.split("-");
  const name = MONTHS[Number(month) - 1];
  const date = Number(rest.slice(0, 2));
  if (step === "month") return { short: month === "01" ? year : name, long: `${name} ${year}` };
  const weekday = WEEKDAYS[new Date(`${time.slice(0, 10)}T00:00Z`).getUTCDay()];
  const full = `${weekday} ${date} ${name} ${year}`;
  if (step === "day") return { short: `${date} ${name}`, long: full };
  return { short: time.slice(11, 16), long: `${full}, ${time.slice(11, 16)} UTC` };
}
