"""``patok key``: the access keys of devices, people and programs."""

from __future__ import annotations

import datetime as dt

import click

from boundaries.store import keys
from boundaries.store.principals import Role
from patok.options import as_json
from patok.store import open_store
from patok.words import note, say, show_json, show_table, tell


@click.group(help=tell("Make, list and revoke access keys.", "Buat, daftar, dan cabut kunci akses."))
def COMMAND() -> None:
    """``patok key``."""


@COMMAND.command(help=tell("Make a key and show it once.", "Buat kunci dan tampilkan sekali."))
@click.argument("name")
@click.option(
    "--role",
    required=True,
    type=click.Choice([role.value for role in Role]),
    help=tell(
        "device sends geotags and reads its own; officer reads its areas; national reads all; previewer sees "
        "no household; admin also makes keys.",
        "device mengirim geotag dan membaca miliknya; officer membaca wilayahnya; national membaca semua; "
        "previewer tidak melihat keluarga; admin juga membuat kunci.",
    ),
)
@click.option(
    "--area",
    "areas",
    multiple=True,
    help=tell("Beginning of the area codes; may be repeated.", "Awal kode wilayah; boleh diulang."),
)
@click.option(
    "--days",
    type=click.IntRange(1, 3660),
    help=tell("Ends after so many days.", "Berakhir setelah sekian hari."),
)
@as_json
def create(name: str, role: str, areas: tuple[str, ...], days: int | None, as_json: bool) -> None:
    """The key itself goes to standard output and nowhere else."""
    until = None if days is None else dt.datetime.now(dt.UTC) + dt.timedelta(days=days)
    with open_store() as store:
        key, secret = keys.create_key(store.engine, Role(role), name, areas, until)
    if as_json:
        show_json({"key": secret, **_entry(key)})
        return
    note(
        "This is the key {prefix}. Keep it now: it cannot be shown again.",
        "Ini kunci {prefix}. Simpan sekarang: tidak dapat ditampilkan lagi.",
        prefix=key.prefix,
    )
    click.echo(secret)


@COMMAND.command(
    "list", help=tell("List the keys, without their secrets.", "Daftar kunci, tanpa rahasianya.")
)
@as_json
def list_(as_json: bool) -> None:
    """The newest first."""
    with open_store() as store:
        found = [_entry(key) for key in keys.list_keys(store.engine)]
    if as_json:
        show_json({"keys": found})
        return
    words = {
        "valid": tell("valid", "berlaku"),
        "expired": tell("expired", "kedaluwarsa"),
        "revoked": tell("revoked", "dicabut"),
    }
    show_table(
        [
            tell("Key", "Kunci"),
            tell("Role", "Peran"),
            tell("Name", "Nama"),
            tell("Areas", "Wilayah"),
            tell("State", "Keadaan"),
            tell("Until", "Sampai"),
        ],
        [
            [
                one["prefix"],
                one["role"],
                one["name"],
                " ".join(one["areas"]) or tell("all", "semua"),
                words[one["state"]],
                (one["expires_at"] or "-")[:10],
            ]
            for one in found
        ],
    )


@COMMAND.command(help=tell("End a key for good.", "Akhiri sebuah kunci untuk selamanya."))
@click.argument("prefix")
def revoke(prefix: str) -> None:
    """Named by what ``patok key list`` shows of it."""
    with open_store() as store:
        key = keys.revoke_key(store.engine, prefix)
    say(
        "The key {prefix} ({name}) opens nothing any more, within a minute on running servers.",
        "Kunci {prefix} ({name}) tidak membuka apa pun lagi, dalam satu menit pada server yang berjalan.",
        prefix=key.prefix,
        name=key.name,
    )


def _entry(key: keys.AccessKey) -> dict[str, object]:
    now = dt.datetime.now(dt.UTC)
    state = "revoked" if key.revoked_at else "valid" if key.holds(now) else "expired"
    return {
        "prefix": key.prefix,
        "role": key.role.value,
        "name": key.name,
        "areas": list(key.areas),
        "state": state,
        "created_at": key.created_at.isoformat(),
        "expires_at": key.expires_at and key.expires_at.isoformat(),
    }
