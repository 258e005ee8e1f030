"""``patok campaign``: create and list campaigns."""

from __future__ import annotations

import datetime as dt

import click

from geo.levels import Level
from geotags.store.campaigns import create_campaign, list_campaigns
from geotags.store.partitions import ensure_for_campaigns
from patok.options import as_json, level_option, ruleset_option
from patok.rulesets import find_ruleset
from patok.store import open_store
from patok.words import say, show_json, show_table, tell

_DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.group(help=tell("Create and list campaigns.", "Buat dan daftar kegiatan."))
def COMMAND() -> None:
    """``patok campaign``."""


@COMMAND.command(help=tell("Create a campaign on a frame.", "Buat kegiatan pada kerangka."))
@click.argument("name")
@click.option("--frame", required=True, help=tell("The frame.", "Kerangkanya."))
@level_option
@ruleset_option
@click.option("--starts-on", type=_DAY, help=tell("First day.", "Hari pertama."))
@click.option("--ends-on", type=_DAY, help=tell("Last day.", "Hari terakhir."))
def create(
    name: str,
    frame: str,
    level: Level,
    ruleset: str,
    starts_on: dt.datetime | None,
    ends_on: dt.datetime | None,
) -> None:
    """The ruleset is kept with the campaign, whole: a file that changes later changes nothing here."""
    rules = find_ruleset(ruleset)
    with open_store() as store:
        create_campaign(
            store.engine,
            name,
            frame,
            level,
            rules,
            starts_on=starts_on.date() if starts_on else None,
            ends_on=ends_on.date() if ends_on else None,
        )
        ensure_for_campaigns(store.engine)
    say(
        "Campaign {name} is made. Next: patok geotags load {name} FILE",
        "Kegiatan {name} dibuat. Berikutnya: patok geotags load {name} BERKAS",
        name=name,
    )


@COMMAND.command("list", help=tell("List the campaigns.", "Daftar kegiatan."))
@as_json
def list_(as_json: bool) -> None:
    """By name."""
    with open_store() as store:
        found = list_campaigns(store.engine)
    rows = [
        {
            "name": one.name,
            "frame": one.frame.name,
            "level": one.level.value,
            "ruleset": one.ruleset.name,
            "ruleset_version": one.ruleset.version,
        }
        for one in found
    ]
    if as_json:
        show_json({"campaigns": rows})
        return
    show_table(
        [tell("Campaign", "Kegiatan"), tell("Frame", "Kerangka"), tell("Level", "Tingkat"), "Ruleset"],
        [[r["name"], r["frame"], r["level"], f"{r['ruleset']} {r['ruleset_version']}"] for r in rows],
    )
