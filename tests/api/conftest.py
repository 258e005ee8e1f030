"""A small world for the API: a grid of areas in two releases, a campaign, geotags with known verdicts."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from geoalchemy2.shape import from_shape
from pyproj import Transformer
from shapely import MultiPolygon, box, transform
from sqlalchemy import Engine
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from api.app import create_app
from api.keyring import Keyring
from boundaries.store.models import (
    FrameRow,
    ReleaseRow,
    ReleaseSegmentRow,
    SegmentRow,
    UnitRow,
    UnitVersionRow,
)
from geotags.store.cells import NO_CELL, cells_of
from geotags.store.models import CampaignRow, FindingRow, GeotagResultRow, GeotagRow

WEST, SOUTH, CELL_DEG = 115.4, -8.6, 0.01
COLUMNS, ROWS = 4, 4
PUBLISHED = [dt.datetime(2025, month, 1, 3, tzinfo=dt.UTC) for month in (2, 8)]
EFFECTIVE = [dt.date(2025, 1, 1), dt.date(2025, 7, 1)]
RENAMED, RETIRED, ADDED = "9471010001000101", "9471010001000200", "9471010002000900"
TO_MERCATOR = Transformer.from_crs(4326, 3857, always_xy=True)


@dataclass
class World:
    """What is in the database, as the tests know it."""

    frame: str = "nusa"
    campaign: str = "regsosek"
    subsls: list[str] = field(default_factory=list)
    """Of the current release, in order."""
    geotags: dict[int, dict[str, Any]] = field(default_factory=dict)
    """Current ones by id: lon, lat, assigned_area, verdict (None without a result)."""
    findings: list[dict[str, Any]] = field(default_factory=list)
    """Of current geotags: finding_id, geotag_id, code, severity."""

    def on_map(self) -> dict[int, dict[str, Any]]:
        """The geotags that have a place on a map."""
        return {i: g for i, g in self.geotags.items() if g["lon"] is not None and abs(g["lat"]) <= 85}


def _shape(west: float, south: float, width: float, height: float) -> MultiPolygon:
    return MultiPolygon([box(west, south, west + width, south + height)])


class _Writer:
    def __init__(self, session: Session, frame_id: int) -> None:
        self.session, self.frame_id = session, frame_id

    def version(
        self,
        level: str,
        code: str,
        name: str,
        shape: MultiPolygon,
        first: int = 0,
        until: int | None = None,
        unit: UnitRow | None = None,
        **attributes: Any,
    ) -> UnitRow:
        if unit is None:
            unit = UnitRow(frame_id=self.frame_id, level=level)
            self.session.add(unit)
            self.session.flush()
        flat = transform(shape, TO_MERCATOR.transform, interleaved=False)
        parent = {"kab": None, "desa": code[:4], "subsls": code[:10]}[level]
        self.session.add(
            UnitVersionRow(
                unit_id=unit.id,
                frame_id=self.frame_id,
                level=level,
                code=code,
                name=name,
                parent_code=parent,
                segment_key=code[:4],
                attributes=attributes,
                content_sha256=f"{code}{name}".encode(),
                valid=Range(EFFECTIVE[0], None),
                sys=Range(PUBLISHED[first], None if until is None else PUBLISHED[until]),
                geom=from_shape(shape, 4326),
                geom_3857=from_shape(flat, 3857),
            )
        )
        return unit


def _write_areas(session: Session, frame_id: int, world: World) -> None:
    writer = _Writer(session, frame_id)
    width = COLUMNS * CELL_DEG
    writer.version("kab", "9471", "Kota Contoh", _shape(WEST, SOUTH, width, ROWS * CELL_DEG))
    for desa in (1, 2):
        west = WEST + (desa - 1) * width / 2
        writer.version(
            "desa", f"947101000{desa}", f"Desa {desa}", _shape(west, SOUTH, width / 2, ROWS * CELL_DEG)
        )
    for column in range(COLUMNS):
        for row in range(ROWS):
            desa = 1 if column < COLUMNS / 2 else 2
            number = (column % 2) * ROWS + row + 1
            code = f"947101000{desa}{number:04d}{1 if number == 1 else 0:02d}"
            shape = _shape(WEST + column * CELL_DEG, SOUTH + row * CELL_DEG, CELL_DEG, CELL_DEG)
            kept = {"dominan": "1", "NAMA_KETUA": "Wayan Rahasia"}
            if code == RENAMED:
                unit = writer.version("subsls", code, "Old name", shape, 0, 1, **kept)
                session.flush()
                writer.version("subsls", code, "New name", shape, 1, None, unit, **kept)
            elif code == RETIRED:
                writer.version("subsls", code, "Retired", shape, 0, 1)
                continue
            else:
                writer.version("subsls", code, f"SLS {code[10:]}", shape, **kept)
            world.subsls.append(code)
    writer.version("subsls", ADDED, "Added", _shape(WEST + width, SOUTH, CELL_DEG, CELL_DEG), 1)
    world.subsls.append(ADDED)
    world.subsls.sort()


def _odd_places() -> list[tuple[float | None, float | None]]:
    """Beside the grid: on its corner, on tile edges, at the antimeridian, without a place."""
    return [
        (WEST, SOUTH),
        (0.0, 0.0),
        (180.0, 0.0),
        (-180.0, 10.0),
        (112.5, -7.0),
        (98.7, 3.6),
        (None, None),
        (115.0, 88.0),
    ]


def _write_geotags(session: Session, campaign_id: int, release_id: int, world: World) -> None:
    chosen = random.Random(5105)
    inside = [
        (WEST + chosen.random() * COLUMNS * CELL_DEG, SOUTH + chosen.random() * ROWS * CELL_DEG)
        for _ in range(90)
    ]
    for number, (lon, lat) in enumerate([*inside, *_odd_places()]):
        assigned = world.subsls[number % len(world.subsls)] if number % 30 else RETIRED
        verdict = [None, "accepted", "review", "accepted", "rejected", "not_assessed", "accepted"][number % 7]
        row = _geotag(campaign_id, number, 2, True, assigned, lon, lat)
        session.add(row)
        session.flush()
        world.geotags[row.id] = {"lon": lon, "lat": lat, "assigned_area": assigned, "verdict": verdict}
        if verdict is not None:
            _write_result(session, row, release_id, verdict, world)
        if number % 10 == 0:  # an older revision, with a finding of its own
            old = _geotag(campaign_id, number, 1, False, assigned, lon, lat)
            session.add(old)
            session.flush()
            _write_result(session, old, release_id, "rejected", None)


def cell_of(lon: float | None, lat: float | None) -> int | None:
    cell = int(cells_of(np.array([lon], float), np.array([lat], float))[0])
    return None if cell == NO_CELL else cell


def _geotag(
    campaign_id: int,
    number: int,
    revision: int,
    current: bool,
    assigned: str,
    lon: float | None,
    lat: float | None,
) -> GeotagRow:
    return GeotagRow(
        province="94",
        campaign_id=campaign_id,
        item_id=f"item-{number}",
        revision=revision,
        is_current=current,
        household_key=f"H-{number:04d}",
        building_no=str(number),
        assigned_area=assigned,
        lon_text=str(lon or ""),
        lat_text=str(lat or ""),
        lon=lon,
        lat=lat,
        cell=cell_of(lon, lat),
        accuracy_m=float("nan") if number == 3 else 4.5,
        captured_at=dt.datetime(2025, 10, 20, 2, tzinfo=dt.UTC),
        enumerator_id=f"PPL-{number % 5}",
    )


def _write_result(
    session: Session, row: GeotagRow, release_id: int, verdict: str, world: World | None
) -> None:
    session.add(
        GeotagResultRow(
            province="94",
            geotag_id=row.id,
            campaign_id=row.campaign_id,
            release_id=release_id,
            verdict=verdict,
            distance_m=-84.2,
            probability=0.00012,
            not_assessed={"COORDINATE_PRECISION_LOW": "no_typed_text"} if row.id % 2 else {},
            assigned_area=row.assigned_area,
        )
    )
    raised = {
        "rejected": [("OUTSIDE_ASSIGNED_AREA", "error"), ("DUPLICATE_COORDINATE", "review")],
        "review": [("OUTSIDE_ASSIGNED_AREA", "review")],
        "accepted": [("POSITION_NOT_DECISIVE", "info")],
    }.get(verdict, [])
    for code, severity in raised:
        finding = FindingRow(
            province="94",
            geotag_id=row.id,
            campaign_id=row.campaign_id,
            release_id=release_id,
            check_code=code,
            check_version=1,
            assigned_area=row.assigned_area,
            severity=severity,
            distance_m=-84.2,
            probability=0.00012,
            evidence={
                "outside_m": 84.2,
                "relation": "same_desa",
                "geotags": 3,
                "buildings": 3,
                "households": 3,
            },
        )
        session.add(finding)
        session.flush()
        if world is not None:
            world.findings.append(
                {"finding_id": finding.id, "geotag_id": row.id, "code": code, "severity": severity}
            )


@pytest.fixture
def world(engine: Engine) -> World:
    """The small world, written through the models."""
    known = World()
    with Session(engine) as session, session.begin():
        frame = FrameRow(name=known.frame, country="ID", code_scheme="bps")
        empty = FrameRow(name="kosong", country="ID", code_scheme="kemendagri")
        session.add_all([frame, empty])
        session.flush()
        releases = [
            ReleaseRow(
                frame_id=frame.id,
                number=i + 1,
                label=["2025_1", "2025_2"][i],
                effective_on=EFFECTIVE[i],
                published_at=PUBLISHED[i],
                boundary_sigma_m=5.0,
                forced_reason=None if i else "pilot",
            )
            for i in range(2)
        ]
        session.add_all(releases)
        session.flush()
        for release, sha256 in zip(releases, ("0" * 64, "1" * 64), strict=True):
            session.add(SegmentRow(sha256=sha256, segment_key="9471", n_areas=19, n_bytes=1, withheld=[]))
            session.flush()
            session.add(ReleaseSegmentRow(release_id=release.id, segment_key="9471", sha256=sha256))
        _write_areas(session, frame.id, known)
        campaign = CampaignRow(
            name=known.campaign,
            frame_id=frame.id,
            level="subsls",
            ruleset={"name": "default", "version": 1, "parameters": {}},
        )
        session.add(campaign)
        session.flush()
        _write_geotags(session, campaign.id, releases[1].id, known)
    return known


TOKEN = "the-token-of-the-tests"
AUTHORIZED = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture
def app(service: Engine, data_dir: Path) -> FastAPI:
    """The application as it is served, for the test client's host name."""
    return create_app(service, data_dir, keyring=Keyring(service, TOKEN), allowed_hosts=["testserver"])


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    """A client that may see all, and sees a fault as the 500 that a real client sees."""
    with TestClient(app, raise_server_exceptions=False, headers=AUTHORIZED) as connected:
        yield connected


@pytest.fixture
def get(client: TestClient) -> Callable[..., Any]:
    """The JSON of an address that must answer 200."""

    def fetch(address: str, **parameters: Any) -> Any:
        answer = client.get(address, params=parameters or None)
        assert answer.status_code == 200, answer.text
        return answer.json()

    return fetch
