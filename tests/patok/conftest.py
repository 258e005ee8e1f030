"""The command in this process, on this run's database, with small files as an office would give them."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from boundaries.store.principals import SERVICE_ROLE
from patok.cli import main
from patok.settings import DESCRIPTIONS

PROJECT = Path(__file__).parents[2]
WEST, SOUTH, SIDE = 115.40, -8.70, 0.01
AREAS = [f"9471010{desa:03d}{sls:04d}00" for desa in (1, 2) for sls in (1, 2)]
HEADER = "assignment_id,level_6_full_code,geotag_longitude,geotag_latitude,geotag_accuracy,no_keluarga"


@dataclass(frozen=True)
class Run:
    """What a command said and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Patok = Callable[..., Run]


def command_line(*arguments: object) -> list[str]:
    """The command for a process of its own; it is to run in ``PROJECT``."""
    return [sys.executable, "-c", "from patok.cli import main; main()", *map(str, arguments)]


@pytest.fixture
def patok(capsys: pytest.CaptureFixture[str], own_database: Engine) -> Patok:
    """Runs the command in this process, on this run's database."""

    def run(*arguments: object) -> Run:
        capsys.readouterr()
        code = 0
        try:
            main([str(argument) for argument in arguments])
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 1
        said = capsys.readouterr()
        return Run(code, said.out, said.err)

    return run


@pytest.fixture
def own_database(engine: Engine, data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """The environment names this run's database, as an administrator would."""
    for name in DESCRIPTIONS:
        monkeypatch.delenv(name, raising=False)
    url = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    monkeypatch.setenv("PATOK_DATABASE_URL", url)
    service = engine.url.set(drivername="postgresql", username=SERVICE_ROLE)
    monkeypatch.setenv("PATOK_SERVICE_DATABASE_URL", service.render_as_string(hide_password=False))
    monkeypatch.setenv("PATOK_DATA_DIR", str(data_dir))
    yield engine


@pytest.fixture
def environment(own_database: Engine) -> dict[str, str]:
    """The same for a process of its own."""
    return dict(os.environ)


def untraced(environment: dict[str, str]) -> dict[str, str]:
    """For a process that gets Ctrl-C: the tracer of coverage may hold its lock then, and never let go."""
    return {name: value for name, value in environment.items() if not name.startswith(("COVERAGE", "COV_"))}


def _ring(west: float, south: float, width: float, height: float) -> list[list[float]]:
    corners = [(0, 0), (1, 0), (1, 1), (0, 1), (0, 0)]
    return [[round(west + x * width, 6), round(south + y * height, 6)] for x, y in corners]


def collection(features: list[tuple[dict[str, Any], Any]]) -> str:
    return json.dumps(
        {
            "type": "FeatureCollection",
            "features": [
                {
                    "type": "Feature",
                    "properties": properties,
                    "geometry": {"type": "Polygon", "coordinates": [ring]},
                }
                for properties, ring in features
            ],
        }
    )


def subsls_features() -> list[tuple[dict[str, Any], Any]]:
    """Two by two squares: a column per village."""
    return [
        (
            {"idsubsls": code, "nmsls": f"RT {code[10:14]}", "nama_ketua": "Wayan"},
            _ring(WEST + SIDE * (int(code[9]) - 1), SOUTH + SIDE * (int(code[13]) - 1), SIDE, SIDE),
        )
        for code in AREAS
    ]


def desa_features() -> list[tuple[dict[str, Any], Any]]:
    return [
        (
            {"iddesa": f"947101000{n + 1}", "nmdesa": f"Desa {n + 1}"},
            _ring(WEST + SIDE * n, SOUTH, SIDE, 2 * SIDE),
        )
        for n in range(2)
    ]


def geotag_lines() -> list[str]:
    """One clean, one in the other village, one without a coordinate, a pair at one place."""
    return [
        f"a,{AREAS[0]},115.4050123,-8.6950123,5,1",
        f"b,{AREAS[0]},115.4150123,-8.6950123,5,2",
        f"c,{AREAS[1]},,,5,3",
        f"d,{AREAS[3]},115.4140321,-8.6840321,5,4",
        f"e,{AREAS[3]},115.4140321,-8.6840321,5,5",
    ]


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A folder with ``desa.geojson``, ``subsls.geojson`` and ``geotag.csv``."""
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "desa.geojson").write_text(collection(desa_features()))
    (folder / "subsls.geojson").write_text(collection(subsls_features()))
    (folder / "geotag.csv").write_text("\n".join([HEADER, *geotag_lines()]) + "\n")
    return folder


@pytest.fixture
def published(patok: Patok, files: Path) -> Patok:
    """The command, with the frame ``nusa`` published and the empty campaign ``regsosek``."""
    for step in (
        ("frame", "create", "nusa"),
        ("frame", "load", "nusa", files / "desa.geojson", "--level", "desa"),
        ("frame", "load", "nusa", files / "subsls.geojson", "--level", "subsls"),
        ("frame", "qa", "nusa"),
        ("frame", "publish", "nusa", "--label", "2025_2"),
        ("campaign", "create", "regsosek", "--frame", "nusa", "--level", "subsls"),
    ):
        done = patok(*step)
        assert done.code == 0, (step, done)
    return patok
