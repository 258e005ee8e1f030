"""A frame straight from loaded tables: for files that never see a database."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np
import shapely

from boundaries.areas import AreaTable
from geo.ahead import in_order
from geo.codes import CodeScheme
from geo.frame import DEFAULT_BOUNDARY_SIGMA_M, Frame, Layer, Segment, require_boundary_sigma
from geo.levels import Level


def frame_of_tables(
    scheme: CodeScheme,
    tables: Mapping[Level, AreaTable],
    *,
    boundary_sigma_m: float = DEFAULT_BOUNDARY_SIGMA_M,
    release: str = "",
) -> Frame:
    """One segment per kabupaten. Codes used twice, no codes, and areas without surface are withheld.

    Raises ``ValueRefused`` for a ``boundary_sigma_m`` that none can be.
    """
    require_boundary_sigma(boundary_sigma_m)
    layers: dict[str, dict[Level, Layer]] = {}
    withheld: dict[str, set[str]] = {}
    for level, table in tables.items():
        kept = _usable(table, scheme)
        for code, is_kept in zip(table.codes, kept, strict=True):
            if not is_kept:
                withheld.setdefault(scheme.segment_key(code), set()).add(code)
        rows_of: dict[str, list[int]] = {}
        for row in np.flatnonzero(kept).tolist():
            rows_of.setdefault(scheme.segment_key(table.codes[row]), []).append(row)
        sorted_rows = [sorted(rows, key=lambda row: table.codes[row]) for rows in rows_of.values()]
        made = in_order(partial(_layer, table), sorted_rows)
        for key, layer in zip(rows_of, made, strict=True):
            layers.setdefault(key, {})[level] = layer
    segments = tuple(
        Segment(key, layers.get(key, {}), frozenset(withheld.get(key, ())))
        for key in sorted({*layers, *withheld})
    )
    return Frame(scheme, segments, boundary_sigma_m, release)


def _usable(table: AreaTable, scheme: CodeScheme) -> Sequence[bool]:
    count = Counter(table.codes)
    empty = shapely.is_empty(table.geometries)
    return [
        count[code] == 1 and scheme.is_code(code, table.level) and not empty[row]
        for row, code in enumerate(table.codes)
    ]


def _layer(table: AreaTable, rows: list[int]) -> Layer:
    return Layer.from_geometries(
        table.level,
        [table.codes[row] for row in rows],
        [table.names[row] for row in rows],
        [json.dumps(table.attributes[row], ensure_ascii=False, default=str) for row in rows],
        table.geometries[rows],
    )
