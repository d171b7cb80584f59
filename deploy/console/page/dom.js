// Elements, made and changed. Texts are only ever set as text: they may come from anybody.

export function el(tag, attributes = {}, ...inside) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name === "class") made.className = value;
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value != null) made.setAttribute(name, value);
  }
  made.append(...inside.filter((one) => one != null));
  return made;
}

const SVG = "http://www.w3.org/2000/svg";

export function svg(tag, attributes = {}, ...inside) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...inside);
  return made;
}

export function icon(name) {
  return svg("svg", { class: "icon", "aria-hidden": "true" }, svg("use", { href: `#i-${name}` }));
}

// Only what is different is touched, so that nothing flickers and no finger's target is replaced.
export function say(place, text) {
  if (place.textContent !== text) place.textContent = text;
}

export function turn(place, name) {
  const use = place.querySelector("use");
  if (use.getAttribute("href") !== `#i-${name}`) use.setAttribute("href", `#i-${name}`);
}

export function button(word, symbol, act, more = "") {
  const label = el("span", {});
  const made = el("button", { type: "button", class: more, onclick: act }, symbol ? icon(symbol) : null, label);
  made.label = label;
  made.word = word;
  return made;
}

export const byId = (id) => document.getElementById(id);
