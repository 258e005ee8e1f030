"""A small frame in the database for the tests of the store: square villages, one row per kabupaten."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from sqlalchemy import Engine, text

from boundaries.areas import AreaTable
from boundaries.intake import LoadedFile, read_areas
from boundaries.qa.protocol import CandidateView
from boundaries.qa.registry import run_qa
from boundaries.store.candidates import CandidateRecord, add_file, find_candidate, read_candidate
from boundaries.store.frames import create_frame
from boundaries.store.qa_runs import QaRunRecord, store_qa
from boundaries.store.releases import ReleaseDiff, ReleaseRecord, diff, open_frame, publish, revert
from geo.codes import SCHEMES
from geo.frame import Frame
from geo.levels import Level


def codes_of(frame: Frame, level: Level = Level.DESA) -> list[str]:
    """Every code that a release has at a level."""
    return sorted(code for _, layer in frame.layers(level) for code in layer.codes.to_pylist())


@dataclass
class VillageFrame:
    """The frame ``bali`` with everything that can be done to it."""

    engine: Engine
    data_dir: Path
    name: str = "bali"

    @staticmethod
    def villages(
        kabupaten: str,
        count: int = 4,
        *,
        names: Mapping[int, str] | None = None,
        sizes: Mapping[int, float] | None = None,
        codes: Mapping[int, str] | None = None,
    ) -> LoadedFile:
        """``count`` villages beside each other; the mappings change single ones by their position."""
        geometries = np.empty(count, dtype=object)
        for i in range(count):
            x, y = 115.0 + i * 0.01, -8.9 + int(kabupaten[2:]) * 0.01
            box = np.round(np.array([x, y, x + (sizes or {}).get(i, 0.01), y + 0.01]), 6)
            geometries[i] = shapely.MultiPolygon([shapely.box(*box)])
        table = AreaTable(
            level=Level.DESA,
            codes=[(codes or {}).get(i, f"{kabupaten}010{i + 1:03d}") for i in range(count)],
            names=[(names or {}).get(i, f"Desa {i + 1}") for i in range(count)],
            attributes=[{"nmdesa": f"Désa {i + 1}", "luas": 1.25, "kk": i} for i in range(count)],
            file_rows=[i + 1 for i in range(count)],
            geometries=geometries,
        )
        return LoadedFile(table, "GeoJSON", "0" * 64, f"desa_{kabupaten}.geojson")

    @staticmethod
    def districts(kabupaten: str) -> LoadedFile:
        """The one kecamatan around the villages of a kabupaten."""
        y = round(-8.9 + int(kabupaten[2:]) * 0.01, 6)
        geometries = np.empty(1, dtype=object)
        geometries[0] = shapely.MultiPolygon([shapely.box(115.0, y, 115.04, round(y + 0.01, 6))])
        table = AreaTable(Level.KEC, [f"{kabupaten}010"], ["Kecamatan 1"], [{}], [1], geometries)
        return LoadedFile(table, "GeoJSON", "1" * 64, f"kec_{kabupaten}.geojson")

    def load(self, *files: LoadedFile) -> CandidateRecord:
        for file in files:
            add_file(self.engine, self.name, file)
        return find_candidate(self.engine, self.name)

    def check(self) -> QaRunRecord:
        """Run the real QA checks over the open candidate and store what they say."""
        candidate = find_candidate(self.engine, self.name)
        view = CandidateView(candidate.frame.scheme, read_candidate(self.engine, candidate))
        return store_qa(self.engine, candidate, run_qa(view), {})

    def publish(self, label: str, *files: LoadedFile, **options: Any) -> ReleaseRecord:
        """Load, check and publish."""
        self.load(*files)
        self.check()
        return publish(self.engine, self.data_dir, self.name, label, **options)

    def revert(self, number: int) -> ReleaseRecord:
        return revert(self.engine, self.data_dir, self.name, number, "the newer layer was a draft")

    def diff(self, older: int, newer: int | None = None) -> ReleaseDiff:
        return diff(self.engine, self.name, older, newer)

    def open(self, release: int | str | None = None) -> Frame:
        return open_frame(self.engine, self.data_dir, self.name, release)

    def query(self, statement: str, **values: Any) -> list[Any]:
        with self.engine.connect() as connection:
            return list(connection.execute(text(statement), values))

    def versions(self) -> list[Any]:
        """Every version row, as stored."""
        return self.query(
            "SELECT id, unit_id, level, code, name, valid, sys, content_sha256 FROM unit_versions ORDER BY id"
        )

    def areas(self, release: ReleaseRecord) -> set[tuple[str, str, str, bytes]]:
        """The areas of a release as PostGIS has them: level, code, name, content."""
        rows = self.query(
            "SELECT level, code, name, content_sha256 FROM unit_versions "
            "WHERE sys @> cast(:at AS timestamptz) AND valid @> cast(:on AS date)",
            at=release.published_at,
            on=release.effective_on,
        )
        return {(row.level, row.code, row.name, bytes(row.content_sha256)) for row in rows}

    def manifest(self, release: ReleaseRecord) -> dict[str, str]:
        """Kabupaten -> SHA-256 of its segment."""
        rows = self.query(
            "SELECT segment_key, sha256 FROM release_segments WHERE release_id = :id", id=release.release_id
        )
        return {row.segment_key: row.sha256 for row in rows}


@pytest.fixture
def bali(engine: Engine, data_dir: Path) -> VillageFrame:
    """An empty frame ``bali`` with the codes of BPS."""
    create_frame(engine, "bali", "bps", "ID")
    return VillageFrame(engine, data_dir)


@pytest.fixture
def real_file() -> Callable[[Path, Level], LoadedFile]:
    """Reads a boundary file with the codes of BPS."""
    return lambda path, level: read_areas(path, level, SCHEMES["bps"])
