"""The frame that a person names on the command line: a boundary file, a snapshot, or a stored release."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from boundaries.assembly import frame_of_tables
from boundaries.intake import read_areas
from boundaries.snapshots import open_snapshot
from geo.codes import SCHEMES
from geo.errors import NotFound
from geo.frame import Frame
from geo.levels import Level
from geo.text import Text

FRAME = Text(en="frame", id="kerangka")
FRAME_REMEDY = Text(
    en="Give a boundary file, a folder of patok frame snapshot, or NAME@RELEASE of a frame in the database.",
    id="Berikan berkas batas, folder dari patok frame snapshot, atau NAMA@RILIS kerangka dalam basis data.",
)


@dataclass(frozen=True)
class NamedFrame:
    """A frame, and a text that is the same only for the same areas."""

    frame: Frame
    identity: str


def find_frame(
    named: str, level: Level, *, scheme: str, boundary_sigma_m: float, layer: str | None
) -> NamedFrame:
    """What ``named`` stands for: the path of a file or a folder, or else NAME or NAME@RELEASE.

    ``scheme``, ``boundary_sigma_m`` and ``layer`` are said of a file; a snapshot and a release know them.
    Raises ``NotFound`` and the input errors of ``geo.errors``.
    """
    path = Path(named)
    if path.is_dir():
        snapshot = open_snapshot(path)
        return NamedFrame(snapshot.frame, snapshot.identity)
    if path.exists() or path.suffix:
        loaded = read_areas(path, level, SCHEMES[scheme], layer=layer)
        frame = frame_of_tables(
            SCHEMES[scheme],
            {level: loaded.areas},
            boundary_sigma_m=boundary_sigma_m,
            release=loaded.file_name,
        )
        return NamedFrame(frame, f"{loaded.sha256} {scheme} {boundary_sigma_m} {layer}")
    return _release(named)


def _release(named: str) -> NamedFrame:
    # A check of files never loads a database driver.
    from boundaries.store.releases import open_frame
    from patok.store import open_store

    name, _, number = named.partition("@")
    try:
        release = int(number) if number else None
    except ValueError:
        raise NotFound(what=FRAME.fill(), name=named, remedy=FRAME_REMEDY.fill()) from None
    with open_store() as store:
        frame = open_frame(store.engine, store.data_dir, name, release)
    return NamedFrame(frame, f"{name} {frame.release}")
