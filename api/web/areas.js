// The table of areas: where the flagged geotags are, one level at a time.

import { el } from "./dom.js";
import { codeGroups, count, share } from "./format.js";
import { palette, rampIndex } from "./palette.js";
import { say } from "./text.js";

const ROWS_AT_ONCE = 100;
const COLUMNS = [
  { key: "name", text: "column_area", first: 1 },
  { key: "geotags", text: "column_geotags", first: -1 },
  { key: "flagged_share", text: "column_flagged", first: -1 },
];

export class AreasTable {
  // onOpen(row, byKeyboard); onSorted() when the order changed.
  constructor(place, { onOpen, tell }) {
    this.place = place;
    this.onOpen = onOpen;
    this.tell = tell;
    this.sort = { key: "flagged_share", direction: -1 };
    this.shown = ROWS_AT_ONCE;
  }

  draw({ rows, level, current }, { focusFirst = false } = {}) {
    this.content = { rows, level, current };
    this.shown = ROWS_AT_ONCE;
    this.#redraw();
    this.tell(say("areas_shown", { n: count(rows.length) }));
    if (focusFirst) this.place.querySelector("tbody button")?.focus();
  }

  #redraw() {
    const { rows, level, current } = this.content;
    if (!rows.length) {
      this.place.replaceChildren(el("p", { class: "empty" }, say("areas_empty")));
      return;
    }
    this.most = Math.max(...rows.map((row) => row.flagged_share ?? 0)) || 1;
    const sorted = [...rows].sort((a, b) => this.#compare(a, b));
    this.place.replaceChildren(
      el("table", {},
        el("caption", { class: "visually-hidden" }, say("areas_caption", { level: say(`level_${level}`) })),
        el("thead", {}, el("tr", {}, COLUMNS.map((column) => this.#heading(column, level)))),
        el("tbody", {}, sorted.slice(0, this.shown).map((row) => this.#row(row, row.area_code === current))),
      ),
      rows.length > this.shown
        ? el("button", { type: "button", class: "more", onclick: () => this.#showMore() }, say("more"))
        : "",
    );
  }

  #showMore() {
    const next = this.shown;
    this.shown += ROWS_AT_ONCE;
    this.#redraw();
    this.place.querySelectorAll("tbody button")[next]?.focus();
  }

  #heading({ key, text, first }, level) {
    const { key: sorted, direction } = this.sort;
    const on = key === sorted;
    const order = !on ? "none" : direction > 0 ? "ascending" : "descending";
    const sortBy = () => {
      this.sort = { key, direction: on ? -direction : first };
      this.#redraw();
      this.place.querySelector(`th[data-key=${key}] button`).focus();
    };
    return el("th", { scope: "col", "aria-sort": order, "data-key": key },
      el("button", { type: "button", onclick: sortBy },
        key === "name" ? say(`level_${level}`) : say(text),
        el("span", { class: "arrow", "aria-hidden": "true" }, on ? (direction > 0 ? "↑" : "↓") : ""),
      ),
    );
  }

  // Areas without geotags have no share: they come last, whichever way the others go.
  #compare(a, b) {
    const { key, direction } = this.sort;
    const left = a[key];
    const right = b[key];
    if (left === null || right === null) return (left === null) - (right === null) || order(a.name, b.name);
    return direction * (key === "name" ? order(left, right) : left - right) || order(a.area_code, b.area_code);
  }

  #row(row, current) {
    const open = (event) => this.onOpen(row, event.detail === 0);
    const bar = el("span", { class: "share-bar", "aria-hidden": "true" });
    const filled = el("span", {});
    filled.style.inlineSize = `${(100 * (row.flagged_share ?? 0)) / this.most}%`;
    bar.append(filled);
    const swatch = el("span", { class: "swatch", "aria-hidden": "true" });
    if (row.geotags) swatch.style.background = palette().ramp[rampIndex(row.flagged_share)];
    else swatch.classList.add("hatched");
    return el("tr", { class: current ? "current" : null, onclick: (event) => event.target.closest("button") || open(event) },
      el("th", { scope: "row" },
        el("button", {
          type: "button", class: "area-name", onclick: open, "aria-current": current ? "true" : null,
          "aria-label": say("open_area", { name: row.name || row.area_code }),
        }, row.name || row.area_code),
        el("span", { class: "code" }, codeGroups(row.area_code)),
      ),
      el("td", { class: "number" }, count(row.geotags)),
      el("td", { class: "number share" }, el("span", { class: "share-text" }, swatch, share(row.flagged_share)), bar),
    );
  }
}

function order(a, b) {
  return a.localeCompare(b, "id", { numeric: true });
}
