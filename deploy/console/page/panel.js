// The controls: of all walls, or of one. They show what the walls say of themselves, never what was last pressed.

import { command, sure } from "./act.js";
import { button, byId, el, say, turn } from "./dom.js";
import { clock } from "./cards.js";
import { t } from "./words.js";

const SPEEDS = [0.25, 0.5, 1, 2, 4];
let walls = [];
let chosen = null; // a wall's id, null for all
let parts = null;
const held = new Map(); // a slider that a finger is on, or has just left, keeps its value for a moment

export function choose(id) {
  chosen = id;
  parts.root.classList.add("open");
  refresh();
  parts.root.scrollIntoView({ block: "nearest" });
}

export function build() {
  parts = { root: byId("panel"), sliders: {}, selects: {}, buttons: [] };
  parts.targets = el("div", { class: "targets", role: "group" });
  const both = (...made) => (parts.buttons.push(...made), made);
  parts.play = button("pause", "pause", () => run(is("paused") === true ? "play" : "pause"), "primary");
  parts.next = button("next", "next", () => run("next"));
  parts.dark = button("blackout", "dark", darken);
  parts.more = button("more", "more", () => parts.root.classList.toggle("open"), "plain more");
  parts.speeds = el("div", { class: "speeds", role: "group" });
  for (const speed of SPEEDS) {
    const one = button(null, null, () => run("speed", speed, `${t("speed")} ×${speed}`));
    one.speed = speed;
    say(one.label, `×${{ 0.25: "¼", 0.5: "½" }[speed] ?? speed}`);
    parts.speeds.append(one);
  }
  parts.captions = button("captions", null, () => run("captions", is("captions") === true ? 0 : 1), "toggle");
  parts.reset = button("reset", "again", () => sure(t("sure_reset", name()), t("reset"), () => run("reset")), "quiet");
  parts.again = button("start_again", null, () => run("seek", 0, t("start_again")), "quiet");
  const rest = el("div", { class: "rest" },
    slider("seek", 0, 1, 0.1, (value) => clock(value)),
    field("speed", parts.speeds),
    slider("volume", 0, 1, 0.05, (value) => `${Math.round(100 * value)} %`),
    select("language"), select("exhibit"), select("form"),
    el("div", { class: "row" }, ...both(parts.captions, parts.again, parts.reset)));
  parts.root.replaceChildren(
    parts.targets,
    el("div", { class: "transport" }, ...both(parts.play, parts.next, parts.dark, parts.more)),
    rest,
  );
}

export function refresh(nodes = null) {
  if (nodes) walls = nodes.filter((node) => node.role === "display");
  if (chosen && !walls.some((wall) => wall.id === chosen)) chosen = null;
  targets();
  for (const one of parts.buttons) say(one.label, t(one.word));
  for (const place of parts.root.querySelectorAll("[data-name]")) say(place, t(place.dataset.name));
  const halted = is("paused") === true;
  turn(parts.play, halted ? "play" : "pause");
  say(parts.play.label, t(halted ? "play" : "pause"));
  const dark = is("blackout") === true;
  say(parts.dark.label, t(dark ? "light" : "blackout"));
  parts.dark.classList.toggle("on", dark);
  const shown = is("captions");
  say(parts.captions.label, `${t("captions")}: ${shown === null ? t("mixed") : t(shown ? "on" : "off")}`);
  parts.captions.classList.toggle("on", shown === true);
  for (const one of parts.speeds.children) one.setAttribute("aria-pressed", String(is("speed") === one.speed));
  parts.sliders.seek.input.max = Math.max(1, ...targeted().map((wall) => wall.values.duration ?? 0));
  put(parts.sliders.seek, targeted()[0]?.values.time ?? 0);
  put(parts.sliders.volume, is("volume") ?? average("volume"));
  for (const verb of Object.keys(parts.selects)) options(verb);
  const none = !targeted().some((wall) => wall.colour !== "bad");
  for (const one of parts.root.querySelectorAll("button, input, select")) if (!parts.targets.contains(one) && one !== parts.more) one.disabled = none;
}

const targeted = () => (chosen ? walls.filter((wall) => wall.id === chosen) : walls);
const name = () => (chosen ? targeted()[0].name : t("all_walls"));

// What all of them say; null if they differ.
function is(key) {
  const living = targeted().filter((wall) => wall.colour !== "bad");
  const told = new Set((living.length ? living : targeted()).map((wall) => wall.values[key]));
  return told.size === 1 ? [...told][0] : null;
}

function average(key) {
  const told = targeted().map((wall) => wall.values[key] ?? 0);
  return told.length ? told.reduce((sum, one) => sum + one, 0) / told.length : 0;
}

function run(verb, value = null, word = null) {
  return command(chosen ? [chosen] : null, verb, value, word ?? t(verb), name());
}

function darken() {
  if (is("blackout") === true) run("blackout", 0, t("light"));
  else sure(t("sure_dark", name()), t("blackout"), () => run("blackout", 1));
}

function targets() {
  const wanted = [[null, t("all_walls"), "good"], ...walls.map((wall) => [wall.id, wall.name, wall.colour])];
  const now = JSON.stringify([wanted, chosen]);
  if (parts.targets.shown === now) return;
  parts.targets.shown = now;
  parts.targets.replaceChildren(...wanted.map(([id, text, colour]) =>
    el("button", { type: "button", class: colour, "aria-pressed": String(chosen === id), onclick: () => ((chosen = id), refresh()) }, text)));
}

function field(word, ...inside) {
  return el("div", { class: `field ${word}` }, el("span", { class: "dim", "data-name": word }), ...inside);
}

function slider(verb, min, max, step, show) {
  const value = el("output", {});
  const input = el("input", { type: "range", min, max, step, "aria-label": verb });
  input.addEventListener("input", () => (held.set(verb, Infinity), say(value, show(Number(input.value)))));
  input.addEventListener("change", () => {
    held.set(verb, Date.now() + 1500);
    run(verb, Number(input.value), `${t(verb)} ${show(Number(input.value))}`);
  });
  parts.sliders[verb] = { verb, input, value, show };
  return el("label", { class: `field ${verb}` }, el("span", { class: "dim", "data-name": verb }), input, value);
}

function put({ verb, input, value, show }, now) {
  if ((held.get(verb) ?? 0) > Date.now()) return;
  input.value = now;
  say(value, show(now));
}

function select(verb) {
  const input = el("select", { id: `choose-${verb}`, onchange: () => input.value && run(verb, input.value, `${t(verb)}: ${t(input.value)}`) });
  parts.selects[verb] = input;
  return el("label", { class: `field ${verb}` }, el("span", { class: "dim", "data-name": verb }), input);
}

function options(verb) {
  const input = parts.selects[verb];
  const listed = [...new Set(targeted().flatMap((wall) => wall.options[verb] ?? []))];
  const now = is(verb);
  if (now && !listed.includes(now)) listed.push(now);
  const text = JSON.stringify([listed.map((one) => t(one)), now === null]);
  if (input.shown !== text) {
    input.shown = text;
    const differs = now === null ? [el("option", { value: "" }, t("mixed"))] : [];
    input.replaceChildren(...differs, ...listed.map((one) => el("option", { value: one }, t(one))));
  }
  if (document.activeElement !== input || input.wanted !== now) input.value = now ?? "";
  input.wanted = now;
}
