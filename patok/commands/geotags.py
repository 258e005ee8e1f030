"""``patok geotags``: load geotags into a campaign, check them again."""

from __future__ import annotations

from pathlib import Path

import click

from boundaries.store.releases import find_release, open_frame
from geotags.intake import read_geotags
from geotags.run import check_campaign
from geotags.store.campaigns import find_campaign
from patok.loading import load_showing
from patok.options import FILE, as_json, column_option, read_columns
from patok.store import open_store
from patok.words import progress_bar, say, show_json, tell

_RELEASE = click.option(
    "--release", type=int, help=tell("Number of the release; the current one.", "Nomor rilis; yang berlaku.")
)


@click.group(help=tell("Load geotags and check them again.", "Muat geotag dan periksa ulang."))
def COMMAND() -> None:
    """``patok geotags``."""


@COMMAND.command(help=tell("Load and check a file of geotags.", "Muat dan periksa berkas geotag."))
@click.argument("campaign")
@click.argument("file", type=FILE)
@column_option
@_RELEASE
@as_json
def load(campaign: str, file: Path, columns: tuple[str, ...], release: int | None, as_json: bool) -> None:
    """Safe to run again: what is there already is counted, not doubled."""
    with open_store() as store:
        found = find_campaign(store.engine, campaign)
        record = find_release(store.engine, found.frame.name, release)
        frame = open_frame(store.engine, store.data_dir, found.frame.name, record.number)
        loaded = read_geotags(file, frame.scheme, found.level, read_columns(columns))
        report = load_showing(store.engine, found, frame, record.release_id, loaded.geotags)
    document = {"new": report.new, "repeated": report.repeated, "changed": report.changed}
    first_rows = [row + loaded.first_row for row in report.changed_rows[:20]]
    if as_json:
        show_json(
            {"campaign": campaign, "release": record.number, **document, "changed_file_rows": first_rows}
        )
        return
    say(
        "{new} geotags stored and checked against release {release}; {repeated} were there already.",
        "{new} geotag disimpan dan diperiksa terhadap rilis {release}; {repeated} sudah ada.",
        release=record.number,
        **document,
    )
    if report.changed:
        say(
            "Left out, because they differ from what is stored under the same item and revision: {changed} "
            "(file rows: {rows}). Send them with a higher revision.",
            "Tidak dimuat, karena berbeda dari yang tersimpan dengan item dan revisi sama: {changed} "
            "(baris berkas: {rows}). Kirim dengan revisi lebih tinggi.",
            changed=report.changed,
            rows=", ".join(map(str, first_rows)) + (" ..." if report.changed > len(first_rows) else ""),
        )


@COMMAND.command(help=tell("Check all geotags of a campaign again.", "Periksa ulang semua geotag kegiatan."))
@click.argument("campaign")
@_RELEASE
@as_json
def check(campaign: str, release: int | None, as_json: bool) -> None:
    """Against the current release or another; readers see the old results until all are new."""
    with open_store() as store:
        found = find_campaign(store.engine, campaign)
        record = find_release(store.engine, found.frame.name, release)
        frame = open_frame(store.engine, store.data_dir, found.frame.name, record.number)
        with progress_bar("Checking again", "Memeriksa ulang", None) as advance:
            done = check_campaign(store.engine, found, frame, record.release_id, advance)
    if as_json:
        show_json({"campaign": campaign, "release": record.number, "geotags": done})
        return
    say(
        "{done} geotags checked against release {release}.",
        "{done} geotag diperiksa terhadap rilis {release}.",
        done=done,
        release=record.number,
    )
