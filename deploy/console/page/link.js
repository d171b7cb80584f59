// The way to the console: its session, what is asked of it, and the news that it sends.

import { byId } from "./dom.js";

let csrf = "";

export async function session() {
  const told = await (await fetch("/api/session")).json();
  csrf = told.csrf ?? "";
  return told;
}

export async function post(path, body = {}) {
  const reply = await fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRF-Token": csrf },
    body: JSON.stringify(body),
  });
  const told = await reply.json().catch(() => ({}));
  if (reply.status === 401) location.reload();
  if (path === "/api/login" && reply.ok) csrf = told.csrf;
  return { status: reply.status, ...told };
}

const PATIENCE = 2000;
const AGAIN = 1000;

// Calls `news` with each snapshot. Silence is a lost connection, too, and is said within two seconds.
export function listen(news) {
  let heard = Date.now();
  let socket = null;
  const lost = (is) => {
    byId("lost").hidden = !is;
    document.body.classList.toggle("is-lost", is);
  };
  const open = () => {
    heard = Math.max(heard, Date.now() - PATIENCE + 500);
    const mine = (socket = new WebSocket(`ws://${location.host}/api/live`, ["sandglass", `csrf.${csrf}`]));
    mine.onmessage = (event) => {
      let told = null;
      try {
        told = JSON.parse(event.data);
      } catch {
        return; // What can't be read was not heard: it would leave old colours standing.
      }
      heard = Date.now();
      lost(false);
      news(told);
    };
    mine.onclose = async (event) => {
      if (mine !== socket) return;
      socket = null;
      lost(true);
      if (event.code === 4401) location.reload();
      setTimeout(again, AGAIN);
    };
  };
  // The console may have been started anew, and know no session of ours any more.
  const again = async () => {
    try {
      if (!(await session()).in) location.reload();
      else open();
    } catch {
      setTimeout(again, AGAIN);
    }
  };
  setInterval(() => {
    if (Date.now() - heard < PATIENCE) return;
    lost(true);
    if (socket && socket.readyState === WebSocket.OPEN && Date.now() - heard > 3 * PATIENCE) socket.close();
  }, 250);
  open();
}
