// A card for each node: made once, then kept up to date.

import { command, order, program, showLog, sure } from "./act.js";
import { post } from "./link.js";
import { button, byId, el, icon, say, turn } from "./dom.js";
import { choose } from "./panel.js";
import { language, span, t } from "./words.js";

const OLD = 3; // seconds after which a picture is not what is on the wall
const FACTS = {
  display: ["contact", "rate", "queue", "today", "temperature", "step", "program"],
  input: ["answers", "phase", "contact", "rate", "temperature", "program"],
  machine: ["opening", "contact", "temperature", "load", "disk", "up"],
  operate: ["contact"],
};
const cards = new Map();

export function show(nodes) {
  for (const [id, card] of cards) if (!nodes.some((node) => node.id === id)) card.root.remove(), cards.delete(id);
  for (const node of nodes) {
    if (!cards.has(node.id)) cards.set(node.id, make(node));
    update(cards.get(node.id), node);
  }
  place("walls", ["display"], nodes);
  place("stations", ["input"], nodes);
  place("machines", ["machine", "operate"], nodes);
}

function place(section, roles, nodes) {
  const wanted = nodes.filter((node) => roles.includes(node.role)).map((node) => cards.get(node.id).root);
  const box = byId(section).querySelector(".cards");
  if (wanted.length !== box.children.length || wanted.some((root, at) => box.children[at] !== root)) box.replaceChildren(...wanted);
  byId(section).classList.toggle("empty", wanted.length === 0);
}

function make(node) {
  const card = { node, facts: {} };
  card.icon = icon("unsure");
  card.word = el("span", { class: "word" });
  card.name = el("h3", {}, node.name);
  card.sub = el("p", { class: "dim sub" });
  const head = el("div", { class: "head" }, el("div", { class: "who" }, card.name, card.sub), el("p", { class: "pill", role: "status" }, card.icon, card.word));
  card.list = el("dl", {});
  for (const fact of FACTS[node.role]) {
    const title = el("dt", {});
    const value = el("dd", {});
    card.facts[fact] = { title, value };
    card.list.append(el("div", { class: fact }, title, value));
  }
  card.actions = el("div", { class: "actions" });
  card.root = el("article", { class: "card", "data-id": node.id, "data-role": node.role }, head);
  if (node.role === "display") addWall(card);
  card.root.append(card.list, card.actions);
  if (node.role === "machine") card.root.append((card.programs = el("ul", { class: "programs" })));
  addActions(card);
  return card;
}

function addWall(card) {
  card.image = el("img", { alt: "" });
  card.stamp = el("figcaption", {});
  card.fill = el("span", { class: "fill" });
  card.doing = el("span", { class: "doing" });
  card.clock = el("span", { class: "clock" });
  card.figure = el("figure", {}, card.image, el("p", { class: "blank" }), card.stamp, el("div", { class: "bar" }, card.fill));
  card.root.append(card.figure, el("p", { class: "show" }, card.doing, card.clock));
}

function addActions(card) {
  const one = (verb, value, word) => command([card.node.id], verb, value, word, card.node.name);
  const put = (...made) => (card.actions.append(...made), made.at(-1));
  if (card.node.role === "display") {
    card.play = put(button("pause", "pause", () => one(paused(card) ? "play" : "pause", null, t(paused(card) ? "play" : "pause"))));
    card.next = put(button("onward", "next", () => one("next", null, t("next"))));
    card.steer = put(button("steer", "more", () => choose(card.node.id), "quiet"));
  }
  if (card.node.role !== "operate" || card.node.program) {
    card.log = put(button("log", "log", () => showLog(card.node.machine, card.node.program.name, card.node.name), "quiet"));
    card.restart = put(button("restart", "again", () => sure(t("sure_restart", card.node.name), t("restart"), () => program(card.node, "restart")), "quiet"));
    card.start = put(button("start", "play", () => program(card.node, "start")));
  }
  card.forget = put(button("forget", null, () => post("/api/forget", { node: card.node.id }), "quiet"));
}

const paused = (card) => card.node.values?.paused === true;

function update(card, node) {
  card.node = node;
  card.root.dataset.colour = node.colour;
  card.root.dataset.state = node.word;
  say(card.name, node.name);
  say(card.word, t(node.word));
  turn(card.icon, node.colour);
  const group = node.group ? ` · ${t("of_group", node.group)}` : "";
  say(card.sub, `${t(node.role)} · ${node.address}${group}`);
  const told = facts(node);
  for (const [fact, { title, value }] of Object.entries(card.facts)) {
    say(title, t(fact));
    say(value, told[fact] ?? "–");
  }
  if (card.figure) updateWall(card, node);
  for (const one of card.actions.children) say(one.label, t(one.word));
  const running = node.program && !["STOPPED", "FATAL", "EXITED"].includes(node.program.state);
  if (card.play) {
    turn(card.play, paused(card) ? "play" : "pause");
    say(card.play.label, t(paused(card) ? "play" : "pause"));
    card.play.disabled = card.next.disabled = node.colour === "bad";
  }
  if (card.log) {
    card.log.hidden = !node.program;
    card.restart.hidden = !(running || (node.role === "display" && !node.program && node.colour !== "bad"));
    card.start.hidden = !node.program || running || node.role === "machine";
  }
  card.forget.hidden = !(node.colour === "bad" && !node.program && (node.contact ?? 60) > 30);
  if (card.programs) updatePrograms(card, node);
}

function updateWall(card, node) {
  const picture = node.picture;
  const stale = node.colour === "bad" || (picture && picture.age > OLD);
  card.figure.classList.toggle("stale", Boolean(stale && picture));
  card.figure.classList.toggle("empty", !picture);
  card.figure.classList.toggle("dark", node.values.blackout === true);
  if (picture && card.mark !== picture.mark) {
    card.mark = picture.mark;
    card.image.src = `/api/picture/${node.id}?${picture.mark}`;
  }
  say(card.stamp, picture ? t("presented", span(picture.age)) : t("no_picture"));
  const { time, duration, phase, chapter, blackout } = node.values;
  card.fill.style.width = duration > 0 ? `${Math.min(100, (100 * time) / duration)}%` : "0";
  const words = [blackout ? t("blacked") : null, paused(card) ? t("paused") : null, t(phase), chapter];
  say(card.doing, words.filter((word) => word).join(" · "));
  say(card.clock, duration > 0 ? `${clock(time)} / ${clock(duration)}` : "");
}

function updatePrograms(card, node) {
  const rest = (node.report?.programs ?? []).map((one) => [one.name, one.state]);
  const text = JSON.stringify([rest, language]);
  if (card.shown === text) return;
  card.shown = text;
  card.programs.replaceChildren(
    ...rest.map(([name, state]) => {
      const small = (word, symbol, onclick) => el("button", { type: "button", class: "small", onclick, title: t(word), "aria-label": `${t(word)}: ${name}` }, icon(symbol));
      const ask = (verb) => sure(t(`sure_${verb}`, `${name} (${node.name})`), t(verb), () => order(node, name, verb));
      const made = [small("log", "log", () => showLog(node.id, name, node.name)), small("restart", "again", () => ask("restart"))];
      if (name !== "keeper") {
        const off = ["STOPPED", "EXITED", "FATAL"].includes(state);
        made.push(off ? small("start", "play", () => order(node, name, "start")) : small("stop", "stop", () => ask("stop")));
      }
      return el("li", { "data-state": state }, el("b", {}, name), el("span", {}, t(state)), el("div", {}, ...made));
    }),
  );
}

function facts(node) {
  const found = {
    contact: node.contact == null ? t("never") : node.contact < 1.5 ? t("now") : t("ago", span(node.contact)),
    rate: node.frame_rate == null ? null : String(Math.round(node.frame_rate)),
    queue: node.waiting == null ? null : String(node.waiting),
    today: node.visitors == null ? null : String(node.visitors),
    temperature: node.temperature == null ? null : `${Math.round(node.temperature)} °C`,
    program: node.program ? t(node.program.state) : t("no_keeper"),
  };
  if (node.role === "display") found.step = step(node.step);
  if (node.role === "input") {
    found.answers = node.wall ?? (node.reachable ? null : t("unreachable_wall"));
    found.phase = t(`at_${node.phase}`);
  }
  const report = node.report;
  if (report) {
    const until = report.changes ? ` ${t("until", day(report.changes))}` : "";
    found.opening = t(report.opening) + until;
    found.load = report.load.toFixed(2);
    found.disk = `${(report.free / 1e9).toFixed(1)} GB`;
    found.up = span(report.uptime);
  }
  return found;
}

function step(step) {
  if (!step) return t("alone");
  const unsure = step.walls.filter((wall) => wall.uncertainty == null || wall.uncertainty > 1 / 120);
  if (!step.sure && unsure.length) return t("unsure_step", unsure.map((wall) => wall.name).join(", "));
  if (step.walls.some((wall) => wall.same === false)) return t("apart");
  return t("within", (1000 * Math.max(...step.walls.map((wall) => wall.uncertainty ?? 0))).toFixed(1));
}

export function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds ?? 0));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

function day(stamp) {
  const options = { weekday: "short", hour: "2-digit", minute: "2-digit", hour12: false };
  return new Intl.DateTimeFormat(language, options).format(new Date(1000 * stamp));
}
