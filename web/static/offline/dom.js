// Elements and words. Text is only ever set as text: what people wrote is shown, never run.
import { fill } from "./words.js";

const words = JSON.parse(document.getElementById("words").textContent);

export const rule = (name) => words[`visit.rule.${name}`] ?? name;

export const t = (key, values = {}) => fill(words[`offline.${key}`] ?? key, values);

export function el(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value === true) made.setAttribute(key, "");
    else if (value !== false && value != null) made.setAttribute(key, value);
  }
  made.append(...children.flat().filter((child) => child != null));
  return made;
}

export const years = (born, day) => {
  const [y, m, d] = born.split("-").map(Number);
  const [yy, mm, dd] = day.split("-").map(Number);
  return yy - y - (mm < m || (mm === m && dd < d) ? 1 : 0);
};

export const days = (from, to) => Math.round((Date.parse(to) - Date.parse(from)) / 864e5);
