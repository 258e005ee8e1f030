"""``patok geotags``: load geotags into a campaign, check them again."""

from __future__ import annotations

from pathlib import Path

import click

from boundaries.store.releases import find_release, open_frame
from geotags.intake import read_geotags
from geotags.run import check_campaign, pass_on
from geotags.store.campaigns import find_campaign
from patok.loading import judge_showing, load_showing
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
    document = {
        "new": report.new,
        "repeated": report.repeated,
        "changed": report.changed,
        "erased": report.erased,
    }
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
    if report.erased:
        say(
            "Left out, because their households were erased here: {erased}.",
            "Tidak dimuat, karena keluarganya sudah dihapus di sini: {erased}.",
            erased=report.erased,
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
@click.option(
    "--changed",
    is_flag=True,
    help=tell(
        "Only those that a new release concerns, and what waits.",
        "Hanya yang terkena rilis baru, dan yang menunggu.",
    ),
)
@as_json
def check(campaign: str, release: int | None, changed: bool, as_json: bool) -> None:
    """Against the current release or another; broken off, it is run again."""
    if changed and release is not None:
        raise click.UsageError(
            tell("--changed is for the current release.", "--changed untuk rilis yang berlaku.")
        )
    with open_store() as store:
        found = find_campaign(store.engine, campaign)
        record = find_release(store.engine, found.frame.name, release)
        frame = open_frame(store.engine, store.data_dir, found.frame.name, record.number)
        if changed:
            areas = pass_on(store.engine, found, record.release_id)
        else:
            with progress_bar("Checking again", "Memeriksa ulang", None) as advance:
                done = check_campaign(store.engine, found, frame, record.release_id, advance, judges=False)
        left = judge_showing(store.engine, found, frame, record.release_id)
    if changed:
        _say_changed(campaign, record.number, areas, left, as_json)
        return
    if as_json:
        show_json({"campaign": campaign, "release": record.number, "geotags": done})
        return
    say(
        "{done} geotags checked against release {release}.",
        "{done} geotag diperiksa terhadap rilis {release}.",
        done=done,
        release=record.number,
    )


def _say_changed(campaign: str, release: int, areas: int | None, left: int, as_json: bool) -> None:
    if as_json:
        show_json({"campaign": campaign, "release": release, "areas": areas or 0, "waiting": left})
        return
    if areas is None:
        say("Release {release} was passed on before.", "Rilis {release} sudah diteruskan.", release=release)
    else:
        say(
            "Release {release} concerns geotags of {areas} assigned areas; they were judged again.",
            "Rilis {release} menyangkut geotag di {areas} wilayah tugas; sudah dinilai ulang.",
            release=release,
            areas=areas,
        )
    if left:
        say(
            "{left} groups wait still; run this again.",
            "{left} kelompok masih menunggu; jalankan lagi.",
            left=left,
        )
