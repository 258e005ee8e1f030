// The panel about one geotag: where it lies, what was found, and what to do about it, in words.

import { el, severityMark } from "./dom.js";
import { codeGroups, distance, metres, moment, probability } from "./format.js";
import { hasText, say } from "./text.js";

// content: { properties (of the geotag), area: {name} | null, checks, siblings: [ids], onSibling, onClose, onArea }
export function drawPanel(place, content) {
  const { properties, finding } = content;
  place.replaceChildren(
    heading(content),
    siblings(content),
    el("div", { class: "panel-body" },
      position(properties),
      found(properties.findings, finding),
      facts(content),
      notAssessed(properties, content.checks),
    ),
  );
}

export function drawPanelHeading(place, title, onClose) {
  place.replaceChildren(
    el("header", {}, el("h2", { id: "panel-title", tabindex: "-1" }, title), closeButton(onClose)),
  );
}

function closeButton(onClose) {
  return el("button", { type: "button", class: "close", onclick: onClose, "aria-label": say("close"), title: say("close") }, "×");
}

function heading({ properties, onClose }) {
  return el("header", {},
    el("div", {},
      el("h2", { id: "panel-title", tabindex: "-1" }, say("panel_title", { key: properties.household_key })),
      properties.verdict
        ? el("p", { class: "verdict" }, el("span", { class: `swatch verdict-${properties.verdict}` }), say(properties.verdict))
        : null,
    ),
    closeButton(onClose),
  );
}

// Several geotags at the place that was clicked, as in a cluster: step through them.
function siblings({ siblings: ids, geotag, onSibling }) {
  if (ids.length < 2) return "";
  const at = ids.indexOf(geotag);
  const step = (text, sign, to) =>
    el("button", { type: "button", "aria-label": say(text), title: say(text), disabled: !ids[to], onclick: () => onSibling(ids[to]) }, sign);
  return el("nav", { class: "siblings", "aria-label": say("siblings") },
    step("sibling_previous", "‹", at - 1),
    el("span", {}, say("sibling_at", { at: at + 1, n: ids.length })),
    step("sibling_next", "›", at + 1),
  );
}

function position({ distance_m, probability: value }) {
  const known = typeof distance_m === "number";
  const outside = known && distance_m < 0;
  return el("dl", { class: "stats" },
    el("div", { class: outside ? "outside" : null }, el("dt", {}, say("stat_distance")), el("dd", {}, known ? distance(distance_m) : say("not_assessed"))),
    el("div", {}, el("dt", {}, say("stat_probability")), el("dd", {}, known ? probability(value) : say("not_assessed"))),
  );
}

function found(findings, chosen) {
  if (!findings.length) return el("p", { class: "empty" }, say("panel_no_findings"));
  const first = findings.filter(({ finding_id }) => String(finding_id) === chosen);
  const others = findings.filter(({ finding_id }) => String(finding_id) !== chosen);
  return el("section", { "aria-label": say("panel_findings") }, [...first, ...others].map((finding) =>
    el("article", { class: `finding finding-${finding.severity}` },
      el("h3", {}, severityMark(finding.severity), el("span", {}, finding.title),
        el("span", { class: `tag tag-${finding.severity}` }, say(`severity_${finding.severity}`))),
      el("p", {}, finding.message),
      finding.remedy ? el("p", { class: "remedy" }, el("strong", {}, say("remedy")), " ", finding.remedy) : null,
      candidates(finding.evidence?.candidates),
    ),
  ));
}

function candidates(areas) {
  if (!Array.isArray(areas) || !areas.length) return null;
  return el("table", { class: "candidates" },
    el("caption", {}, say("candidates")),
    el("thead", {}, el("tr", {},
      ["column_area", "column_distance", "column_probability"].map((text) => el("th", { scope: "col" }, say(text))))),
    el("tbody", {}, areas.map((area) => el("tr", {},
      el("th", { scope: "row" },
        el("span", {}, area.name || area.area_code),
        el("span", { class: "code" }, codeGroups(area.area_code)),
        hasText(`relation_${area.relation}`) ? el("span", { class: "quiet" }, say(`relation_${area.relation}`)) : null,
      ),
      el("td", {}, distance(area.distance_m)),
      el("td", {}, probability(area.probability)),
    ))),
  );
}

function facts({ properties, area, onArea }) {
  const rows = [
    ["assigned_area", area ? area.name : say("unknown_area")],
    ["area_code", el("span", { class: "code" }, codeGroups(properties.assigned_area))],
    ["building", properties.building_no || say("unknown")],
    ["accuracy", typeof properties.accuracy_m === "number"
      ? say("accuracy_value", { distance: metres(properties.accuracy_m) }) : say("unknown")],
    ["captured_at", moment(properties.captured_at)],
    ["enumerator", properties.enumerator_id || say("unknown")],
  ];
  return el("section", { class: "facts" },
    el("h3", {}, say("panel_geotag")),
    el("dl", {}, rows.map(([text, value]) => el("div", {}, el("dt", {}, say(text)), el("dd", {}, value)))),
    area ? el("button", { type: "button", class: "link", onclick: onArea }, say("show_area")) : null,
  );
}

function notAssessed({ not_assessed: words, not_assessed_said: reasons }, checks) {
  const codes = Object.keys(words ?? {});
  if (!codes.length) return "";
  const title = (code) => checks.find((check) => check.code === code)?.title ?? code;
  return el("details", { class: "not-assessed" },
    el("summary", {}, say("panel_not_assessed", { n: codes.length })),
    el("dl", {}, codes.map((code) => el("div", {}, el("dt", {}, title(code)), el("dd", {}, reasons?.[code] ?? words[code])))),
  );
}
