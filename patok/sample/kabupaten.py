"""A made-up kabupaten: areas of five levels with shared borders, codes and the office's attributes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyproj
import shapely

from boundaries.areas import AreaTable
from geo.errors import ValueRefused
from geo.levels import Level
from patok.sample.content import (
    KABUPATEN,
    PERIOD,
    PROVINCE,
    SubSls,
    choose_kinds,
    code_areas,
    fill_muatan,
    gather_sls,
    special_attributes,
)
from patok.sample.coverage import Coverage, make_coverage
from patok.sample.naming import NAME_OF_KABUPATEN, NAME_OF_PROVINCE, invent_names
from patok.sample.terrain import PLANE

_WIDTHS = {Level.KAB: 4, Level.KEC: 7, Level.DESA: 10, Level.SLS: 14, Level.SUBSLS: 16}
_COUNTED = ("kk", "btt", "bttk", "bku", "bbtt_nonusaha", "usaha", "muatan")


def make_kabupaten(
    seed: int = 1945, n_kec: int = 7, n_desa: int = 60, n_subsls: int = 900
) -> dict[Level, AreaTable]:
    """Areas of the levels kab, kec, desa, sls and subsls (scheme ``bps``), each level a clean coverage.

    The number of kecamatan, desa and sub-SLS is exactly as asked; SLS come out a little fewer than
    sub-SLS. Vertices lie on the grid of 1e-6 degree (EPSG:4326), and a level is the union of the one
    below with the same vertices. The same arguments give the same bytes. Raises ValueRefused when
    the land cannot be divided so (at least one kecamatan, two desa more than kecamatan and eight
    sub-SLS per desa).
    """
    if n_kec < 1 or n_desa < n_kec + 2 or n_subsls < 8 * n_desa:
        wanted = "at least 1 kecamatan, 2 desa more than kecamatan and 8 sub-SLS per desa"
        raise ValueRefused(where="make_kabupaten", value=(n_kec, n_desa, n_subsls), wanted=wanted)
    rng = np.random.default_rng(seed)
    coverage = make_coverage(rng, n_kec, n_desa, n_subsls)
    areas_m2 = shapely.area(PLANE.geometries_to_metres(coverage.polygons))
    kinds = choose_kinds(coverage, areas_m2)
    desa_codes, names = _code_desa(coverage, rng)
    desa_names = [names[code] for code in desa_codes]
    coded = code_areas(coverage, kinds, gather_sls(coverage, kinds, rng), desa_codes, desa_names)
    for area in coded:
        fill_muatan(area, rng)
    return _tables(coded, coverage, names)


def _code_desa(coverage: Coverage, rng: np.random.Generator) -> tuple[list[str], dict[str, str]]:
    """The code of each desa of the coverage, and the names of all kecamatan and desa by code."""
    n_kec = int(coverage.kec_of_desa.max()) + 1
    names = invent_names(n_kec + len(coverage.kec_of_desa), rng)
    numbers = [0] * n_kec
    codes, named = [], {KABUPATEN: NAME_OF_KABUPATEN}
    for kec in range(n_kec):
        named[f"{KABUPATEN}{10 * (kec + 1):03d}"] = names[kec]
    for i, kec in enumerate(coverage.kec_of_desa.tolist()):
        numbers[kec] += 1
        codes.append(f"{KABUPATEN}{10 * (kec + 1):03d}{numbers[kec]:03d}")
        named[codes[-1]] = names[n_kec + i]
    return codes, named


def _tables(coded: Sequence[SubSls], coverage: Coverage, names: dict[str, str]) -> dict[Level, AreaTable]:
    names = names | {area.code[:14]: area.name for area in coded}
    codes = [area.code for area in coded]
    polygons = coverage.polygons[[area.row for area in coded]]
    counts = np.array([[area.muatan[name] for name in _COUNTED] for area in coded])
    details = [
        {"dominan": str(area.kind.dominan), "khusus": area.kind.khusus, **special_attributes(area)}
        for area in coded
    ]
    tables: dict[Level, AreaTable] = {}
    level, members = Level.SUBSLS, [[i] for i in range(len(coded))]
    while True:
        attributes = []
        for code, rows, square_m in zip(codes, members, _square_metres(polygons), strict=True):
            own = details[rows[0]] if level in (Level.SUBSLS, Level.SLS) else {}
            loads = dict(zip(_COUNTED, counts[rows].sum(axis=0).tolist(), strict=True))
            attributes.append(
                {**_code_attributes(code, level, names), **own, "luas": square_m, "periode": PERIOD, **loads}
            )
        tables[level] = AreaTable(
            level=level,
            codes=list(codes),
            names=[names[code[:14]] for code in codes],
            attributes=attributes,
            file_rows=list(range(1, len(codes) + 1)),
            geometries=_multipolygons(polygons),
        )
        if level is Level.KAB:
            break
        level = level.above()[0]
        codes, polygons, members = _dissolve(codes, polygons, members, _WIDTHS[level])
    return {up: tables[up] for up in Level if up in tables}


def _dissolve(
    codes: list[str], polygons: np.ndarray, members: list[list[int]], width: int
) -> tuple[list[str], np.ndarray, list[list[int]]]:
    """Parents of sorted ``codes``: their codes, unions and the sub-SLS in them."""
    parents = sorted({code[:width] for code in codes})
    children = [[i for i, code in enumerate(codes) if code.startswith(parent)] for parent in parents]
    merged = np.array([shapely.coverage_union_all(polygons[rows]) for rows in children], object)
    return parents, merged, [[m for i in rows for m in members[i]] for rows in children]


def _multipolygons(polygons: np.ndarray) -> np.ndarray:
    """Multipolygons with parts, rings and first vertices in one fixed order, holes clockwise."""
    made = [shapely.multipolygons(shapely.get_parts(polygon)) for polygon in polygons]
    return np.asarray(shapely.orient_polygons(shapely.normalize(np.array(made, object))))


def _square_metres(polygons: np.ndarray) -> list[float]:
    geod = pyproj.Geod(ellps="WGS84")
    return [
        round(abs(geod.geometry_area_perimeter(polygon)[0]), 2)
        for polygon in shapely.orient_polygons(polygons)
    ]


def _code_attributes(code: str, level: Level, names: dict[str, str]) -> dict[str, Any]:
    """The columns of the office's upload that say which area this is."""
    found: dict[str, Any] = {
        "kdprov": PROVINCE,
        "nmprov": NAME_OF_PROVINCE,
        "kdkab": code[2:4],
        "nmkab": names[code[:4]],
    }
    if level is Level.KAB:
        return found | {"idkab": code}
    found |= {"kdkec": code[4:7], "nmkec": names[code[:7]]}
    if level is Level.KEC:
        return found | {"idkec": code}
    found |= {"kddesa": code[7:10], "nmdesa": names[code[:10]], "iddesa": code[:10], "idkec": code[:7]}
    if level is Level.DESA:
        return found
    found |= {"kdsls": code[10:14], "nmsls": names[code[:14]], "idsls": code[:14]}
    return found if level is Level.SLS else found | {"kdsubsls": code[14:16], "idsubsls": code}
