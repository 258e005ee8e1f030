"""A small kabupaten of square areas, and geotags of which each fault is known."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely
from sqlalchemy import Engine

from boundaries.areas import AreaTable
from boundaries.intake import LoadedFile
from boundaries.qa.protocol import CandidateView
from boundaries.qa.registry import run_qa
from boundaries.store import candidates, frames, qa_runs, releases
from geo.levels import Level
from geotags.intake import read_geotags
from geotags.run import load_geotags
from geotags.store.campaigns import create_campaign

WEST, SOUTH, CELL_DEG = 115.40, -8.60, 0.004
M_PER_DEG_LON = 110_070.0
"""At 8.6 degrees south, on WGS 84."""


@dataclass(frozen=True)
class Cell:
    """One sub-SLS of the grid: 4 x 4 cells, 2 x 2 of them a desa, the west and the east half a kecamatan."""

    column: int
    row: int

    @property
    def code(self) -> str:
        kec, desa = 1 + self.column // 2, 1 + self.row // 2
        number = 1 + self.column % 2 + 2 * (self.row % 2)
        return f"94710{kec}0{desa:03d}{number:04d}00"

    @property
    def name(self) -> str:
        return f"RT {1 + self.column + 4 * self.row:03d}"

    @property
    def box(self) -> shapely.Polygon:
        west, south = WEST + self.column * CELL_DEG, SOUTH + self.row * CELL_DEG
        return shapely.box(*np.round([west, south, west + CELL_DEG, south + CELL_DEG], 6).tolist())

    def at(self, x: float, y: float) -> tuple[float, float]:
        """The place at the shares ``x`` and ``y`` of the cell's width and height; beyond 1 is outside."""
        return WEST + (self.column + x) * CELL_DEG, SOUTH + (self.row + y) * CELL_DEG


CELLS = [Cell(column, row) for row in range(4) for column in range(4)]
WITHOUT_GEOTAGS, ALL_OUTSIDE, STACKED = Cell(3, 3), Cell(0, 0), Cell(2, 0)
OUTSIDE_M = 112.0


def _table(level: Level, name: Callable[[str], str]) -> LoadedFile:
    width = {Level.KEC: 7, Level.DESA: 10, Level.SUBSLS: 16}[level]
    cells_of: dict[str, list[Cell]] = {}
    for cell in CELLS:
        cells_of.setdefault(cell.code[:width], []).append(cell)
    codes = sorted(cells_of)
    geometries = np.empty(len(codes), dtype=object)
    for i, code in enumerate(codes):
        union = shapely.coverage_union_all([cell.box for cell in cells_of[code]])
        geometries[i] = shapely.MultiPolygon([union]) if union.geom_type == "Polygon" else union
    names, file_rows = [name(code) for code in codes], list(range(1, len(codes) + 1))
    table = AreaTable(level, codes, names, [{} for _ in codes], file_rows, geometries)
    return LoadedFile(table, "GeoJSON", "0" * 64, f"{level}.geojson")


def _geotag_rows() -> Iterator[tuple[str, str, str, str]]:
    """household key, assigned area, longitude, latitude."""
    for cell in CELLS:
        if cell in (WITHOUT_GEOTAGS, ALL_OUTSIDE):
            continue
        for i in range(4):
            lon, lat = cell.at(0.3 + 0.13 * i, 0.35 + 0.1 * i)
            yield f"KK-{cell.code[5:]}-{i}", cell.code, f"{lon:.7f}", f"{lat:.7f}"
    for i in range(3):  # west of its area, where no area is
        lon, lat = ALL_OUTSIDE.at(-OUTSIDE_M / M_PER_DEG_LON / CELL_DEG, 0.3 + 0.2 * i)
        yield f"KK-OUT-{i}", ALL_OUTSIDE.code, f"{lon:.7f}", f"{lat:.7f}"
    lon, lat = Cell(1, 2).at(0.5, 0.82)  # in the village north of it
    yield "KK-VILLAGE", ALL_OUTSIDE.code, f"{lon:.7f}", f"{lat:.7f}"
    for i in range(3):
        lon, lat = STACKED.at(0.75, 0.25)
        yield f"KK-STACK-{i}", STACKED.code, f"{lon:.7f}", f"{lat:.7f}"
    yield "KK-MISSING", CELLS[5].code, "", ""
    lon, lat = CELLS[6].at(0.6, 0.9)
    yield "KK-UNKNOWN", "9471010001000900", f"{lon:.7f}", f"{lat:.7f}"


def _write_geotags(path: Path) -> None:
    names = "assignment_id,household_key,level_6_full_code,geotag_longitude,geotag_latitude"
    lines = [f"{names},geotag_accuracy,no_bang,enumerator,mulai"]
    for number, row in enumerate(_geotag_rows()):
        rest = f"5.0,{number:04d},PPL{number % 3},2025-10-06T08:00:00+08:00"
        lines.append(",".join([f"item-{number}", *row, rest]))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def fill(engine: Engine, data_dir: Path) -> None:
    """Publish the grid and check the geotags against it, as an officer would."""
    frames.create_frame(engine, "nusa", "bps")
    for level, name in (
        (Level.KEC, lambda code: f"KEC {code[5]}"),
        (Level.DESA, lambda code: f"DESA {code[5]}{code[9]}"),
        (Level.SUBSLS, {cell.code: cell.name for cell in CELLS}.__getitem__),
    ):
        candidates.add_file(engine, "nusa", _table(level, name))
    candidate = candidates.find_candidate(engine, "nusa")
    view = CandidateView(candidate.frame.scheme, candidates.read_candidate(engine, candidate))
    qa_runs.store_qa(engine, candidate, run_qa(view), {})
    releases.publish(engine, data_dir, "nusa", "2025_2")
    campaign = create_campaign(engine, "regsosek", "nusa", Level.SUBSLS)
    frame = releases.open_frame(engine, data_dir, "nusa")
    geotags = data_dir / "geotags.csv"
    _write_geotags(geotags)
    loaded = read_geotags(geotags, frame.scheme, Level.SUBSLS)
    load_geotags(engine, campaign, frame, releases.find_release(engine, "nusa").release_id, loaded.geotags)
