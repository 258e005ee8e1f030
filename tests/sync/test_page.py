"""What docs/sync.md says to whoever writes an app."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, get_args

from geotags.items import FIELDS, NAMING
from geotags.reasons import REASONS
from geotags.store.answers import OutcomeOfItem
from tests.sync.conftest import AREA, Device, Service

PAGE = (Path(__file__).parents[2] / "docs" / "sync.md").read_text("utf-8")


def test_the_example_is_stored(device: Device) -> None:
    (example,) = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    sent = json.loads(example)
    sent["items"][0]["assigned_area"] = AREA
    sent["campaign"] = device.campaign
    (result,) = device.post(json.dumps(sent)).json()["results"]
    assert result["outcome"] == "stored"
    # Every field of the OpenAPI document is read, and no other.
    schema: Any = device.client.get(
        "/openapi.json", headers={"Authorization": f"Bearer {device.secret}"}
    ).json()["paths"]["/v1/geotags"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    described = schema["properties"]["items"]["items"]["properties"]
    assert set(described) == set(FIELDS) | set(NAMING)
    needed = {name for name, (_, is_needed) in FIELDS.items() if is_needed} | set(NAMING)
    assert set(schema["properties"]["items"]["items"]["required"]) == needed


def test_every_outcome_is_on_the_page() -> None:
    answers = PAGE.split("\n## ")[3]
    assert answers.startswith("The answer")
    assert set(re.findall(r"^\| `(\w+)` \|", answers, re.MULTILINE)) == set(get_args(OutcomeOfItem))


def test_every_reason_can_be_asked_for(service_world: Service, device: Device) -> None:
    header = {"Authorization": f"Bearer {device.secret}"}
    answer = device.client.get("/v1/geotags/reasons", headers=header).json()["reasons"]
    assert {one["reason"] for one in answer} == set(REASONS)
    assert all(one["message"]["en"] and one["message"]["id"] for one in answer)
