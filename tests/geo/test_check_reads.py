"""A check reads no field of geotags but those that it says it does: in bulk others are not even loaded."""

from __future__ import annotations

from dataclasses import fields

import pytest

from geo.checks.protocol import Check
from geo.checks.registry import CHECKS
from geo.engine import check_geotags
from geo.geotags import ALWAYS_READ, WRITTEN, Geotags
from geotags.columns import KNOWN_NAMES
from tests.geo.contexts import context_of
from tests.geo.test_cases import FILES, FRAMES, frame_named, frame_of, geotags_of, level_of, rows_of

ALWAYS = {*ALWAYS_READ, "lon", "lat", "lon_state", "lat_state", "typed"}


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.code)
def test_a_check_reads_what_it_says(check: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    columns = {column.name for column in fields(Geotags)}
    asked: set[str] = set()

    def recording(geotags: Geotags, name: str) -> object:
        if name in columns:
            asked.add(name)
        return object.__getattribute__(geotags, name)

    for case in FILES[check.code]["cases"]:
        name = frame_of(case)
        geotags = geotags_of(rows_of(case), name, case.get("typed", True))
        context = context_of(case.get("context", {}), FRAMES[name].get("origin"))
        with monkeypatch.context() as patched:
            patched.setattr(Geotags, "__getattribute__", recording)
            check_geotags(geotags, frame_named(name), level_of(name), checks=[check], context=context)
    assert asked
    assert asked - ALWAYS <= set(check.reads)
    assert set(check.reads) <= set(KNOWN_NAMES) - ALWAYS | set(WRITTEN)
