// The map's part of the page: the map itself when it can be drawn, its buttons, its tooltip, and a
// sentence in its place when it cannot. The lists never wait for it.

import * as api from "./api.js";
import { byId, el, problemBox } from "./dom.js";
import { count, share } from "./format.js";
import { say } from "./text.js";

const SEVERITIES = ["info", "review", "error"]; // the gravest are drawn last, on top

export class MapPane {
  // on: { area(code), geotags(ids), token() }
  constructor(place, on) {
    this.place = place;
    this.on = on;
    this.view = null;
    this.problem = null; // key of the sentence shown instead of, or over, the map
    this.starting = this.#start();
    byId("zoom-in").addEventListener("click", () => this.view?.zoomBy(1));
    byId("zoom-out").addEventListener("click", () => this.view?.zoomBy(-1));
    byId("zoom-all").addEventListener("click", () => this.#fitScope());
  }

  async #start() {
    let library;
    try {
      library = await import("./map.js");
    } catch {
      return this.#cannot("map_library");
    }
    if (!library.canDraw()) return this.#cannot("webgl");
    this.view = new library.MapView(byId("map-canvas"), {
      area: this.on.area,
      geotags: this.on.geotags,
      hover: (area, point) => this.#tooltip(area, point),
      loaded: () => this.shown && this.#settled(),
      failed: (status) => this.#failed(status),
    });
  }

  #cannot(what) {
    this.place.classList.add("without-map");
    this.#setProblem(what);
    this.#settled();
  }

  #settled() {
    this.place.removeAttribute("aria-busy");
    byId("map-loading").hidden = true;
  }

  #failed(status) {
    if (status === 401) this.on.token();
    else this.#setProblem(status === 422 ? "tile_full" : "tiles");
  }

  #setProblem(what) {
    this.problem = what;
    const again = what === "tiles"
      ? el("button", { type: "button", onclick: () => this.#reload() }, say("try_again"))
      : null;
    byId("map-problem").replaceChildren(...(what ? [problemBox(say(`problem_${what}`), again)] : []));
  }

  async #reload() {
    this.#setProblem(null);
    const { scope } = this;
    await this.open(this.campaign, this.filters);
    await this.showScope(scope, { fly: false });
  }

  say() {
    this.view?.say();
    if (this.problem) this.#setProblem(this.problem);
  }

  // What follows waits for this.opened, so the last campaign asked for is the one shown.
  open(campaign, filters) {
    this.campaign = campaign;
    this.filters = filters;
    this.scope = null;
    this.shown = false;
    this.opened = this.#orSay(() => this.#open(campaign));
    return this.opened;
  }

  async #open({ name, frame, release, levels }) {
    await this.starting;
    if (!this.view) return;
    this.#setProblem(null);
    this.place.setAttribute("aria-busy", "true");
    byId("map-loading").hidden = false;
    const [geotags, ...areas] = await Promise.all([
      this.#geotagTiles(),
      ...levels.map(({ level }) => api.areaTiles(frame, release.number, level, name)),
    ]);
    await this.view.open({ areas: levels.map(({ level }, i) => [level, areas[i]]), geotags }, this.filters.severity);
  }

  // severity -> TileJSON. Without a severity the tiles would hold every geotag, found or not.
  async #geotagTiles() {
    const { name } = this.campaign;
    const tiles = SEVERITIES.map((severity) => api.geotagTiles(name, this.filters.code, severity));
    return new Map((await Promise.all(tiles)).map((tileJson, i) => [SEVERITIES[i], tileJson]));
  }

  // scope: as Campaign.scope gives it.
  async showScope(scope, { fly }) {
    this.scope = scope;
    await this.opened;
    if (!this.view || this.scope !== scope) return;
    if (!this.focused) await this.view.showLevel(scope.mapLevel, scope.outlineLevel, scope.below);
    const area = scope.code ? await this.campaign.feature(scope.code) : null;
    if (this.scope !== scope) return;
    await this.view.markScope(area?.geometry ?? null);
    if (fly) await this.#fitScope();
    this.shown = true;
  }

  async #fitScope() {
    if (!this.view) return;
    const area = this.scope?.code ? await this.campaign.feature(this.scope.code) : null;
    if (area) await this.view.fitArea(area.geometry);
    else await this.view.fitHome();
  }

  async filter({ code, severity }) {
    this.filters = { code, severity };
    await this.opened;
    if (!this.view) return;
    this.#setProblem(null);
    this.place.setAttribute("aria-busy", "true");
    await this.#orSay(async () => this.view.showPoints(await this.#geotagTiles(), severity));
  }

  // What goes wrong for the map alone is said over the map.
  async #orSay(work) {
    try {
      await work();
    } catch (problem) {
      if (!(problem instanceof api.Problem)) throw problem;
      this.#settled();
      this.#failed(problem.kind === "token" ? 401 : 0);
    }
  }

  // Around one geotag the areas of the campaign's own level are what matters, whatever the list shows.
  async focusGeotag(what, { fly }) {
    await this.opened;
    if (!this.view) return;
    this.focused = true;
    const [leaf, above] = [...this.campaign.levels].reverse();
    await this.view.showLevel(leaf.level, above?.level ?? null, "");
    await this.view.focusGeotag(what, { fly });
  }

  clearFocus() {
    this.focused = false;
    this.view?.clearFocus();
    if (this.scope) this.showScope(this.scope, { fly: false });
  }

  focus() {
    this.scrollIntoView();
    this.view?.map.getCanvas().focus({ preventScroll: true });
  }

  scrollIntoView() {
    this.place.scrollIntoView();
  }

  #tooltip(area, point) {
    const tip = byId("tooltip");
    tip.hidden = !area;
    if (!area) return;
    const { name, area_code, geotags, flagged, flagged_share } = area;
    tip.replaceChildren(
      el("strong", {}, name || area_code),
      el("span", {}, geotags
        ? say("tooltip_share", { flagged: count(flagged), geotags: count(geotags), share: share(flagged_share) })
        : say("tooltip_none")),
    );
    const { width, height } = this.place.getBoundingClientRect();
    const x = Math.min(point.x + 14, width - tip.offsetWidth - 8);
    const y = point.y + 18 + tip.offsetHeight > height ? point.y - tip.offsetHeight - 12 : point.y + 18;
    tip.style.transform = `translate(${Math.round(x)}px, ${Math.round(y)}px)`;
  }
}
