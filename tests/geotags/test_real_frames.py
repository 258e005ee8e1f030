"""Two kabupaten as the offices drew them: from file to verdicts, one clean and one that has to be forced."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from sqlalchemy import Engine

from boundaries.intake import read_areas
from boundaries.qa.protocol import CandidateView, QaOutcome
from boundaries.qa.registry import run_qa
from boundaries.store.candidates import add_file, find_candidate, read_candidate
from boundaries.store.frames import create_frame
from boundaries.store.qa_runs import store_qa
from boundaries.store.releases import ReleaseRecord, open_frame, publish
from geo.codes import SCHEMES
from geo.errors import CandidateBlocked
from geo.frame import Frame, Layer
from geo.levels import Level
from geo.text import LANGUAGES
from geotags.run import check_campaign, load_geotags
from geotags.store.campaigns import create_campaign
from tests.geotags.world import Outcome, World, as_geotags, geotag

pytestmark = pytest.mark.real_data

BPS = SCHEMES["bps"]
METRES_PER_DEGREE = 110_600.0  # of latitude at 8 degrees south; a test's noise needs no more
TWICE = "7310030003000301"


def _load(engine: Engine, name: str, files: dict[Level, Path]) -> dict[str, QaOutcome]:
    create_frame(engine, name, "bps", "ID")
    for level, path in files.items():
        add_file(engine, name, read_areas(path, level, BPS))
    candidate = find_candidate(engine, name)
    outcomes = run_qa(CandidateView(BPS, read_candidate(engine, candidate)))
    store_qa(engine, candidate, outcomes, {})
    return outcomes


def _households(layer: Layer, n: int, rng: np.random.Generator) -> list[dict[str, Any]]:
    """Households spread over the areas, as phones of 3 to 45 m report them; some claim another area.

    One in ten claims an area drawn at random, one in fifty was reported from 3 km off, one in a
    hundred has no coordinate. ``kind`` says which.
    """
    shapes = [layer.geometry(row) for row in range(len(layer))]
    codes = layer.codes.to_pylist()
    rows = []
    for i in range(n):
        home = int(rng.integers(len(shapes)))
        west, south, east, north = shapes[home].bounds
        while True:
            place = np.array([rng.uniform(west, east), rng.uniform(south, north)])
            if shapely.intersects_xy(shapes[home], *place):
                break
        accuracy = float(np.clip(rng.lognormal(np.log(7), 0.5), 3, 45))
        kind = rng.choice(["plain", "other area", "far off", "none"], p=[0.87, 0.1, 0.02, 0.01])
        claimed = codes[int(rng.integers(len(codes)))] if kind == "other area" else codes[home]
        sigma_m = accuracy / 1.5096
        place += rng.normal(0, sigma_m, 2) / METRES_PER_DEGREE
        if kind == "far off":
            turn = rng.uniform(0, 2 * np.pi)
            place += 3000 / METRES_PER_DEGREE * np.array([np.cos(turn), np.sin(turn)])
        lon, lat = ("", "") if kind == "none" else (float(place[0]), float(place[1]))
        rows.append(
            geotag(f"h{i}", claimed, lon, lat, accuracy_m=f"{accuracy:.1f}", building_no=str(i))
            | {"kind": kind}
        )
    return rows


def _check(
    engine: Engine, data_dir: Path, name: str, release: ReleaseRecord, rows: list[dict[str, Any]]
) -> tuple[Frame, Outcome]:
    """Store and check; the same again from a file, and again from what is stored."""
    frame = open_frame(engine, data_dir, name)
    world = World(engine, data_dir, release, frame)
    campaign = create_campaign(engine, name, name, Level.SUBSLS)
    told = [{key: value for key, value in row.items() if key != "kind"} for row in rows]
    report = load_geotags(engine, campaign, frame, release.release_id, as_geotags(told))
    assert (report.new, report.repeated, report.changed) == (len(rows), 0, 0)
    outcome = world.outcome(campaign)
    assert outcome == world.check_file(told)
    check_campaign(engine, campaign, frame, release.release_id)
    assert world.outcome(campaign) == outcome
    return frame, outcome


def _shares(rows: list[dict[str, Any]], outcome: Outcome, kind: str) -> dict[str, float]:
    verdicts = Counter(outcome.verdicts[row["item_id"]] for row in rows if row["kind"] == kind)
    return {verdict: count / verdicts.total() for verdict, count in verdicts.items()}


def test_klungkung_from_file_to_verdict(engine: Engine, data_dir: Path, shared_data: Path) -> None:
    folder = shared_data / "klungkung_5105"
    levels = (Level.DESA, Level.SLS, Level.SUBSLS)
    outcomes = _load(engine, "klungkung", {level: folder / f"{level}.geojson" for level in levels})
    blocking = [f for outcome in outcomes.values() for f in outcome.findings if f.severity == "error"]
    assert blocking == []
    release = publish(engine, data_dir, "klungkung", "2025_1")
    assert (release.number, release.segments, release.forced_reason) == (1, 1, None)

    frame = open_frame(engine, data_dir, "klungkung")
    ((_, layer),) = frame.layers(Level.SUBSLS)
    assert {level: len(one) for level in levels for _, one in frame.layers(level)} == {
        Level.DESA: 59, Level.SLS: 246, Level.SUBSLS: 639
    }  # fmt: skip
    rows = _households(layer, 3000, np.random.default_rng(5105))
    _, outcome = _check(engine, data_dir, "klungkung", release, rows)

    plain = _shares(rows, outcome, "plain")
    assert plain["accepted"] > 0.9, plain  # of the rest the phone's error crossed a border
    assert plain.get("rejected", 0) < 0.01, plain
    other = _shares(rows, outcome, "other area")
    assert other["rejected"] > 0.9 and other.get("accepted", 0) < 0.02, other
    far = _shares(rows, outcome, "far off")
    assert far.get("accepted", 0) < 0.05, far
    assert _shares(rows, outcome, "none") == {"rejected": 1.0}
    crossed = [row["item_id"] for row in rows if row["kind"] == "plain" and outcome.of(row["item_id"])]
    doubtful = sum("MEMBERSHIP_UNCERTAIN" in outcome.of(item) for item in crossed)
    assert doubtful > 0.5 * len(crossed) > 0, "a phone's error is uncertain, not wrong"


def test_barru_is_refused_then_forced(engine: Engine, data_dir: Path, shared_data: Path) -> None:
    folder = shared_data / "barru_7310"
    files = {Level.KEC: "kec", Level.DESA: "desa", Level.SUBSLS: "sls"}
    outcomes = _load(engine, "barru", {level: folder / f"{name}.geojson" for level, name in files.items()})
    found = {code: outcome.findings for code, outcome in outcomes.items()}
    assert {f.area_code for f in found["CODE_DUPLICATE"]} == {TWICE}
    assert sum(f.level is Level.SUBSLS for f in found["GEOMETRY_INVALID"]) == 5
    assert found["OVERLAP"] and (found["GAP_NARROW"] or found["GAP_ENCLOSED"])

    with pytest.raises(CandidateBlocked) as refused:
        publish(engine, data_dir, "barru", "2024_1")
    for language in LANGUAGES:
        assert "CODE_DUPLICATE" in refused.value.say(language)
        assert "--force --reason" in refused.value.say(language)
    reason = "the only layer there is; the office mends it this year"
    release = publish(engine, data_dir, "barru", "2024_1", forced_reason=reason)
    assert release.forced_reason == reason

    frame = open_frame(engine, data_dir, "barru")
    assert frame.withheld == {TWICE}
    ((_, layer),) = frame.layers(Level.SUBSLS)
    assert len(layer) == 818 and TWICE not in set(layer.codes.to_pylist())
    rows = _households(layer, 1500, np.random.default_rng(7310))
    lon, lat = frame.extent()[0] + 0.1, frame.extent()[1] + 0.1
    rows += [geotag(f"w{i}", TWICE, lon + i * 1e-3, lat) | {"kind": "withheld"} for i in range(3)]
    _, outcome = _check(engine, data_dir, "barru", release, rows)

    assert _shares(rows, outcome, "withheld") == {"not_assessed": 1.0}
    for item in ("w0", "w1", "w2"):
        assert outcome.of(item) == {}
        assert outcome.not_assessed[item]["OUTSIDE_ASSIGNED_AREA"] == "area_withheld"
        assert outcome.not_assessed[item]["AREA_UNKNOWN"] == "area_withheld"
    plain = _shares(rows, outcome, "plain")
    assert plain["accepted"] > 0.85, plain
    assert plain.get("rejected", 0) < 0.02, plain
    assert _shares(rows, outcome, "other area")["rejected"] > 0.9
