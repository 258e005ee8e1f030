"""Two coordinates in one text are told apart where that is possible, and never guessed."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.geotags import Geotags
from geo.typed_pairs import divide, split_pairs


@pytest.mark.parametrize(
    ("text", "lon", "lat"),
    [
        ("-8.5051, 115.4052", 115.4052, -8.5051),
        ("115.4052, -8.5051", 115.4052, -8.5051),
        ("-8.5051,115.4052", 115.4052, -8.5051),
        ("-8.5051 115.4052", 115.4052, -8.5051),
        ("-8.5051;115.4052", 115.4052, -8.5051),
        (" -8.5051\t115.4052 ", 115.4052, -8.5051),
        ("-8, 115", 115.0, -8.0),
        ("-8,5051123; 115,4052123", 115.4052123, -8.5051123),
        ("-8,5051123 115,4052123", 115.4052123, -8.5051123),
        ("-8,5051123, 115,4052123", 115.4052123, -8.5051123),
        ("03°19'03.44\" N 097°07'41.73\" E", 97.128258, 3.317622),
        ("97.1282 E, 3.3176 N", 97.1282, 3.3176),
        ("8.5051 LS 115.4052 BT", 115.4052, -8.5051),
        ("8.5051S,45.5E", 45.5, -8.5051),
        ("POINT (115.4052 -8.5051)", 115.4052, -8.5051),
        ("POINT(5.5 -8.5051)", 5.5, -8.5051),
        ("0.0, 100.5", 100.5, 0.0),
    ],
)
def test_one_answer(text: str, lon: float, lat: float) -> None:
    column = pa.array([text, "", text])
    lons, lats = split_pairs(column)
    geotags = Geotags.from_columns({"lon_text": lons, "lat_text": lats})
    for row in (0, 2):
        assert geotags.lon[row] == pytest.approx(lon, abs=1e-6)
        assert geotags.lat[row] == pytest.approx(lat, abs=1e-6)
    assert (lons[1].as_py(), lats[1].as_py()) == ("", "")


@pytest.mark.parametrize(
    "text",
    [
        "-8.5051, 45.4052",  # either may be either
        "-8,5051,115,4052",  # which comma?
        "115.4052, 116.1",  # no latitude
        "8.5S 9.5S",
        "200.5, -8.5",
        "-8.5051",
        "tidak ada",
        "1 2 3",
        "-8.5, 115.4, 12.0",
        ";",
    ],
)
def test_no_answer(text: str) -> None:
    assert divide(text) is None
    assert [part.to_pylist() for part in split_pairs(pa.array([text]))] == [[text], [text]]


def test_a_comma_that_may_be_minutes_stays_so() -> None:
    lon, lat = split_pairs(pa.array(["-8,30 115,40"]))
    assert (lon[0].as_py(), lat[0].as_py()) == ("115,40", "-8,30")


@given(st.lists(st.text(alphabet="0123456789.,;-+ NSELSBT°'\"", max_size=24), max_size=8))
def test_any_text_by_itself_or_among_others(texts: list[str]) -> None:
    lon, lat = split_pairs(pa.array(texts, pa.string()))
    for text, one, other in zip(texts, lon.to_pylist(), lat.to_pylist(), strict=True):
        alone = [part[0].as_py() for part in split_pairs(pa.array([text]))]
        assert [one, other] == alone
        assert one in text and other in text
