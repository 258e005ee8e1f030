"""Packs on the disk: made once for a release, whole or not at all, thrown away when nobody asks for them."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from sqlalchemy import Engine

from boundaries.packs import GEOPACKAGE, TILES, areas_of_pack, write_geopackage, write_tiles
from boundaries.store.areas import (
    AREA_TILE_MAX_ZOOM,
    AREA_TILE_ZOOMS,
    FrameRecord,
    ReleaseRecord,
    area_tile,
)
from boundaries.store.reading import Access, reading
from geo.frame import Frame
from geo.levels import Level

FORM = 1
"""Of the files; another one makes other packs."""
KEPT_DAYS = 30
_ABOUT = "pack.json"


@dataclass(frozen=True)
class PackFile:
    """A file of a pack."""

    name: str
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Pack:
    """A pack that is there: its folder, how many areas are its own and how many around, and its files."""

    folder: Path
    areas: int
    areas_around: int
    files: tuple[PackFile, ...]


@dataclass(frozen=True)
class Wanted:
    """Which pack: areas whose codes begin with one of ``prefixes``, of one level of a release."""

    frame: FrameRecord
    release: ReleaseRecord
    level: Level
    prefixes: tuple[str, ...]

    def folder(self, data_dir: Path) -> Path:
        """Where it lies, if it is there."""
        named = [
            FORM,
            self.frame.frame_id,
            self.release.release_id,
            self.level.value,
            *sorted(set(self.prefixes)),
        ]
        return data_dir / "packs" / hashlib.sha256(json.dumps(named).encode()).hexdigest()[:32]


def find_pack(data_dir: Path, wanted: Wanted) -> Pack | None:
    """The pack if it was made."""
    folder = wanted.folder(data_dir)
    try:
        about = json.loads((folder / _ABOUT).read_bytes())
        os.utime(folder)  # it is asked for: not yet to be thrown away
    except FileNotFoundError:
        return None
    files = tuple(PackFile(**one) for one in about["files"])
    return Pack(folder, about["areas"], about["areas_around"], files)


def make_pack(engine: Engine, data_dir: Path, frame: Frame, wanted: Wanted) -> Pack:
    """Make it beside its place and move it there: whoever looks sees all of it or nothing.

    Raises ``NotFound`` and ``PackTooLarge``.
    """
    folder = wanted.folder(data_dir)
    areas = areas_of_pack(frame, wanted.level, wanted.prefixes)
    folder.parent.mkdir(parents=True, exist_ok=True)
    _forget(folder.parent)
    made = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".making-"))
    try:
        write_geopackage(made / GEOPACKAGE, areas, wanted.level)
        with reading(Access(engine)) as connection:
            write_tiles(
                made / TILES,
                areas,
                (AREA_TILE_ZOOMS[wanted.level], AREA_TILE_MAX_ZOOM),
                lambda tile: area_tile(connection, wanted.frame, wanted.release, wanted.level, tile),
                {"name": f"{wanted.frame.name} {wanted.release.label}", "vector_layers": [_LAYER]},
            )
        own = sum(not area.is_around for area in areas)
        about = {
            "areas": own,
            "areas_around": len(areas) - own,
            "files": [asdict(_file(made / name)) for name in (GEOPACKAGE, TILES)],
        }
        (made / _ABOUT).write_text(json.dumps(about))
        made.chmod(0o755)
        try:
            made.rename(folder)
        except OSError:  # another server was there first
            if not (folder / _ABOUT).exists():
                raise
    finally:
        shutil.rmtree(made, ignore_errors=True)
    pack = find_pack(data_dir, wanted)
    assert pack is not None
    return pack


_LAYER = {"id": "areas", "fields": {"area_code": "String", "name": "String", "level": "String"}}


def _file(path: Path) -> PackFile:
    with path.open("rb") as file:
        return PackFile(path.name, path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest())


def _forget(packs: Path) -> None:
    """Throw away what nobody asked for in a month, and what a killed server left half made a day ago."""
    now = time.time()
    for folder in packs.iterdir():
        kept_days = 1 if folder.name.startswith(".making-") else KEPT_DAYS
        if now - folder.stat().st_mtime > kept_days * 24 * 3600:
            shutil.rmtree(folder, ignore_errors=True)


def prefixes_of(written: Sequence[str]) -> tuple[str, ...]:
    """Sorted, each once, and none that another one holds."""
    found: list[str] = []
    for prefix in sorted(set(written)):
        if not found or not prefix.startswith(found[-1]):
            found.append(prefix)
    return tuple(found)
