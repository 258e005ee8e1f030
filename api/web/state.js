// What the page shows, kept in the address after the #, so that it can be sent to a colleague.
// Codes and ids only: a household's position never stands in an address.

const DEFAULTS = { campaign: "", area: "", tab: "areas", code: "", severity: "", geotag: "", finding: "" };

export const state = { ...DEFAULTS };

const listeners = [];

export function onChange(listener) {
  listeners.push(listener);
}

export function change(values, { replace = false } = {}) {
  const before = { ...state };
  Object.assign(state, values);
  const hash = written();
  if (hash !== location.hash.replace(/^#/, "")) {
    history[replace ? "replaceState" : "pushState"](null, "", hash ? `#${hash}` : location.pathname);
  }
  tell(before);
}

function tell(before) {
  const changed = new Set(Object.keys(DEFAULTS).filter((name) => state[name] !== before[name]));
  if (changed.size) for (const listener of listeners) listener(changed);
}

function written() {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(state)) if (value !== DEFAULTS[name]) query.set(name, value);
  return query.toString();
}

// Anyone can write an address: only what looks like a value of its kind is taken.
const FORMS = {
  campaign: /^.{1,200}$/,
  area: /^[0-9.]{1,60}$/,
  tab: /^(areas|findings)$/,
  code: /^[A-Z0-9_]{1,60}$/,
  severity: /^(error|review|info)$/,
  geotag: /^[0-9]{1,18}$/,
  finding: /^[0-9]{1,18}$/,
};

export function readAddress() {
  const query = new URLSearchParams(location.hash.slice(1));
  const values = { ...DEFAULTS };
  for (const [name, form] of Object.entries(FORMS)) if (form.test(query.get(name) ?? "")) values[name] = query.get(name);
  return values;
}

addEventListener("popstate", () => {
  const before = { ...state };
  Object.assign(state, readAddress());
  tell(before);
});
