// Visitors per day, drawn here: what was read of what they drew, and how often the network was in doubt.

import { byId, el, say, svg } from "./dom.js";
import { language, span, t } from "./words.js";

const NARROW = 480;
const LEAST = 14; // days, of which those before the first visitor are left out
const HIGH = 200;
const LEFT = 34;
const BOTTOM = 24;
const BARS = [["sessions", "sand"], ["submits", "glass"], ["doubts", "gold"]];
let shown = "";

export function plot(days) {
  const box = byId("plot");
  const wide = Math.max(260, box.clientWidth);
  const text = JSON.stringify([days, language, wide]);
  if (text === shown) return;
  shown = text;
  if (!days.some((day) => day.sessions || day.submits)) {
    box.replaceChildren(el("p", { class: "dim" }, t("no_visits")));
    return;
  }
  const last = days.at(-1);
  const each = last.sessions ? ` · ${t("dwell", span(last.dwell / last.sessions))}` : "";
  const legend = el("p", { class: "legend" }, el("b", {}, t("today_is", last.sessions) + each), ...BARS.map(([key, look]) => el("span", { class: look }, t(key))));
  const first = Math.min(days.findIndex((day) => day.sessions || day.submits), Math.max(0, days.length - LEAST));
  box.replaceChildren(legend, picture(days.slice(wide < NARROW ? -LEAST : first), wide));
}

function picture(days, wide) {
  const top = scale(Math.max(...days.flatMap((day) => BARS.map(([key]) => day[key]))));
  const y = (value) => (HIGH - BOTTOM) * (1 - value / top) + 8;
  const room = (wide - LEFT) / days.length;
  const bar = Math.max(2, (room * 0.72) / BARS.length);
  const drawn = svg("svg", { viewBox: `0 0 ${wide} ${HIGH + 10}`, role: "img", "aria-label": t("visitors") });
  for (const line of [0, top / 2, top]) {
    drawn.append(svg("line", { x1: LEFT, x2: wide, y1: y(line), y2: y(line), class: "grid" }));
    drawn.append(svg("text", { x: LEFT - 6, y: y(line) + 4, "text-anchor": "end" }, String(Math.round(line))));
  }
  days.forEach((day, at) => {
    const x = LEFT + at * room + room * 0.14;
    const title = svg("title", {}, `${date(day.date)}: ${BARS.map(([key]) => `${day[key]} ${t(key)}`).join(", ")}`);
    const group = svg("g", {}, title, svg("rect", { x: LEFT + at * room, y: 0, width: room, height: HIGH, class: "touch" }));
    BARS.forEach(([key, look], index) => {
      const height = Math.max(0, y(0) - y(day[key]));
      group.append(svg("rect", { x: x + index * bar, y: y(day[key]), width: bar - 1, height, rx: Math.min(1.5, height / 2), class: look }));
    });
    drawn.append(group);
    const last = at === days.length - 1;
    if ((days.length - 1 - at) % Math.ceil(days.length / (wide < NARROW ? 4 : 8)) === 0) {
      drawn.append(svg("text", { x: last ? wide : LEFT + (at + 0.5) * room, y: HIGH + 5, "text-anchor": last ? "end" : "middle" }, date(day.date)));
    }
  });
  return drawn;
}

function scale(most) {
  const step = 10 ** Math.floor(Math.log10(Math.max(2, most)));
  return [1, 2, 4, 5, 10].map((times) => times * step).find((top) => top >= most && top >= 2);
}

function date(text) {
  return new Intl.DateTimeFormat(language, { day: "numeric", month: "short" }).format(new Date(`${text}T12:00:00`));
}
