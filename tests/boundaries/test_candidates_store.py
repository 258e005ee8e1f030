"""Frames and candidates in the database."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from sqlalchemy import Engine

from boundaries.qa.protocol import QaFinding, QaOutcome
from boundaries.store.candidates import (
    candidate_files,
    discard,
    find_candidate,
    read_candidate,
)
from boundaries.store.frames import create_frame, find_frame, list_frames
from boundaries.store.qa_runs import latest_qa, qa_findings, store_qa
from boundaries.store.releases import publish
from geo.codes import SCHEMES
from geo.errors import AlreadyExists, CandidateBlocked, CandidateChanged, NotFound, QaNeeded, ValueRefused
from geo.levels import Level


def test_frames_are_made_listed_and_found(engine: Engine) -> None:
    made = create_frame(engine, "desa-kemendagri", "kemendagri")
    create_frame(engine, "bali", "bps")
    assert [frame.name for frame in list_frames(engine)] == ["bali", "desa-kemendagri"]
    assert find_frame(engine, "desa-kemendagri") == made
    assert made.scheme is SCHEMES["kemendagri"]

    with pytest.raises(AlreadyExists):
        create_frame(engine, "bali", "bps")
    with pytest.raises(NotFound, match=r"There are: bali, desa-kemendagri"):
        find_frame(engine, "jawa")
    for name, scheme, country in (("../x", "bps", "ID"), ("x", "nuts", "ID"), ("x", "bps", "Indonesia")):
        with pytest.raises(ValueRefused):
            create_frame(engine, name, scheme, country)
    assert len(list_frames(engine)) == 2


def test_what_is_loaded_is_read_back(bali: Any) -> None:
    loaded = bali.villages("5105")
    candidate = bali.load(loaded)
    tables = read_candidate(bali.engine, candidate)
    assert list(tables) == [Level.DESA]
    table, wanted = tables[Level.DESA], loaded.areas
    assert (table.codes, table.names, table.file_rows) == (wanted.codes, wanted.names, wanted.file_rows)
    assert table.attributes == wanted.attributes
    assert shapely.equals_exact(table.geometries, wanted.geometries, tolerance=0).all()
    (file,) = candidate_files(bali.engine, candidate)
    assert (file.level, file.file_name, file.n_areas) == (Level.DESA, "desa_5105.geojson", 4)


def test_a_load_replaces_its_level_in_its_kabupatens_only(bali: Any) -> None:
    bali.load(bali.districts("5105"), bali.villages("5105"), bali.villages("5171"))
    candidate = bali.load(bali.villages("5105", count=3, names={0: "Baru"}))
    tables = read_candidate(bali.engine, candidate)
    codes = tables[Level.DESA].codes
    assert sorted(codes) == [f"5105010{i:03d}" for i in (1, 2, 3)] + [f"5171010{i:03d}" for i in (1, 2, 3, 4)]
    assert "Baru" in tables[Level.DESA].names
    assert tables[Level.KEC].codes == ["5105010"]


def test_a_load_is_all_or_nothing(bali: Any) -> None:
    before = bali.load(bali.villages("5105"))
    broken = bali.villages("5105", count=3)
    broken.areas.attributes[2]["luas"] = float("nan")  # no JSON
    with pytest.raises(ValueError, match="Out of range float"):
        bali.load(broken)
    assert find_candidate(bali.engine, "bali") == before
    assert len(read_candidate(bali.engine, before)[Level.DESA].codes) == 4


def test_discard(bali: Any) -> None:
    bali.load(bali.villages("5105"))
    discard(bali.engine, "bali")
    with pytest.raises(NotFound, match="patok frame load"):
        find_candidate(bali.engine, "bali")
    with pytest.raises(NotFound):
        discard(bali.engine, "bali")
    assert bali.query("SELECT count(*) FROM candidate_areas")[0][0] == 0


def test_qa_is_stored_with_its_findings(bali: Any) -> None:
    candidate = bali.load(bali.villages("5105"))
    assert latest_qa(bali.engine, candidate) is None
    place = shapely.Point(115.1, -8.4)
    found = QaFinding("OVERLAP", 2, "error", Level.DESA, "5105010001", "5105010002", {"area_m2": 12.5}, place)
    outcomes = {
        "OVERLAP": QaOutcome("fail", None, [found, replace(found, severity="review", geometry=None)]),
        "ORPHAN_AREA": QaOutcome("not_assessed", "parent_level_not_loaded", []),
    }
    run = store_qa(bali.engine, candidate, outcomes, {"OVERLAP": {"least_area_m2": 1.0}})
    assert run == latest_qa(bali.engine, candidate)
    assert run.is_current
    assert run.profile == {"OVERLAP": {"least_area_m2": 1.0}}
    assert run.outcomes["ORPHAN_AREA"] == {
        "outcome": "not_assessed",
        "reason": "parent_level_not_loaded",
        "findings": 0,
    }
    every = qa_findings(bali.engine, run)
    assert [finding.severity for finding in every] == ["error", "review"]
    assert every[0].geometry.equals(place)
    assert every[0].evidence == {"area_m2": 12.5}
    assert every[1].geometry is None
    assert qa_findings(bali.engine, run, severity="review") == every[1:]
    assert qa_findings(bali.engine, run, after=every[0].finding_id) == every[1:]

    with pytest.raises(CandidateBlocked, match=r"1 OVERLAP \(desa 5105010001\)"):
        publish(bali.engine, bali.data_dir, "bali", "2025_1")


def test_qa_of_an_older_state_counts_for_nothing(bali: Any, data_dir: Path) -> None:
    stale = bali.load(bali.villages("5105"))
    with pytest.raises(QaNeeded):
        publish(bali.engine, data_dir, "bali", "2025_1")
    run = bali.check()
    bali.load(bali.villages("5105", names={1: "Baru"}))
    assert not latest_qa(bali.engine, stale).is_current  # type: ignore[union-attr]
    assert run.is_current
    with pytest.raises(QaNeeded):
        publish(bali.engine, data_dir, "bali", "2025_1", forced_reason="it is late")
    with pytest.raises(CandidateChanged):
        store_qa(bali.engine, stale, {}, {})
    with pytest.raises(CandidateChanged):
        read_candidate(bali.engine, stale)


def test_an_empty_outline_is_kept_in_the_candidate(bali: Any) -> None:
    loaded = bali.villages("5105")
    shapes = np.array(loaded.areas.geometries)
    shapes[2] = shapely.MultiPolygon()
    candidate = bali.load(replace(loaded, areas=replace(loaded.areas, geometries=shapes)))
    assert read_candidate(bali.engine, candidate)[Level.DESA].geometries[2].is_empty
