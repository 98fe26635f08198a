// Spend over time: a bar for each step, a colour for each of the dearest values, hatched where the
// usage is estimated; below, the calls whose cost is unknown or a lower bound. Floats are heights.
import * as decimal from "./decimal.js";
import { html, svg } from "./elements.js";
import { stepNames } from "./period.js";
import { count, counted, name, short, usd } from "./words.js";

const LEFT = 56;
const RIGHT = 4;
const TOP = 8;
const BOTTOM = 22;
const LANE = 18; // what is not fully priced, under the bars
const WIDEST = 46;
const NARROW = 560;
const SMALLEST = 1; // pixels: what was spent is seen

/** What is drawn: {step, times, total, layers: [{value, isOthers, points}]}. */
export class Chart {
  constructor(place, { onStep }) {
    this.place = place;
    this.onStep = onStep;
    this.tip = html("div", { class: "tip", role: "status", hidden: true });
    this.place.tabIndex = 0;
    this.place.setAttribute("role", "group");
    this.place.setAttribute("aria-label", "Spend over time. Arrow keys read each bar, Enter opens it.");
    this.place.addEventListener("keydown", (event) => this.pressed(event));
    this.place.addEventListener("pointermove", (event) => isFinger(event) || this.point(this.indexAt(event)));
    this.place.addEventListener("pointerleave", (event) => isFinger(event) || this.point(null));
    this.place.addEventListener("blur", () => this.point(null));
    this.place.addEventListener("click", (event) => this.clicked(event, this.indexAt(event)));
    new ResizeObserver(() => this.drawn && this.width !== this.place.clientWidth && this.draw(this.drawn)).observe(place);
  }

  draw(drawn) {
    const looked = drawn === this.drawn ? this.index : null;
    this.drawn = drawn;
    this.width = this.place.clientWidth;
    this.place.classList.toggle("opens", drawn.step !== "hour");
    this.tip.classList.toggle("below", this.width < NARROW);
    if (!this.width) return; // not seen now: the observer tells when it is
    this.height = this.width < NARROW ? 190 : 270;
    const hasLane = drawn.total.some(unknownCalls);
    this.floor = this.height - BOTTOM - (hasLane ? LANE : 0);
    this.pitch = (this.width - LEFT - RIGHT) / drawn.times.length;
    const { top, ticks } = axis(drawn.total);
    const picture = svg("svg", { width: this.width, height: this.height, "aria-hidden": "true" });
    picture.append(hatches(drawn.layers), ...this.grid(top, ticks), ...this.names());
    drawn.times.forEach((_, index) => picture.append(this.bar(index, top)));
    if (hasLane) picture.append(...this.lane());
    this.cursor = svg("rect", { class: "cursor", y: TOP, width: this.pitch, height: this.height - BOTTOM - TOP, visibility: "hidden" });
    picture.prepend(this.cursor);
    this.place.replaceChildren(picture, this.tip);
    this.point(looked);
  }

  grid(top, ticks) {
    return ticks.flatMap(({ at, text }) => {
      const y = Math.round(this.y(at, top)) + 0.5;
      return [
        svg("line", { class: "grid", x1: LEFT, x2: this.width - RIGHT, y1: y, y2: y }),
        svg("text", { class: "axis", x: LEFT - 8, y: y + 3.5, "text-anchor": "end" }, text),
      ];
    });
  }

  names() {
    const { step, times } = this.drawn;
    const every = Math.ceil((step === "month" ? 44 : 52) / this.pitch);
    return times.flatMap((time, index) =>
      index % every
        ? []
        : [svg("text", { class: "axis", x: this.middle(index), y: this.height - 5, "text-anchor": "middle" }, stepNames(step, time).short)],
    );
  }

  bar(index, top) {
    const width = Math.max(1, Math.min(this.pitch - (this.pitch > 6 ? 2 : 0.5), WIDEST));
    const x = this.middle(index) - width / 2;
    const group = svg("g", { class: "bar" });
    let below = 0;
    this.drawn.layers.forEach((layer, place) => {
      for (const [cost, isEstimated] of parts(layer.points[index])) {
        const height = (cost / top) * (this.floor - TOP);
        if (height <= 0) continue;
        const shown = Math.max(height - (height > 4 ? 0.75 : 0), Math.min(SMALLEST, height + 0.4));
        const paint = isEstimated ? { class: "part", fill: `url(#hatch-${place})` } : { class: `part ${colour(layer, place)}` };
        group.append(svg("rect", { ...paint, "data-layer": place, x, width, y: this.floor - below - height, height: shown }));
        below += height;
      }
    });
    return group;
  }

  lane() {
    const width = Math.max(1.5, Math.min(this.pitch * 0.6, 10));
    const most = Math.max(...this.drawn.total.map(unknownCalls));
    const y = this.floor + LANE - 2;
    const marks = this.drawn.total.flatMap((point, index) => {
      const x = this.middle(index) - width / 2;
      let below = 0;
      return [["unpriced", point.unpriced_calls + point.unmetered], ["partial", point.partial_calls]].flatMap(([kind, calls]) => {
        if (!calls) return [];
        const height = Math.max(2, (calls / most) * (LANE - 6));
        below += height;
        return [svg("rect", { class: kind, x, width, y: y - below, height })];
      });
    });
    return [svg("text", { class: "axis warn", x: LEFT - 8, y: y - 1, "text-anchor": "end" }, "unpriced"), ...marks];
  }

  point(index) {
    this.index = index;
    this.tip.hidden = index === null;
    this.cursor?.setAttribute("visibility", index === null ? "hidden" : "visible");
    if (index === null) return;
    this.cursor.setAttribute("x", LEFT + index * this.pitch);
    this.tip.replaceChildren(...this.told(index));
    const left = this.middle(index);
    if (this.width < NARROW) return this.tip.style.removeProperty("left"); // there it is below
    const room = this.tip.offsetWidth + 12;
    this.tip.style.left = `${Math.max(0, left + room > this.width ? left - room : left + 12)}px`;
  }

  told(index) {
    const { step, times, total, layers } = this.drawn;
    const rows = layers
      .map((layer, place) => ({ layer, place, point: layer.points[index] }))
      .filter(({ point }) => point.calls || !decimal.isZero(point.cost_usd))
      .map(({ layer, place, point }) =>
        html("tr", {}, html("th", {}, html("i", { class: `swatch ${colour(layer, place)}` }), html("bdi", { class: isUnset(layer) ? "unset" : null }, titled(layer))), html("td", {}, usd(point.cost_usd))),
      );
    const sum = html("tr", { class: "sum" }, html("th", {}, "all"), html("td", {}, usd(total[index].cost_usd)));
    return [
      html("strong", {}, stepNames(step, times[index]).long),
      html("table", {}, ...(layers.length > 1 ? rows : []), sum),
      ...apart(total[index]).map((text) => html("p", {}, text)),
    ];
  }

  /** Which layer is looked at: the others step back. */
  stress(place) {
    for (const part of this.place.querySelectorAll(".part")) {
      part.classList.toggle("back", place !== null && part.dataset.layer !== String(place));
    }
  }

  pressed(event) {
    const last = this.drawn ? this.drawn.times.length - 1 : 0;
    const to = { ArrowLeft: (this.index ?? last + 1) - 1, ArrowRight: (this.index ?? -1) + 1, Home: 0, End: last }[event.key];
    if (event.key === "Enter" && this.index !== null) this.opened(this.index);
    if (event.key === "Escape") this.point(null);
    if (to === undefined) return;
    event.preventDefault();
    this.point(Math.min(Math.max(to, 0), last));
  }

  /** A finger cannot hover: it reads a bar first, and opens it by a second tap. */
  clicked(event, index) {
    if (isFinger(event) && index !== this.index) this.point(index);
    else this.opened(index);
  }

  opened(index) {
    if (this.drawn && index !== null) this.onStep(this.drawn.step, this.drawn.times[index]);
  }

  indexAt(event) {
    const x = event.clientX - this.place.getBoundingClientRect().left - LEFT;
    const index = Math.floor(x / this.pitch);
    return this.drawn && index >= 0 && index < this.drawn.times.length ? index : null;
  }

  middle(index) {
    return LEFT + (index + 0.5) * this.pitch;
  }

  y(value, top) {
    return this.floor - (value / top) * (this.floor - TOP);
  }
}

/** The colour's class of a layer: of the dearest values one each, grey of all others. */
export function colour(layer, place) {
  return layer.isOthers ? "others" : `s${place}`;
}

export function titled(layer) {
  return layer.isOthers ? `${counted(layer.values, "other")}` : name(layer.value);
}

export function isUnset(layer) {
  return !layer.isOthers && !layer.value;
}

/** What is not quite known of these sums, in words. */
export function apart(sums) {
  return [
    sums.estimated_calls && `${usd(sums.estimated_cost_usd)} of it estimated, ${counted(sums.estimated_calls, "call")}`,
    sums.partial_calls && `${counted(sums.partial_calls, "call")} priced in part: a lower bound`,
    sums.unpriced_calls && `${counted(sums.unpriced_calls, "call")} without a price, in no sum`,
    sums.unmetered && `${counted(sums.unmetered, "call")} not metered, in no sum`,
    sums.refused && `${count(sums.refused)} refused by policy`,
  ].filter(Boolean);
}

function isFinger(event) {
  return event.pointerType === "touch";
}

function unknownCalls(point) {
  return point.unpriced_calls + point.unmetered + point.partial_calls;
}

/** [[what is known by the provider's usage, false], [what is estimated, true]] */
function parts(point) {
  const known = decimal.minus(point.cost_usd, point.estimated_cost_usd);
  return [[Number(known), false], [Number(point.estimated_cost_usd), true]];
}

function axis(total) {
  const most = Math.max(...total.map((point) => Number(point.cost_usd)), 0);
  if (!most) return { top: 1, ticks: [{ at: 0, text: "$0" }] };
  const power = 10 ** Math.floor(Math.log10(most / 3));
  const step = [1, 2, 2.5, 5, 10].map((one) => one * power).find((one) => most / one <= 4);
  const places = Math.max(0, Math.ceil(-Math.log10(step)) + (step / power === 2.5 ? 1 : 0));
  const ticks = Array.from({ length: Math.floor(most / step) + 1 }, (_, index) => index * step);
  return { top: most, ticks: ticks.map((at) => ({ at, text: at >= 10_000 ? `$${short(at)}` : `$${at ? at.toFixed(Math.min(places, 12)) : 0}` })) };
}

function hatches(layers) {
  const all = layers.map((layer, place) =>
    svg(
      "pattern",
      { id: `hatch-${place}`, width: 5, height: 5, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
      svg("rect", { class: "hatch-back", width: 5, height: 5 }),
      svg("rect", { class: colour(layer, place), width: 2.5, height: 5 }),
    ),
  );
  return svg("defs", {}, ...all);
}
