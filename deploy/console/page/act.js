// What the operator does, and what became of it, said for a while at the edge of the page.

import { byId, el, icon, say } from "./dom.js";
import { post } from "./link.js";
import { t } from "./words.js";

const STAYS = 4500;
const MOST = 3;
const LOOKS = { done: "good", sent: "unsure", unreachable: "bad", closed: "unsure", refused: "bad" };

function tell(look, text) {
  const line = el("li", { class: look }, look === "busy" ? el("span", { class: "spin" }) : icon(look), el("span", {}, text));
  byId("said").append(line);
  while (byId("said").children.length > MOST) byId("said").firstChild.remove();
  setTimeout(() => line.remove(), look === "good" || look === "busy" ? STAYS : 2 * STAYS);
  return line;
}

async function follow(word, name, asked) {
  const line = tell("busy", t("sending_it", word, name));
  const told = await asked.catch(() => ({}));
  line.remove();
  if (!told.outcomes) tell("bad", told.error ? `${word}: ${told.error}` : t("cannot"));
  const alike = new Map();
  for (const one of told.outcomes ?? []) {
    const key = `${one.result} ${one.why}`;
    alike.set(key, [...(alike.get(key) ?? []), one]);
  }
  for (const group of alike.values()) {
    const { result, why } = group[0];
    const text = t(`is_${result}`, word, group.map((one) => one.name).join(", "));
    tell(LOOKS[result] ?? "unsure", why ? `${text} (${why})` : text);
  }
}

// `walls`: ids, or null for all.
export const command = (walls, verb, value, word, name) =>
  follow(word, name, post("/api/control", { walls, verb, value }));

export const program = (node, verb) => follow(t(verb), node.name, post("/api/program", { node: node.id, verb }));

// One of a machine's programs, which need be no node.
export const order = (machine, name, verb) =>
  follow(t(verb), `${name} (${machine.name})`, post("/api/program", { node: machine.id, program: name, verb }));

export function sure(question, word, act) {
  const dialog = byId("ask");
  say(byId("ask-text"), question);
  say(byId("ask-yes"), word);
  byId("ask-yes").onclick = () => (dialog.close(), act());
  byId("ask-no").onclick = () => dialog.close();
  dialog.showModal();
}

export async function showLog(machine, program, name) {
  say(byId("log-title"), t("log_of", program, name));
  say(byId("log-text"), t("loading"));
  byId("log").showModal();
  const where = `machine=${encodeURIComponent(machine)}&program=${encodeURIComponent(program)}`;
  const reply = await fetch(`/api/log?${where}`).catch(() => null);
  const told = reply ? await reply.json().catch(() => ({})) : {};
  say(byId("log-text"), told.text ?? t("log_late"));
  byId("log-text").scrollTop = byId("log-text").scrollHeight;
}
