"""Publishing, reverting, comparing and opening releases: the laws first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from boundaries.store.candidates import candidate_files, find_candidate
from boundaries.store.frames import create_frame
from boundaries.store.releases import find_release, open_frame, publish
from geo.errors import (
    CandidateBlocked,
    NoRelease,
    NotFound,
    SegmentLost,
)
from geo.levels import Level
from tests.boundaries.conftest import codes_of

JULY, JANUARY = dt.date(2025, 7, 1), dt.date(2026, 1, 1)


def test_a_release_holds_what_was_loaded(bali: Any) -> None:
    loaded = bali.villages("5105")
    release = bali.publish("2025_1", loaded, effective_on=JULY, boundary_sigma_m=30.0)
    assert (release.number, release.label, release.effective_on) == (1, "2025_1", JULY)
    assert release.forced_reason is None
    frame = bali.open()
    assert frame.boundary_sigma_m == 30.0
    assert frame.release == "2025_1 (#1)"
    (layer,) = [layer for _, layer in frame.layers(Level.DESA)]
    assert layer.codes.to_pylist() == loaded.areas.codes
    assert layer.names.to_pylist() == loaded.areas.names
    for row, shape in enumerate(loaded.areas.geometries):
        assert layer.geometry(row).equals(shape)
    with pytest.raises(NotFound):
        find_candidate(bali.engine, "bali")


def test_the_same_file_again_keeps_every_version(bali: Any) -> None:
    first = bali.publish("2025_1", bali.villages("5105"), effective_on=JULY)
    before = bali.versions()
    second = bali.publish("2025_2", bali.villages("5105"), effective_on=JANUARY)
    assert bali.versions() == before
    assert bali.manifest(second) == bali.manifest(first)
    assert bali.areas(second) == bali.areas(first)


def test_one_kabupaten_leaves_the_others_alone(bali: Any) -> None:
    both = bali.publish("2025_1", bali.villages("5105"), bali.villages("5171"))
    one = bali.publish("2025_2", bali.villages("5105", names={0: "Baru"}))
    assert bali.manifest(one)["5171"] == bali.manifest(both)["5171"]
    assert bali.manifest(one)["5105"] != bali.manifest(both)["5105"]
    assert len(bali.areas(one)) == 8
    third = bali.publish("2025_2", bali.villages("5102"))
    assert set(bali.manifest(third)) == {"5102", "5105", "5171"}
    assert codes_of(bali.open(2)) == codes_of(bali.open(1))


def test_levels_that_are_not_loaded_stay(bali: Any) -> None:
    bali.publish("2025_1", bali.districts("5105"), bali.villages("5105"))
    bali.publish("2025_2", bali.villages("5105", names={1: "Baru"}))
    frame = bali.open()
    assert codes_of(frame, Level.KEC) == ["5105010"]
    parents = bali.query("SELECT DISTINCT level, parent_code FROM unit_versions ORDER BY level")
    assert [tuple(row) for row in parents] == [("desa", "5105010"), ("kec", None)]


def test_revert_gives_the_older_areas_exactly(bali: Any) -> None:
    older = bali.publish("2025_1", bali.villages("5105"), bali.villages("5171"), effective_on=JULY)
    changed = bali.villages("5105", count=5, names={0: "Baru"}, sizes={3: 0.009}, codes={2: "5105010099"})
    newer = bali.publish("2025_2", changed, bali.villages("5102"), effective_on=JANUARY)
    difference = bali.diff(1, 2)
    assert [change.area_code for change in difference.changed] == ["5105010001", "5105010004"]
    assert [change.area_code for change in difference.removed] == ["5105010003"]
    added = [change.area_code for change in difference.added]
    assert added == [f"5102010{i:03d}" for i in (1, 2, 3, 4)] + ["5105010005", "5105010099"]

    reverted = bali.revert(1)
    assert (reverted.number, reverted.reverted_to, reverted.label) == (3, 1, "2025_1")
    assert (reverted.forced_reason, reverted.reverted_reason) == (None, "the newer layer was a draft")
    assert bali.areas(reverted) == bali.areas(older)
    assert bali.manifest(reverted) == bali.manifest(older)
    nothing = bali.diff(1, 3)
    assert (nothing.added, nothing.removed, nothing.changed) == ([], [], [])
    assert bali.areas(newer) != bali.areas(older)  # what was believed then is still known

    units = bali.query(
        "SELECT code FROM unit_versions WHERE upper_inf(sys) GROUP BY code HAVING count(DISTINCT unit_id) > 1"
    )
    assert units == []  # every code came back as the unit that it was
    again = bali.revert(2)
    assert bali.areas(again) == bali.areas(newer)
    assert bali.manifest(again) == bali.manifest(newer)


def test_the_past_stays_true_of_the_past(bali: Any) -> None:
    bali.publish("2025_1", bali.villages("5105", names={0: "Lama"}), effective_on=JULY)
    release = bali.publish("2025_2", bali.villages("5105", names={0: "Baru"}), effective_on=JANUARY)
    query = (
        "SELECT name FROM unit_versions WHERE code = '5105010001' AND sys @> cast(:at AS timestamptz) "
        "AND valid @> cast(:on AS date)"
    )

    def name_on(day: dt.date) -> list[str]:
        return [row.name for row in bali.query(query, at=release.published_at, on=day)]

    assert name_on(dt.date(2025, 12, 31)) == ["Lama"]
    assert name_on(JANUARY) == ["Baru"]
    assert name_on(dt.date(2025, 6, 30)) == []
    assert len({row.unit_id for row in bali.versions() if row.code == "5105010001"}) == 1


def test_a_lost_segment_file_is_made_again(bali: Any) -> None:
    release = bali.publish("2025_1", bali.villages("5105"), bali.villages("5171"))
    files = {path: path.read_bytes() for path in (bali.data_dir / "segments").iterdir()}
    assert {path.stem for path in files} == set(bali.manifest(release).values())
    lost, cut = files
    lost.unlink()
    cut.write_bytes(files[cut][:1000])
    assert len(codes_of(bali.open())) == 8
    assert {path: path.read_bytes() for path in files} == files

    lost.unlink()
    with bali.engine.begin() as connection:
        connection.execute(text("UPDATE unit_versions SET name = name || '!'"))
    with pytest.raises(SegmentLost, match="publish the kabupaten"):
        bali.open()


def test_a_damaged_segment_file_is_made_again(bali: Any) -> None:
    """Also one that still opens, with every coordinate a little beside its place."""
    release = bali.publish("2025_1", bali.villages("5105"))
    (sha256,) = bali.manifest(release).values()
    file = bali.data_dir / "segments" / f"{sha256}.arrow"
    whole = file.read_bytes()
    x = np.float64(115.01).tobytes()
    assert x in whole
    for damage in (whole.replace(x, np.float64(115.02).tobytes()), bytes(len(whole)), whole[::-1]):
        file.write_bytes(damage)
        assert len(codes_of(bali.open())) == 4
        assert file.read_bytes() == whole
    file.write_bytes(bytes(len(whole)))
    bali.revert(1)
    bali.publish("2025_2", bali.villages("5105"))
    assert file.read_bytes() == whole


def test_a_release_that_was_forced_stays_so_when_it_is_published_again(bali: Any) -> None:
    bali.publish("2025_1", bali.villages("5105", codes={0: "5105010A01"}), forced_reason="in a hurry")
    bali.publish("2025_2", bali.villages("5105"))
    back = bali.revert(1)
    assert (back.forced_reason, back.reverted_reason) == ("in a hurry", "the newer layer was a draft")


def test_releases_are_found_by_number_and_label(bali: Any) -> None:
    with pytest.raises(NoRelease, match="patok frame publish bali"):
        find_release(bali.engine, "bali")
    bali.publish("2", bali.villages("5105"))
    bali.publish("2025_2", bali.villages("5171"))
    bali.publish("2025_2", bali.villages("5102"))
    numbers = {ref: find_release(bali.engine, "bali", ref).number for ref in (None, 1, "1", "2", "2025_2")}
    assert numbers == {None: 3, 1: 1, "1": 1, "2": 2, "2025_2": 3}
    for missing in ("2030_1", 4):
        with pytest.raises(NotFound, match="patok frame releases bali"):
            find_release(bali.engine, "bali", missing)
    bali.publish("252", bali.villages("5103"))
    assert find_release(bali.engine, "bali", "252").number == 4
    with pytest.raises(NotFound):
        find_release(bali.engine, "bali", 252)  # a number is never a label


_COPY = (
    "INSERT INTO unit_versions (unit_id, frame_id, level, code, name, segment_key, attributes, "
    "content_sha256, valid, sys, geom, geom_3857) "
    "SELECT cast(coalesce(:unit_id, cast(unit_id AS text)) AS uuid), frame_id, level, coalesce(:code, code), "
    "name, segment_key, attributes, content_sha256, valid, sys, geom, geom_3857 "
    "FROM unit_versions WHERE code = '5105010001'"
)
_NEW_UNIT = (
    "INSERT INTO units (id, frame_id, level) SELECT gen_random_uuid(), frame_id, level FROM units LIMIT 1 "
    "RETURNING cast(id AS text)"
)


def test_the_database_refuses_two_versions_at_one_time(bali: Any) -> None:
    bali.publish("2025_1", bali.villages("5105"))
    with bali.engine.begin() as connection:
        fresh = connection.execute(text(_NEW_UNIT)).scalar_one()
    with pytest.raises(IntegrityError, match="ex_unit_versions_unit"), bali.engine.begin() as connection:
        connection.execute(text(_COPY), {"unit_id": None, "code": "5105010999"})
    with pytest.raises(IntegrityError, match="ex_unit_versions_code"), bali.engine.begin() as connection:
        connection.execute(text(_COPY), {"unit_id": fresh, "code": None})
    with bali.engine.begin() as connection:  # another unit under another code is welcome
        connection.execute(text(_COPY), {"unit_id": fresh, "code": "5105010999"})
    assert len(bali.versions()) == 5


_STEPS = st.lists(
    st.one_of(
        st.tuples(
            st.just("publish"),
            st.sampled_from(["5105", "5171"]),
            st.dictionaries(st.integers(0, 3), st.sampled_from(["A", "B"]), max_size=2),
            st.integers(1, 4),
            st.integers(0, 40),
        ),
        st.tuples(st.just("revert"), st.integers(0, 10)),
    ),
    min_size=2,
    max_size=6,
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=_STEPS)
def test_every_release_stays_what_it_was(bali: Any, steps: list[Any], request: pytest.FixtureRequest) -> None:
    """Whatever is published or taken back later, the areas of a release stay; nothing overlaps in time."""
    number = len(bali.query("SELECT id FROM frames"))
    bali.name = f"frame-{number}"
    create_frame(bali.engine, bali.name, "bps")
    frame_id = bali.query("SELECT id FROM frames WHERE name = :n", n=bali.name)[0].id

    def areas_of(release: Any) -> set[Any]:
        rows = bali.query(
            "SELECT level, code, name, content_sha256 FROM unit_versions WHERE frame_id = :f "
            "AND sys @> cast(:at AS timestamptz) AND valid @> cast(:on AS date)",
            f=frame_id,
            at=release.published_at,
            on=release.effective_on,
        )
        return {(row.level, row.code, row.name, bytes(row.content_sha256)) for row in rows}

    seen: list[tuple[Any, set[Any]]] = []
    day = JULY
    for step in steps:
        if step[0] == "publish":
            _, kabupaten, names, count, days = step
            day += dt.timedelta(days=days)
            villages = bali.villages(kabupaten, count, names=names)
            release = bali.publish("x", villages, effective_on=day, forced_reason="may shrink")
        elif seen:
            older = seen[step[1] % len(seen)]
            release = bali.revert(older[0].number)
            assert areas_of(release) == older[1]
        else:
            continue
        seen.append((release, areas_of(release)))
    for release, areas in seen:
        assert areas_of(release) == areas
        assert sorted(area[1] for area in areas) == codes_of(bali.open(release.number))


@pytest.mark.real_data
def test_klungkung_is_published_without_force(
    bali: Any, shared_data: Path, real_file: Callable[[Path, Level], Any]
) -> None:
    files = [
        real_file(shared_data / "klungkung_5105" / f"{level}.geojson", level)
        for level in (Level.DESA, Level.SLS, Level.SUBSLS)
    ]
    bali.load(*files)
    assert len(candidate_files(bali.engine, find_candidate(bali.engine, "bali"))) == 3
    release = bali.publish("2025_1")
    assert release.forced_reason is None
    frame = open_frame(bali.engine, bali.data_dir, "bali")
    sizes = {level: sum(len(layer) for _, layer in frame.layers(level)) for level in frame.levels()}
    assert sizes == {Level.DESA: 59, Level.SLS: 246, Level.SUBSLS: 639}
    parents = bali.query("SELECT count(*) FROM unit_versions WHERE level <> 'desa' AND parent_code IS NULL")
    assert parents[0][0] == 0


@pytest.mark.real_data
def test_barru_is_refused_and_then_forced(
    bali: Any, shared_data: Path, real_file: Callable[[Path, Level], Any]
) -> None:
    files = {"kec": Level.KEC, "desa": Level.DESA, "sls": Level.SUBSLS}
    loaded = [
        real_file(shared_data / "barru_7310" / f"{name}.geojson", level) for name, level in files.items()
    ]
    with pytest.raises(CandidateBlocked, match=r"7310\d+"):
        bali.publish("2025_1", *loaded)
    release = publish(bali.engine, bali.data_dir, "bali", "2025_1", forced_reason="the only layer there is")
    assert release.forced_reason == "the only layer there is"
    frame = bali.open()
    assert frame.withheld == {"7310030003000301"}
    sizes = {level: sum(len(layer) for _, layer in frame.layers(level)) for level in frame.levels()}
    assert sizes == {Level.KEC: 7, Level.DESA: 55, Level.SUBSLS: 818}
