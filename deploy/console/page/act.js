// What the operator does, and what became of it, said for a while at the edge of the page.

import { byId, el, icon, say } from "./dom.js";
import { post } from "./link.js";
import { t } from "./words.js";

const STAYS = 5000;
const LOOKS = { done: "good", sent: "unsure", unreachable: "bad", closed: "unsure", refused: "bad" };

function tell(look, text) {
  const line = el("li", { class: look }, look === "busy" ? el("span", { class: "spin" }) : icon(look), el("span", {}, text));
  byId("said").append(line);
  while (byId("said").children.length > 5) byId("said").firstChild.remove();
  return line;
}

async function follow(word, name, asked) {
  const line = tell("busy", t("sending_it", word, name));
  const told = await asked.catch(() => ({}));
  line.remove();
  if (!told.outcomes) tell("bad", told.error ? `${word}: ${told.error}` : t("cannot"));
  for (const { name, result, why } of told.outcomes ?? []) {
    const text = t(`is_${result}`, word, name);
    const line = tell(LOOKS[result] ?? "unsure", why ? `${text} (${why})` : text);
    setTimeout(() => line.remove(), STAYS);
  }
  setTimeout(() => byId("said").querySelectorAll(".bad:not([data-kept])").forEach((one) => one.remove()), 2 * STAYS);
}

// `walls`: ids, or null for all.
export const command = (walls, verb, value, word, name) =>
  follow(word, name, post("/api/control", { walls, verb, value }));

export const program = (node, verb) => follow(t(verb), node.name, post("/api/program", { node: node.id, verb }));

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
