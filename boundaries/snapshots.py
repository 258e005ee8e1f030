"""A frame as a folder: its segment files and a list of them, for machines without the database.

release.json    code scheme, boundary sigma, label, and of each segment its key, hash and size
HASH.arrow      the segments
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from boundaries.segments import is_intact, open_segment, segment_path, write_segment
from geo.codes import SCHEMES
from geo.errors import FileUnreadable
from geo.frame import Frame
from geo.text import Text

MANIFEST = "release.json"
_FORMAT = "patok.snapshot"
_LAYOUT = 1

NOT_A_SNAPSHOT = Text(en="it is no list of segments", id="isinya bukan daftar segmen")
SEGMENT_DAMAGED = Text(en="segment {key} is missing or damaged", id="segmen {key} hilang atau rusak")


@dataclass(frozen=True)
class Snapshot:
    """An opened snapshot; ``identity`` is the same for the same areas."""

    frame: Frame
    identity: str


def write_snapshot(folder: Path, frame: Frame) -> Path:
    """Write a frame into ``folder``, the list of segments last; returns that file."""
    folder.mkdir(parents=True, exist_ok=True)
    files = [(segment.key, write_segment(folder, segment)) for segment in frame.segments]
    document = {
        "format": _FORMAT,
        "layout": _LAYOUT,
        "code_scheme": frame.scheme.name,
        "release": frame.release,
        "boundary_sigma_m": frame.boundary_sigma_m,
        "segments": [{"key": key, "sha256": file.sha256, "n_bytes": file.n_bytes} for key, file in files],
    }
    unfinished = folder / f".{MANIFEST}"
    unfinished.write_text(json.dumps(document, indent=1), "utf-8")
    return unfinished.replace(folder / MANIFEST)


def open_snapshot(folder: Path) -> Snapshot:
    """The frame in a folder, its segments compared with their hashes and mapped into memory.

    Raises ``FileUnreadable`` for a folder without its list and for a segment that is not what it was.
    """
    manifest = folder / MANIFEST
    try:
        document = json.loads(manifest.read_text("utf-8"))
        if (document["format"], document["layout"]) != (_FORMAT, _LAYOUT):
            raise ValueError(document["format"])
        scheme = SCHEMES[document["code_scheme"]]
        lines = [(line["key"], line["sha256"]) for line in document["segments"]]
    except (OSError, ValueError, KeyError, TypeError):
        raise FileUnreadable(
            file=f"{folder.name}/{MANIFEST}", format="snapshot", reason=NOT_A_SNAPSHOT
        ) from None
    segments = []
    for key, sha256 in lines:
        path = segment_path(folder, sha256)
        if not is_intact(path, sha256):
            reason = SEGMENT_DAMAGED.fill(key=key)
            raise FileUnreadable(file=f"{folder.name}/{path.name}", format="snapshot", reason=reason)
        segments.append(open_segment(path))
    frame = Frame(scheme, tuple(segments), document["boundary_sigma_m"], document["release"])
    return Snapshot(frame, hashlib.sha256(manifest.read_bytes()).hexdigest())
