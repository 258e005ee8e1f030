// The map: areas by share of flagged geotags, flagged geotags by severity, and what is in focus.
//
// The worker is a file of this server, so the page's policy needs neither blob: nor another host.
// The address never holds the view: MapLibre's own hash would write coordinates into it.

import { Map, ScaleControl, setWorkerUrl } from "/web/vendor/maplibre-gl/maplibre-gl.mjs";
import { authorization } from "./api.js";
import { boundsOf, circle, nearestOnEdge } from "./geometry.js";
import { areaLayers, baseLayers, focusLayers, pointLayers } from "./layers.js";
import { IMAGE_RATIO, mapImages, onSchemeChange, palette } from "./palette.js";
import { say } from "./text.js";

setWorkerUrl(new URL("/web/vendor/maplibre-gl/maplibre-gl-worker.mjs", location.origin).href);

const POINT_LAYERS = pointLayers("").map((layer) => layer.id);
const EMPTY = { type: "FeatureCollection", features: [] };
const NEAREST_ZOOM = 17.5;
const CLICK_REACH_PX = 5;
const LEAST_CONTEXT_M = 120; // Around a geotag, so that the streets of areas next to it are seen.

// Whether this browser can draw the map at all.
export function canDraw() {
  return document.createElement("canvas").getContext("webgl2") !== null;
}

export class MapView {
  // on: { area(code), geotags(ids), hover(feature | null, point), loaded(), failed(status) }
  constructor(container, on) {
    this.on = on;
    this.levels = new globalThis.Map(); // level -> its TileJSON
    this.shown = { level: null, above: null, scope: "" };
    this.hovered = null;
    this.home = null;
    this.map = new Map({
      container,
      style: {
        version: 8,
        sources: { focus: { type: "geojson", data: EMPTY } },
        layers: [...baseLayers(palette()), ...focusLayers(palette())],
      },
      attributionControl: false,
      dragRotate: false,
      pitchWithRotate: false,
      touchPitch: false,
      maxZoom: 20,
      fadeDuration: 0, // there are no labels to fade in
      transformRequest: (url) => ({ url, headers: new URL(url).origin === location.origin ? authorization() : {} }),
    });
    this.map.touchZoomRotate.disableRotation();
    this.map.keyboard.disableRotation();
    this.map.addControl(new ScaleControl({ unit: "metric", maxWidth: 120 }), "bottom-right");
    this.ready = new Promise((resolve) => this.map.once("load", resolve)).then(() => this.#drawImages());
    this.map.on("idle", () => on.loaded());
    this.map.on("error", (event) => this.#failed(event));
    this.map.on("click", (event) => this.#clicked(event));
    this.map.on("mousemove", (event) => this.#moved(event));
    this.map.on("mouseout", () => this.#leave());
    onSchemeChange(() => this.#repaint());
    this.say();
  }

  // What a screen reader says of the map, in the chosen language.
  say() {
    const canvas = this.map.getCanvas();
    canvas.setAttribute("aria-label", say("map_label"));
    canvas.setAttribute("aria-description", say("map_help"));
  }

  resize() {
    this.map.resize();
  }

  zoomBy(steps) {
    this.map.easeTo({ zoom: this.map.getZoom() + steps });
  }

  // Forget the last campaign. tiles: { areas: [[level, TileJSON]...], geotags: severity -> TileJSON }
  async open(tiles, severity) {
    await this.ready;
    this.clearFocus();
    for (const level of this.levels.keys()) this.#remove(areaLayers(level, palette(), ""), `areas-${level}`);
    this.levels = new globalThis.Map(tiles.areas);
    for (const [level, tileJson] of this.levels) {
      this.map.addSource(`areas-${level}`, { ...sourceOf(tileJson), promoteId: "area_code" });
    }
    // Outlines of a level lie over the fills of the level below it.
    const layers = [...this.levels.keys()].flatMap((level) => areaLayers(level, palette(), ""));
    const isOutline = ({ id }) => id.endsWith("-outline");
    for (const layer of layers.filter((one) => !isOutline(one))) this.map.addLayer(layer, "focus-area");
    for (const layer of layers.filter(isOutline)) this.map.addLayer(layer, "focus-area");
    await this.showPoints(tiles.geotags, severity);
    this.home = tiles.areas[0][1].bounds;
    this.shown = { level: null, above: null, scope: "" };
  }

  // Colour the areas of `level`, outline those of `above`, and fade what is not below `scope`.
  async showLevel(level, above, scope) {
    await this.ready;
    this.shown = { level, above, scope };
    this.#leave();
    for (const known of this.levels.keys()) {
      for (const layer of areaLayers(known, palette(), scope)) {
        const part = layer.id.slice(layer.id.lastIndexOf("-") + 1);
        const visible = part === "outline" ? known === above : known === level;
        this.map.setLayoutProperty(layer.id, "visibility", visible ? "visible" : "none");
        this.#paint(layer);
      }
    }
  }

  // severity -> TileJSON; `severity` is the one that was asked for, or "".
  async showPoints(tiles, severity) {
    await this.ready;
    for (const layer of pointLayers(severity)) {
      this.#remove([layer], layer.source);
      this.map.addSource(layer.source, sourceOf(tiles.get(layer.metadata.severity)));
      this.map.addLayer(layer, "focus-accuracy");
    }
  }

  async fitHome() {
    await this.ready;
    if (this.home) this.#fit(this.home);
  }

  async fitArea(geometry) {
    await this.ready;
    this.#fit(boundsOf(geometry));
  }

  // The outline of the area that the list is about; null for none.
  async markScope(geometry) {
    await this.ready;
    this.scope = geometry;
    this.#drawFocus();
  }

  // point: [lon, lat] or null; area: geometry of the assigned area or null.
  async focusGeotag({ point, area, accuracy_m, distance_m, severity }, { fly }) {
    await this.ready;
    this.geotag = { point, area, accuracy_m, distance_m, severity };
    this.#drawFocus();
    if (!fly) return;
    if (!point) {
      if (area) this.#fit(boundsOf(area));
      return;
    }
    const reach = Math.max(LEAST_CONTEXT_M, 2.2 * (accuracy_m ?? 0));
    const corners = circle(point, reach).coordinates[0];
    if (area) corners.push(nearestOnEdge(area, point));
    const seen = boundsOf({ type: "Polygon", coordinates: [corners] });
    this.#fit(area ? withAreaIfNear(seen, boundsOf(area)) : seen, { clearOfLegend: true });
  }

  clearFocus() {
    this.geotag = null;
    this.#drawFocus();
  }

  #drawFocus() {
    const source = this.map.getSource("focus");
    if (!source) return;
    const features = [];
    const add = (part, geometry, properties = {}) =>
      features.push({ type: "Feature", geometry, properties: { part, ...properties } });
    if (this.scope) add("scope", this.scope);
    if (this.geotag) {
      const { point, area, accuracy_m, distance_m, severity } = this.geotag;
      if (area) add("area", area);
      if (point && accuracy_m) add("accuracy", circle(point, accuracy_m));
      if (point && area && distance_m < 0) {
        add("leader", { type: "LineString", coordinates: [point, nearestOnEdge(area, point)] });
      }
      if (point) add("geotag", { type: "Point", coordinates: point }, { mark: `mark-${severity ?? "info"}` });
    }
    source.setData({ type: "FeatureCollection", features });
  }

  // Keep clear of whatever lies over the map: the panel at its right, or at its foot on a phone.
  #fit([west, south, east, north], { clearOfLegend = false } = {}) {
    const padding = { top: 48, bottom: 48, left: 48, right: 48 };
    const map = this.map.getContainer().getBoundingClientRect();
    const panel = document.querySelector(".panel:not([hidden])")?.getBoundingClientRect();
    if (panel && panel.width < map.width * 0.7) padding.right = Math.max(48, map.right - panel.left + 32);
    else if (panel && panel.top < map.bottom) padding.bottom = Math.min(0.7 * map.height, map.bottom - panel.top + 24);
    const legend = document.querySelector(".legend[open]")?.getBoundingClientRect();
    if (clearOfLegend && legend?.height) padding.bottom = Math.max(padding.bottom, map.bottom - legend.top + 16);
    this.map.fitBounds([[west, south], [east, north]], { padding, maxZoom: NEAREST_ZOOM, duration: 900 });
  }

  #clicked(event) {
    const { x, y } = event.point;
    const box = [[x - CLICK_REACH_PX, y - CLICK_REACH_PX], [x + CLICK_REACH_PX, y + CLICK_REACH_PX]];
    const points = this.#featuresAt(box, POINT_LAYERS);
    if (points.length) {
      this.on.geotags([...new Set(points.map((feature) => String(feature.properties.geotag_id)))]);
      return;
    }
    const [area] = this.#featuresAt(event.point, this.#fillLayers());
    if (area) this.on.area(area.properties.area_code);
  }

  #moved(event) {
    const points = this.#featuresAt(event.point, POINT_LAYERS);
    const [area] = this.#featuresAt(event.point, this.#fillLayers());
    this.map.getCanvas().style.cursor = points.length || area ? "pointer" : "";
    this.#hover(area ?? null);
    this.on.hover(area?.properties ?? null, event.point);
  }

  #leave() {
    this.#hover(null);
    this.on.hover(null, null);
  }

  #hover(area) {
    if (this.hovered) this.map.setFeatureState(this.hovered, { hover: false });
    this.hovered = area ? { source: area.source, sourceLayer: "areas", id: area.id } : null;
    if (this.hovered) this.map.setFeatureState(this.hovered, { hover: true });
  }

  #fillLayers() {
    return this.shown.level ? [`areas-${this.shown.level}-fill`, `areas-${this.shown.level}-hatch`] : [];
  }

  #featuresAt(where, layers) {
    const there = layers.filter((id) => this.map.getLayer(id));
    return there.length ? this.map.queryRenderedFeatures(where, { layers: there }) : [];
  }

  #remove(layers, source) {
    for (const { id } of layers) if (this.map.getLayer(id)) this.map.removeLayer(id);
    if (this.map.getSource(source)) this.map.removeSource(source);
  }

  #drawImages() {
    for (const [name, image] of Object.entries(mapImages())) {
      if (this.map.hasImage(name)) this.map.updateImage(name, image);
      else this.map.addImage(name, image, { pixelRatio: IMAGE_RATIO });
    }
  }

  #paint(layer) {
    for (const [name, value] of Object.entries(layer.paint ?? {})) this.map.setPaintProperty(layer.id, name, value);
  }

  #repaint() {
    this.#drawImages();
    const colours = palette();
    const areas = [...this.levels.keys()].flatMap((level) => areaLayers(level, colours, this.shown.scope));
    for (const layer of [...baseLayers(colours), ...areas, ...focusLayers(colours)]) {
      if (this.map.getLayer(layer.id)) this.#paint(layer);
    }
  }

  #failed(event) {
    const status = event.error?.status;
    if (status !== undefined) this.on.failed(status);
    else console.error(event.error);
  }
}

// The whole area belongs in the picture unless the geotag would become a dot in it.
function withAreaIfNear(seen, area) {
  const both = [0, 1, 2, 3].map((i) => (i < 2 ? Math.min : Math.max)(seen[i], area[i]));
  const breadth = ([west, south, east, north]) => Math.max(east - west, north - south);
  return breadth(both) <= 3 * breadth(seen) ? both : seen;
}

// Behind a proxy the server may not know its own address: tiles come from where the page came from.
function sourceOf({ tiles, bounds, minzoom, maxzoom }) {
  const here = tiles.map((tile) => tile.replace(/^https?:\/\/[^/]+/, location.origin));
  return { type: "vector", tiles: here, ...(bounds ? { bounds } : {}), minzoom: minzoom ?? 0, maxzoom: maxzoom ?? 14 };
}
