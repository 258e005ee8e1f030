// Numbers and measures in words, in the chosen language.

import { currentLanguage, say } from "./text.js";

const LOCALES = { en: "en-GB", id: "id-ID" };
const NO_BREAK_SPACE = "\u00a0";

function locale() {
  return LOCALES[currentLanguage()];
}

export function count(n) {
  return new Intl.NumberFormat(locale()).format(n);
}

// A share from 0 to 1, or an en dash where there is none. A share that is not 0 is never shown as 0.
export function share(value) {
  if (value === null || value === undefined) return "–";
  if (value > 0 && value < 0.0005) return `<${NO_BREAK_SPACE}${percent(0.001)}`;
  return percent(value);
}

function percent(value) {
  const digits = value === 0 || value >= 0.9995 ? 0 : 1;
  const number = new Intl.NumberFormat(locale(), { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return `${number.format(100 * value)}${NO_BREAK_SPACE}%`;
}

export function metres(value) {
  const far = value >= 1000;
  const shown = far ? value / 1000 : value;
  const digits = shown < 10 ? 1 : 0;
  const number = new Intl.NumberFormat(locale(), { maximumFractionDigits: digits });
  return `${number.format(shown)}${NO_BREAK_SPACE}${far ? "km" : "m"}`;
}

// A signed distance to an area, positive inside.
export function distance(distance_m) {
  if (distance_m === null || distance_m === undefined) return say("position_unknown");
  return say(distance_m < 0 ? "distance_outside" : "distance_inside", { distance: metres(Math.abs(distance_m)) });
}

export function probability(value) {
  if (value === null || value === undefined) return say("position_unknown");
  if (value < 0.01) return say("probability_below");
  if (value > 0.99) return say("probability_above");
  return say("probability_about", { percent: Math.round(100 * value) });
}

// "112 m outside, probability of lying in its area below 1 %".
export function position(distance_m, value) {
  if (distance_m === null || distance_m === undefined) return say("position_unknown");
  return `${distance(distance_m)}, ${say("probability_of", { probability: probability(value) })}`;
}

export function moment(iso) {
  if (!iso) return say("unknown");
  return new Intl.DateTimeFormat(locale(), {
    day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", timeZoneName: "short",
  }).format(new Date(iso));
}

// A code in groups of its levels, so that a person can compare two of them.
export function codeGroups(code) {
  if (!/^\d+$/.test(code)) return code;
  return [2, 4, 7, 10, 14, 16]
    .map((end, i, ends) => code.slice(i ? ends[i - 1] : 0, end))
    .filter(Boolean)
    .join(NO_BREAK_SPACE);
}
