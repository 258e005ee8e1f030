"""What is said of a point outside its area: which way the boundary lies, and in words what it lies in."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.checks.registry import CHECK_OF_CODE
from geo.checks.vocabulary import RELATION_WORDS, in_words
from geo.code_relations import RELATIONS
from geo.engine import check_geotags
from geo.geodesy import WGS84
from geo.geotags import Geotags
from geo.levels import Level
from geo.text import LANGUAGES
from tests.geo.test_cases import frame_named


@settings(deadline=None)
@given(st.floats(1005, 2500), st.floats(-200, 1200))
def test_the_boundary_lies_that_far_that_way(east: float, north: float) -> None:
    frame = frame_named("two_villages")
    lon, lat = 115.4 + east / 110_116, -8.5 + north / 110_600
    columns = {"lon_text": pa.array([lon]), "lat_text": pa.array([lat]), "accuracy_m": pa.array([5.0])}
    geotags = Geotags.from_columns(columns | {"assigned_area": ["5105030001000101"]})
    done = check_geotags(geotags, frame, Level.SUBSLS)
    for found in done.findings():
        if "toward_deg" in found.evidence:
            metres = found.evidence["outside_m"]
            there = WGS84.fwd(lon, lat, found.evidence["toward_deg"], metres)[:2]
            border = frame.segments[0].layers[Level.SUBSLS].geometry(0).boundary
            off_deg = border.distance(shapely.Point(there))
            assert off_deg * 110_600 <= metres * np.radians(1) + 0.5
            return
    assert done.membership.distance_m[0] >= 0


def test_every_relation_has_words_in_both_languages() -> None:
    assert set(RELATION_WORDS) == set(RELATIONS.to_pylist())
    check = CHECK_OF_CODE["OUTSIDE_ASSIGNED_AREA"]
    for relation in RELATION_WORDS:
        said = {
            language: check.say(language, {"outside_m": 60.0, "relation": relation}) for language in LANGUAGES
        }
        assert RELATION_WORDS[relation].en in said["en"] and RELATION_WORDS[relation].id in said["id"]


@pytest.mark.parametrize("relation", ["a_new_one", None])
def test_a_relation_that_is_not_known_is_said_as_it_is(relation: str | None) -> None:
    assert in_words({"relation": relation}, "en")["relation_words"] == str(relation)
