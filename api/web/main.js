// The page: one campaign seen as numbers, as a list and as a map.

import * as api from "./api.js";
import { AreasTable } from "./areas.js";
import { Campaign } from "./campaign.js";
import { byId, el, problemBox } from "./dom.js";
import { FindingsList } from "./findings.js";
import { count } from "./format.js";
import { drawLegend } from "./legend.js";
import { MapPane } from "./mappane.js";
import { GeotagPanel } from "./geotagpanel.js";
import { change, onChange, readAddress, state } from "./state.js";
import { drawSummary } from "./summary.js";
import { LANGUAGES, chooseLanguage, currentLanguage, say } from "./text.js";
import { askToken } from "./token.js";

const narrow = matchMedia("(max-width: 760px)");

let campaigns = [];
let frames = [];
let campaign = null; // the open Campaign
let checks = [];
let drawn = 0; // counts draws, so that a slow answer does not overwrite a later one

const tell = (sentence) => (byId("status").textContent = sentence);

const areas = new AreasTable(byId("areas"), {
  tell,
  onOpen: (row, byKeyboard) => openArea(row.area_code, byKeyboard),
});
const findings = new FindingsList(
  { list: byId("findings-list"), filters: byId("findings-filters") },
  {
    tell,
    failed: (problem) => tokenWanted(problem),
    onFilter: (values) => change(values),
    onChoose: (finding) => change({ geotag: String(finding.geotag_id), finding: String(finding.finding_id) }),
  },
);
const map = new MapPane(byId("map"), {
  area: (code) => openArea(code, false),
  geotags: (ids) => {
    panel.siblings = ids;
    change({ geotag: ids[0], finding: "" });
  },
  token: () => tokenWanted(new api.Problem("token")),
});
const panel = new GeotagPanel(byId("panel"), {
  map,
  tokenWanted: (problem) => tokenWanted(problem),
  checks: () => checks,
  close: () => {
    const { finding } = state;
    change({ geotag: "", finding: "" });
    if (state.tab === "findings" && finding) findings.focus(finding);
    else byId(`tab-${state.tab}`).focus();
  },
  sibling: (id) => change({ geotag: id, finding: "" }),
  area: (code) => openArea(code, false),
});

function openArea(code, byKeyboard) {
  const leaf = campaign.isLeaf(code);
  focusAfter = byKeyboard && !leaf;
  change({ area: code, geotag: "", finding: "", ...(leaf && state.area !== code ? { tab: "findings" } : {}) });
}
let focusAfter = false;

// ------------------------------------------------------------------ texts that stand in the page

function drawTexts() {
  document.documentElement.lang = currentLanguage();
  document.title = say("page_title");
  for (const element of document.querySelectorAll("[data-text]")) element.textContent = say(element.dataset.text);
  for (const element of document.querySelectorAll("[data-label]")) {
    element.setAttribute("aria-label", say(element.dataset.label));
    if (element.matches("button")) element.title = say(element.dataset.label);
  }
  for (const button of document.querySelectorAll("[data-language]")) {
    button.setAttribute("aria-pressed", String(button.dataset.language === currentLanguage()));
  }
  drawLegend(byId("legend"), byId("legend").querySelector("details")?.open ?? !narrow.matches);
  map.say();
  drawHeader();
}

function drawHeader() {
  const chooser = byId("campaign");
  chooser.replaceChildren(...campaigns.map(({ name }) => el("option", { value: name }, name)));
  chooser.value = state.campaign;
  byId("campaign-field").hidden = campaigns.length < 2;
  byId("campaign-name").hidden = campaigns.length !== 1;
  byId("campaign-name").textContent = state.campaign;
  const release = campaign?.release;
  byId("release").textContent = campaign ? (release ? say("release", release) : say("release_none")) : "";
}

// ------------------------------------------------------------------------------------- drawing

async function drawScope() {
  const mine = ++drawn;
  const place = byId("areas");
  place.setAttribute("aria-busy", "true");
  try {
    const scope = await campaign.scope(state.area);
    if (mine !== drawn) return;
    drawBreadcrumb(scope.path);
    drawSummary(byId("summary"), scope.total);
    areas.draw({ rows: scope.rows, level: scope.level, current: state.area }, { focusFirst: focusAfter });
    focusAfter = false;
    drawNote(scope.without);
    await map.showScope(scope, { fly: !state.geotag });
  } catch (problem) {
    if (mine === drawn) drawProblem(problem, byId("areas"), drawScope);
  } finally {
    if (mine === drawn) place.removeAttribute("aria-busy");
  }
}

function drawNote(without) {
  byId("note").hidden = !without;
  byId("note").textContent = without ? say("without_area", { n: count(without), count: without }) : "";
}

function drawBreadcrumb(path) {
  const items = [{ code: "", name: say("scope_all") }, ...path];
  byId("breadcrumb").replaceChildren(
    ...items.map(({ code, name }, i) =>
      el("li", {},
        i === items.length - 1
          ? el("span", { "aria-current": "true" }, name)
          : el("button", { type: "button", class: "link", onclick: () => change({ area: code, geotag: "", finding: "" }) }, name),
      ),
    ),
  );
}

async function drawFindings() {
  const { code, severity, area } = state;
  findings.drawFilters(checks, { code, severity });
  await findings.load(state.campaign, { code, severity, area }, state.finding);
}

async function drawChecks() {
  try {
    checks = await api.checkSummaries(state.campaign);
    findings.drawFilters(checks, state);
  } catch (problem) {
    if (!tokenWanted(problem) && !(problem instanceof api.Problem)) throw problem;
  }
}

function drawTab() {
  for (const name of ["areas", "findings"]) {
    const chosen = state.tab === name;
    byId(`tab-${name}`).setAttribute("aria-selected", String(chosen));
    byId(`tab-${name}`).tabIndex = chosen ? 0 : -1;
    byId(`view-${name}`).hidden = !chosen;
  }
}

// A sentence in `place` with a way on; the token form where a token is what is needed.
function drawProblem(problem, place, again) {
  if (!(problem instanceof api.Problem)) throw problem;
  if (tokenWanted(problem)) return;
  const button = el("button", { type: "button", onclick: () => again() }, say("try_again"));
  place.replaceChildren(problemBox(problem.say(), button));
}

function tokenWanted(problem) {
  if (problem.kind !== "token" && problem.kind !== "link") return false;
  askToken(start, problem.kind === "link" ? problem.detail : "");
  return true;
}

// -------------------------------------------------------------------------------------- opening

async function start() {
  byId("main").hidden = false;
  byId("summary").replaceChildren(el("p", { class: "loading" }, say("loading")));
  try {
    await api.signInByLink();
    [campaigns, frames] = await Promise.all([api.campaigns(), api.frames()]);
    drawEmpty(campaigns.length ? null : "no_campaigns");
    if (!campaigns.length) return;
    const wanted = readAddress();
    const known = campaigns.find(({ name }) => name === wanted.campaign);
    const elsewhere = wanted.campaign && !known ? { area: "", geotag: "", finding: "" } : {};
    Object.assign(state, wanted, elsewhere, { campaign: (known ?? campaigns[0]).name });
    await openCampaign();
  } catch (problem) {
    drawProblem(problem, byId("summary"), start);
  }
}

function drawEmpty(text) {
  byId("empty").hidden = text === null;
  byId("main").hidden = text !== null;
  if (text) {
    byId("empty-text").dataset.text = text;
    byId("empty-text").textContent = say(text);
  }
}

async function openCampaign() {
  const record = campaigns.find(({ name }) => name === state.campaign);
  campaign = await Campaign.open(record, frames.find(({ name }) => name === record.frame));
  drawHeader();
  drawEmpty(campaign.levels.length ? null : "no_release");
  if (!campaign.levels.length) return;
  drawTab();
  const opened = map.open(campaign, state);
  await Promise.all([drawChecks(), opened, drawScope()]);
  await Promise.all([drawFindings(), panel.draw(campaign)]);
}

onChange((changed) => {
  const has = (...names) => names.some((name) => changed.has(name));
  if (has("campaign")) {
    openCampaign().catch((problem) => drawProblem(problem, byId("summary"), start));
    return;
  }
  if (!campaign?.levels.length) return;
  if (has("tab")) drawTab();
  if (has("area")) drawScope();
  if (has("area", "code", "severity")) drawFindings();
  if (has("code", "severity")) map.filter(state);
  if (has("geotag", "finding")) {
    findings.mark(state.finding);
    panel.draw(campaign);
    if (narrow.matches && state.geotag) map.scrollIntoView();
  }
});

// ------------------------------------------------------------------------------ what does not change

for (const button of document.querySelectorAll("[data-language]")) {
  button.addEventListener("click", async () => {
    if (!LANGUAGES.includes(button.dataset.language)) return;
    chooseLanguage(button.dataset.language);
    drawTexts();
    if (!campaign?.levels.length) return;
    await Promise.all([drawChecks(), drawScope(), panel.draw(campaign, { fly: false })]);
    await drawFindings();
  });
}

byId("campaign").addEventListener("change", (event) =>
  change({ campaign: event.target.value, area: "", code: "", geotag: "", finding: "" }));

const tabs = [byId("tab-areas"), byId("tab-findings")];
for (const [i, tab] of tabs.entries()) {
  tab.addEventListener("click", () => change({ tab: tab.dataset.tab }));
  tab.addEventListener("keydown", (event) => {
    if (!["ArrowLeft", "ArrowRight"].includes(event.key)) return;
    const other = tabs[1 - i];
    change({ tab: other.dataset.tab });
    other.focus();
  });
}

byId("skip-list").addEventListener("click", () => byId(`tab-${state.tab}`).focus());
byId("skip-map").addEventListener("click", () => map.focus());
byId("to-map").addEventListener("click", () => map.scrollIntoView());
byId("to-list").addEventListener("click", () => byId("side").scrollIntoView());

addEventListener("keydown", (event) => {
  if (event.key === "Escape" && state.geotag && !document.querySelector("dialog[open]")) panel.close();
});

// For tests and for the browser's console: the MapLibre map, once it is there.
window.patok = { get map() { return map.view?.map; } };

drawTexts();
start();
