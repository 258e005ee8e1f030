// One campaign: which levels its frame has, and what lies below each area.

import * as api from "./api.js";
import { totalOf } from "./summary.js";

const LEVELS = ["prov", "kab", "kec", "desa", "sls", "subsls"];

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

  // Which levels the release has is asked by a first row of each; a level of one area is no step.
  static async open(record) {
    if (!record.release) return new Campaign(record, []);
    const down = LEVELS.slice(0, LEVELS.indexOf(record.level) + 1).filter((level) => level !== "sls" || record.level === "sls");
    const release = record.release.number;
    const first = await Promise.all(
      down.map((level) => api.areaSummaries(record.name, { level, release, limit: 2 })),
    );
    const present = down.map((level, i) => ({ level, rows: first[i].areas })).filter(({ rows }) => rows.length);
    const start = present.findIndex(({ rows }, i) => rows.length > 1 || i === present.length - 1);
    const levels = present.slice(Math.max(0, start)).map(({ level, rows }) => ({ level, width: rows[0].area_code.length }));
    return new Campaign(record, levels);
  }

  isLeaf(code) {
    return code.length >= this.levels.at(-1).width;
  }

  // What the page shows of the area `code` ("" for all): the table's rows and level, the total of
  // the area itself, the path to it, and the level above for outlines.
  async scope(code) {
    const step = this.isLeaf(code)
      ? this.levels.length - 1
      : this.levels.findIndex(({ width }) => width > code.length);
    const { level } = this.levels[step];
    const above = this.levels[step - 1] ?? null;
    const parent = this.isLeaf(code) && code ? code.slice(0, above?.width ?? 0) : code;
    const { areas: rows, geotags_without_area: without = 0 } = await api.areaSummaries(this.name, {
      level, parent, release: this.release.number,
    });
    for (const row of rows) this.names.set(row.area_code, row.name);
    const own = rows.filter((row) => row.area_code === code);
    const total = totalOf(own.length ? own : rows);
    if (!own.length) total.geotags += without;
    const path = await Promise.all(
      this.levels
        .filter(({ width }) => width <= code.length)
        .map(async ({ width }) => ({ code: code.slice(0, width), name: await this.nameOf(code.slice(0, width)) })),
    );
    return { code, rows, level, above: above?.level ?? null, below: parent, total, path, without };
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
