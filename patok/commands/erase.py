"""``patok erase``: a household that asks for it, or a campaign whose time is over."""

from __future__ import annotations

import datetime as dt

import click

from boundaries.store import audit
from boundaries.store.releases import find_release, open_frame
from geotags.store.campaigns import Campaign, find_campaign, list_campaigns
from geotags.store.erasure import Erased, erase_campaign, erase_household
from patok.loading import judge_showing
from patok.options import as_json
from patok.store import Store, open_store
from patok.words import note, progress_bar, say, show_json, tell

_REASON = click.option(
    "--reason",
    required=True,
    help=tell(
        "Why; goes into the audit. Write no name and no key here.",
        "Alasannya; masuk ke audit. Jangan tulis nama atau kunci di sini.",
    ),
)
_YES = click.option("--yes", is_flag=True, help=tell("Do not ask.", "Jangan bertanya."))


@click.group(help=tell("Erase a household, or a campaign.", "Hapus keluarga, atau kegiatan."))
def COMMAND() -> None:
    """``patok erase``."""


@COMMAND.command(help=tell("Erase a household from a campaign.", "Hapus keluarga dari kegiatan."))
@click.argument("campaign")
@click.argument("household_key")
@_REASON
@as_json
def household(campaign: str, household_key: str, reason: str, as_json: bool) -> None:
    """All revisions, findings and what was set aside; its neighbours are judged again."""
    with open_store() as store:
        found = find_campaign(store.engine, campaign)
        erased = erase_household(store.engine, found, household_key, reason)
        readings = _readings(store, erased)
        _judge_neighbours(store, found)
    if as_json:
        show_json({"campaign": campaign, **_counts(erased), "readings": readings})
        return
    _say(erased)
    say(
        "It was read {readings} times before: patok audit who-saw {campaign} ITEM says by whom. Backups, "
        "exports and the database's own log still hold it: see the page on operations.",
        "Sebelumnya dibaca {readings} kali: patok audit who-saw {campaign} BUTIR menyebut oleh siapa. "
        "Cadangan, hasil ekspor, dan log basis data masih memuatnya: lihat halaman operasi.",
        readings=readings,
        campaign=campaign,
    )


@COMMAND.command("campaign", help=tell("Erase a whole campaign.", "Hapus seluruh kegiatan."))
@click.argument("name")
@_REASON
@_YES
@as_json
def campaign_(name: str, reason: str, yes: bool, as_json: bool) -> None:
    """Broken off, it is run again."""
    with open_store() as store:
        found = find_campaign(store.engine, name)
        if not yes:
            _confirm([found])
        erased = _erase(store, found, reason)
    if as_json:
        show_json({"campaign": name, **_counts(erased)})
        return
    _say(erased)


@COMMAND.command(
    help=tell("Erase campaigns that ended long ago.", "Hapus kegiatan yang sudah lama berakhir.")
)
@click.option(
    "--days",
    required=True,
    type=click.IntRange(min=0),
    help=tell(
        "How many days a campaign is kept after its last day.",
        "Berapa hari kegiatan disimpan sesudah hari terakhirnya.",
    ),
)
@_REASON
@_YES
@as_json
def ended(days: int, reason: str, yes: bool, as_json: bool) -> None:
    """Those without a last day are never meant."""
    limit = dt.datetime.now(dt.UTC).date() - dt.timedelta(days=days)
    with open_store() as store:
        due = [one for one in list_campaigns(store.engine) if one.ends_on and one.ends_on < limit]
        if due and not yes:
            _confirm(due)
        counts = [{"campaign": one.name, **_counts(_erase(store, one, reason))} for one in due]
    if as_json:
        show_json({"erased": counts})
        return
    if not due:
        say(
            "No campaign ended before {limit}.",
            "Tidak ada kegiatan yang berakhir sebelum {limit}.",
            limit=limit,
        )
    for one in counts:
        say(
            "{campaign}, erased: {geotags} geotags, {findings} findings, {quarantined} items set aside.",
            "{campaign}, dihapus: {geotags} geotag, {findings} temuan, {quarantined} butir yang disisihkan.",
            **one,
        )


def _confirm(campaigns: list[Campaign]) -> None:
    names = ", ".join(one.name for one in campaigns)
    question = tell("Erase {names} for good?", "Hapus {names} untuk selamanya?", names=names)
    click.confirm(question, abort=True, err=True)


def _erase(store: Store, campaign: Campaign, reason: str) -> Erased:
    with progress_bar("Erasing", "Menghapus", None) as advance:
        return erase_campaign(store.engine, campaign, reason, advance)


def _readings(store: Store, erased: Erased) -> int:
    return sum("reason" not in row.entry for row in audit.who_saw(store.engine, erased.seen))


def _judge_neighbours(store: Store, campaign: Campaign) -> None:
    record = find_release(store.engine, campaign.frame.name)
    frame = open_frame(store.engine, store.data_dir, campaign.frame.name, record.number)
    if judge_showing(store.engine, campaign, frame, record.release_id):
        note(
            "Some groups wait still; the service judges them.",
            "Masih ada kelompok yang menunggu; layanan akan menilainya.",
        )


def _counts(erased: Erased) -> dict[str, int]:
    return {"geotags": erased.geotags, "findings": erased.findings, "quarantined": erased.quarantined}


def _say(erased: Erased) -> None:
    say(
        "Erased: {geotags} geotags, {findings} findings, {quarantined} items that were set aside.",
        "Dihapus: {geotags} geotag, {findings} temuan, {quarantined} butir yang disisihkan.",
        **_counts(erased),
    )
