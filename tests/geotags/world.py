"""Three kabupaten of square sub-SLS in PostGIS, geotags to put into them, and what is stored of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import shapely
from sqlalchemy import Engine, text

from boundaries.areas import AreaTable
from boundaries.intake import LoadedFile
from boundaries.qa.protocol import CandidateView
from boundaries.qa.registry import run_qa
from boundaries.store.candidates import add_file, find_candidate, read_candidate
from boundaries.store.frames import create_frame
from boundaries.store.qa_runs import store_qa
from boundaries.store.releases import ReleaseRecord, publish
from geo.codes import SCHEMES
from geo.engine import Checked, Verdict, check_geotags
from geo.frame import Frame
from geo.geotags import Geotags
from geo.levels import Level
from geotags.run import LoadReport, load_geotags
from geotags.store.campaigns import Campaign, create_campaign

KABUPATEN = ("5105", "5206", "9471")
AREAS_EACH = 4
WEST, SOUTH, SIDE = 115.40, -8.70, 0.01
SPECIAL = "5206010001000400"
"""An apartment: many households may share a point there."""


def area_code(kabupaten: str, nth: int) -> str:
    return f"{kabupaten}010001000{nth + 1}00"


def place_of(code: str, x: float = 0.5, y: float = 0.5) -> tuple[float, float]:
    """A point of the square of an area, 0..1 each way."""
    row, column = KABUPATEN.index(code[:4]), int(code[13]) - 1
    return round(WEST + SIDE * (column + x), 7), round(SOUTH + SIDE * (row + y), 7)


def boundary_file(codes: Sequence[str], places: Sequence[str] | None = None) -> LoadedFile:
    """Squares under ``codes``; ``places`` are the codes whose squares they take."""
    geometries = np.empty(len(codes), dtype=object)
    for row, code in enumerate(places or codes):
        west, south = place_of(code, 0, 0)
        box = shapely.box(west, south, round(west + SIDE, 6), round(south + SIDE, 6))
        geometries[row] = shapely.MultiPolygon([box])
    attributes = [{"dominan": "4" if code == SPECIAL else "1"} for code in codes]
    table = AreaTable(
        Level.SUBSLS,
        list(codes),
        [f"RT {c}" for c in codes],
        attributes,
        list(range(1, len(codes) + 1)),
        geometries,
    )
    return LoadedFile(table, "GeoJSON", "0" * 64, "subsls.geojson")


def geotag(item_id: str, area: str, lon: float | str, lat: float | str, **more: Any) -> dict[str, Any]:
    """One row of a file. Numbers get seven decimals."""
    lon, lat = (f"{value:.7f}" if isinstance(value, float) else value for value in (lon, lat))
    plain = {"household_key": f"k-{item_id}", "building_no": "", "accuracy_m": "5", "revision": "1"}
    return {"item_id": item_id, "assigned_area": area, "lon_text": lon, "lat_text": lat} | plain | more


def as_geotags(rows: Sequence[Mapping[str, Any]]) -> Geotags:
    names = list(dict.fromkeys(name for row in rows for name in row)) or ["item_id", "lon_text", "lat_text"]
    return Geotags.from_columns({name: pa.array([r.get(name) for r in rows], pa.string()) for name in names})


@dataclass(frozen=True)
class Outcome:
    """What a campaign says of its current geotags, or a check of a file of its own."""

    findings: frozenset[tuple[Any, ...]]
    """item_id, check_code, severity, evidence as JSON, distance and probability."""
    verdicts: dict[str, str]
    not_assessed: dict[str, dict[str, str]]
    clusters: frozenset[tuple[Any, ...]] | None = field(default=None, compare=False)
    """cluster_key, geotags, households, severity, as stored."""

    def of(self, item_id: str) -> dict[str, str]:
        """Check code -> severity of one geotag."""
        return {code: severity for item, code, severity, *_ in self.findings if item == item_id}

    @classmethod
    def of_checked(cls, checked: Checked) -> Outcome:
        items = checked.subject.geotags.item_id.to_pylist()
        findings = (
            (items[f.row], f.check.code, f.severity.word, _json(f.evidence), f.distance_m, f.probability)
            for f in checked.findings()
        )
        verdicts = [Verdict(verdict).word for verdict in checked.verdicts().tolist()]
        return cls(
            frozenset(findings),
            dict(zip(items, verdicts, strict=True)),
            dict(zip(items, checked.not_assessed(), strict=True)),
        )


def _json(evidence: Any) -> str:
    return json.dumps(evidence, sort_keys=True)


@dataclass
class World:
    """The frame ``tiga`` in the database."""

    engine: Engine
    data_dir: Path
    release: ReleaseRecord
    frame: Frame
    campaigns: int = 0

    def campaign(self) -> Campaign:
        self.campaigns += 1
        return create_campaign(self.engine, f"kegiatan-{self.campaigns}", "tiga", Level.SUBSLS)

    def load(self, campaign: Campaign, rows: Sequence[Mapping[str, Any]], **options: Any) -> LoadReport:
        geotags = as_geotags(rows)
        return load_geotags(self.engine, campaign, self.frame, self.release.release_id, geotags, **options)

    def check_file(self, rows: Sequence[Mapping[str, Any]]) -> Outcome:
        """The same without a database."""
        return Outcome.of_checked(check_geotags(as_geotags(rows), self.frame, Level.SUBSLS))

    def query(self, statement: str, **values: Any) -> list[Any]:
        with self.engine.connect() as connection:
            return list(connection.execute(text(statement), values))

    def execute(self, statement: str, **values: Any) -> None:
        """A statement that changes something, as the owner of the tables."""
        with self.engine.begin() as connection:
            connection.execute(text(statement), values)

    def outcome(self, campaign: Campaign) -> Outcome:
        """Of all current geotags, as stored."""
        bound = {"campaign": campaign.campaign_id}
        findings = self.query(
            "SELECT g.item_id, f.check_code, f.severity, f.evidence, f.distance_m, f.probability "
            "FROM findings f JOIN geotags g ON g.province = f.province AND g.id = f.geotag_id "
            "WHERE f.campaign_id = :campaign AND g.is_current",
            **bound,
        )
        rows = [(*row[:3], _json(row.evidence), *row[4:]) for row in findings]
        assert len(rows) == len(set(rows)), "a finding is stored twice"
        results = self.query(
            "SELECT g.item_id, r.verdict, r.not_assessed "
            "FROM geotags g JOIN geotag_results r ON g.province = r.province AND g.id = r.geotag_id "
            "WHERE g.campaign_id = :campaign AND g.is_current",
            **bound,
        )
        assert len(results) == len({row.item_id for row in results}), "two current revisions of one item"
        clusters = self.query(
            "SELECT cluster_key, n_geotags, n_households, severity FROM clusters "
            "WHERE campaign_id = :campaign",
            **bound,
        )
        return Outcome(
            frozenset(rows),
            {row.item_id: row.verdict for row in results},
            {row.item_id: row.not_assessed for row in results},
            frozenset(tuple(row) for row in clusters),
        )

    def stored(self, campaign: Campaign) -> set[tuple[Any, ...]]:
        """Every revision: item_id, revision, is_current, place."""
        rows = self.query(
            "SELECT item_id, revision, is_current, lon_text, lat_text FROM geotags "
            "WHERE campaign_id = :campaign",
            campaign=campaign.campaign_id,
        )
        assert len(rows) == len(set(rows)), "a geotag is stored twice"
        assert {row[:2] for row in rows} == set(
            map(
                tuple,
                self.query(
                    "SELECT item_id, revision FROM geotag_ledger WHERE campaign_id = :campaign",
                    campaign=campaign.campaign_id,
                ),
            )
        ), "the ledger and the geotags disagree"
        return {tuple(row) for row in rows}


def publish_files(
    engine: Engine, data_dir: Path, name: str, files: Iterable[LoadedFile], reason: str | None = None
) -> ReleaseRecord:
    """Create a frame and publish files in it, as a person would."""
    create_frame(engine, name, "bps", "ID")
    for file in files:
        add_file(engine, name, file)
    candidate = find_candidate(engine, name)
    outcomes = run_qa(CandidateView(SCHEMES["bps"], read_candidate(engine, candidate)))
    store_qa(engine, candidate, outcomes, {})
    return publish(engine, data_dir, name, "2025_2", forced_reason=reason)
