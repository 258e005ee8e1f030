// The map's layers, as MapLibre style layers. Each function gives them for the colours at hand.

import { CLASS_LIMITS } from "./palette.js";

const WITHOUT_GEOTAGS = ["==", ["coalesce", ["get", "geotags"], 0], 0];
const LEAST_SHARE = 1e-9; // Anything above nothing is of the second class.

export function baseLayers({ water }) {
  return [{ id: "background", type: "background", paint: { "background-color": water } }];
}

// Below `scope` (the beginning of a code) an area has its full strength, elsewhere it is faded.
function strength(scope, full, faded) {
  if (!scope) return full;
  return ["case", ["==", ["slice", ["get", "area_code"], 0, scope.length], scope], full, faded];
}

export function areaLayers(level, colours, scope) {
  const source = { source: `areas-${level}`, "source-layer": "areas", layout: { visibility: "none" } };
  const share = ["coalesce", ["get", "flagged_share"], 0];
  const [first, second, ...others] = colours.ramp;
  const steps = others.flatMap((colour, i) => [CLASS_LIMITS[i], colour]);
  const hovered = ["boolean", ["feature-state", "hover"], false];
  return [
    {
      id: `areas-${level}-fill`, type: "fill", ...source, filter: ["!", WITHOUT_GEOTAGS],
      paint: {
        "fill-color": ["step", share, first, LEAST_SHARE, second, ...steps],
        "fill-opacity": strength(scope, 1, 0.3),
      },
    },
    {
      id: `areas-${level}-hatch`, type: "fill", ...source, filter: WITHOUT_GEOTAGS,
      paint: { "fill-pattern": "hatch", "fill-opacity": strength(scope, 1, 0.3) },
    },
    {
      id: `areas-${level}-line`, type: "line", ...source,
      paint: {
        "line-color": ["case", hovered, colours.selected, colours.line],
        "line-width": ["case", hovered, 2.2, ["literal", 0.6]],
        "line-opacity": strength(scope, 1, 0.45),
      },
    },
    {
      id: `areas-${level}-outline`, type: "line", ...source,
      paint: { "line-color": colours.outline, "line-width": 1.4, "line-opacity": 0.9 },
    },
  ];
}

// Notes are many and need no action: far out they would hide the others, unless they were asked for.
const NOTES_FROM_ZOOM = 13;

// One source per severity. A geotag with findings of several is in several; it is drawn once, by its
// worst, unless one severity alone was asked for.
export function pointLayers(asked) {
  return ["info", "review", "error"].map((severity) => ({
    id: `geotags-${severity}`, type: "symbol", source: `geotags-${severity}`, "source-layer": "geotags",
    metadata: { severity },
    minzoom: severity === "info" && asked !== "info" ? NOTES_FROM_ZOOM : 0,
    filter: asked ? ["has", "severity"] : ["==", ["get", "severity"], severity],
    layout: {
      visibility: asked && asked !== severity ? "none" : "visible",
      "icon-image": ["concat", "mark-", ["get", "severity"]],
      "icon-size": ["interpolate", ["linear"], ["zoom"], 8, 0.28, 11, 0.42, 13, 0.6, 16, 0.9],
      "icon-allow-overlap": true,
      "icon-ignore-placement": true,
    },
  }));
}

export function focusLayers(colours) {
  const layer = (part, type, rest) => ({
    id: `focus-${part}`, type, source: "focus", filter: ["==", ["get", "part"], part.replace(/-.*/, "")], ...rest,
  });
  return [
    layer("area", "fill", { paint: { "fill-color": colours.selected, "fill-opacity": 0.08 } }),
    layer("scope", "line", { paint: { "line-color": colours.selected, "line-width": 2 } }),
    layer("area-halo", "line", { paint: { "line-color": colours.halo, "line-width": 6, "line-opacity": 0.85 } }),
    layer("area-line", "line", { paint: { "line-color": colours.selected, "line-width": 2.6 } }),
    layer("accuracy", "fill", { paint: { "fill-color": colours.halo, "fill-opacity": 0.35 } }),
    layer("accuracy-line", "line", {
      paint: { "line-color": colours.selected, "line-width": 1.2, "line-opacity": 0.8 },
    }),
    layer("leader-halo", "line", { paint: { "line-color": colours.halo, "line-width": 5 } }),
    layer("leader", "line", {
      paint: { "line-color": colours.selected, "line-width": 2, "line-dasharray": [2, 1.5] },
    }),
    layer("geotag-ring", "circle", {
      filter: ["==", ["get", "part"], "geotag"],
      paint: {
        "circle-radius": 16, "circle-color": colours.halo, "circle-opacity": 0.75,
        "circle-stroke-color": colours.selected, "circle-stroke-width": 2.5,
      },
    }),
    layer("geotag", "symbol", {
      layout: {
        "icon-image": ["get", "mark"], "icon-size": 1.15, "icon-allow-overlap": true, "icon-ignore-placement": true,
      },
    }),
  ];
}
