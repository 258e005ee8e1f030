"""Who is let in, what every answer carries, and how errors are said."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine, create_engine, text

import geo.errors
from api.access import SECURITY_HEADERS, BindRefused, check_bind, named_by
from api.app import create_app
from api.keyring import Keyring
from api.languages import accepted_language
from api.problems import problem_response
from api.routes import health
from boundaries.store.engine import connect
from geo.errors import NotFound, PatokError, ValueRefused
from tests.api.conftest import AUTHORIZED, TOKEN

HOUSEHOLD_LON, HOUSEHOLD_LAT = "115.4321987", "-8.5432198"


@pytest.fixture
def guarded(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app) as client:
        yield client


@pytest.mark.parametrize(
    "host", ["evil.example", "testserver.evil.example", "", "127.0.0.1", "user@testserver", "[testserver"]
)
def test_another_host_is_refused(client: TestClient, host: str) -> None:
    answer = client.get("/v1/checks", headers={"Host": host})
    assert (answer.status_code, answer.json()["code"]) == (421, "HOST_REFUSED")
    assert "evil" not in answer.text
    assert client.get("/health/live", headers={"Host": host}).status_code == 421


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:8000", "localhost:8000", "LOCALHOST", "[::1]:8000"])
def test_loopback_names_are_the_default(engine: Engine, data_dir: Path, host: str) -> None:
    with TestClient(create_app(engine, data_dir)) as client:
        assert client.get("/health/live", headers={"Host": host}).status_code == 200
        assert client.get("/health/live").status_code == 421  # testserver


@pytest.mark.parametrize(
    "given", [None, "", "Bearer", "Bearer wrong", f"Basic {TOKEN}", TOKEN, f"Bearer {TOKEN}x", "Bearer é"]
)
def test_without_the_token_nothing_is_said(guarded: TestClient, given: str | None) -> None:
    headers = {} if given is None else {"Authorization": given.encode("latin-1")}
    for address in ("/v1/frames", "/openapi.json", "/tiles/geotags.json?campaign=x", "/nope"):
        answer = guarded.get(address, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (401, "TOKEN_REFUSED")
        assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_with_the_token_all_is_served(guarded: TestClient, world: Any) -> None:
    for scheme in ("Bearer", "bearer"):
        headers = {"Authorization": f"{scheme} {TOKEN}"}
        assert guarded.get("/v1/frames", headers=headers).status_code == 200


def test_health_and_the_page_need_no_token(guarded: TestClient) -> None:
    assert guarded.get("/health/live").json() == {"status": "live"}
    assert guarded.get("/health/ready").json() == {"status": "ready"}
    assert guarded.get("/").status_code != 401
    assert guarded.get("/web/no-such-file.js").status_code == 404
    # The page's folder is no way around the token.
    for address in ("/web/../v1/frames", "/web/%2e%2e/%2e%2e/app.py", "//v1/frames", "/web/../../app.py"):
        assert guarded.get(address).status_code in (401, 404)


@pytest.mark.parametrize("address", ["/v1/checks", "/nope", "/v1/frames?lang=xx", "/health/live", "/"])
def test_every_answer_carries_the_headers(client: TestClient, address: str) -> None:
    answer = client.get(address)
    for name, value in SECURITY_HEADERS.items():
        assert answer.headers[name] == value
    assert re.search("no-store|no-cache", answer.headers["Cache-Control"])


def test_household_data_is_not_stored(world: Any, client: TestClient) -> None:
    for address in ("/v1/campaigns/regsosek/geotags", "/v1/campaigns/regsosek/findings"):
        assert client.get(address).headers["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize(
    "host", ["0.0.0.0", "::", "192.168.1.5", "patok.example", "", "127.0.0.1.nip.example"]
)
def test_the_network_needs_a_token(host: str) -> None:
    with pytest.raises(BindRefused):
        check_bind(host, has_keys=False)
    check_bind(host, has_keys=True)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.9", "::1", "[::1]", "localhost"])
def test_loopback_needs_none(host: str) -> None:
    check_bind(host, has_keys=False)


# ---- errors ------------------------------------------------------------------------------------------------


def _every_error() -> list[type[PatokError]]:
    found: list[type[PatokError]] = []
    todo: list[type[PatokError]] = [PatokError]
    while todo:
        error = todo.pop()
        todo += error.__subclasses__()
        if error.__module__ == geo.errors.__name__ or error.__module__.startswith(("api.", "boundaries.")):
            found.append(error)
    return sorted(set(found), key=lambda error: error.__name__)


@pytest.mark.parametrize("error", _every_error(), ids=lambda error: error.__name__)
def test_every_error_is_a_problem_in_both_languages(app: FastAPI, error: type[PatokError]) -> None:
    values = dict.fromkeys(error.text.placeholders("en"), "x")

    @app.get("/raise")
    def fail() -> None:
        raise error(**values)

    with TestClient(app, raise_server_exceptions=False, headers=AUTHORIZED) as client:
        said = {}
        for language in ("en", "id"):
            answer = client.get("/raise", params={"lang": language})
            assert answer.status_code == error.http_status
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.headers["content-language"] == language
            problem = answer.json()
            assert {"type", "title", "status", "detail", "code"} <= problem.keys()
            assert problem["type"] == f"/problems/{error.code}"
            assert (problem["code"], problem["status"]) == (error.code, error.http_status)
            said[language] = problem["detail"]
    if error.text.en != error.text.id:
        assert said["en"] != said["id"]


@pytest.mark.parametrize(
    "error",
    [
        ValueRefused(where="batch, row 3", value=f"{HOUSEHOLD_LON} {HOUSEHOLD_LAT}", wanted="a number"),
        NotFound(what="campaign", name=f"{HOUSEHOLD_LON},{HOUSEHOLD_LAT}", remedy="Look."),
        NotFound(what="campaign", name=HOUSEHOLD_LON, remedy="Look."),
    ],
)
def test_a_problem_keeps_refused_values_to_itself(error: PatokError) -> None:
    body = bytes(problem_response(error, "en").body).decode()
    assert HOUSEHOLD_LON not in body and HOUSEHOLD_LAT not in body


@pytest.mark.parametrize(
    "address",
    [
        "/v1/frames/{0},{1}/areas",
        "/v1/frames/nusa/areas/{0}",
        "/v1/frames/nusa/areas?parent={0}",
        "/v1/frames/nusa/areas?release={0}",
        "/v1/campaigns/{0}/geotags",
        "/v1/campaigns/regsosek/geotags/{0}",
        "/v1/campaigns/regsosek/geotags?area={0}",
        "/v1/campaigns/regsosek/geotags?after={0}",
        "/v1/campaigns/regsosek/findings?code={0}",
        "/v1/campaigns/regsosek/findings?severity={0}",
        "/v1/campaigns/regsosek/findings?limit={0}",
        "/tiles/geotags/8/{0}/{1}.mvt?campaign=regsosek",
        "/tiles/areas.json?frame={0}&level={1}",
        "/{0}/{1}",
    ],
)
def test_no_answer_repeats_a_coordinate_that_was_sent(world: Any, client: TestClient, address: str) -> None:
    answer = client.get(address.format(HOUSEHOLD_LON, HOUSEHOLD_LAT))
    assert answer.status_code in (404, 422)
    assert HOUSEHOLD_LON not in answer.text and HOUSEHOLD_LAT not in answer.text


def test_a_fault_says_nothing_of_itself(app: FastAPI) -> None:
    @app.get("/fault")
    def fail() -> None:
        raise RuntimeError(f"at {HOUSEHOLD_LON} {HOUSEHOLD_LAT}")

    with TestClient(app, raise_server_exceptions=False, headers=AUTHORIZED) as client:
        answer = client.get("/fault?lang=id")
    assert (answer.status_code, answer.json()["code"]) == (500, "INTERNAL_ERROR")
    assert HOUSEHOLD_LON not in answer.text and "RuntimeError" not in answer.text
    for name, value in SECURITY_HEADERS.items():
        assert answer.headers[name] == value


def test_other_methods_are_not_allowed(client: TestClient) -> None:
    answer = client.post("/v1/frames", json={})
    assert (answer.status_code, answer.json()["code"]) == (405, "METHOD_NOT_ALLOWED")
    assert answer.headers["Allow"] == "GET"


def test_several_parameters_are_named_at_once(client: TestClient) -> None:
    problem = client.get("/v1/campaigns/x/findings?limit=0&severity=bad&lang=id").json()
    assert sorted(problem["parameters"]) == ["limit", "severity"]
    assert "Berikan 1 atau lebih" in problem["detail"]


# ---- languages ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("id", "id"),
        ("id-ID,id;q=0.9,en;q=0.8", "id"),
        ("en;q=0.5, id;q=0.7", "id"),
        ("fr, en-GB;q=0.4", "en"),
        ("fr", None),
        ("id;q=0", None),
        ("id;q=x", None),
        ("", None),
    ],
)
def test_accept_language(header: str, language: str | None) -> None:
    assert accepted_language(header) == language


def test_lang_wins_over_the_header_and_the_header_over_the_default(engine: Engine, data_dir: Path) -> None:
    app = create_app(
        engine, data_dir, keyring=Keyring(engine, TOKEN), allowed_hosts=["testserver"], language="id"
    )
    with TestClient(app, headers=AUTHORIZED) as client:
        assert client.get("/nope").json()["title"] == "Tidak ada"
        assert client.get("/nope", headers={"Accept-Language": "en"}).json()["title"] == "Not there"
        answer = client.get("/nope?lang=id", headers={"Accept-Language": "en"})
        assert answer.json()["title"] == "Tidak ada"


# ---- readiness ---------------------------------------------------------------------------------------------


def test_not_ready_without_a_database(data_dir: Path, tmp_path: Path) -> None:
    nowhere = create_engine(f"postgresql+psycopg://patok@/patok?host={tmp_path}")
    app = create_app(nowhere, data_dir, keyring=Keyring(nowhere, TOKEN), allowed_hosts=["testserver"])
    with TestClient(app, headers=AUTHORIZED) as client:
        assert client.get("/health/live").status_code == 200
        for address in ("/health/ready", "/v1/frames", "/v1/frames/x/releases/2/changes?since=1"):
            answer = client.get(address)
            assert (answer.status_code, answer.json()["code"]) == (503, "DATABASE_UNAVAILABLE")
            assert str(tmp_path) not in answer.text
        # A key cannot be looked up then, which is no refusal of the key.
        key = {"Authorization": f"Bearer patok_0123abcd_{'x' * 43}"}
        assert client.get("/v1/frames", headers=key).json()["code"] == "DATABASE_UNAVAILABLE"


def test_not_ready_with_other_tables(engine: Engine, data_dir: Path) -> None:
    admin = engine.url.set(username="patok_admin")
    with connect(admin.render_as_string()).connect() as connection:
        connection = connection.execution_options(isolation_level="AUTOCOMMIT")
        connection.execute(text("DROP DATABASE IF EXISTS patok_not_ready WITH (FORCE)"))
        connection.execute(text("CREATE DATABASE patok_not_ready"))
    empty = create_engine(admin.set(database="patok_not_ready"))
    try:
        with TestClient(create_app(empty, data_dir, allowed_hosts=["testserver"])) as client:
            answer = client.get("/health/ready")
        assert (answer.status_code, answer.json()["code"]) == (503, "SCHEMA_OUTDATED")
        assert "patok db migrate" in answer.json()["detail"]
    finally:
        empty.dispose()


@pytest.mark.parametrize(
    ("host", "names"),
    [("127.0.0.2", ("127.0.0.2",)), ("::1", ("::1",)), ("patok.bps.go.id", ("patok.bps.go.id",)),
     ("0.0.0.0", ()), ("::", ()), ("", ())],
)  # fmt: skip
def test_the_address_that_it_listens_on_is_a_name_of_it(host: str, names: tuple[str, ...]) -> None:
    assert named_by(host) == names


def test_not_ready_without_room(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    assert client.get("/health/ready").json() == {"status": "ready"}
    monkeypatch.setattr(health, "LEAST_FREE_MB", 10**9)
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.json()["code"]) == (503, "DISK_FULL")
