"""Segment files: the areas of one kabupaten as Arrow IPC, read in place by every worker on a machine.

One record batch with one row per level, highest first; every column is a list, so that the whole of a
level's codes, offsets or coordinates is one contiguous buffer. A file is named by the SHA-256 of its
bytes. The schema's metadata hold the key, the withheld codes and the version of this layout.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from geo.errors import FileUnreadable
from geo.frame import Layer, Segment
from geo.levels import Level
from geo.tree import PackedTree

LAYOUT = "1"

# Boxes are four numbers per area, one after the other.
_SCHEMA = pa.schema(
    [
        pa.field("level", pa.string(), nullable=False),
        pa.field("codes", pa.list_(pa.string()), nullable=False),
        pa.field("names", pa.list_(pa.string()), nullable=False),
        pa.field("attributes", pa.list_(pa.string()), nullable=False),
        pa.field("area_offsets", pa.list_(pa.int64()), nullable=False),
        pa.field("ring_offsets", pa.list_(pa.int64()), nullable=False),
        pa.field("xs", pa.list_(pa.float64()), nullable=False),
        pa.field("ys", pa.list_(pa.float64()), nullable=False),
        pa.field("boxes", pa.list_(pa.float64()), nullable=False),
        pa.field("tree_boxes", pa.list_(pa.float64()), nullable=False),
        pa.field("tree_items", pa.list_(pa.int32()), nullable=False),
    ]
)


@dataclass(frozen=True)
class SegmentFile:
    """A written segment: its name (the SHA-256 of its bytes, hexadecimal), place and size."""

    sha256: str
    path: Path
    n_bytes: int


def segment_path(folder: Path, sha256: str) -> Path:
    """Where the segment with these bytes lies."""
    return folder / f"{sha256}.arrow"


def write_segment(folder: Path, segment: Segment) -> SegmentFile:
    """Write the segment into ``folder`` and return its file; equal segments give equal bytes.

    The file appears whole or not at all, and is on the disk when this returns. A file with these bytes
    which is there already is left alone: others may have mapped it.
    """
    buffer = segment_bytes(segment)
    sha256 = hashlib.sha256(buffer).hexdigest()
    path = segment_path(folder, sha256)
    if not is_intact(path, sha256):
        folder.mkdir(parents=True, exist_ok=True)
        _write_durably(path, buffer)
    return SegmentFile(sha256, path, buffer.size)


def is_intact(path: Path, sha256: str) -> bool:
    """Whether the file is there and its bytes are those of its name; read once while it does not change."""
    try:
        now = path.stat()
        return _sha256(path, now.st_ino, now.st_mtime_ns, now.st_size) == sha256
    except OSError:
        return False


@lru_cache(maxsize=4096)
def _sha256(path: Path, inode: int, modified_ns: int, n_bytes: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def segment_bytes(segment: Segment) -> pa.Buffer:
    """The bytes of the segment's file."""
    layers = [segment.layers[level] for level in Level if level in segment.layers]
    metadata = {
        "patok.segment": LAYOUT,
        "key": segment.key,
        "withheld": json.dumps(sorted(segment.withheld)),
    }
    columns = _columns(layers)
    arrays = [_lists(columns[field.name], field.type) for field in list(_SCHEMA)[1:]]
    batch = pa.record_batch(
        [pa.array([str(layer.level) for layer in layers], pa.string()), *arrays],
        schema=_SCHEMA.with_metadata(metadata),
    )
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, batch.schema) as writer:
        writer.write_batch(batch)
    return sink.getvalue()


def open_segment(path: Path) -> Segment:
    """The segment in the file, mapped: its arrays are read-only views of the file, shared by all processes.

    Raises ``FileUnreadable`` for a file that is not a whole segment of this layout.
    """
    try:
        reader = pa.ipc.open_file(pa.memory_map(str(path)))
        metadata = {k.decode(): v.decode() for k, v in (reader.schema.metadata or {}).items()}
        if metadata.get("patok.segment") != LAYOUT:
            raise pa.ArrowInvalid("not a segment of this version")
        batch = reader.get_batch(0)
    except (pa.ArrowException, OSError) as error:
        raise FileUnreadable(file=path.name, format="segment", reason=str(error).split("\n")[0]) from error
    layers = [_layer(batch, row) for row in range(batch.num_rows)]
    return Segment(
        key=metadata["key"],
        layers={layer.level: layer for layer in layers},
        withheld=frozenset(json.loads(metadata["withheld"])),
    )


def _columns(layers: list[Layer]) -> dict[str, list[Any]]:
    return {
        "codes": [layer.codes for layer in layers],
        "names": [layer.names for layer in layers],
        "attributes": [layer.attributes for layer in layers],
        "area_offsets": [layer.area_offsets for layer in layers],
        "ring_offsets": [layer.ring_offsets for layer in layers],
        "xs": [layer.xs for layer in layers],
        "ys": [layer.ys for layer in layers],
        "boxes": [layer.boxes.ravel() for layer in layers],
        "tree_boxes": [layer.tree.boxes.ravel() for layer in layers],
        "tree_items": [layer.tree.items for layer in layers],
    }


def _lists(parts: list[Any], kind: pa.ListType) -> pa.ListArray:
    arrays = [pa.array(part, kind.value_type) for part in parts]
    offsets = np.concatenate([[0], np.cumsum([len(array) for array in arrays])]).astype(np.int32)
    values = pa.concat_arrays(arrays) if arrays else pa.array([], kind.value_type)
    return pa.ListArray.from_arrays(pa.array(offsets), values)


def _layer(batch: pa.RecordBatch, row: int) -> Layer:
    return Layer(
        level=Level(batch.column("level")[row].as_py()),
        codes=_cut(batch, "codes", row),
        names=_cut(batch, "names", row),
        attributes=_cut(batch, "attributes", row),
        area_offsets=_view(batch, "area_offsets", row),
        ring_offsets=_view(batch, "ring_offsets", row),
        xs=_view(batch, "xs", row),
        ys=_view(batch, "ys", row),
        boxes=_view(batch, "boxes", row).reshape(-1, 4),
        tree=PackedTree(_view(batch, "tree_boxes", row).reshape(-1, 4), _view(batch, "tree_items", row)),
    )


def _cut(batch: pa.RecordBatch, name: str, row: int) -> Any:
    column = batch.column(name)
    first, last = column.offsets[row].as_py(), column.offsets[row + 1].as_py()
    return column.values.slice(first, last - first)


def _view(batch: pa.RecordBatch, name: str, row: int) -> NDArray[Any]:
    return _cut(batch, name, row).to_numpy(zero_copy_only=True)  # type: ignore[no-any-return]


def _write_durably(path: Path, buffer: pa.Buffer) -> None:
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".segment-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(buffer)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
