"""The frame quality checks: their case files, and laws that hold for any layer."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod
from shapely import affinity

from boundaries.areas import AreaTable
from boundaries.qa.measure import areas_m2, distance_m, lengths_m, mean_widths_m
from boundaries.qa.protocol import REASONS, CandidateView, QaFinding, QaOutcome, not_assessed
from boundaries.qa.registry import QA_CHECKS, run_qa
from geo.codes import SCHEMES
from geo.levels import Level
from geo.text import LANGUAGES

CASES = Path(__file__).parents[1] / "cases" / "qa"

# The case files draw in units of 0.001 degree (about 110 m) from a place in Bali.
UNIT_DEG = 0.001
ORIGIN = (115.0, -8.0)


def placed(wkt: str) -> shapely.Geometry:
    grown = affinity.scale(shapely.from_wkt(wkt), UNIT_DEG, UNIT_DEG, origin=(0, 0))
    return affinity.translate(grown, *ORIGIN)


def table(level: Level, areas: list[dict[str, Any]]) -> AreaTable:
    geometries = np.empty(len(areas), dtype=object)
    geometries[:] = [as_multi(area["geometry"]) for area in areas]
    return AreaTable(
        level=level,
        codes=[area["code"] for area in areas],
        names=["" for _ in areas],
        attributes=[area.get("attributes", {}) for area in areas],
        file_rows=[area["row"] for area in areas],
        geometries=geometries,
    )


def as_multi(geometry: shapely.Geometry) -> shapely.MultiPolygon:
    return geometry if geometry.geom_type == "MultiPolygon" else shapely.MultiPolygon([geometry])


def view_of(areas: list[dict[str, Any]], scheme: str = "bps") -> CandidateView:
    by_level: dict[Level, list[dict[str, Any]]] = {}
    for row, area in enumerate(areas, start=1):
        by_level.setdefault(Level(area["level"]), []).append({"row": row, **area})
    return CandidateView(SCHEMES[scheme], {level: table(level, some) for level, some in by_level.items()})


def cases() -> Iterator[Any]:
    for path in sorted(CASES.glob("*.yaml")):
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        for case in document["cases"]:
            yield pytest.param(document["check"], case, id=f"{document['check']}: {case['name']}")


@pytest.mark.parametrize(("code", "case"), list(cases()))
def test_case(code: str, case: dict[str, Any]) -> None:
    areas = [{**area, "geometry": placed(area["wkt"])} for area in case["areas"]]
    outcome = run_qa(view_of(areas, case.get("scheme", "bps")))[code]
    expected = case["expect"]
    assert (outcome.outcome, outcome.reason) == (expected["outcome"], expected.get("reason"))
    assert len(outcome.findings) == len(expected.get("findings", []))
    for finding, wanted in zip(outcome.findings, expected.get("findings", []), strict=True):
        assert finding.severity == wanted["severity"]
        assert finding.area_code == wanted["area_code"]
        if "other_code" in wanted:
            assert finding.other_code == wanted["other_code"]
        for name, value in wanted.get("evidence", {}).items():
            found = finding.evidence[name]
            assert found == (pytest.approx(value, rel=0.005) if isinstance(value, float) else value) or (
                name.endswith(("_m2", "_m")) and found == pytest.approx(value, rel=0.005)
            )
        if "wkt" in wanted:
            assert finding.geometry is not None
            assert finding.geometry.hausdorff_distance(placed(wanted["wkt"])) < 1e-9
    assert_sayable(code, outcome)


def assert_sayable(code: str, outcome: QaOutcome) -> None:
    check = next(check for check in QA_CHECKS if check.code == code)
    assert outcome.reason is None or outcome.reason in REASONS
    for finding in outcome.findings:
        assert (finding.check_code, finding.check_version) == (check.code, check.version)
        for language in LANGUAGES:
            sentence = check.say_message(
                language,
                level=str(finding.level),
                area_code=finding.area_code,
                other_code=finding.other_code,
                evidence=finding.evidence,
            )
            assert finding.area_code in sentence
            assert "None" not in sentence


def test_every_check_has_its_case_file() -> None:
    found = {path.stem: yaml.safe_load(path.read_text(encoding="utf-8")) for path in CASES.glob("*.yaml")}
    assert set(found) == {check.code for check in QA_CHECKS}
    for code, document in found.items():
        assert document["check"] == code
        outcomes = {case["expect"]["outcome"] for case in document["cases"]}
        assert outcomes == {"pass", "fail", "not_assessed"}


def test_every_check_is_described_whole() -> None:
    for check in QA_CHECKS:
        for text in (check.title, check.message, check.remedy):
            assert text.en and text.id and text.en != text.id
        for parameter in check.parameters.values():
            assert parameter.value > 0 and parameter.unit and len(parameter.source) > 20


def test_an_unknown_threshold_is_refused() -> None:
    with pytest.raises(KeyError, match="blocking_m"):
        run_qa(view_of(square_grid(2)), {"OVERLAP": {"blocking_m": 5.0}})
    with pytest.raises(KeyError):
        run_qa(view_of(square_grid(2)), {"OVERLAPS": {"blocking_m2": 5.0}})


def test_a_reason_without_words_is_refused() -> None:
    with pytest.raises(KeyError):
        not_assessed("no_such_reason")


def square_grid(side: int, cell_deg: float = 0.01) -> list[dict[str, Any]]:
    """A square cut into ``side`` x ``side`` villages, their corners on the coordinate grid."""
    edge = np.round(np.arange(side + 1) * cell_deg, 6)
    west, south = ORIGIN
    return [
        {
            "level": "desa",
            "code": f"5105{i:03}{j:03}",
            "geometry": shapely.box(west + edge[i], south + edge[j], west + edge[i + 1], south + edge[j + 1]),
        }
        for i in range(side)
        for j in range(side)
    ]


@given(side=st.integers(1, 6), cell=st.sampled_from([0.0003, 0.001, 0.0177, 0.2]))
@settings(max_examples=20, deadline=None)
def test_a_square_cut_into_a_grid_has_no_findings(side: int, cell: float) -> None:
    outcomes = run_qa(view_of(square_grid(side, cell)))
    assert [code for code, outcome in outcomes.items() if outcome.findings] == []


@given(
    cell=st.integers(0, 15),
    east=st.floats(-0.009, 0.009),
    north=st.floats(-0.009, 0.009),
)
@settings(max_examples=40, deadline=None)
def test_a_shifted_cell_overlaps_by_what_brute_force_finds(cell: int, east: float, north: float) -> None:
    areas = square_grid(4)
    areas[cell]["geometry"] = affinity.translate(areas[cell]["geometry"], east, north)
    found = {
        (finding.area_code, finding.other_code): finding.evidence["area_m2"]
        for finding in run_qa(view_of(areas))["OVERLAP"].findings
    }
    geod = Geod(ellps="WGS84")
    wanted = {}
    for other, area in enumerate(areas):
        shared = areas[cell]["geometry"].intersection(area["geometry"])
        size = abs(geod.geometry_area_perimeter(shared)[0]) if shared.geom_type == "Polygon" else 0.0
        if other != cell and size > 0.011:
            wanted[tuple(sorted([areas[cell]["code"], area["code"]]))] = size
    assert set(wanted) <= set(found)
    assert all(size < 0.012 for pair, size in found.items() if pair not in wanted)
    for pair, size in wanted.items():
        assert found[pair] == pytest.approx(size, rel=1e-5, abs=0.002)


@given(st.permutations(list(range(9))))
@settings(max_examples=15, deadline=None)
def test_the_order_of_areas_does_not_matter(order: list[int]) -> None:
    areas = [{**area, "row": row} for row, area in enumerate(square_grid(3), start=1) if row != 5]
    areas[2]["geometry"] = affinity.translate(areas[2]["geometry"], 0.0002, -0.0003)
    areas.append({**areas[6], "row": 9})
    shuffled = [areas[i] for i in order]
    one, other = run_qa(view_of(areas)), run_qa(view_of(shuffled))
    for code in one:
        assert [described(f) for f in one[code].findings] == [described(f) for f in other[code].findings]
    assert one["GAP_ENCLOSED"].findings and one["OVERLAP"].findings and one["CODE_DUPLICATE"].findings


def described(finding: QaFinding) -> tuple[Any, ...]:
    evidence = {name: value for name, value in finding.evidence.items() if isinstance(value, int | str)}
    bounds = () if finding.geometry is None else tuple(round(edge, 9) for edge in finding.geometry.bounds)
    return (finding.area_code, finding.other_code, finding.severity, evidence, bounds)


def crooked(x: float, y: float, size: float) -> shapely.Polygon:
    return shapely.Polygon(
        [(x, y), (x + size, y + size / 7), (x + size * 0.9, y + size), (x + size / 3, y + size * 0.6)]
    )


@given(x=st.floats(-179, 178), y=st.floats(-80, 79), size=st.sampled_from([1e-4, 1e-3, 0.05]))
@settings(max_examples=60, deadline=None)
def test_areas_agree_with_the_geodesic_ones(x: float, y: float, size: float) -> None:
    shape = crooked(x, y, size)
    area, outline = Geod(ellps="WGS84").geometry_area_perimeter(shapely.segmentize(shape, size / 40))
    array = np.array([shape], dtype=object)
    # The library's own areas are good to a tenth of a square decimetre.
    assert areas_m2(array)[0] == pytest.approx(abs(area), rel=1e-5, abs=1e-3)
    assert lengths_m(array)[0] == pytest.approx(outline, rel=1e-4)


def test_a_strip_is_as_wide_as_it_was_drawn() -> None:
    metre = 1 / 110_574  # of latitude, at the equator
    strip = np.array([shapely.box(115.0, 0.0, 115.01, 2 * metre)], dtype=object)
    assert mean_widths_m(strip, areas_m2(strip))[0] == pytest.approx(2.0, rel=0.01)


def test_lengths_of_parts_and_of_collections_are_sums() -> None:
    one, other = crooked(115, -8, 0.01), crooked(115.1, -8, 0.02)
    line = shapely.LineString([(115.2, -8), (115.3, -8)])
    both = shapely.MultiPolygon([one, other])
    every = shapely.GeometryCollection([one, line, other])
    holed = shapely.box(114, -9, 116, -7).difference(one)
    lengths = lengths_m(
        np.array([one, other, line, both, every, holed, shapely.Point(115, -8)], dtype=object)
    )
    assert lengths[3] == pytest.approx(lengths[:2].sum())
    assert lengths[4] == pytest.approx(lengths[:3].sum())
    assert lengths[5] > lengths[0] + 800_000
    assert lengths[6] == 0


def test_neighbours_that_overlap_and_touch_say_how_wide_it_is() -> None:
    """What they share is then a polygon and a line."""
    metre = 1 / 110_574 / UNIT_DEG  # of latitude at the equator, in units of the drawing
    areas = [
        {"level": "desa", "code": "5105010001", "geometry": placed("POLYGON((0 0,9 0,9 1,0 1,0 0))")},
        {
            "level": "desa",
            "code": "5105010002",
            "geometry": placed(f"POLYGON((0 1,5 1,5 {1 - 2 * metre},9 {1 - 2 * metre},9 2,0 2,0 1))"),
        },
    ]
    [found] = run_qa(view_of(areas))["OVERLAP"].findings
    assert found.evidence["width_m"] == pytest.approx(2.0, rel=0.02)
    assert found.geometry is not None and found.geometry.geom_type in ("Polygon", "MultiPolygon")


def test_distance_is_geodesic_over_a_village() -> None:
    one, other = shapely.Point(115.0, -8.0), shapely.Point(115.02, -8.01)
    wanted = Geod(ellps="WGS84").inv(115.0, -8.0, 115.02, -8.01)[2]
    assert distance_m(one, other) == pytest.approx(wanted, rel=1e-4)
    assert math.isclose(distance_m(one, one), 0.0)
