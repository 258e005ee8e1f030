"""The report of a check: it adds up, speaks both languages, and asks nobody for anything."""

from __future__ import annotations

import html
import re
import stat
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import shapely

from geo.codes import SCHEMES
from geo.frame import Frame, Segment
from geo.levels import Level
from geotags.bulk.tables import Counts
from patok import report as reports
from patok.report import Report
from tests.geo.shapes import around, layer_of
from tests.geo.test_cases import frame_named

AREA = "5105030001000101"
HOSTILE = "</script><img src=x onerror=alert(1)>"


def results(n: int, verdict: str = "review", area: str = AREA, enumerator: str = "e1") -> pa.Table:
    return pa.table(
        {
            "assigned_area": [area] * n,
            "enumerator_id": [enumerator] * n,
            "longitude": np.linspace(115.401, 115.402, n),
            "latitude": np.full(n, -8.499),
            "distance_m": np.linspace(-400, 20, n),
            "verdict": pa.array([verdict] * n).dictionary_encode(),
            "findings": ["OUTSIDE_ASSIGNED_AREA"] * n,
        }
    )


def counts(**verdicts: int) -> Counts:
    total = sum(verdicts.values())
    of = Counts(read=total + 2, checked=total, quarantined=2)
    of.verdicts.update({"accepted": 0, "review": 0, "rejected": 0, "not_assessed": 0} | verdicts)
    of.findings["OUTSIDE_ASSIGNED_AREA", "review"] = 7
    return of


def written(path: Path, about: Report, of: Counts, frame: Frame | None = None) -> str:
    about.write(path, of, frame or frame_named("two_villages"), Level.SUBSLS, "default 1")
    return path.read_text("utf-8")


class Addresses(HTMLParser):
    """Every address that a page would ask for."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in ("src", "href", "data", "action") and value:
                self.found.append(value)
            if name == "srcdoc" and value:
                inner = Addresses()
                inner.feed(value)
                self.found += inner.found


def test_it_adds_up_in_both_languages(tmp_path: Path) -> None:
    about = Report("Patok: out.csv")
    about.add(results(5))
    about.add(results(3, "rejected", enumerator="e2"))
    about.add(results(4, "accepted"))
    text = written(tmp_path / "r.html", about, counts(review=5, rejected=3, accepted=4))
    assert "14 records read = 12 checked + 2 set aside." in text
    assert "14 catatan dibaca = 12 diperiksa + 2 disisihkan." in text
    assert "8 of 8 geotags" in text and "8 dari 8 geotag" in text
    assert text.count('lang="en"') == text.count('lang="id"') + 1  # and the page itself
    row = re.search(r"<tr><td>e1</td>(.*?)</tr>", text)
    assert row and re.findall(r">([^<]+)<", row[1]) == ["4", "0", "5", "0", "44%"]
    assert stat.S_IMODE((tmp_path / "r.html").stat().st_mode) == 0o600


def test_it_asks_nobody_for_anything(tmp_path: Path) -> None:
    about = Report("Patok")
    about.add(results(5))
    text = written(tmp_path / "r.html", about, counts(review=5))
    addresses = Addresses()
    addresses.feed(text)
    elsewhere = [one for one in addresses.found if not one.startswith("data:")]
    assert [one for one in elsewhere if one != "https://leafletjs.com"] == []  # a link to be clicked
    assert "default-src 'none'" in text


def test_names_from_files_are_no_html(tmp_path: Path) -> None:
    square = around(shapely.box(0, 0, 100, 100), 115.4, -8.5)
    layer = layer_of([square], [AREA])
    named = type(layer)(**{**vars(layer), "names": pa.array([HOSTILE])})
    frame = Frame(SCHEMES["bps"], (Segment("5105", {Level.SUBSLS: named}),), release=HOSTILE)
    about = Report(HOSTILE)
    about.add(results(2, area=AREA, enumerator=HOSTILE))
    about.add(results(2, area=HOSTILE))
    text = written(tmp_path / "r.html", about, counts(review=4), frame)
    inside = html.unescape(re.search(r'srcdoc="(.*?)"', text, re.S)[1])  # type: ignore[index]
    for page in (text, inside):
        assert HOSTILE not in page
        assert "<img src=x" not in page


def test_what_is_left_out_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reports, "MOST_POINTS", 6)
    monkeypatch.setattr(reports, "MOST_ROWS", 2)
    about = Report("Patok")
    about.add(results(5))
    about.add(results(4, "rejected"))
    for i in range(3):
        about.add(results(1, "accepted", enumerator=f"x{i}"))
    text = written(tmp_path / "r.html", about, counts(review=5, rejected=4, accepted=3))
    assert "6 of 9 geotags" in text
    inside = html.unescape(re.search(r'srcdoc="(.*?)"', text, re.S)[1])  # type: ignore[index]
    assert inside.count("circleMarker") == 6
    assert "2 of 4, most to look at first." in text


def test_a_check_without_findings_has_a_report_too(tmp_path: Path) -> None:
    about = Report("Patok")
    about.add(results(3, "accepted"))
    of = counts(accepted=3)
    of.findings.clear()
    assert "0 of 0 geotags" in written(tmp_path / "r.html", about, of)


@pytest.mark.parametrize(
    ("options", "said"),
    [(["--report", "r.pdf"], ".html"), (["--report", "r.html", "--brief"], "full results")],
)
def test_a_report_that_cannot_be_is_refused_before_any_work(
    patok: Any, tmp_path: Path, options: list[str], said: str
) -> None:
    (tmp_path / "g.csv").write_text("idsubsls,longitude,latitude\n")
    done = patok(
        "check", "frame.geojson", tmp_path / "g.csv", "-o", tmp_path / "o.csv", "--level", "subsls", *options
    )
    assert done.code == 2 and said in done.err
