"""``patok webhook``: other programs that are told which findings came and went."""

from __future__ import annotations

import base64
import datetime as dt

import click
import httpx

from api.webhooks import TIMEOUT_S, send, trial_event
from geo.text import Text
from geotags.store import webhooks
from geotags.store.campaigns import find_campaign
from patok.options import as_json
from patok.store import open_store
from patok.words import LANGUAGE, note, say, show_json, show_table, tell

_TIME = click.DateTime(formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"])
_OUTCOMES = {
    "told": Text(en="taken", id="diterima"),
    "refused": Text(en="refused", id="ditolak"),
    "gone": Text(en="gone (410)", id="sudah tidak ada (410)"),
    "unreachable": Text(en="not reached", id="tidak terjangkau"),
    "too_slow": Text(en="too slow", id="terlalu lambat"),
}


@click.group(
    help=tell("Tell other programs what came and went.", "Beri tahu program lain yang datang dan pergi.")
)
def COMMAND() -> None:
    """``patok webhook``."""


@COMMAND.command(
    help=tell("Make one and show its secret once.", "Buat satu dan tampilkan rahasianya sekali.")
)
@click.argument("name")
@click.argument("campaign")
@click.argument("url")
@click.option(
    "--area",
    "areas",
    multiple=True,
    help=tell(
        "Only findings in these areas: beginning of the codes; may be repeated.",
        "Hanya temuan di wilayah ini: awal kode; boleh diulang.",
    ),
)
@click.option(
    "--from-start",
    is_flag=True,
    help=tell(
        "Tell everything there is, not only what comes.", "Beri tahu semua yang ada, bukan hanya yang datang."
    ),
)
@as_json
def create(
    name: str, campaign: str, url: str, areas: tuple[str, ...], from_start: bool, as_json: bool
) -> None:
    """The secret goes to standard output and nowhere else."""
    with open_store() as store:
        found = find_campaign(store.engine, campaign)
        secret = webhooks.create_webhook(store.engine, name, found, url, areas, from_start=from_start)
    shown = webhooks.SECRET_PREFIX + base64.b64encode(secret).decode()
    if as_json:
        show_json({"name": name, "campaign": campaign, "secret": shown})
        return
    note(
        "This secret signs what {name} is told. Keep it now: it cannot be shown again. See whether it is "
        "taken with: patok webhook try {name}",
        "Rahasia ini menandatangani yang diberitahukan kepada {name}. Simpan sekarang: tidak dapat "
        "ditampilkan lagi. Coba dengan: patok webhook try {name}",
        name=name,
    )
    click.echo(shown)


@COMMAND.command("list", help=tell("List them, without their secrets.", "Daftar, tanpa rahasianya."))
@as_json
def list_(as_json: bool) -> None:
    """By name."""
    with open_store() as store:
        found = webhooks.list_webhooks(store.engine)
    if as_json:
        show_json({"webhooks": found})
        return
    show_table(
        [
            tell("Name", "Nama"),
            tell("Campaign", "Kegiatan"),
            "URL",
            tell("Areas", "Wilayah"),
            tell("Behind", "Tertinggal"),
            tell("State", "Keadaan"),
        ],
        [
            [
                one["name"],
                one["campaign"],
                one["url"],
                " ".join(one["areas"]) or tell("all", "semua"),
                one["behind"],
                _state(one),
            ]
            for one in found
        ],
    )


def _state(one: dict[str, object]) -> str:
    if one["suspended_at"]:
        return tell(
            "suspended: {why}", "ditangguhkan: {why}", why=_OUTCOMES[str(one["suspended_for"])].say(LANGUAGE)
        )
    if one["failures"]:
        return tell("failed {n} times", "gagal {n} kali", n=one["failures"])
    return tell("works", "bekerja")


@COMMAND.command(help=tell("Show the last tries.", "Tampilkan percobaan terakhir."))
@click.argument("name")
@click.option(
    "--limit",
    type=click.IntRange(1, 1000),
    default=20,
    show_default=True,
    help=tell("How many.", "Berapa banyak."),
)
@as_json
def log(name: str, limit: int, as_json: bool) -> None:
    """Newest first; kept for 30 days."""
    with open_store() as store:
        tries = webhooks.read_tries(store.engine, name, limit)
    if as_json:
        show_json({"tries": tries})
        return
    show_table(
        [
            tell("When", "Kapan"),
            tell("Outcome", "Hasil"),
            "HTTP",
            tell("Events", "Peristiwa"),
            tell("Changes", "Perubahan"),
            tell("Seconds", "Detik"),
        ],
        [
            [
                f"{one['tried_at']:%Y-%m-%d %H:%M:%S}",
                _OUTCOMES[one["outcome"]].say(LANGUAGE),
                str(one["status"] or "-"),
                one["events"],
                f"{one['after_change_id']}-{one['last_change_id']}",
                f"{one['seconds']:.2f}",
            ]
            for one in tries
        ],
    )


@COMMAND.command(
    help=tell(
        "Go on, from an earlier place if one is given.", "Lanjutkan, dari tempat terdahulu bila disebut."
    )
)
@click.argument("name")
@click.option(
    "--after",
    type=click.IntRange(min=0),
    help=tell("Tell again what came after this change.", "Beri tahu lagi yang datang sesudah perubahan ini."),
)
@click.option(
    "--since",
    type=_TIME,
    help=tell("Tell again what came since this moment (UTC).", "Beri tahu lagi sejak saat ini (UTC)."),
)
def resume(name: str, after: int | None, since: dt.datetime | None) -> None:
    """A suspended one is tried again; events that were told before have the identity of then."""
    with open_store() as store:
        moment = since.replace(tzinfo=dt.UTC) if since else None
        place = webhooks.tell_again(store.engine, name, after=after, since=moment)
    say(
        "{name} goes on after change {place}.",
        "{name} dilanjutkan sesudah perubahan {place}.",
        name=name,
        place=place,
    )


@COMMAND.command(
    "try", help=tell("Send an event of no finding, now.", "Kirim peristiwa percobaan, sekarang.")
)
@click.argument("name")
@as_json
def try_(name: str, as_json: bool) -> None:
    """From this machine; says what was answered."""
    with open_store() as store:
        url, secret = webhooks.find_address(store.engine, name)
        campaign = webhooks.list_webhooks(store.engine, name)[0]["campaign"]
    with httpx.Client(timeout=TIMEOUT_S, trust_env=False) as client:
        outcome, status = send(client, url, secret, [trial_event(campaign)])
    if as_json:
        show_json({"name": name, "outcome": outcome, "status": status})
        return
    said = _OUTCOMES[outcome].say(LANGUAGE)
    say(
        "{name}: {said} (HTTP {status}).",
        "{name}: {said} (HTTP {status}).",
        name=name,
        said=said,
        status=status or "-",
    )


@COMMAND.command(help=tell("Tell it nothing any more.", "Jangan beri tahu lagi."))
@click.argument("name")
def remove(name: str) -> None:
    """Its log goes with it."""
    with open_store() as store:
        webhooks.remove_webhook(store.engine, name)
    say("{name} is told nothing any more.", "{name} tidak diberi tahu lagi.", name=name)
