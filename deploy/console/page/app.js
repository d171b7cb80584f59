// Starts the page: who is there, in which language, and what to do with the news.

import { show } from "./cards.js";
import { byId, el, icon, say } from "./dom.js";
import { listen, post, session } from "./link.js";
import { build, refresh } from "./panel.js";
import { plot } from "./plot.js";
import { language, speak, t } from "./words.js";

let last = null;
let told = null;

function news(snapshot) {
  last = snapshot;
  show(snapshot.nodes);
  refresh(snapshot.nodes);
  plot(snapshot.days);
  summary(snapshot.nodes);
  say(byId("place"), snapshot.name);
}

function summary(nodes) {
  const of = (colour) => nodes.filter((node) => node.colour === colour);
  const bad = of("bad");
  const unsure = of("unsure");
  const parts = [];
  if (bad.length) parts.push(["bad", t("some_bad", named(bad)), bad[0].id]);
  if (unsure.length) parts.push(["unsure", t("some_unsure", named(unsure)), unsure[0].id]);
  if (!parts.length) parts.push(nodes.length ? ["good", t("all_well", nodes.length)] : ["unsure", t("nobody")]);
  const text = JSON.stringify(parts);
  if (byId("summary").dataset.shown !== text) {
    byId("summary").dataset.shown = text;
    byId("summary").replaceChildren(...parts.map(([look, word, id]) => line(look, word, id)));
    document.title = bad.length ? `(${bad.length}) Sandglass` : "Sandglass";
  }
}

// Pressed, it brings the first node that it speaks of: on a phone that may be far below.
function line(look, word, id) {
  if (!id) return el("span", { class: look }, icon(look), word);
  const card = () => document.querySelector(`.card[data-id="${CSS.escape(id)}"]`);
  const bring = () => card()?.scrollIntoView({ block: "center", behavior: "smooth" });
  return el("button", { class: look, type: "button", onclick: bring }, icon(look), word);
}

// So many that a line of a phone holds them.
function named(nodes) {
  return nodes.length > 3 ? String(nodes.length) : nodes.map((node) => node.name).join(", ");
}

function other() {
  speak(language === "ko" ? "en" : "ko");
  localStorage.setItem("language", language);
  texts();
  if (last) news(last);
}

function texts() {
  if (told) say(byId("login-note"), t(told.password ? "with_password" : "no_password"));
}

function enter() {
  byId("login").hidden = true;
  byId("console").hidden = false;
  build();
  refresh([]);
  listen(news);
}

async function login(event) {
  event.preventDefault();
  const reply = await post("/api/login", { password: byId("password").value }).catch(() => ({ status: 0 }));
  if (reply.status === 200) {
    byId("password").value = "";
    enter();
  } else if (reply.status === 429) say(byId("login-error"), t("wait", reply.seconds));
  else say(byId("login-error"), t(reply.status === 403 ? "wrong_password" : "cannot"));
}

async function begin() {
  told = await session();
  speak(localStorage.getItem("language") ?? told.language);
  texts();
  byId("password-label").hidden = !told.password;
  byId("login").addEventListener("submit", login);
  byId("login-language").addEventListener("click", other);
  byId("language").addEventListener("click", other);
  byId("log-close").addEventListener("click", () => byId("log").close());
  byId("logout").addEventListener("click", async () => (await post("/api/logout"), location.reload()));
  if (told.in) enter();
  else byId("login").hidden = false;
  if (!told.in && told.password) byId("password").focus();
}

begin();
