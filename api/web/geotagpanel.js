// Opening and closing the panel about a geotag, and showing the geotag on the map.

import * as api from "./api.js";
import { byId, el, problemBox } from "./dom.js";
import { drawPanel, drawPanelHeading } from "./panel.js";
import { state } from "./state.js";
import { say } from "./text.js";

const WORST_FIRST = ["error", "review", "info"];

export class GeotagPanel {
  constructor(place, { map, tokenWanted, checks, close, sibling, area }) {
    this.place = place;
    this.map = map;
    this.tokenWanted = tokenWanted;
    this.checks = checks;
    this.close = close;
    this.sibling = sibling;
    this.area = area;
    this.siblings = [];
    this.drawn = 0;
  }

  // Show state.geotag, or nothing when it is empty.
  async draw(campaign, { fly = true } = {}) {
    const { geotag, finding } = state;
    const mine = ++this.drawn;
    const opening = this.place.hidden;
    this.place.hidden = !geotag;
    document.body.classList.toggle("with-panel", Boolean(geotag));
    if (!geotag) {
      this.map.clearFocus();
      this.shown = null;
      return;
    }
    if (!this.siblings.includes(geotag)) this.siblings = [geotag];
    if (opening) {
      drawPanelHeading(this.place, say("loading"), this.close);
      this.#focus();
    }
    try {
      const feature = await api.geotagFeature(campaign.name, geotag);
      const area = await assignedArea(campaign, feature.properties);
      if (mine !== this.drawn) return;
      this.#show(feature, area, finding);
      const moved = this.shown !== geotag;
      this.shown = geotag;
      if (moved) this.#focus();
      await this.map.focusGeotag(focusOf(feature, area), { fly: fly && moved });
    } catch (problem) {
      if (!(problem instanceof api.Problem)) throw problem;
      if (mine !== this.drawn || this.tokenWanted(problem)) return;
      drawPanelHeading(this.place, say("panel_geotag"), this.close);
      const again = el("button", { type: "button", onclick: () => this.draw(campaign) }, say("try_again"));
      this.place.append(el("div", { class: "panel-body" }, problemBox(problem.say(), again)));
    }
  }

  #show({ properties }, area, finding) {
    drawPanel(this.place, {
      properties,
      finding,
      area: area && { name: area.properties.name || properties.assigned_area },
      checks: this.checks(),
      geotag: state.geotag,
      siblings: this.siblings,
      onSibling: this.sibling,
      onClose: this.close,
      onArea: () => this.area(properties.assigned_area),
    });
  }

  // So that a screen reader reads the panel, and Tab goes on inside it.
  #focus() {
    byId("panel-title")?.focus({ preventScroll: true });
  }
}

// An area that is not in the release is a finding of its own; it is not asked for.
async function assignedArea(campaign, { assigned_area: code, findings }) {
  if (!code || findings.some((finding) => finding.code === "AREA_UNKNOWN")) return null;
  try {
    return await campaign.feature(code);
  } catch (problem) {
    if (problem.kind === "missing" || problem.kind === "refused") return null;
    throw problem;
  }
}

function focusOf({ geometry, properties }, area) {
  const found = properties.findings.map(({ severity }) => severity);
  return {
    point: geometry?.coordinates ?? null,
    area: area?.geometry ?? null,
    accuracy_m: properties.accuracy_m,
    distance_m: properties.distance_m,
    severity: WORST_FIRST.find((severity) => found.includes(severity)) ?? null,
  };
}
