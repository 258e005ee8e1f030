"""A small kabupaten taken through the whole product, served on loopback, and a real browser to look at it."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import Browser, sync_playwright
from sqlalchemy import Engine

from api.app import create_app
from api.keyring import Keyring
from boundaries.store.cluster import Cluster
from boundaries.store.engine import connect
from boundaries.store.guard import connect_service
from boundaries.store.schema import migrate
from tests.web.kabupaten import fill
from tests.web.watched import Watched

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# One process that draws without a graphics card and calls nobody by itself.
CHROMIUM_ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
TOKEN = "a-token-for-the-test"
VENDOR = Path(__file__).parents[2] / "api" / "web" / "vendor" / "maplibre-gl"


@contextmanager
def serving(cluster: Cluster, data_dir: Path, codes: list[str] | None = None) -> Iterator[str]:
    """The real application on a free port of loopback; gives its address. ``codes`` gets one of a link."""
    engine = connect_service(cluster.service_url())
    keyring = Keyring(engine, TOKEN)
    if codes is not None:
        codes.append(keyring.new_code())
    app = create_app(engine, data_dir, keyring=keyring)
    config = uvicorn.Config(
        app, host="127.0.0.1", port=0, log_level="warning", access_log=False, timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        until = time.monotonic() + 20
        while not server.started:
            assert thread.is_alive() and time.monotonic() < until, "the server did not start"
            time.sleep(0.02)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(timeout=20)
        engine.dispose()


@pytest.fixture(scope="module")
def page_cluster(
    open_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Cluster, Path]]:
    """The filled database, on a server of its own because other tests empty theirs, and its data folder."""
    cluster = Cluster(open_folder / "page", durable=False)
    try:
        engine = connect(cluster.start())
        migrate(engine)
        folder = tmp_path_factory.mktemp("page")
        fill(engine, folder)
        yield cluster, folder
        engine.dispose()
    finally:
        cluster.stop()


@pytest.fixture(scope="module")
def address(page_cluster: tuple[Cluster, Path]) -> Iterator[str]:
    """Where the page of the filled database is."""
    with serving(*page_cluster) as base:
        yield base


@pytest.fixture
def link(page_cluster: tuple[Cluster, Path]) -> Iterator[str]:
    """The same, with the link that the server prints: it signs in once."""
    codes: list[str] = []
    with serving(*page_cluster, codes) as base:
        yield f"{base}/#sign-in={codes[0]}"


@pytest.fixture
def address_of_nothing(engine: Engine, cluster: Cluster, data_dir: Path) -> Iterator[str]:
    """A server whose database has no campaign."""
    with serving(cluster, data_dir) as base:
        yield base


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The distribution's Chromium."""
    assert (VENDOR / "maplibre-gl.mjs").is_file(), "the map component is not installed: run bin/test"
    found = next((path for path in map(shutil.which, CHROMIUM_NAMES) if path), None)
    assert found, f"no browser: install one of {', '.join(CHROMIUM_NAMES)}, or run bin/test"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found, args=CHROMIUM_ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def watch(browser: Browser) -> Iterator[Callable[..., Watched]]:
    """Open pages with ``watch(base, **context_options)``; none may have had a fault in the end."""
    opened: list[Watched] = []

    def start(base: str, *, signed_in: bool = True, **options: Any) -> Watched:
        given: dict[str, Any] = {
            "viewport": {"width": 1000, "height": 640},
            "locale": "id-ID",
            "timezone_id": "Asia/Makassar",
            "reduced_motion": "reduce",
        }
        context = browser.new_context(**(given | options))
        context.set_default_timeout(15_000)
        watched = Watched(context.new_page(), base)
        context.expose_binding("reportViolation", lambda _, what: watched.faults.append(f"policy: {what}"))
        context.add_init_script(
            "addEventListener('securitypolicyviolation', (e) => "
            "reportViolation(`${e.violatedDirective} ${e.blockedURI}`))"
        )
        if signed_in:
            context.add_init_script(f"sessionStorage.setItem('patok.token', '{TOKEN}')")
        watched.page.on("request", watched.on_request)
        watched.page.on("console", watched.on_console)
        watched.page.on("pageerror", lambda error: watched.faults.append(f"script: {error}"))
        opened.append(watched)
        return watched

    yield start
    for watched in opened:
        watched.page.context.close()
    assert [fault for watched in opened for fault in watched.faults] == []
