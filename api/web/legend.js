// What the map's colours and marks mean.

import { el, severityMark, svg } from "./dom.js";
import { CLASS_LIMITS, palette } from "./palette.js";
import { say } from "./text.js";

// "0", "<2", "2–5" ... "≥20"
function classLabels() {
  const limits = CLASS_LIMITS.map((limit) => Math.round(100 * limit));
  return ["0", `<${limits[0]}`, ...limits.slice(1).map((limit, i) => `${limits[i]}–${limit}`), `≥${limits.at(-1)}`];
}

export function drawLegend(place, open) {
  const ramp = palette().ramp;
  const classes = classLabels().map((label, i) => {
    const swatch = el("span", { class: "ramp-class" });
    swatch.style.background = ramp[i];
    return el("li", {}, swatch, label);
  });
  place.replaceChildren(
    el("details", { class: "legend", open },
      el("summary", {}, say("legend")),
      el("h3", {}, say("legend_share")),
      el("ul", { class: "ramp" }, classes),
      el("ul", { class: "keys" },
        el("li", {}, el("span", { class: "swatch hatched" }), say("legend_no_geotags"))),
      el("h3", {}, say("legend_points")),
      el("ul", { class: "keys" },
        ["error", "review", "info"].map((severity) => el("li", {}, severityMark(severity), say(`severity_${severity}`)))),
      el("ul", { class: "keys only-with-panel" },
        el("li", {}, sample("leader"), say("legend_leader")),
        el("li", {}, sample("accuracy"), say("legend_accuracy"))),
    ),
  );
}

function sample(kind) {
  const shape = kind === "leader"
    ? svg("path", { d: "M1 8H15", class: "sample-leader" })
    : svg("circle", { cx: 8, cy: 8, r: 6, class: "sample-accuracy" });
  return svg("svg", { class: "mark", viewBox: "0 0 16 16", "aria-hidden": "true", focusable: "false" }, shape);
}
