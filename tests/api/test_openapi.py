"""The OpenAPI document, and the same application in a real server."""

from __future__ import annotations

import json
import re
import socket
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic import BaseModel
from sqlalchemy import Engine

from api.answers import Answer
from api.app import create_app
from api.keyring import Keyring
from api.routes.areas import AreaCollection, AreaFeature
from api.routes.geotags import GeotagCollection, GeotagDetailFeature
from geo.rollups.protocol import About
from tests.api.conftest import AUTHORIZED, TOKEN

Get = Callable[..., Any]


def _references(node: Any) -> set[str]:
    if isinstance(node, dict):
        found = {node["$ref"]} if isinstance(node.get("$ref"), str) else set()
        return found.union(*map(_references, node.values()))
    return set().union(*map(_references, node)) if isinstance(node, list) else set()


def test_every_operation_is_described_with_an_example(get: Get) -> None:
    document = get("/openapi.json")
    assert document["openapi"].startswith("3.1")
    schemas = document["components"]["schemas"]
    for path, operations in document["paths"].items():
        for operation in operations.values():
            assert operation.get("description"), path
            content = operation["responses"]["200"]["content"]
            for media_type, body in content.items():
                if media_type.startswith("text/"):  # for Prometheus, and streams of events
                    assert body["schema"] == {"type": "string"}
                    continue
                if not media_type.endswith("json"):  # tiles, and files of packs
                    assert body["schema"]["format"] == "binary"
                    continue
                name = body["schema"]["$ref"].rsplit("/", 1)[-1]
                assert schemas[name]["examples"], (path, name)
            for status, answer in operation["responses"].items():
                if status >= "400":
                    assert list(answer["content"]) == ["application/problem+json"]


def test_the_document_refers_only_to_what_it_holds(get: Get) -> None:
    document = get("/openapi.json")
    names = {reference.removeprefix("#/components/schemas/") for reference in _references(document)}
    assert names and names <= document["components"]["schemas"].keys()
    operations = [o["operationId"] for path in document["paths"].values() for o in path.values()]
    assert len(operations) == len(set(operations))


def test_the_examples_are_true_to_their_models() -> None:
    checked = 0
    for model in _kinds_of(Answer):
        extra = model.model_config.get("json_schema_extra")
        assert extra is None or isinstance(extra, dict)
        for example in (extra or {}).get("examples", []):
            model.model_validate(example)
            checked += 1
    assert checked > 10


def _kinds_of(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    for kind in model.__subclasses__():
        yield kind
        yield from _kinds_of(kind)


def test_geojson_answers_are_true_to_their_models(world: Any, get: Get) -> None:
    AreaCollection.model_validate(get("/v1/frames/nusa/areas"))
    AreaFeature.model_validate(get("/v1/frames/nusa/areas/9471"))
    GeotagCollection.model_validate(get("/v1/campaigns/regsosek/geotags"))
    for geotag_id in sorted(world.geotags)[:8]:
        GeotagDetailFeature.model_validate(get(f"/v1/campaigns/regsosek/geotags/{geotag_id}"))


def test_no_page_of_the_framework_loads_scripts_from_elsewhere(client: TestClient) -> None:
    for address in ("/docs", "/redoc", "/docs/oauth2-redirect"):
        assert client.get(address).status_code == 404


def test_the_catalogue_has_both_languages_and_sources(get: Get) -> None:
    checks = get("/v1/checks")["checks"]
    assert {check["subject"] for check in checks} == {"geotag", *About}
    for check in checks:
        for part in ("title", "message", "remedy"):
            assert check[part]["en"] and check[part]["id"], check["code"]
        for parameter in check["parameters"].values():
            assert parameter["source"]


def test_in_a_real_server(world: Any, service: Engine, data_dir: Path) -> None:
    app: FastAPI = create_app(service, data_dir, keyring=Keyring(service, TOKEN))
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        deadline = time.monotonic() + 20
        while not server.started and time.monotonic() < deadline:
            time.sleep(0.02)
        assert server.started
        host, port = server.servers[0].sockets[0].getsockname()
        base = f"http://{host}:{port}"

        def asking(path: str) -> urllib.request.Request:
            return urllib.request.Request(base + path, headers=AUTHORIZED)

        with urllib.request.urlopen(asking("/v1/frames"), timeout=10) as answer:
            assert json.load(answer)["frames"][1]["name"] == "nusa"
        with urllib.request.urlopen(asking("/tiles/areas.json?campaign=regsosek"), timeout=10) as answer:
            (template,) = json.load(answer)["tiles"]
        assert template.startswith(f"{base}/tiles/areas/")
        with socket.create_connection((host, port), timeout=10) as raw:
            raw.sendall(b"GET /v1/frames HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n")
            head = raw.makefile("rb").readline()
        assert re.match(rb"HTTP/1.1 421", head)
    finally:
        server.should_exit = True
        thread.join(timeout=20)
    assert not thread.is_alive()


@pytest.mark.parametrize("address", ["/v1/campaigns/regsosek/geotags?limit=1000", "/openapi.json"])
def test_long_answers_are_compressed(world: Any, client: TestClient, address: str) -> None:
    answer = client.get(address, headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.json()
