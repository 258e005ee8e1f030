// One campaign: which levels its frame has, and what lies below each area.

import * as api from "./api.js";
import { totalOf } from "./summary.js";

// So few rows are told by the table; the map then shows the next level, where in them it is.
const FEW_AREAS = 12;

async function isDivided({ name, release }, level) {
  const { areas } = await api.areaSummaries(name, { level, release: release.number, limit: 2 });
  return areas.length > 1;
}

export class Campaign {
  // levels: [{level, width}] that are stepped through, highest first; width is that of their codes.
  constructor({ name, frame, release }, levels) {
    this.name = name;
    this.frame = frame;
    this.release = release;
    this.levels = levels;
    this.names = new Map(); // area_code -> name
    this.features = new Map(); // area_code -> GeoJSON Feature
  }

  // From the highest level with several areas down to the campaign's own: one area alone is no step,
  // and an undivided SLS is its only sub-SLS.
  static async open(record, frame) {
    if (!record.release || !frame) return new Campaign(record, []);
    const wanted = frame.levels.filter(
      (level) => frame.code_widths[level] <= frame.code_widths[record.level] && (level !== "sls" || record.level === "sls"),
    );
    while (wanted.length > 1 && !(await isDivided(record, wanted[0]))) wanted.shift();
    return new Campaign(record, wanted.map((level) => ({ level, width: frame.code_widths[level] })));
  }

  isLeaf(code) {
    return code.length >= this.levels.at(-1).width;
  }

  // What the page shows of the area `code` ("" for all): the table's rows and level, the total of
  // the area itself, the path to it; for the map the level to colour, that of the outlines over it,
  // and the beginning of the codes that are not faded.
  async scope(code) {
    const step = this.isLeaf(code)
      ? this.levels.length - 1
      : this.levels.findIndex(({ width }) => width > code.length);
    const { level } = this.levels[step];
    const above = this.levels[step - 1] ?? null;
    const parent = this.isLeaf(code) && code ? code.slice(0, above?.width ?? 0) : code;
    const { areas: rows, without_area: without } = await api.areaSummaries(this.name, {
      level, parent, release: this.release.number,
    });
    for (const row of rows) this.names.set(row.area_code, row.name);
    const own = rows.filter((row) => row.area_code === code);
    const total = totalOf(own.length ? own : [...rows, without]);
    const onMap = rows.length <= FEW_AREAS && step + 1 < this.levels.length ? step + 1 : step;
    const path = await Promise.all(
      this.levels
        .filter(({ width }) => width <= code.length)
        .map(async ({ width }) => ({ code: code.slice(0, width), name: await this.nameOf(code.slice(0, width)) })),
    );
    return {
      code, rows, level, total, path,
      mapLevel: this.levels[onMap].level,
      outlineLevel: this.levels[onMap - 1]?.level ?? null,
      below: parent,
      without: own.length ? 0 : without.geotags,
    };
  }

  async nameOf(code) {
    if (!this.names.has(code)) this.names.set(code, (await this.feature(code)).properties.name);
    return this.names.get(code) || code;
  }

  async feature(code) {
    if (!this.features.has(code)) {
      this.features.set(code, await api.areaFeature(this.frame, this.release.number, code));
    }
    return this.features.get(code);
  }
}
