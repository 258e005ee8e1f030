"""``patok audit``: whether the record of readings is whole, and who saw a household."""

from __future__ import annotations

from typing import Any

import click

from boundaries.store import audit
from geo.errors import Conflict
from geo.text import Text
from geotags.store.campaigns import find_campaign
from geotags.store.erasure import identities_of
from patok.options import as_json
from patok.store import open_store
from patok.words import progress_bar, say, show_json, show_table, tell


class AuditBroken(Conflict):
    """The record of readings is not what was written."""

    code = "AUDIT_BROKEN"
    text = Text(
        en="The audit is not whole: row {row}: {reason}. Rows before it are as they were written. Keep this "
        "database as it is, and compare it with a backup.",
        id="Catatan audit tidak utuh: baris {row}: {reason}. Baris sebelumnya masih seperti saat ditulis. "
        "Simpan basis data ini apa adanya, lalu bandingkan dengan cadangan.",
    )


_REASONS = {
    "number": Text(en="the row before it is missing", id="baris sebelumnya hilang"),
    "chain": Text(
        en="its entry, its hash or the hash before it was changed",
        id="isinya, hashnya, atau hash sebelumnya berubah",
    ),
    "seen": Text(en="the list of what was seen was changed", id="daftar yang dilihat berubah"),
    "span": Text(
        en="the range of what was seen was changed, by which it is found",
        id="rentang yang dilihat, yang dipakai untuk mencarinya, berubah",
    ),
    "head": Text(
        en="rows at the end are missing: no row has this hash",
        id="baris di akhir hilang: tidak ada baris dengan hash ini",
    ),
}


@click.group(help=tell("Who saw which household.", "Siapa melihat keluarga mana."))
def COMMAND() -> None:
    """``patok audit``."""


@COMMAND.command(help=tell("Follow the chain of hashes.", "Telusuri rantai hash."))
@click.option(
    "--head",
    metavar="HASH",
    help=tell(
        "A hash that an earlier verification gave: rows cut off the end show by it.",
        "Hash dari pemeriksaan terdahulu: dengannya tampak baris akhir yang dipotong.",
    ),
)
@as_json
def verify(head: str | None, as_json: bool) -> None:
    """Ends with ``AUDIT_BROKEN`` and the first row that does not fit."""
    with open_store() as store, progress_bar("Following the chain", "Menelusuri rantai", None) as advance:
        found = audit.verify(store.engine, None if head is None else head.strip().lower(), advance)
    if found.broken_row is not None:
        raise AuditBroken(row=found.broken_row, reason=_REASONS[found.reason])
    if as_json:
        show_json({"rows": found.rows, "head": found.head})
        return
    say(
        "{rows} rows, each as it was written. Keep this hash in another place: {head}",
        "{rows} baris, masing-masing seperti saat ditulis. Simpan hash ini di tempat lain: {head}",
        rows=found.rows,
        head=found.head or "-",
    )


@COMMAND.command(
    "who-saw", help=tell("Who saw an item or a household.", "Siapa melihat sebuah butir atau keluarga.")
)
@click.argument("campaign")
@click.argument("name", metavar="ITEM|HOUSEHOLD")
@as_json
def who_saw(campaign: str, name: str, as_json: bool) -> None:
    """By item identifier or household key; an erased item is found by its identifier."""
    with open_store() as store:
        found = find_campaign(store.engine, campaign)
        wanted = identities_of(store.engine, found, name)
        with progress_bar("Looking through the audit", "Mencari dalam audit", None) as advance:
            rows = [_row(one) for one in audit.who_saw(store.engine, wanted, advance)]
    if as_json:
        show_json({"campaign": campaign, "readings": rows})
        return
    if not rows:
        say("Nobody has read it.", "Belum ada yang membacanya.")
        return
    show_table(
        [
            tell("Row", "Baris"),
            tell("When", "Kapan"),
            tell("Who", "Siapa"),
            tell("Key", "Kunci"),
            tell("Role", "Peran"),
            tell("What for", "Untuk apa"),
        ],
        [
            [one["row"], one["at"][:19], one["who"], one["key_id"] or "-", one["role"], one["purpose"]]
            for one in rows
        ],
    )


def _row(one: audit.AuditEntry) -> dict[str, Any]:
    return {"row": one.row_id, **{name: value for name, value in one.entry.items() if name != "seen_sha256"}}
