"""``patok serve``: the HTTP API and the page."""

from __future__ import annotations

import errno
import gc
import socket

import click
import uvicorn

from api.access import LOOPBACK_HOSTS, check_bind, is_loopback, named_by
from api.app import create_app
from api.keyring import Keyring
from boundaries.store.keys import has_keys
from geo.errors import SetupError
from geo.text import Text
from geotags.store.partitions import ensure_for_campaigns
from patok import tracing
from patok.log import set_up
from patok.settings import Settings, read_settings
from patok.store import Store, open_service, open_store
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
    """On loopback; beyond it only when there is a key to tell callers by."""
    settings = read_settings()
    host, port = host or settings.host, port or settings.port
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
    keyed = settings.access_token is not None or has_keys(store.engine)
    check_bind(host, has_keys=keyed)
    host = host.strip("[]")
    ensure_for_campaigns(store.engine)
    with open_service(settings) as engine:
        keyring = Keyring(engine, settings.access_token)
        app = create_app(
            engine,
            store.data_dir,
            keyring=keyring,
            allowed_hosts=[*LOOPBACK_HOSTS, *named_by(host), *settings.allowed_hosts],
            language=settings.language,
            rulesets_dir=settings.rulesets_dir,
            works_beside=True,
        )
        _say_where(host, port, keyring)
        _spare_collector()
        set_up(settings.log)
        if settings.otlp_endpoint:
            tracing.set_up(settings.otlp_endpoint)
        uvicorn.run(
            app,
            host=host,
            port=port,
            log_config=None,
            log_level="warning",
            access_log=False,
            timeout_graceful_shutdown=5,
        )


def _spare_collector() -> None:
    """Let the collector of cycles pass over what was loaded, and look seldom: a batch makes ten thousand
    objects and no cycle, and a walk over all modules took 7 ms of the 54 of a batch of 100."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def _say_where(host: str, port: int, keyring: Keyring) -> None:
    """The address; on this machine alone with a code, as only who reads this terminal may use it."""
    address = f"http://{_address(host)}:{port}"
    if not is_loopback(host):
        note("The page is at {address} (Ctrl-C stops).", _PAGE_ID, address=address)
        return
    note(
        "The page is at {address} (Ctrl-C stops). This link signs in, once:",
        "Halaman ada di {address} (Ctrl-C untuk berhenti). Tautan ini untuk masuk, sekali pakai:",
        address=address,
    )
    note("{address}/#sign-in={code}", "{address}/#sign-in={code}", address=address, code=keyring.new_code())


_PAGE_ID = "Halaman ada di {address} (Ctrl-C untuk berhenti)."
