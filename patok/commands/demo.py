"""``patok demo``: the whole line on a sample kabupaten, from files to the page."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import click
import pandas as pd

from boundaries.intake import read_areas
from boundaries.store import candidates, frames, releases
from boundaries.store.cluster import Cluster
from boundaries.store.engine import connect
from boundaries.store.schema import migrate
from geo.checks.protocol import Scope
from geo.checks.registry import CHECKS
from geo.codes import SCHEMES
from geo.levels import Level
from geotags.intake import read_geotags
from geotags.store.campaigns import create_campaign, find_campaign
from geotags.store.results import finding_items
from patok.commands.frame import run_qa_on_candidate, show_qa
from patok.commands.serve import require_free, run_server
from patok.loading import load_showing
from patok.sample.households import LEAST_HOUSEHOLDS, make_geotags
from patok.sample.kabupaten import make_kabupaten
from patok.sample.writing import write_sample
from patok.settings import Settings, read_settings
from patok.store import Store
from patok.words import note, progress_bar, say, show_json, show_table, tell

NAME = "contoh"
_LEVELS = (Level.KAB, Level.KEC, Level.DESA, Level.SLS, Level.SUBSLS)


@click.command(
    help=tell(
        "Make a sample kabupaten, check it, show the page.", "Buat kabupaten contoh, periksa, tampilkan."
    )
)
@click.option(
    "--serve/--no-serve",
    default=True,
    help=tell("Show the page afterwards.", "Tampilkan halaman sesudahnya."),
)
@click.option("--port", type=click.IntRange(1, 65535), help=tell("Port of the page.", "Port halaman."))
@click.option(
    "--geotags",
    "n",
    type=click.IntRange(min=LEAST_HOUSEHOLDS),
    default=40_000,
    show_default=True,
    help=tell("How many.", "Jumlahnya."),
)
@click.option("--seed", default=1945, show_default=True, help=tell("Seed of the sample.", "Benih contoh."))
@click.option("--json", "as_json", is_flag=True, help=tell("The table as JSON.", "Tabel sebagai JSON."))
def COMMAND(serve: bool, port: int | None, n: int, seed: int, as_json: bool) -> None:
    """Everything in a folder and a database of its own, made anew each time."""
    settings = read_settings()
    settings = replace(
        settings, data_dir=settings.data_dir / "demo", host="127.0.0.1", port=port or settings.port
    )
    if serve:
        require_free(settings.host, settings.port)
    # Whoever ends the demo, or closes its terminal, ends its database too.
    for end in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(end, signal.default_int_handler)
    with _demo_store(settings) as store:
        with progress_bar("Making the sample kabupaten", "Membuat kabupaten contoh", None):
            tables = make_kabupaten(seed)
            rows, planted = make_geotags(tables, seed, n)
            folder = settings.data_dir / "sample"
            folder.mkdir(parents=True, exist_ok=True)
            write_sample(folder, tables, rows)
        _publish(store, folder, as_json)
        _load(store, folder / "geotags.csv")
        with store.engine.connect() as connection:
            campaign = find_campaign(store.engine, NAME)
            table = compare(planted, finding_items(connection, campaign.campaign_id))
        _show(table, folder, as_json)
        if serve:
            run_server(store, settings, settings.host, settings.port)


@contextmanager
def _demo_store(settings: Settings) -> Iterator[Store]:
    """A private database of the demo's own with empty tables, stopped at the end."""
    cluster = Cluster(settings.data_dir)
    try:
        with progress_bar("Starting the private database", "Menjalankan basis data pribadi", None):
            engine = connect(cluster.start())
            migrate(engine, "base")
            migrate(engine)
        try:
            yield Store(engine, settings.data_dir)
        finally:
            engine.dispose()
    finally:
        cluster.stop()


def _publish(store: Store, folder: Path, as_json: bool) -> None:
    frames.create_frame(store.engine, NAME, "bps")
    with progress_bar("Loading the boundaries", "Memuat batas wilayah", len(_LEVELS)) as advance:
        for level in _LEVELS:
            loaded = read_areas(folder / f"{level}.geojson", level, SCHEMES["bps"])
            candidates.add_file(store.engine, NAME, loaded)
            advance()
    found = run_qa_on_candidate(store, NAME)
    if not as_json:
        show_qa(NAME, found, 20)
    with progress_bar("Publishing the release", "Menerbitkan rilis", None):
        releases.publish(store.engine, store.data_dir, NAME, "2025_2")


def _load(store: Store, path: Path) -> None:
    campaign = create_campaign(store.engine, NAME, NAME, Level.SUBSLS)
    release = releases.find_release(store.engine, NAME)
    frame = releases.open_frame(store.engine, store.data_dir, NAME)
    loaded = read_geotags(path, frame.scheme, campaign.level)
    load_showing(store.engine, campaign, frame, release.release_id, loaded.geotags)


def compare(planted: pd.DataFrame, found: list[tuple[str, str, str]]) -> list[dict[str, object]]:
    """Per check: planted, found among them, missed, raised without having been planted.

    ``needs_judgement`` is True where a clean record may rightly be raised: near a border the
    accuracy alone can put a point outside, neighbours may stand close together, and a point that was
    misplaced makes a jump between two that were not. What was not planted is no false alarm there.
    """
    planted_of = {code: set(rows["assignment_id"]) for code, rows in planted.groupby("code")}
    judged = set(planted.loc[planted["needs_judgement"], "code"])
    judged |= {check.code for check in CHECKS if check.scope is not Scope.RECORD} - set(planted["code"])
    found_of: dict[str, set[str]] = {}
    for item_id, code, _ in found:
        found_of.setdefault(code, set()).add(item_id)
    table = []
    for check in CHECKS:
        here, there = planted_of.get(check.code, set()), found_of.get(check.code, set())
        table.append(
            {
                "code": check.code,
                "planted": len(here),
                "found": len(here & there),
                "missed": len(here - there),
                "raised_besides": len(there - here),
                "needs_judgement": check.code in judged,
            }
        )
    return table


def _show(table: list[dict[str, object]], folder: Path, as_json: bool) -> None:
    if as_json:
        show_json({"checks": table, "sample": str(folder)})
        return
    beside = tell("rightly or not", "wajar atau tidak")
    show_table(
        [
            tell("Check", "Pemeriksaan"),
            tell("Planted", "Ditanam"),
            tell("Found", "Ditemukan"),
            tell("Missed", "Terlewat"),
            tell("Wrongly raised", "Salah angkat"),
        ],
        [
            [
                row["code"],
                row["planted"],
                row["found"],
                row["missed"],
                f"({row['raised_besides']:,} {beside})"
                if row["needs_judgement"]
                else f"{row['raised_besides']:,}",
            ]
            for row in table
        ],
        title=tell("Planted faults and what the checks found", "Kesalahan yang ditanam dan temuannya"),
    )
    say("The sample files are in {folder}.", "Berkas contoh ada di {folder}.", folder=folder)
    note(
        "Checks that need judgement also raise clean records: near borders, between close neighbours, and "
        "beside misplaced points.",
        "Pemeriksaan yang butuh pertimbangan juga menandai catatan bersih: dekat batas, antara tetangga "
        "dekat, dan di samping titik yang salah tempat.",
    )
