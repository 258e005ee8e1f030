"""Files that are handed on appear whole or not at all."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TextIO

from geo.errors import FormatUnknown, ValueRefused
from geotags.exports import OUTPUT, WITH_SPACE, private_files, require_writable


def require_output(path: Path, endings: tuple[str, ...], inputs: Iterable[Path] = ()) -> None:
    """As ``geotags.exports.require_writable``, for the ``endings`` that this kind of file may have."""
    if path.suffix.lower() not in endings:
        raise FormatUnknown(file=path.name, known=", ".join(endings))
    require_writable(path, inputs)


def write_whole(path: Path, write: Callable[[TextIO], None]) -> None:
    """Let ``write`` write UTF-8 text beside ``path``, then put it in its place, over an older file.

    Raises ``ValueRefused`` where the disk is full or nothing can be written; ``path`` is as before then.
    """
    try:
        with private_files(), tempfile.TemporaryDirectory(dir=path.parent, prefix=".patok-") as scratch:
            unfinished = Path(scratch) / path.name
            with unfinished.open("w", encoding="utf-8", newline="") as stream:
                write(stream)
            unfinished.replace(path)
    except OSError as error:
        raise ValueRefused(where=OUTPUT, value=str(path), wanted=WITH_SPACE) from error
