"""The folder of an unfinished bulk check: what was done stays, whole or not at all.

job.json                     what is checked against what; a resumed run must be the same
pieces/N.arrow, N.findings   results and findings of one piece of the input
spill/SCOPE/N.arrow          the piece's geotags again, by group, for the checks that look at others
pieces/N.json                written last: the piece is done
groups/SCOPE/KEY.arrow       what those checks said of one group of groups
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from geo.errors import CheckChanged, CheckUnfinished

_JOB = "job.json"
_COMPRESSED = pa.ipc.IpcWriteOptions(compression="lz4")
_PLAIN = pa.ipc.IpcWriteOptions()


class Scratch:
    """Opens the folder for a job: anew, or where an earlier run of the same job ended.

    Raises ``CheckUnfinished`` where an unfinished run lies and ``resume`` was not asked for, and
    ``CheckChanged`` where ``resume`` was but files, frame, rules or options are others than then.
    """

    def __init__(self, folder: Path, job: Mapping[str, Any], *, resume: bool) -> None:
        self.folder = folder
        written = folder / _JOB
        if written.exists():
            if not resume:
                raise CheckUnfinished(folder=str(folder))
            if json.loads(written.read_text("utf-8")) != json.loads(json.dumps(job)):
                raise CheckChanged(folder=str(folder))
            return
        # 0700: what lies here are household coordinates.
        folder.mkdir(mode=0o700, exist_ok=True)
        with appearing(written) as unfinished:
            unfinished.write_text(json.dumps(job), "utf-8")

    def path(self, *parts: str) -> Path:
        """A file of the folder; the folders above it are made."""
        path = self.folder.joinpath(*parts)
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def piece(self, number: int, ending: str) -> Path:
        """A file of one piece."""
        return self.path("pieces", f"{number:06d}.{ending}")

    def remove(self) -> None:
        """Everything was handed over."""
        shutil.rmtree(self.folder)


@contextmanager
def appearing(path: Path) -> Iterator[Path]:
    """A file that is there whole or not at all: yields the name to write under."""
    unfinished = path.with_name(f".unfinished-{path.name}")
    try:
        yield unfinished
        unfinished.replace(path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise


def write_batches(
    path: Path, batches: Mapping[int, pa.Table], schema: pa.Schema, *, compress: bool = True
) -> None:
    """Tables of one schema under whole numbers, each to be read alone."""
    keys = sorted(batches)
    schema = schema.with_metadata({"keys": json.dumps(keys)})
    with (
        appearing(path) as unfinished,
        pa.OSFile(str(unfinished), "wb") as sink,
        pa.ipc.new_file(sink, schema, options=_COMPRESSED if compress else _PLAIN) as writer,
    ):
        for key in keys:
            batch = batches[key].combine_chunks().to_batches()
            writer.write_batch(batch[0] if batch else pa.RecordBatch.from_pylist([], schema))


def by_number(table: pa.Table, numbers: NDArray[np.int64]) -> tuple[dict[int, pa.Table], pa.Schema]:
    """The rows of each number, in their order, as ``write_batches`` takes them."""
    if (np.diff(numbers) < 0).any():
        order = np.argsort(numbers, kind="stable")
        table, numbers = table.take(pa.array(order)), numbers[order]
    edges = np.flatnonzero(np.diff(numbers)) + 1
    starts, ends = np.r_[0, edges], np.r_[edges, len(numbers)]
    batches = {
        int(numbers[start]): table.slice(start, end - start)
        for start, end in zip(starts.tolist(), ends.tolist(), strict=True)
        if end > start
    }
    return batches, table.schema


def read_keys(path: Path) -> list[int]:
    """The numbers under which a file has tables."""
    with pa.OSFile(str(path), "rb") as source:
        return _keys(pa.ipc.open_file(source).schema)


def read_batch(path: Path, key: int) -> pa.Table | None:
    """The table under a number; None where the file has none."""
    with pa.memory_map(str(path)) as source:  # what is not compressed is not even copied
        reader = pa.ipc.open_file(source)
        keys = _keys(reader.schema)
        if key not in keys:
            return None
        return pa.Table.from_batches([reader.get_batch(keys.index(key))])


def _keys(schema: pa.Schema) -> list[int]:
    keys: list[int] = json.loads(schema.metadata[b"keys"])
    return keys


def write_table(path: Path, table: pa.Table, *, compress: bool = True) -> None:
    """One table."""
    write_batches(path, {0: table}, table.schema, compress=compress)


def read_table(path: Path) -> pa.Table:
    """What ``write_table`` wrote."""
    table = read_batch(path, 0)
    assert table is not None
    return table
