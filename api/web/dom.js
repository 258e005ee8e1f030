// Making elements. Text always goes in as text, never as markup: names come from loaded files.

const SVG = "http://www.w3.org/2000/svg";

// An element with attributes, listeners ("onclick") and children; null children are left out.
export function el(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

export function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

export function byId(id) {
  return document.getElementById(id);
}

// The mark of a severity: the shape says it as well as the colour. The same shapes are on the map.
const SHAPES = {
  error: "M8 0.8 15.2 8 8 15.2 0.8 8Z",
  review: "M8 1.4 15.2 14.2H0.8Z",
  info: "M8 2.4a5.6 5.6 0 1 1 0 11.2a5.6 5.6 0 1 1 0-11.2Z",
};

export function severityMark(severity) {
  return svg(
    "svg",
    { class: `mark mark-${severity}`, viewBox: "0 0 16 16", "aria-hidden": "true", focusable: "false" },
    svg("path", { d: SHAPES[severity] ?? SHAPES.info }),
  );
}

// A sentence about what went wrong, with what can be done about it.
export function problemBox(sentence, action = null) {
  return el("div", { class: "problem", role: "alert" }, el("p", {}, sentence), action);
}
