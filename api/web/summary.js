// The numbers at the top: how many geotags, and what became of them.

import { el } from "./dom.js";
import { count, share } from "./format.js";
import { say } from "./text.js";

const VERDICTS = ["accepted", "review", "rejected", "not_assessed"];

export function totalOf(rows) {
  const total = { geotags: 0, accepted: 0, review: 0, rejected: 0, not_assessed: 0 };
  for (const row of rows) for (const name of Object.keys(total)) total[name] += row[name] ?? 0;
  return total;
}

export function drawSummary(place, total) {
  if (!total.geotags) {
    place.replaceChildren(el("p", { class: "quiet" }, say("summary_empty")));
    return;
  }
  // What has no verdict yet was not assessed either.
  const rest = total.geotags - total.accepted - total.review - total.rejected;
  const counts = { ...total, not_assessed: rest };
  const shares = Object.fromEntries(VERDICTS.map((verdict) => [verdict, share(counts[verdict] / total.geotags)]));
  const bar = el("div", { class: "bar", role: "img", "aria-label": say("bar_label", shares) });
  for (const verdict of VERDICTS.filter((name) => counts[name])) {
    const segment = el("span", { class: `bar-part verdict-${verdict}` });
    segment.style.flexGrow = counts[verdict];
    bar.append(segment);
  }
  place.replaceChildren(
    el("p", { class: "figures" },
      el("strong", {}, say("geotags", { n: count(total.geotags), count: total.geotags })),
      el("span", {}, say("flagged_of_all", { share: share((total.review + total.rejected) / total.geotags) })),
    ),
    bar,
    el("dl", { class: "verdicts" }, VERDICTS.map((verdict) =>
      el("div", {},
        el("dt", {}, el("span", { class: `swatch verdict-${verdict}` }), say(verdict)),
        el("dd", {}, el("span", {}, count(counts[verdict])), el("span", { class: "quiet" }, shares[verdict])),
      ),
    )),
  );
}
