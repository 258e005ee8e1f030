"""One HTML file about a check: numbers that add up, plots, a map of what needs a look, tables, two languages.

It carries everything it shows and asks no other host for anything. It shows geotags: it is personal data.
"""

from __future__ import annotations

import html
import io
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from geo.checks.registry import CHECK_OF_CODE
from geo.engine import Verdict
from geo.frame import Frame
from geo.levels import Level
from geo.text import LANGUAGES, Text
from geotags.bulk.scratch import appearing
from geotags.bulk.tables import Counts
from geotags.palette import BAR_COLOUR, VERDICT_COLOURS
from patok.maps import make_map

MOST_POINTS = 2_000
"""Shown on the map: those to send back first, then those to look at, in the order of the input."""
MOST_ROWS = 200
"""Of each table: those with most geotags to look at or to send back."""

_VERDICTS = [verdict.word for verdict in Verdict]
_BINS_M = (0, 5, 10, 20, 50, 100, 200, 500, 1_000, 5_000, 20_000)


@dataclass
class Report:
    """Takes the results of a check piece by piece; what it keeps does not grow with the geotags but with the
    areas and enumerators."""

    title: str
    by_area: pa.Table | None = None
    by_enumerator: pa.Table | None = None
    outside: Any = field(default_factory=lambda: np.zeros(len(_BINS_M), np.int64))
    points: dict[str, list[tuple[float, float, str, str]]] = field(
        default_factory=lambda: {"rejected": [], "review": []}
    )
    codes_of_points: dict[str, list[str]] = field(default_factory=lambda: {"rejected": [], "review": []})
    flagged: int = 0

    def add(self, results: pa.Table) -> None:
        """The results of a piece, with all of their columns."""
        self.by_area = _added(self.by_area, results, "assigned_area")
        self.by_enumerator = _added(self.by_enumerator, results, "enumerator_id")
        distance_m = results.column("distance_m").to_numpy()
        outside = -distance_m[distance_m < 0]
        self.outside += np.bincount(np.digitize(outside, _BINS_M) - 1, minlength=len(_BINS_M))
        verdicts = pc.cast(results.column("verdict"), pa.string())
        for verdict, points in self.points.items():
            rows = np.flatnonzero(pc.equal(verdicts, verdict).to_numpy())
            self.flagged += len(rows)
            some = results.take(pa.array(rows[: MOST_POINTS - len(points)]))
            for row in some.select(["longitude", "latitude", "findings", "assigned_area"]).to_pylist():
                if row["longitude"] is not None and row["longitude"] == row["longitude"]:
                    points.append((row["longitude"], row["latitude"], verdict, row["findings"]))
                    self.codes_of_points[verdict].append(row["assigned_area"])

    def write(self, path: Path, counts: Counts, frame: Frame, level: Level, ruleset: str) -> None:
        """Write the report, whole or not at all, for its owner only."""
        points = (self.points["rejected"] + self.points["review"])[:MOST_POINTS]
        codes = sorted({*self.codes_of_points["rejected"], *self.codes_of_points["review"]})
        document = _page(self, counts, frame, ruleset, _map_html(frame, level, codes, points), len(points))
        with appearing(path) as unfinished:
            unfinished.touch(mode=0o600)
            unfinished.write_text(document, "utf-8")


def _added(sums: pa.Table | None, results: pa.Table, key: str) -> pa.Table:
    """Geotags by key and verdict, added to what was there."""
    verdicts = pc.cast(results.column("verdict"), pa.string())
    piece = pa.table({"key": results.column(key), "verdict": verdicts})
    counted = piece.group_by(["key", "verdict"]).aggregate([([], "count_all")])
    if sums is not None:
        counted = pa.concat_tables([sums, counted])
        counted = counted.group_by(["key", "verdict"]).aggregate([("count_all", "sum")])
        counted = counted.rename_columns(["key", "verdict", "count_all"])
    return counted


def _map_html(
    frame: Frame, level: Level, codes: list[str], points: list[tuple[float, float, str, str]]
) -> str:
    known = frame.codes(level)
    place = known.index.find(pa.array(codes, pa.string()))
    areas = []
    for code, at in zip(codes, place.tolist(), strict=True):
        if at >= 0:
            layer = frame.segments[int(known.segments[at])].layers[level]
            row = int(known.rows[at])
            areas.append((code, layer.names[row].as_py(), layer.geometry(row)))
    return str(make_map(areas, points).get_root().render())


_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline' data:; script-src 'unsafe-inline' data:; "
    "img-src data:; font-src data:; frame-src 'self'"
)
"""Of the page and of the map in it: nothing is asked of another host, whatever a name in a file says."""

# -- the page ------------------------------------------------------------------------------------

_STYLE = """
body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:1.5rem auto;padding:0 1rem;color:#222}
h1{font-size:1.5rem;margin:.2rem 0} h2{font-size:1.15rem;margin-top:2rem} .quiet{color:#666}
.warn{border-left:4px solid #c8371b;padding:.4rem .8rem;background:#fdf3f1}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums} .scroll{overflow-x:auto}
th,td{text-align:left;padding:.25rem .6rem;border-bottom:1px solid #ddd} td.n,th.n{text-align:right}
iframe{width:100%;height:28rem;border:1px solid #ccc} svg{max-width:100%;height:auto}
.cards{display:flex;flex-wrap:wrap;gap:.8rem;margin:1rem 0}
.card{border:1px solid #ddd;padding:.5rem 1rem;min-width:7rem}
.card b{display:block;font-size:1.4rem} .switch{float:right} .switch label{cursor:pointer;padding:0 .4rem}
#id:checked~main .en,#en:checked~main .id{display:none} input[name=l]{position:absolute;opacity:0}
#en:checked~.switch label[for=en],
#id:checked~.switch label[for=id]{font-weight:bold;text-decoration:underline}
input[name=l]:focus-visible~.switch{outline:2px solid #0b6fd3}
@media print{.switch{display:none} iframe{break-inside:avoid} h2{break-after:avoid}}
"""

_WORDS_OF_VERDICT = {
    "accepted": Text(en="accepted", id="diterima"),
    "review": Text(en="to look at", id="perlu dilihat"),
    "rejected": Text(en="to send back", id="dikembalikan"),
    "not_assessed": Text(en="not assessed", id="tidak dinilai"),
}


def _said(text: Text) -> str:
    """A text in both languages, of which one is shown."""
    return "".join(
        f'<span class="{one}" lang="{one}">{html.escape(text.say(one))}</span>' for one in LANGUAGES
    )


def _page(report: Report, counts: Counts, frame: Frame, ruleset: str, map_html: str, n_points: int) -> str:
    adds_up = Text(
        en="{read} records read = {checked} checked + {quarantined} set aside.",
        id="{read} catatan dibaca = {checked} diperiksa + {quarantined} disisihkan.",
    ).fill(read=f"{counts.read:,}", checked=f"{counts.checked:,}", quarantined=f"{counts.quarantined:,}")
    shown = Text(
        en="{n} of {all} geotags to look at or to send back, those that have a place. Colours as above.",
        id="{n} dari {all} geotag yang perlu dilihat atau dikembalikan dan memiliki tempat. Warna seperti di "
        "atas.",
    ).fill(n=f"{n_points:,}", all=f"{report.flagged:,}")
    cards = "".join(
        f'<div class="card" style="border-top:4px solid {VERDICT_COLOURS[one]}">'
        f"<b>{counts.verdicts[one]:,}</b>{_said(_WORDS_OF_VERDICT[one])}</div>"
        for one in _VERDICTS
    )
    parts = [
        f'<p class="warn">{_said(_PERSONAL)}</p>',
        f"<p>{_said(adds_up)}</p>",
        f'<div class="cards">{cards}</div>',
        f"<h2>{_said(_FINDINGS)}</h2>{_plot_of_checks(counts)}{_table_of_checks(counts)}",
        f"<h2>{_said(_MAP)}</h2><p class='quiet'>{_said(shown)}</p>"
        f'<iframe title="map" srcdoc="{html.escape(map_html)}"></iframe>',
        f"<h2>{_said(_DISTANCE)}</h2>{_plot_of_distances(report.outside)}",
        f"<h2>{_said(_AREAS)}</h2>{_table_of_sums(report.by_area)}",
        f"<h2>{_said(_ENUMERATORS)}</h2>{_table_of_sums(report.by_enumerator)}",
    ]
    about = f"{html.escape(frame.release)} · {html.escape(ruleset)}"
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        f"<title>{html.escape(report.title)}</title>"
        '<meta name="viewport" content="width=device-width"><meta name="robots" content="noindex">'
        f"<style>{_STYLE}</style></head><body>"
        '<input type="radio" name="l" id="en" checked><input type="radio" name="l" id="id">'
        '<div class="switch"><label for="en">English</label><label for="id">Indonesia</label></div>'
        f'<main><h1>{html.escape(report.title)}</h1><p class="quiet">{about}</p>{"".join(parts)}</main>'
        "</body></html>\n"
    )


_SEVERITY_WORDS = {
    "error": Text(en="error", id="kesalahan"),
    "review": Text(en="review", id="perlu dilihat"),
    "info": Text(en="information", id="informasi"),
}
_PERSONAL = Text(
    en="This report shows where households live. Keep it as you keep the data; do not pass it on.",
    id="Laporan ini menunjukkan tempat tinggal keluarga. Simpan seperti datanya; jangan disebarkan.",
)
_FINDINGS = Text(en="Findings", id="Temuan")
_MAP = Text(en="Where to look", id="Tempat yang perlu dilihat")
_DISTANCE = Text(en="How far outside the assigned area", id="Jarak di luar wilayah tugas")
_AREAS = Text(en="By assigned area", id="Menurut wilayah tugas")
_ENUMERATORS = Text(en="By enumerator", id="Menurut pencacah")


def _table(head: list[Text], rows: list[list[str]], numbers_from: int) -> str:
    cells = "".join(
        f'<th{_kind(at, numbers_from)} scope="col">{_said(text)}</th>' for at, text in enumerate(head)
    )
    lines = "".join(
        "<tr>" + "".join(f"<td{_kind(at, numbers_from)}>{cell}</td>" for at, cell in enumerate(row)) + "</tr>"
        for row in rows
    )
    return f'<div class="scroll"><table><thead><tr>{cells}</tr></thead><tbody>{lines}</tbody></table></div>'


def _kind(at: int, numbers_from: int) -> str:
    return ' class="n"' if at >= numbers_from else ""


def _table_of_checks(counts: Counts) -> str:
    rows = [
        [
            f"{_said(CHECK_OF_CODE[code].title)} <span class='quiet'>{code}</span>",
            _said(_SEVERITY_WORDS[severity]),
            f"{n:,}",
        ]
        for (code, severity), n in sorted(counts.findings.items(), key=lambda item: (-item[1], item[0]))
    ]
    head = [Text(en="Check", id="Pemeriksaan"), Text(en="Severity", id="Keparahan"), _FINDINGS]
    return _table(head, rows, numbers_from=2)


def _table_of_sums(sums: pa.Table | None) -> str:
    by_key: dict[str, dict[str, int]] = {}
    for row in [] if sums is None else sums.to_pylist():
        by_key.setdefault(row["key"], {})[row["verdict"]] = row["count_all"]
    ordered = sorted(by_key.items(), key=lambda item: (-_flagged(item[1]), item[0]))
    rows = [
        [
            html.escape(key) or "-",
            *(f"{of.get(verdict, 0):,}" for verdict in _VERDICTS),
            f"{of.get('accepted', 0) / max(1, sum(of.values())):.0%}",
        ]
        for key, of in ordered[:MOST_ROWS]
    ]
    shown = Text(en="{n} of {all}, most to look at first.", id="{n} dari {all}, terbanyak lebih dahulu.")
    note = f'<p class="quiet">{_said(shown.fill(n=f"{len(rows):,}", all=f"{len(ordered):,}"))}</p>'
    words = [_WORDS_OF_VERDICT[one] for one in _VERDICTS]
    return note + _table(
        [Text(en="", id=""), *words, Text(en="share accepted", id="bagian diterima")], rows, 1
    )


def _flagged(of: dict[str, int]) -> int:
    return of.get("review", 0) + of.get("rejected", 0)


def _plot_of_checks(counts: Counts) -> str:
    by_code: dict[str, int] = {}
    for (code, _), n in counts.findings.items():
        by_code[code] = by_code.get(code, 0) + n
    ordered = sorted(by_code.items(), key=lambda item: item[1])[-20:]
    return _bars([code for code, _ in ordered], [n for _, n in ordered], across=True)


def _plot_of_distances(counted: Any) -> str:
    ends = [*(f"{left:,}-{right:,} m" for left, right in pairwise(_BINS_M)), "> 20 km"]
    return _bars(ends, counted.tolist(), across=False)


def _bars(names: list[str], values: list[int], *, across: bool) -> str:
    if not any(values):
        return ""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 0.8 + 0.28 * len(names)) if across else (8, 2.6), layout="constrained")
    axes = figure.subplots()
    if across:
        bars = axes.barh(names, values, color=BAR_COLOUR)
    else:
        bars = axes.bar(names, values, color=BAR_COLOUR)
        axes.tick_params(axis="x", labelrotation=45)
    axes.bar_label(bars, labels=[f"{value:,}" if value else "" for value in values], padding=2, fontsize=8)
    axes.tick_params(labelsize=8)
    axes.spines[["top", "right"]].set_visible(False)
    axes.margins(x=0.08 if across else 0.02, y=0.02 if across else 0.12)
    out = io.StringIO()
    figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    svg = out.getvalue()
    return svg[svg.index("<svg") :]
