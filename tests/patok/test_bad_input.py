"""Bad input: one sentence with file, row and remedy, exit code 2, and nothing stored has changed."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine, text

import patok.cli
from tests.patok.conftest import Patok, collection, subsls_features

# -- bad input changes nothing -----------------------------------------------------------------


def _bad_boundaries(folder: Path, kind: str) -> tuple[Path, list[str]]:
    """The file, and what its error must name besides."""
    path = folder / "bad.geojson"
    good = subsls_features()
    if kind == "broken file":
        path.write_text(collection(good)[:-40])
        return path, ["line 1, column "]
    if kind == "wrong level":
        return folder / "desa.geojson", ["row 1", "--level desa"]
    if kind == "missing column":
        path.write_text(collection([({"nama": "x"}, ring) for _, ring in good]))
        return path, ["no column for ", "--column"]
    if kind == "lost zeros":
        for properties, _ in good:
            properties["idsubsls"] = int(str(properties["idsubsls"])[:-1])
        path.write_text(collection(good))
        return path, ["row 1", "digits are missing", "as text"]
    if kind == "decimal comma":
        commas = [(p, [[str(v).replace(".", ",") for v in pair] for pair in ring]) for p, ring in good]
        path.write_text(collection(commas))
        return path, ["row 1"]
    swapped = [(properties, [pair[::-1] for pair in ring]) for properties, ring in good]
    path.write_text(collection(swapped))
    return path, ["row 1", "latitude and longitude are swapped"]


def _bad_geotags(folder: Path, kind: str) -> tuple[Path, list[str]]:
    path = folder / "bad.csv"
    head, *lines = (folder / "geotag.csv").read_text().splitlines()
    rows = [line.split(",") for line in lines]
    if kind == "broken file":
        path.write_text("\n".join([head, lines[0], lines[1][:40]]))
        return path, ["row 3", "copy is complete"]
    if kind == "wrong level":
        rows = [[a, b[:10], *rest] for a, b, *rest in rows]
        words = ["row 2", "level desa"]
    elif kind == "missing column":
        head, words = (
            head.replace("geotag_latitude", "geotag_y"),
            ["no column for lat_text", "--column lat_text="],
        )
    elif kind == "lost zeros":
        rows = [[a, b[1:], *rest] for a, b, *rest in rows]
        words = ["row 2", "leading zeros may have been lost", "as text"]
    elif kind == "decimal comma":
        # 115,40 may be 115.40 degrees or 115 degrees 40 minutes.
        rows = [[a, b, lon[:6], *rest] for a, b, lon, *rest in rows]
        path.write_text(
            "\n".join([head, *(",".join(row) for row in rows)]).replace(",", ";").replace(".", ",")
        )
        return path, ["row 2", "column geotag_longitude", "point as the decimal mark"]
    else:
        rows = [[a, b, lat, lon, *rest] for a, b, lon, lat, *rest in rows]
        words = ["row 2", "latitude and longitude are swapped", "longitude first"]
    path.write_text("\n".join([head, *(",".join(row) for row in rows)]))
    return path, words


BAD = ["broken file", "wrong level", "missing column", "lost zeros", "decimal comma", "swapped"]
# Six digits of each coordinate in these files, as they may not appear in an error.
DIGITS = (
    "4050123",
    "6950123",
    "4150123",
    "4140321",
    "6840321",
    "115.4",
    "115,4",
    "-8.7",
    "-8,7",
    "8.69",
    "8.68",
)


def _contents(engine: Engine) -> dict[str, str]:
    """Table -> hash of all its rows."""
    with engine.connect() as connection:
        tables = connection.execute(
            text(
                "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition "
                "AND relnamespace = 'public'::regnamespace AND relname <> 'spatial_ref_sys'"
            )
        ).scalars()
        of = "SELECT md5(coalesce(string_agg(md5(t::text), '' ORDER BY md5(t::text)), '')) FROM {} AS t"
        return {table: connection.execute(text(of.format(table))).scalar_one() for table in tables}


@pytest.mark.parametrize("language", ["en", "id"])
@pytest.mark.parametrize("kind", BAD)
@pytest.mark.parametrize("subject", ["boundaries", "geotags"])
def test_bad_input_is_one_sentence_and_changes_nothing(
    published: Patok,
    files: Path,
    own_database: Engine,
    monkeypatch: pytest.MonkeyPatch,
    subject: str,
    kind: str,
    language: str,
) -> None:
    published("geotags", "load", "regsosek", files / "geotag.csv")
    published("frame", "load", "nusa", files / "subsls.geojson", "--level", "subsls")
    published("frame", "qa", "nusa")
    before = _contents(own_database)
    assert len(before) > 12 and len(set(before.values())) > 8
    bad, words = (_bad_boundaries if subject == "boundaries" else _bad_geotags)(files, kind)
    monkeypatch.setattr(patok.cli, "LANGUAGE", language)
    output = files / "hasil.csv"
    boundaries, geotags = files / "subsls.geojson", files / "geotag.csv"
    check = ("--level", "subsls", "-o", output)
    if subject == "boundaries":
        commands = [("frame", "load", "nusa", bad, "--level", "subsls"), ("check", bad, geotags, *check)]
    else:
        commands = [("geotags", "load", "regsosek", bad)]
        if kind != "broken file":  # whose broken row is set apart in a check of files
            commands.append(("check", boundaries, bad, *check))
    for command in commands:
        said = published(*command)
        assert (said.code, said.out) == (2, "")
        assert said.err.startswith(bad.name) and said.err.count("\n") == 1
        assert not any(digits in said.err for digits in DIGITS), said.err
        if language == "en":
            assert all(word in said.err for word in words), said.err
        elif any(word.startswith("row") for word in words):
            assert "baris" in said.err
        machine = published(*command, "--json")
        assert (machine.code, machine.json["error"]["message"]) == (2, said.err.strip())
    assert _contents(own_database) == before
    assert not output.exists()
