"""``patok serve``: the HTTP API and the page."""

from __future__ import annotations

import errno
import socket

import click
import uvicorn

from api.access import LOOPBACK_HOSTS, check_bind, named_by
from api.app import create_app
from geo.errors import SetupError
from geo.text import Text
from patok.settings import Settings, read_settings
from patok.store import Store, open_store
from patok.words import note, tell


class PortTaken(SetupError):
    """Something listens on the port already."""

    code = "PORT_TAKEN"
    text = Text(
        en="Port {port} is in use, perhaps by another demo. Stop it, or choose another port with --port.",
        id="Port {port} sedang dipakai, mungkin oleh demo lain. Hentikan, atau pilih lain dengan --port.",
    )


@click.command(help=tell("Serve the HTTP API and the page.", "Layani API HTTP dan halaman."))
@click.option("--host", help=tell("Address to listen on.", "Alamat yang dilayani."))
@click.option("--port", type=click.IntRange(1, 65535), help=tell("Port to listen on.", "Port yang dilayani."))
def COMMAND(host: str | None, port: int | None) -> None:
    """On loopback; beyond it only with an access token."""
    settings = read_settings()
    host, port = host or settings.host, port or settings.port
    check_bind(host, settings.access_token)
    require_free(host, port)
    with open_store(settings) as store:
        run_server(store, settings, host, port)


def _address(host: str) -> str:
    """What to type into a browser on this machine."""
    if not named_by(host):
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host


def require_free(host: str, port: int) -> None:
    """Raise ``PortTaken`` when somebody listens there already."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host.strip("[]"), port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise PortTaken(port=port) from error


def run_server(store: Store, settings: Settings, host: str, port: int) -> None:
    """Serve until Ctrl-C. The access log stays off: addresses name areas and households."""
    check_bind(host, settings.access_token)
    host = host.strip("[]")
    app = create_app(
        store.engine,
        store.data_dir,
        access_token=settings.access_token,
        allowed_hosts=[*LOOPBACK_HOSTS, *named_by(host), *settings.allowed_hosts],
        language=settings.language,
        rulesets_dir=settings.rulesets_dir,
    )
    note(
        "The page is at http://{host}:{port} (Ctrl-C stops).",
        "Halaman ada di http://{host}:{port} (Ctrl-C untuk berhenti).",
        host=_address(host),
        port=port,
    )
    uvicorn.run(app, host=host, port=port, log_level="warning", access_log=False, timeout_graceful_shutdown=5)
