"""``patok db``: the database."""

from __future__ import annotations

from pathlib import Path

import click

from boundaries.store.cluster import Cluster
from boundaries.store.engine import connect
from boundaries.store.schema import let_service_in, migrate
from patok.options import as_json
from patok.settings import read_settings
from patok.words import say, show_json, tell


@click.group(help=tell("The database.", "Basis data."))
def COMMAND() -> None:
    """``patok db``."""


@COMMAND.command(help=tell("Start the private server.", "Jalankan server pribadi."))
def start() -> None:
    """Start and bring the tables to this version."""
    cluster = Cluster(read_settings().data_dir)
    engine = connect(cluster.start())
    migrate(engine)
    engine.dispose()
    say(
        "The private database runs in {folder}.",
        "Basis data pribadi berjalan di {folder}.",
        folder=cluster.folder,
    )


@COMMAND.command(help=tell("Stop the private server.", "Hentikan server pribadi."))
def stop() -> None:
    """Stop; nothing happens when it does not run."""
    Cluster(read_settings().data_dir).stop()
    say("The private database is stopped.", "Basis data pribadi berhenti.")


@COMMAND.command(help=tell("Tell what the private server is doing.", "Laporkan keadaan server pribadi."))
@as_json
def status(as_json: bool) -> None:
    """State, folder, version and size."""
    state = Cluster(read_settings().data_dir).status()
    document = {
        "state": state.state,
        "folder": str(state.folder),
        "version": state.version,
        "pid": state.pid,
        "data_bytes": state.data_bytes,
    }
    if as_json:
        show_json(document)
        return
    words = {
        "absent": tell("not made yet", "belum dibuat"),
        "stopped": tell("stopped", "berhenti"),
        "running": tell("running", "berjalan"),
    }
    say(
        "{state}: {folder}, PostgreSQL {version}, {mb:,.0f} MB",
        "{state}: {folder}, PostgreSQL {version}, {mb:,.0f} MB",
        state=words[state.state],
        folder=state.folder,
        version=state.version or "-",
        mb=state.data_bytes / 1e6,
    )


@COMMAND.command("migrate", help=tell("Bring the tables to this version.", "Perbarui tabel ke versi ini."))
@click.option(
    "--service-password-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=tell(
        "Lets the user patok_service come in with the password in this file; asks for an administrator.",
        "Mengizinkan pengguna patok_service masuk dengan kata sandi di berkas ini; perlu administrator.",
    ),
)
def migrate_(service_password_file: Path | None) -> None:
    """On the configured server or the private one."""
    settings = read_settings()
    engine = connect(settings.database_url or Cluster(settings.data_dir).start())
    revision = migrate(engine)
    if service_password_file is not None:
        let_service_in(engine, service_password_file.read_text("ascii").strip())
    engine.dispose()
    say("The tables are at revision {revision}.", "Tabel berada pada revisi {revision}.", revision=revision)
