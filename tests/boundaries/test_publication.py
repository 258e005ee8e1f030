"""What becomes a release: what is refused, what a reason overrules, what is withheld, who waits."""

from __future__ import annotations

import datetime as dt
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
import shapely
from sqlalchemy import text

from boundaries.assembly import frame_of_tables
from boundaries.store.candidates import discard, find_candidate, read_candidate
from boundaries.store.releases import list_releases, publish
from geo.codes import SCHEMES
from geo.errors import (
    CandidateBlocked,
    CandidateShrinks,
    NotFound,
    QaNeeded,
    ValueRefused,
)
from geo.levels import Level
from tests.boundaries.conftest import codes_of

JULY, JANUARY = dt.date(2025, 7, 1), dt.date(2026, 1, 1)


def test_blocking_findings_need_a_reason(bali: Any) -> None:
    overlapping = bali.villages("5105", sizes={1: 0.015})
    with pytest.raises(CandidateBlocked) as blocked:
        bali.publish("2025_1", overlapping)
    assert "5105010002" in blocked.value.say("id")
    assert list_releases(bali.engine, "bali") == []
    with pytest.raises(ValueRefused):
        publish(bali.engine, bali.data_dir, "bali", "2025_1", forced_reason="  ")
    release = publish(bali.engine, bali.data_dir, "bali", "2025_1", forced_reason="the river is the border")
    assert release.forced_reason == "the river is the border"


def test_a_reason_that_nothing_asked_for_is_not_recorded(bali: Any) -> None:
    assert bali.publish("2025_1", bali.villages("5105"), forced_reason="to be safe").forced_reason is None


def test_a_code_used_twice_is_withheld_even_by_force(bali: Any) -> None:
    twice = bali.villages("5105", codes={3: "5105010001"})
    with pytest.raises(CandidateBlocked, match="CODE_DUPLICATE"):
        bali.publish("2025_1", twice)
    bali.check()
    release = publish(bali.engine, bali.data_dir, "bali", "2025_1", forced_reason="known, to be renumbered")
    frame = bali.open()
    assert frame.withheld == {"5105010001"}
    assert codes_of(frame) == ["5105010002", "5105010003"]
    assert {area[1] for area in bali.areas(release)} == {"5105010002", "5105010003"}

    bali.publish("2025_2", bali.districts("5105"))  # another level of the kabupaten
    assert bali.open().withheld == {"5105010001"}
    bali.publish("2026_1", bali.villages("5105"))
    assert bali.open().withheld == frozenset()
    bali.revert(1)
    assert bali.open().withheld == {"5105010001"}


def test_an_area_without_surface_is_withheld(bali: Any) -> None:
    loaded = bali.villages("5105")
    loaded.areas.geometries[2] = shapely.MultiPolygon()
    bali.load(loaded)
    bali.check()
    publish(bali.engine, bali.data_dir, "bali", "2025_1", forced_reason="a rock in the sea")
    assert bali.open().withheld == {"5105010003"}
    assert np.isfinite(bali.open().extent()).all()


def test_a_failed_publication_leaves_nothing(bali: Any) -> None:
    bali.publish("2025_1", bali.villages("5105"), effective_on=JULY)
    before, candidate = bali.versions(), bali.load(bali.villages("5105", names={0: "Baru"}))
    bali.check()
    segments = bali.data_dir / "segments"
    segments.rename(bali.data_dir / "kept")
    segments.write_text("a file where the folder should be")
    with pytest.raises(FileExistsError):
        publish(bali.engine, bali.data_dir, "bali", "2025_2", effective_on=JANUARY)
    assert bali.versions() == before
    assert [release.number for release in list_releases(bali.engine, "bali")] == [1]
    assert find_candidate(bali.engine, "bali") == candidate
    assert len(read_candidate(bali.engine, candidate)[Level.DESA].codes) == 4

    segments.unlink()
    assert publish(bali.engine, bali.data_dir, "bali", "2025_2", effective_on=JANUARY).number == 2


def test_a_slip_in_one_code_does_not_retire_another_kabupaten(bali: Any) -> None:
    bali.publish("2025_1", bali.villages("5105"), bali.villages("5171"))
    bali.load(bali.villages("5105", codes={0: "5171010099"}))
    bali.check()
    before = bali.versions()
    with pytest.raises(CandidateShrinks) as refused:
        publish(bali.engine, bali.data_dir, "bali", "2025_2")
    assert "kabupaten 5171 the candidate has 1 areas of level desa" in refused.value.say("en")
    assert "patok frame discard bali" in refused.value.say("id")
    assert bali.versions() == before

    discard(bali.engine, "bali")
    release = bali.publish("2025_2", bali.villages("5105", names={0: "Baru"}))
    assert len(codes_of(bali.open())) == 8 and release.forced_reason is None
    reason = "the others were merged into these"
    small = bali.publish("2025_3", bali.villages("5105", 1), forced_reason=reason)
    assert len(codes_of(bali.open())) == 5 and small.forced_reason == reason
    half = bali.publish("2025_4", bali.villages("5171", 2), forced_reason="needless")
    assert len(codes_of(bali.open())) == 3 and half.forced_reason is None


def test_a_clock_set_back_hides_no_load(bali: Any) -> None:
    bali.load(bali.villages("5105"))
    bali.check()
    with bali.engine.begin() as connection:
        connection.execute(text("UPDATE qa_runs SET ran_at = ran_at + interval '1 hour'"))
    bali.load(bali.villages("5105", names={0: "Baru"}))
    with pytest.raises(QaNeeded):
        publish(bali.engine, bali.data_dir, "bali", "2025_1")


def test_what_is_no_code_is_never_published(bali: Any) -> None:
    """A forced publication withholds it as it does a code that is used twice."""
    slips = {0: "5I05010001", 1: "510501000A", 2: "5105010"}
    release = bali.publish("2025_1", bali.villages("5105", codes=slips), forced_reason="in a hurry")
    frame = bali.open(release.number)
    assert codes_of(frame) == ["5105010004"]
    assert frame.withheld == set(slips.values())
    table = bali.villages("5105", codes=slips).areas
    assert frame_of_tables(SCHEMES["bps"], {Level.DESA: table}).withheld == frame.withheld


def test_a_load_that_meets_a_publication_begins_the_next_candidate(bali: Any) -> None:
    bali.load(bali.villages("5105"))
    bali.check()
    writing, loading = threading.Event(), threading.Event()

    def while_writing(written: int, all_of_them: int) -> None:
        writing.set()
        loading.wait(10)
        time.sleep(0.3)  # the load waits for the candidate now

    def load() -> None:
        writing.wait(10)
        loading.set()
        bali.load(bali.villages("5171"))

    with ThreadPoolExecutor(1) as pool:
        loaded = pool.submit(load)
        publish(bali.engine, bali.data_dir, "bali", "2025_1", progress=while_writing)
        loaded.result(30)
    assert len(codes_of(bali.open())) == 4
    assert len(read_candidate(bali.engine, find_candidate(bali.engine, "bali"))[Level.DESA].codes) == 4


def test_two_publications_wait_for_each_other(bali: Any) -> None:
    bali.load(bali.villages("5105"))
    bali.check()
    outcomes: list[Any] = []

    def run() -> None:
        try:
            outcomes.append(publish(bali.engine, bali.data_dir, "bali", "2025_1").number)
        except NotFound as error:
            outcomes.append(type(error))

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert sorted(outcomes, key=str) == [1, NotFound] or sorted(outcomes, key=str) == [NotFound, 1]
    assert len(list_releases(bali.engine, "bali")) == 1


@pytest.mark.parametrize(
    "options",
    [
        {"effective_on": JULY},
        {"effective_on": dt.date(2205, 7, 1)},
        {"boundary_sigma_m": 0.0},
        {"boundary_sigma_m": float("nan")},
        {"label": " "},
    ],
)
def test_values_that_are_refused(bali: Any, options: dict[str, Any]) -> None:
    bali.publish("2025_2", bali.villages("5105"), effective_on=JANUARY)
    before = bali.versions()
    bali.load(bali.villages("5105", names={0: "Baru"}))
    bali.check()
    with pytest.raises(ValueRefused):
        publish(bali.engine, bali.data_dir, "bali", **({"label": "2026_1"} | options))
    assert bali.versions() == before
