"""GAP_NARROW: a narrow strip in no area between two neighbours, open at an end (to the sea, say)."""

from __future__ import annotations

import numpy as np
import shapely

from boundaries.qa.coverage import SAME_PLACE_DEG, LevelCoverage, polygonal
from boundaries.qa.measure import M_PER_DEG, areas_m2, mean_widths_m
from boundaries.qa.protocol import CandidateView, QaCheck, QaFinding, QaOutcome, decide
from geo.parameters import Parameter
from geo.text import Text

CODE = "GAP_NARROW"
VERSION = 1


def run(view: CandidateView, parameters: dict[str, float]) -> QaOutcome:
    """Land within ``gap_width_m`` of two areas' facing edges and in no area; enclosed gaps apart."""
    findings: list[QaFinding] = []
    for level in view.levels():
        findings += _gaps(view.coverage(level), parameters)
    return decide(findings, view, measured=True)


def _gaps(coverage: LevelCoverage, parameters: dict[str, float]) -> list[QaFinding]:
    table, width_deg = coverage.table, parameters["gap_width_m"] / M_PER_DEG
    rows, edges = _open_edges(coverage, width_deg)
    one, other = shapely.STRtree(edges).query(edges, predicate="dwithin", distance=width_deg)
    pairs = np.column_stack([one, other])[one < other]
    gaps = np.array([_land_between(coverage, edges[i], edges[j], width_deg) for i, j in pairs], dtype=object)
    areas = areas_m2(gaps)
    widths = mean_widths_m(gaps, areas)
    findings = []
    for (i, j), gap, area, width in zip(pairs.tolist(), gaps, areas, widths, strict=True):
        if area <= parameters["noise_m2"]:
            continue
        first, second = sorted((rows[i], rows[j]), key=lambda row: (table.codes[row], table.file_rows[row]))
        findings.append(
            QaFinding(
                check_code=CODE,
                check_version=VERSION,
                severity="error" if area > parameters["blocking_m2"] else "info",
                level=table.level,
                area_code=table.codes[first],
                other_code=table.codes[second],
                evidence={
                    "area_m2": round(float(area), 3),
                    "width_m": round(float(width), 3),
                    "file_row": table.file_rows[first],
                    "other_file_row": table.file_rows[second],
                },
                geometry=gap,
            )
        )
    return findings


def _open_edges(coverage: LevelCoverage, width_deg: float) -> tuple[list[int], np.ndarray]:
    """Per area with edges along a narrow gap: its position, and those edges that lie on the outer border.

    What lies on the outer border of the union faces no overlap and no enclosed gap.
    """
    edges = coverage.invalid_edges(width_deg)
    flagged = np.flatnonzero(~shapely.is_empty(edges))
    segments, owner = _segments(edges[flagged])
    outer, _ = _segments(coverage.outer_rings)
    if len(segments) == 0 or len(outer) == 0:
        return [], np.empty(0, dtype=object)
    middles = shapely.line_interpolate_point(segments, 0.5, normalized=True)
    on_border = np.unique(
        shapely.STRtree(outer).query(middles, predicate="dwithin", distance=SAME_PLACE_DEG)[0]
    )
    segments, owner = segments[on_border], owner[on_border]
    kept, start = np.unique(owner, return_index=True)
    lines = (
        [shapely.MultiLineString(list(group)) for group in np.split(segments, start[1:])] if len(kept) else []
    )
    array = np.empty(len(lines), dtype=object)
    array[:] = lines
    return flagged[kept].tolist(), array


def _segments(lines: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Every segment of every line as a LineString of its own, and the position of its line."""
    parts, of_line = shapely.get_parts(lines, return_index=True)
    xy, of_part = shapely.get_coordinates(parts, return_index=True)
    inside = of_part[1:] == of_part[:-1]
    ends = np.stack([xy[:-1][inside], xy[1:][inside]], axis=1)
    return np.asarray(shapely.linestrings(ends), dtype=object), of_line[of_part[1:][inside]]


def _land_between(
    coverage: LevelCoverage, one: shapely.Geometry, other: shapely.Geometry, width_deg: float
) -> shapely.MultiPolygon:
    """What lies within ``width_deg`` of both lines, outside every area and every enclosed gap."""
    zone = shapely.intersection(
        shapely.buffer(one, width_deg, cap_style="flat"), shapely.buffer(other, width_deg, cap_style="flat")
    )
    if zone.is_empty:
        return shapely.MultiPolygon()
    held = coverage.shapes[coverage.tree.query(zone, predicate="intersects")]
    holes = coverage.holes[coverage.hole_tree.query(zone, predicate="intersects")]
    return polygonal(shapely.difference(zone, shapely.union_all(np.append(held, holes))))


CHECK = QaCheck(
    code=CODE,
    version=VERSION,
    severity="error",
    title=Text(en="Narrow gap between neighbours", id="Celah sempit antara dua area"),
    message=Text(
        en="Between {area_code} and {other_code}, {area_m2:.1f} m2 are in no area "
        "({width_m:.2f} m wide on average).",
        id="Di antara {area_code} dan {other_code}, {area_m2:.1f} m2 tidak masuk area mana pun "
        "(lebar rata-rata {width_m:.2f} m).",
    ),
    remedy=Text(
        en="Draw one common border for the two areas, with the same vertices in both.",
        id="Gambar satu batas bersama untuk kedua area, dengan titik sudut yang sama pada keduanya.",
    ),
    parameters={
        "gap_width_m": Parameter(
            2.0,
            "m",
            "Layers rounded to 5 decimals area by area move each border by up to 0.79 m, so two by 1.57 m.",
        ),
        "blocking_m2": Parameter(
            1.0, "m2", "The office's own count of overlaps and gaps of its layers starts at 1 m2."
        ),
        "noise_m2": Parameter(
            0.01, "m2", "A cell of the coordinate grid (1e-6 degree) is 0.0123 m2; less is rounding."
        ),
    },
    run=run,
)
