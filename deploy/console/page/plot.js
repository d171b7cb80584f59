// Visitors per day, drawn here: what was read of what they drew, and how often the network was in doubt.

import { byId, el, say, svg } from "./dom.js";
import { language, span, t } from "./words.js";

const WIDE = 720;
const HIGH = 200;
const LEFT = 34;
const BOTTOM = 24;
const BARS = [["sessions", "sand"], ["submits", "glass"], ["doubts", "gold"]];
let shown = "";

export function plot(days) {
  const text = JSON.stringify([days, language]);
  if (text === shown) return;
  shown = text;
  const box = byId("plot");
  if (!days.some((day) => day.sessions || day.submits)) {
    box.replaceChildren(el("p", { class: "dim" }, t("no_visits")));
    return;
  }
  const last = days.at(-1);
  const each = last.sessions ? ` · ${t("dwell", span(last.dwell / last.sessions))}` : "";
  const legend = el("p", { class: "legend" }, el("b", {}, t("today_is", last.sessions) + each), ...BARS.map(([key, look]) => el("span", { class: look }, t(key))));
  box.replaceChildren(legend, picture(days));
}

function picture(days) {
  const top = scale(Math.max(...days.flatMap((day) => BARS.map(([key]) => day[key]))));
  const y = (value) => (HIGH - BOTTOM) * (1 - value / top) + 6;
  const room = (WIDE - LEFT) / days.length;
  const bar = Math.max(2, (room * 0.72) / BARS.length);
  const drawn = svg("svg", { viewBox: `0 0 ${WIDE} ${HIGH + 8}`, role: "img", "aria-label": t("visitors") });
  for (const line of [0, top / 2, top]) {
    drawn.append(svg("line", { x1: LEFT, x2: WIDE, y1: y(line), y2: y(line), class: "grid" }));
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
    if ((days.length - 1 - at) % Math.ceil(days.length / 6) === 0) {
      drawn.append(svg("text", { x: LEFT + (at + 0.5) * room, y: HIGH + 4, "text-anchor": at === days.length - 1 ? "end" : "middle" }, date(day.date)));
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
