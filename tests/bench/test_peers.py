"""The peers of the benchmark agree on a small country, and their table says what was measured."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import country
import generate
import peers
import pytest


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("work")
    plan = country.Plan.of(300, 3_000)
    generate.write_areas(folder / "areas.parquet", plan)
    generate.write_geotags(folder / "geotags.parquet", plan)
    return folder


def test_all_count_the_same(work: Path) -> None:
    turns = peers.run(work, list(peers.CONTENDERS), rounds=1)
    counts = {name: many[0]["inside"] for name, many in turns.items() if "missing" not in many[0]}
    ours = {name for name in peers.CONTENDERS if name.startswith("patok")}
    # The engines need not be installed.
    assert {"geopandas.sjoin", "shapely by code", *ours} <= set(counts)
    assert len(set(counts.values())) == 1, counts
    assert 2_800 < counts["shapely by code"] < 2_950
    assert "All counted the same" in peers.show(turns)


def test_a_contender_that_cannot_run_says_why(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(work: Path) -> peers.Result:
        raise peers.Missing("it is on holiday")

    monkeypatch.setitem(peers.CONTENDERS, "nobody", nobody)
    turns = {"nobody": [peers.run_one("nobody", work)]}
    assert "| nobody | missing |" in peers.show(turns)
    assert "nobody is missing: it is on holiday." in peers.show(turns)


def test_a_contender_that_fails_does_not_stop_the_others(tmp_path: Path) -> None:
    turn = peers.run_turn("geopandas.sjoin", tmp_path)  # an empty folder
    assert "it ended with 1: FileNotFoundError" in turn["missing"]


def test_ratios_are_of_the_best_rounds() -> None:
    def turn(seconds: float, inside: int) -> peers.Result:
        return {"seconds": seconds, "inside": inside, "memory_mb": 10.0, "child_memory_mb": 0.0}

    table = peers.show({peers.REFERENCE: [turn(4.0, 7), turn(2.0, 7)], "x": [turn(1.0, 8), turn(3.0, 8)]})
    assert "| x | 1.00 | 2.00 | 1.00 3.00 | 10 | 8 | 0.50 |" in table
    assert "The counts differ by up to 1." in table


def test_one_prints_a_result_as_json(work: Path) -> None:
    command = [sys.executable, peers.__file__, "one", "shapely by code", str(work)]
    result = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    assert result["inside"] > 2_800 and 50 < result["memory_mb"] < 2_000
