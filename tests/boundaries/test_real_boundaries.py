"""The offices' own layers: what is known about them is found unaided, and agrees with brute force."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import shapely
from pyproj import Geod

from boundaries.areas import AreaTable
from boundaries.intake import read_areas
from boundaries.qa.protocol import CandidateView, QaOutcome
from boundaries.qa.registry import run_qa
from geo.codes import SCHEMES
from geo.errors import LevelMismatch
from geo.levels import Level

pytestmark = pytest.mark.real_data

BPS, KEMENDAGRI = SCHEMES["bps"], SCHEMES["kemendagri"]
GEOD = Geod(ellps="WGS84")


def view_of(folder: Path, **files: str) -> CandidateView:
    tables = {
        Level(level): read_areas(folder / file, Level(level), BPS).areas for level, file in files.items()
    }
    return CandidateView(BPS, tables)


def errors(outcomes: dict[str, QaOutcome], level: Level) -> dict[str, list[tuple[str, str | None]]]:
    """Check code -> (area, other area) of the findings that block, at one level."""
    return {
        code: [
            (f.area_code, f.other_code)
            for f in outcome.findings
            if f.severity == "error" and f.level == level
        ]
        for code, outcome in outcomes.items()
    }


def geodesic_m2(shape: shapely.Geometry) -> float:
    """The edges are straight in longitude/latitude: cut short, a geodesic follows them."""
    return sum(
        abs(GEOD.geometry_area_perimeter(shapely.segmentize(part, 1e-4))[0])
        for part in shapely.get_parts(shape)
        if part.geom_type == "Polygon"
    )


def brute_force_overlaps(table: AreaTable) -> dict[tuple[int, int], float]:
    """Positions of every two areas with common land -> its geodesic area in m2, over 0.1 m2."""
    shapes = shapely.make_valid(table.geometries)
    one, other = shapely.STRtree(shapes).query(shapes)
    first = one < other
    found = {}
    for i, j in zip(one[first].tolist(), other[first].tolist(), strict=True):
        size = geodesic_m2(shapely.intersection(shapes[i], shapes[j]))
        if size > 0.1:
            found[i, j] = size
    return found


def brute_force_gaps(table: AreaTable) -> list[float]:
    """Geodesic areas in m2 of the interior rings of one union of everything."""
    union = shapely.union_all(shapely.make_valid(table.geometries))
    return [
        geodesic_m2(shapely.Polygon(ring)) for part in shapely.get_parts(union) for ring in part.interiors
    ]


def found_overlaps(outcomes: dict[str, QaOutcome], level: Level) -> dict[tuple[int, int], float]:
    return {
        tuple(sorted((f.evidence["file_row"] - 1, f.evidence["other_file_row"] - 1))): f.evidence["area_m2"]
        for f in outcomes["OVERLAP"].findings
        if f.level == level and f.evidence["area_m2"] > 0.1
    }


def assert_same_overlaps(found: dict[tuple[int, int], float], wanted: dict[tuple[int, int], float]) -> None:
    sure = {pair for pair, size in wanted.items() if size > 0.11}
    assert sure <= set(found)
    assert all(pair in wanted or size < 0.11 for pair, size in found.items())
    for pair in sure:
        assert found[pair] == pytest.approx(wanted[pair], rel=1e-3, abs=0.002)


def test_klungkung_can_be_published_as_it_is(shared_data: Path) -> None:
    view = view_of(
        shared_data / "klungkung_5105", desa="desa.geojson", sls="sls.geojson", subsls="subsls.geojson"
    )
    assert [len(view.tables[level]) for level in view.levels()] == [59, 246, 639]
    outcomes = run_qa(view)
    assert Counter(f.severity for o in outcomes.values() for f in o.findings if f.severity != "info") == {}
    assert {code for code, o in outcomes.items() if o.outcome == "not_assessed"} == set()
    # What rounding to the grid broke in two or three outlines of each level is told, and nothing else.
    assert {f.check_code for o in outcomes.values() for f in o.findings} == {"GEOMETRY_INVALID"}
    assert all(f.evidence["by_rounding"] for f in outcomes["GEOMETRY_INVALID"].findings)


@pytest.mark.parametrize(
    ("level", "found"), [(Level.DESA, "subsls"), (Level.SLS, "subsls"), (Level.DESA, "sls")]
)
def test_klungkung_at_the_wrong_level(shared_data: Path, level: Level, found: str) -> None:
    """The layer of SLS keeps the code of one sub-SLS in each row, and is of SLS all the same."""
    with pytest.raises(LevelMismatch, match=f"--level {found}"):
        read_areas(shared_data / "klungkung_5105" / f"{found}.geojson", level, BPS)


def test_barru_has_every_known_defect(shared_data: Path) -> None:
    view = view_of(shared_data / "barru_7310", kec="kec.geojson", desa="desa.geojson", subsls="sls.geojson")
    outcomes = run_qa(view)
    subsls = errors(outcomes, Level.SUBSLS)
    assert {code for code, _ in subsls["GEOMETRY_INVALID"]} == {
        "7310020009000900",
        "7310041001000300",
        "7310041002000900",
        "7310041003001100",
        "7310050001001300",
    }
    assert subsls["CODE_DUPLICATE"] == [("7310030003000301", None)]
    assert subsls["CODE_SHAPE"] == subsls["ORPHAN_AREA"] == []
    assert len(subsls["OVERLAP"]) == 992
    assert 750 <= len(subsls["GAP_ENCLOSED"]) <= 760
    assert len(errors(outcomes, Level.DESA)["GEOMETRY_INVALID"]) == 2
    assert len(errors(outcomes, Level.KEC)["GEOMETRY_INVALID"]) == 3


@pytest.mark.parametrize("level", [Level.KEC, Level.DESA, Level.SUBSLS])
def test_barru_agrees_with_brute_force(shared_data: Path, level: Level) -> None:
    file = {Level.KEC: "kec.geojson", Level.DESA: "desa.geojson", Level.SUBSLS: "sls.geojson"}[level]
    table = read_areas(shared_data / "barru_7310" / file, level, BPS).areas
    outcomes = run_qa(CandidateView(BPS, {level: table}))
    assert_same_overlaps(found_overlaps(outcomes, level), brute_force_overlaps(table))
    found = sorted(
        f.evidence["area_m2"] for f in outcomes["GAP_ENCLOSED"].findings if f.evidence["area_m2"] > 1.01
    )
    wanted = sorted(size for size in brute_force_gaps(table) if size > 1.01)
    assert len(found) == pytest.approx(len(wanted), abs=2)
    assert sum(found) == pytest.approx(sum(wanted), rel=1e-3)


def test_a_province_of_the_national_layer_agrees_with_brute_force(shared_data: Path) -> None:
    national = read_areas(shared_data / "desa_indonesia.parquet", Level.DESA, KEMENDAGRI).areas
    assert len(national) == 83_191
    # Yogyakarta: 438 villages that were simplified one by one, so that hardly two borders match.
    rows = [row for row, code in enumerate(national.codes) if code.startswith("34.")]
    province = national.take(rows)
    province = AreaTable(
        province.level,
        province.codes,
        province.names,
        province.attributes,
        list(range(1, len(rows) + 1)),
        province.geometries,
    )
    outcomes = run_qa(CandidateView(KEMENDAGRI, {Level.DESA: province}))
    assert outcomes["CODE_SHAPE"].outcome == outcomes["CODE_DUPLICATE"].outcome == "pass"
    assert outcomes["ORPHAN_AREA"].outcome == outcomes["OUTSIDE_PARENT"].outcome == "not_assessed"
    found = found_overlaps(outcomes, Level.DESA)
    assert len(found) > 300
    assert_same_overlaps(found, brute_force_overlaps(province))
    gaps = sorted(
        f.evidence["area_m2"] for f in outcomes["GAP_ENCLOSED"].findings if f.evidence["area_m2"] > 1.01
    )
    wanted = sorted(size for size in brute_force_gaps(province) if size > 1.01)
    assert len(gaps) == pytest.approx(len(wanted), rel=0.005)
    assert np.sum(gaps) == pytest.approx(np.sum(wanted), rel=1e-3)
