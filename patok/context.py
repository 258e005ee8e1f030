"""Lists and layers that ``patok check`` reads beside geotags and frame: one option each."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click

from boundaries.outlines import read_outlines
from geo.codes import CodeScheme
from geo.context import Context
from geo.errors import FileNotOpened
from geo.levels import Level
from geo.regions import Regions
from geo.special_areas import KIND_COLUMN
from geo.text import Text
from geotags.lists.exemptions import read_exemptions
from geotags.lists.lineage import read_lineage
from geotags.lists.places import read_places
from geotags.lists.roster import read_roster
from patok.options import FILE
from patok.words import Rate, note, tell

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True)
class _Part:
    """An option and the part of the context that its file becomes."""

    help: Text
    read: Callable[[Path, CodeScheme, Level], Any]


PARTS: dict[str, _Part] = {
    "roster": _Part(
        Text(en="Households to be visited.", id="Daftar keluarga yang harus dikunjungi."),
        lambda path, scheme, level: read_roster(path),
    ),
    "lineage": _Part(
        Text(en="Split-and-merge table of codes.", id="Tabel pemecahan dan penggabungan kode."),
        read_lineage,
    ),
    "exemptions": _Part(
        Text(en="What is right, by whom and why.", id="Yang dikecualikan, oleh siapa dan mengapa."),
        lambda path, scheme, level: read_exemptions(path, scheme),
    ),
    "places": _Part(
        Text(en="Offices and base camps.", id="Kantor dan posko."),
        lambda path, scheme, level: read_places(path),
    ),
    "country": _Part(
        Text(en="Outline of the country.", id="Garis batas negara."),
        lambda path, scheme, level: Regions.of(read_outlines(path)),
    ),
    "water": _Part(
        Text(en="Seas and lakes.", id="Laut dan danau."),
        lambda path, scheme, level: Regions.of(read_outlines(path)),
    ),
    "doubtful": _Part(
        Text(
            en="Places of open findings about the frame.",
            id="Tempat temuan terbuka tentang kerangka.",
        ),
        lambda path, scheme, level: read_outlines(path, with_codes=True),
    ),
}


def context_options(command: F) -> F:
    """``--roster FILE`` and the like, ``--photos FOLDER``, ``--kind-column NAME``; for ``read_context``."""
    kind = tell(
        "Attribute of the frame with the kind of special areas.", "Atribut kerangka untuk jenis khusus."
    )
    command = click.option("--kind-column", default=KIND_COLUMN, show_default=True, help=kind)(command)
    folder = click.Path(path_type=Path, file_okay=False, exists=False)
    photos = tell("Folder of the photos that geotags name.", "Folder foto yang disebut geotag.")
    command = click.option("--photos", type=folder, help=photos)(command)
    for name, part in reversed(PARTS.items()):
        command = click.option(f"--{name}", type=FILE, help=tell(part.help.en, part.help.id))(command)
    return command


def read_context(
    given: dict[str, Any], scheme: CodeScheme, level: Level, rate: Rate
) -> tuple[Context, dict[str, str]]:
    """The context that options gave, and for each part a text that is the same only for the same content."""
    parts: dict[str, Any] = {}
    identity = {"kind_column": given["kind_column"]}
    for name, part in PARTS.items():
        path: Path | None = given[name]
        if path is None:
            continue
        try:
            with path.open("rb") as file:
                identity[name] = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError:
            raise FileNotOpened(file=path.name) from None
        parts[name] = part.read(path, scheme, level)
    if given["photos"] is not None:
        parts["photos"], identity["photos"] = _photos(given["photos"], rate)
    return Context(kind_column=given["kind_column"], **parts), identity


def _photos(folder: Path, rate: Rate) -> tuple[Any, str]:
    from geotags.lists.photos import read_photos

    if not folder.is_dir():
        raise FileNotOpened(file=folder.name)
    rate.say("Reading the photos", "Membaca foto")
    found = read_photos(folder)
    if found.unreadable or found.ambiguous:
        note(
            "Photos that are no pictures: {unreadable}; names that several different photos have: "
            "{ambiguous}.",
            "Foto yang bukan gambar: {unreadable}; nama yang dimiliki beberapa foto berbeda: {ambiguous}.",
            unreadable=found.unreadable,
            ambiguous=found.ambiguous,
        )
    hashes = "\n".join(sorted(found.photos.sha256.to_pylist()))
    return found.photos, hashlib.sha256(hashes.encode()).hexdigest()
