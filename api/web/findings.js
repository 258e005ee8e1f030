// The list of findings, with its filters; more are fetched on demand.

import * as api from "./api.js";
import { el, problemBox, severityMark } from "./dom.js";
import { count, position } from "./format.js";
import { say } from "./text.js";

const PAGE = 40;
const SEVERITIES = ["", "error", "review", "info"];

export class FindingsList {
  // onChoose(finding); onFilter({code | severity}); tell(sentence); failed(problem)
  constructor({ list, filters }, on) {
    this.list = list;
    this.filters = filters;
    this.on = on;
    this.asked = 0;
  }

  // checks: what /summary/checks says, for the kinds to choose from.
  drawFilters(checks, { code, severity }) {
    const found = checks.filter((check) => check.error + check.review + check.info > 0 || check.code === code);
    const total = (check) => (severity ? check[severity] : check.error + check.review + check.info);
    const kinds = el("select", { id: "filter-code", name: "code", onchange: (event) => this.on.onFilter({ code: event.target.value }) },
      el("option", { value: "" }, say("filter_code_all")),
      found.map((check) => el("option", { value: check.code }, `${check.title} (${count(total(check))})`)),
    );
    kinds.value = code;
    const choose = (value) => () => this.on.onFilter({ severity: value });
    const focused = this.filters.contains(document.activeElement) ? document.activeElement.name : null;
    this.filters.replaceChildren(
      el("div", { class: "field" }, el("label", { for: "filter-code" }, say("filter_code")), kinds),
      el("fieldset", { class: "segments" },
        el("legend", { class: "visually-hidden" }, say("filter_severity")),
        SEVERITIES.map((value) =>
          el("label", {},
            el("input", {
              type: "radio", name: "severity", value, checked: value === severity, onchange: choose(value),
              "data-severity": value || "all",
            }),
            el("span", {}, value ? severityMark(value) : null, value ? say(`severity_${value}`) : say("filter_severity_all")),
          ),
        ),
      ),
    );
    // These are drawn anew when the numbers change; whoever was choosing goes on where they were.
    if (focused) this.filters.querySelector(`select[name="${focused}"], input[name="${focused}"]:checked`)?.focus();
  }

  async load(campaign, query, chosen) {
    this.query = { campaign, ...query };
    this.chosen = chosen;
    this.rows = [];
    this.list.setAttribute("aria-busy", "true");
    if (!this.list.childElementCount) this.list.replaceChildren(el("p", { class: "loading" }, say("loading")));
    await this.#fetch("");
  }

  async #fetch(after) {
    const asked = ++this.asked;
    const { campaign, ...query } = this.query;
    try {
      const page = await api.findings(campaign, { ...query, after, limit: PAGE });
      if (asked !== this.asked) return;
      const first = this.rows.length;
      this.rows.push(...page.findings);
      this.next = page.next;
      this.#draw();
      if (first) this.list.querySelectorAll("li > button")[first]?.focus();
    } catch (problem) {
      if (asked === this.asked) this.#fail(problem, after);
    } finally {
      if (asked === this.asked) this.list.removeAttribute("aria-busy");
    }
  }

  #draw() {
    if (!this.rows.length) {
      const filtered = this.query.code || this.query.severity || this.query.area;
      const sentence = say(filtered ? "findings_empty_filter" : "findings_empty");
      this.list.replaceChildren(el("p", { class: "empty" }, sentence));
      this.on.tell(sentence);
      return;
    }
    const more = this.next
      ? el("button", { type: "button", class: "more", onclick: () => this.#fetch(this.next) }, say("more"))
      : "";
    this.list.replaceChildren(el("ul", {}, this.rows.map((finding) => this.#row(finding))), more);
    this.mark(this.chosen);
    this.on.tell(say(this.next ? "findings_shown_more" : "findings_shown", { n: count(this.rows.length) }));
  }

  #row(finding) {
    return el("li", {},
      el("button", { type: "button", "data-finding": String(finding.finding_id), onclick: () => this.on.onChoose(finding) },
        severityMark(finding.severity),
        el("span", { class: "what" },
          el("span", { class: "visually-hidden" }, `${say(`severity_${finding.severity}`)}: `),
          el("span", { class: "title" }, finding.title),
          el("span", { class: "where" }, `${finding.area_name || finding.assigned_area} · ${finding.household_key}`),
          el("span", { class: "measure" }, position(finding.distance_m, finding.probability)),
        ),
      ),
    );
  }

  // Show which finding the panel is about.
  mark(id) {
    this.chosen = id;
    for (const button of this.list.querySelectorAll("button[data-finding]")) {
      if (button.dataset.finding === id) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
    }
  }

  focus(id) {
    this.list.querySelector(`button[data-finding="${CSS.escape(id)}"]`)?.focus();
  }

  #fail(problem, after) {
    if (!(problem instanceof api.Problem)) throw problem;
    if (this.on.failed(problem)) return;
    const again = el("button", { type: "button", onclick: () => this.#fetch(after) }, say("try_again"));
    this.list.replaceChildren(problemBox(problem.say(), again));
  }
}
