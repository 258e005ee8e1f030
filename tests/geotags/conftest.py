"""A published frame to load geotags against."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine

from boundaries.store.releases import open_frame
from tests.geotags.world import AREAS_EACH, KABUPATEN, World, area_code, boundary_file, publish_files


@pytest.fixture
def world(engine: Engine, data_dir: Path) -> World:
    codes = [area_code(kabupaten, nth) for kabupaten in KABUPATEN for nth in range(AREAS_EACH)]
    release = publish_files(engine, data_dir, "tiga", [boundary_file(codes)])
    return World(engine, data_dir, release, open_frame(engine, data_dir, "tiga"))
