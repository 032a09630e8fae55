// Elements without markup: whatever stands in a document, it is text.

/** An element: its name with classes ("li.found"), properties, and children, which are elements or texts. */
export function make(kind, properties = {}, ...children) {
  const [name, ...classes] = kind.split(".");
  const element = document.createElement(name);
  element.classList.add(...classes);
  for (const [key, value] of Object.entries(properties)) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (key in element && !key.includes("-")) element[key] = value;
    else element.setAttribute(key, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

export const byId = (id) => document.getElementById(id);

let silence = 0;

/** Say something in passing, to eyes and to screen readers. */
export function say(text) {
  byId("said").textContent = text;
  clearTimeout(silence);
  silence = setTimeout(() => (byId("said").textContent = ""), 6000);
}

/** A confidence as a bar and a number; nothing where there is none. */
export function sureness(confidence, words) {
  if (confidence === null || confidence === undefined) return make("span.faint", {}, words);
  const percent = `${Math.round(confidence * 100)} %`;
  return make("span", {}, make("meter", { min: 0, max: 1, value: confidence, "aria-label": percent }), ` ${percent}`);
}
