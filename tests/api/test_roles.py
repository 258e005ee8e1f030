"""Who sees what: every role at every address, on its own rows, on others' and on missing ones."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine, func, select, text
from sqlalchemy import table as sql_table
from sqlalchemy.exc import DBAPIError

from api import keyring as keyrings
from api.access import SIGN_IN
from boundaries.store.keys import create_key, revoke_key
from boundaries.store.principals import OPERATOR, Principal, Role, as_checker, set_scope
from boundaries.store.reading import Access, reading
from geotags.store.reading import read_geotags
from tests.api.conftest import World

ASKS = "Authorization"
GUARDED = (
    "geotags",
    "geotag_results",
    "findings",
    "ended_findings",
    "finding_changes",
    "geotag_ledger",
    "clusters",
)


_SENT = (
    "UPDATE geotags SET key_id = :key WHERE id % 2 = 0",
    "UPDATE geotag_results SET key_id = :key WHERE geotag_id % 2 = 0",
    "UPDATE findings SET key_id = :key WHERE geotag_id % 2 = 0",
)


@pytest.fixture
def own_area(world: World) -> str:
    """A village: what the keys of the tests are for."""
    return "9471010001"


@pytest.fixture
def key_of(engine: Engine, own_area: str) -> Callable[[Role], dict[str, str]]:
    """A key of a role as a header."""

    def make(role: Role) -> dict[str, str]:
        areas = [own_area] if role in (Role.DEVICE, Role.OFFICER) else []
        key, secret = create_key(engine, role, f"{role.value} of the tests", areas)
        if role is Role.DEVICE:  # every second geotag of its area is its own
            with engine.begin() as connection:
                for statement in _SENT:
                    connection.execute(text(statement), {"key": key.key_id})
        return {ASKS: f"Bearer {secret}"}

    return make


def _visible(world: World, role: Role, area: str) -> set[int]:
    if role is Role.PREVIEWER:
        return set()
    return {
        number
        for number, geotag in world.geotags.items()
        if role.sees_all
        or (geotag["assigned_area"].startswith(area) and (role is not Role.DEVICE or number % 2 == 0))
    }


@pytest.mark.parametrize("role", Role)
def test_each_role_sees_its_geotags_and_no_other(
    app: FastAPI, world: World, own_area: str, key_of: Callable[[Role], dict[str, str]], role: Role
) -> None:
    visible = _visible(world, role, own_area)
    assert visible < set(world.geotags) or role.sees_all
    base = "/v1/campaigns/regsosek"
    with TestClient(app, headers=key_of(role)) as client:
        if role is Role.PREVIEWER:
            for address in ("/v1/campaigns", f"{base}/geotags", f"{base}/geotags/1", f"{base}/findings"):
                answer = client.get(address)
                assert (answer.status_code, answer.json()["code"]) == (403, "ROLE_REFUSED")
            return
        listed = client.get(f"{base}/geotags", params={"limit": 1000}).json()["features"]
        assert {feature["id"] for feature in listed} == visible
        found = client.get(f"{base}/findings", params={"limit": 1000}).json()["findings"]
        assert {one["finding_id"] for one in found} == {
            one["finding_id"] for one in world.findings if one["geotag_id"] in visible
        }
        (campaign,) = client.get("/v1/campaigns").json()["campaigns"]
        assert campaign["geotags"] == len(visible)
        summary = client.get(f"{base}/summary/areas", params={"level": "kab"}).json()
        assert sum(area["geotags"] for area in summary["areas"]) == len(visible)
        checks = client.get(f"{base}/summary/checks").json()["checks"]
        counted = sum(one["error"] + one["review"] + one["info"] for one in checks)
        assert counted == len(found)


@pytest.mark.parametrize("role", [Role.DEVICE, Role.OFFICER])
def test_foreign_and_missing_look_the_same(
    app: FastAPI, world: World, own_area: str, key_of: Callable[[Role], dict[str, str]], role: Role
) -> None:
    visible = _visible(world, role, own_area)
    foreign = next(number for number in world.geotags if number not in visible)
    with TestClient(app, headers=key_of(role)) as client:
        said = []
        for number in (foreign, 999_999):
            answer = client.get(f"/v1/campaigns/regsosek/geotags/{number}")
            said.append((answer.status_code, answer.text.replace(str(number), "N")))
        assert said[0] == said[1] and said[0][0] == 404
        assert client.get(f"/v1/campaigns/regsosek/geotags/{min(visible)}").status_code == 200


def _addresses(app: FastAPI) -> set[str]:
    paths = app.openapi()["paths"]
    return {path for path in paths if "get" in paths[path] and path != "/" and not path.startswith("/health")}


_EXAMPLES = {
    "frame": "nusa",
    "campaign": "regsosek",
    "area_code": "9471010001000101",
    "geotag_id": "1",
    "number": "2",
    "ruleset": "default",
    "other": "default",
    "z": "12",
    "x": "3361",
    "y": "2145",
    "areas": "9471",
    "name": "areas.gpkg",
}


def test_every_address_asks_who_it_is(app: FastAPI, world: World, key_of: Callable[[Role], Any]) -> None:
    """Every cell of roles by addresses: refused, or answered; never a fault, and nobody without a key."""
    addresses = _addresses(app)
    assert len(addresses) >= 20
    keys = {role: key_of(role) for role in Role}
    seeing_households = {"campaigns", "geotags", "packs"}
    with TestClient(app, raise_server_exceptions=False) as client:
        for path in sorted(addresses):
            address = re.sub(r"\{(\w+)\}", lambda m: _EXAMPLES[m[1]], path)
            query = {
                "/tiles/areas.json": {"frame": "nusa", "level": "subsls"},
                "/styles/areas.json": {"frame": "nusa", "level": "subsls"},
                "/v1/frames/{frame}/releases/{number}/changes": {"since": "1"},
            }.get(path, {"campaign": "regsosek"} if "geotags" in path else {})
            if "/packs/" in path:
                query = {"campaign": "regsosek", "release": "1", "since": "1"}
            if ".mvt" in path and "areas" in path:
                query = {"frame": "nusa", "level": "subsls"}
            assert client.get(address, params=query).status_code == 401, path
            for role, header in keys.items():
                if path.endswith("/stream") and role is not Role.PREVIEWER:
                    continue  # it does not end: tests/sync/test_changes.py reads streams over a socket
                status = client.get(address, params=query, headers=header).status_code
                is_about_households = any(part in seeing_households for part in re.split(r"[/.]", path))
                is_about_households &= not path.endswith("/reasons")  # words, the same for everybody
                if path == "/metrics":
                    assert status == (200 if role.sees_all else 403), role
                elif role is Role.PREVIEWER and is_about_households:
                    assert status == 403, (path, role)
                elif "/packs/" in path:  # this world has no segment files: tests/sync/test_packs.py
                    assert status in (404, 503), (path, role)
                else:
                    assert status in (200, 204, 404), (path, role, status)
                    assert status != 404 or path.endswith("{geotag_id}"), (path, role)


def test_a_key_that_ended_opens_nothing(
    app: FastAPI, engine: Engine, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    past = dt.datetime.now(dt.UTC) - dt.timedelta(seconds=1)
    _, expired = create_key(engine, Role.NATIONAL, "of last year", expires_at=past)
    key, secret = create_key(engine, Role.NATIONAL, "lost phone")
    now = [1000.0]
    monkeypatch.setattr(keyrings.time, "monotonic", lambda: now[0])
    with TestClient(app) as client:

        def status(token: str) -> int:
            return client.get("/v1/frames", headers={ASKS: f"Bearer {token}"}).status_code

        assert status(expired) == 401
        assert status(secret) == 200
        for other in (
            secret[:-1],
            secret + "x",
            f"patok_{key.prefix}_{'A' * 43}",
            key.prefix,
            f"patok_{'0' * 8}_x",
        ):
            assert status(other) == 401
        revoke_key(engine, key.prefix)
        now[0] += 60
        assert status(secret) == 401


def test_the_secret_is_nowhere_in_the_database(engine: Engine) -> None:
    key, secret = create_key(engine, Role.NATIONAL, "dashboard")
    assert re.fullmatch(r"patok_[0-9a-f]{8}_[A-Za-z0-9_-]{43}", secret)
    with engine.connect() as connection:
        row = connection.execute(text("SELECT CAST(k AS text) FROM access_keys AS k")).scalar_one()
    assert key.prefix in row and secret.rsplit("_", 1)[1] not in row


def test_signing_in_works_once(app: FastAPI, world: World) -> None:
    code = app.state.keyring.new_code()
    with TestClient(app) as client:
        assert client.post(SIGN_IN, json={"code": "another"}).json()["code"] == "CODE_REFUSED"
        given = client.post(SIGN_IN, json={"code": code}).json()
        assert given["role"] == "admin"
        header = {ASKS: f"Bearer {given['token']}"}
        assert client.get("/v1/caller", headers=header).json() == {
            "role": "admin",
            "name": "signed in",
            "areas": [],
        }
        assert client.post(SIGN_IN, json={"code": code}).status_code == 401
        assert client.get("/v1/frames", headers={ASKS: f"Bearer {code}"}).status_code == 401


# ---- the second wall: row policies, whatever a statement asks for ------------------------------------------


def _counts(engine: Engine, principal: Principal | None, as_a_checker: bool = False) -> dict[str, int]:
    with engine.begin() as connection:
        if principal is not None:
            set_scope(connection, principal)
        counts = {}
        for table in GUARDED:
            asked = select(func.count()).select_from(sql_table(table))
            if as_a_checker:
                with as_checker(connection):
                    counts[table] = connection.execute(asked).scalar_one()
            elif table != "clusters":  # about several households: the service never reads them
                counts[table] = connection.execute(asked).scalar_one()
    return counts


def test_without_a_scope_nothing_is_seen(world: World, service: Engine, engine: Engine) -> None:
    assert set(_counts(service, None).values()) == {0}
    everything = _counts(engine, None, as_a_checker=True)  # the tables' owner
    assert everything["geotags"] > len(world.geotags) and everything["findings"] > 0
    assert _counts(service, None, as_a_checker=True) == everything
    # A scope holds for one transaction, not for whoever gets the connection next.
    assert _counts(service, OPERATOR)["geotags"] == everything["geotags"]
    assert _counts(service, None)["geotags"] == 0


@pytest.mark.parametrize("role", Role)
def test_row_policies_alone_limit_every_table(
    world: World,
    service: Engine,
    own_area: str,
    key_of: Callable[[Role], dict[str, str]],
    role: Role,
    engine: Engine,
) -> None:
    key_of(role)
    with engine.connect() as connection:
        key_id = connection.execute(text("SELECT max(id) FROM access_keys")).scalar_one()
    principal = Principal(role, key_id, () if role.sees_all else (own_area,))
    with service.begin() as connection:
        set_scope(connection, principal)
        ids = set(connection.execute(text("SELECT id FROM geotags WHERE is_current")).scalars())
        of_findings = set(connection.execute(text("SELECT geotag_id FROM findings")).scalars())
        of_results = set(connection.execute(text("SELECT geotag_id FROM geotag_results")).scalars())
        olds = set(connection.execute(text("SELECT id FROM geotags WHERE NOT is_current")).scalars())
    assert ids == _visible(world, role, own_area)
    assert of_findings | of_results <= ids | olds


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE geotags SET lon = 0",
        "DELETE FROM geotags",
        "DELETE FROM findings",
        "UPDATE findings SET severity = 'info'",
        "SELECT * FROM clusters",
        "SELECT * FROM geotags_default",
        "SELECT secret_sha256 FROM access_keys FOR UPDATE",
        "INSERT INTO access_keys (prefix, secret_sha256, role, name, areas) VALUES ('x', '', '', '', '{}')",
        "CREATE TABLE mine (x int)",
        "ALTER TABLE geotags DISABLE ROW LEVEL SECURITY",
        "SET LOCAL ROLE patok",
        "SET LOCAL SESSION AUTHORIZATION patok",
    ],
)
def test_the_service_may_not(world: World, service: Engine, statement: str) -> None:
    refused = pytest.raises(DBAPIError, match=r"permission denied|must be owner|must be superuser")
    with refused, service.begin() as connection:
        set_scope(connection, OPERATOR)
        connection.execute(text(statement))


def test_ten_thousand_interleaved_requests_show_no_foreign_row(world: World, service: Engine) -> None:
    """Two scopes through one pool: what one transaction set is gone in the next."""
    scopes = {
        area: Access(service, Principal(Role.OFFICER, 1, (area,))) for area in ("9471010001", "9471010002")
    }
    wanted = {
        area: {n for n, one in world.geotags.items() if one["assigned_area"].startswith(area)}
        for area in scopes
    }
    assert all(wanted.values())

    def ask(number: int) -> bool:
        area = sorted(scopes)[number % 2]
        with reading(scopes[area]) as connection:
            # Without the predicate: the policies alone.
            seen = set(connection.execute(text("SELECT id FROM geotags WHERE is_current")).scalars())
        return seen == wanted[area]

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(ask, range(10_000)))


def test_every_statement_on_households_has_the_predicate() -> None:
    """Read by the API: each looks at who asks, beside the policies; those of checks and loads do not."""
    folder = files("geotags.store").joinpath("sql")
    read_by_api = {
        "campaign_sizes", "checked_geotags", "findings", "findings_ended", "findings_of_geotag",
        "geotag_tile", "geotags",
        "summary_areas", "summary_checks", "summary_tile", "summary_without_area",
    }  # fmt: skip
    for name in read_by_api:
        statement = folder.joinpath(f"{name}.sql").read_text("utf-8")
        scans = len(re.findall(r"(?:FROM|JOIN) geotags AS g\b", statement))
        assert scans >= 1
        assert statement.count(":scope_areas AS text[]) IS NULL") == scans, name
        assert statement.count(":scope_key AS integer) IS NULL") == scans, name


def test_the_predicate_alone_limits_too(world: World, engine: Engine, own_area: str) -> None:
    """As the owner of the tables, whom no policy limits."""
    from geotags.store.campaigns import campaign_named

    for role in (Role.DEVICE, Role.OFFICER, Role.PREVIEWER, Role.NATIONAL):
        principal = Principal(role, 1, () if role.sees_all else (own_area,))
        with reading(Access(engine, principal)) as connection:
            campaign = campaign_named(connection, "regsosek")
            rows, _ = read_geotags(connection, campaign, area=None, verdict=None, after=0, limit=1000)
        seen = {row["geotag_id"] for row in rows}
        if role in (Role.DEVICE, Role.PREVIEWER):
            assert seen == set()  # none has this key
        else:
            assert seen == _visible(world, role, own_area)
