"""Coordinates as people type them: each notation is read as it was meant, and doubt is said."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.coordinates import CoordinateState
from geo.geotags import Geotags
from geo.typed import Axis, Typed, read_typed

NUMBER, INVALID, AMBIGUOUS = CoordinateState.NUMBER, CoordinateState.INVALID, CoordinateState.AMBIGUOUS
EIGHT = 8 + 7 / 60 + 35.424 / 3600


@pytest.mark.parametrize(
    ("text", "axis", "degrees", "decimals"),
    [
        ("-6,2088", Axis.LAT, -6.2088, 4),  # 88 seconds there are none
        ("-6,20881", Axis.LAT, -6.20881, 5),
        ("8°7'35,424\"S", Axis.LAT, -EIGHT, 6),
        ("-8.127S", Axis.LAT, -8.127, 3),
        ("8.127 LS", Axis.LAT, -8.127, 3),
        ("LU 1.5", Axis.LAT, 1.5, 1),
        ("03°19'03.44\" N", Axis.LAT, 3 + 19 / 60 + 3.44 / 3600, 5),
        ("097°07'41.73\" E", Axis.LON, 97 + 7 / 60 + 41.73 / 3600, 5),
        ("106º 49’ 35” BT", Axis.LON, 106 + 49 / 60 + 35 / 3600, 3),
        ("106:49:35 T", Axis.LON, 106 + 49 / 60 + 35 / 3600, 3),
        ("106 49 35", Axis.LON, 106 + 49 / 60 + 35 / 3600, 3),
        ("106°49.583'", Axis.LON, 106 + 49.583 / 60, 4),
        ("8,747°", Axis.LAT, 8.747, 3),
        ("8,76", Axis.LAT, 8.76, 2),
        ("w 12", Axis.LON, -12.0, 0),
    ],
)
def test_what_has_one_meaning_is_read(text: str, axis: Axis, degrees: float, decimals: int) -> None:
    read = read_typed(text, axis)
    assert (read.state, read.decimals) == (NUMBER, decimals)
    assert read.degrees == pytest.approx(degrees, abs=1e-12)


@pytest.mark.parametrize("text", ["-8,747", "8,30", "8,5", "115,4034", "8,0747 LS", "LS 8,30"])
def test_what_has_two_meanings_is_ambiguous(text: str) -> None:
    axis = Axis.LON if text.startswith("115") else Axis.LAT
    read = read_typed(text, axis)
    assert read.state is AMBIGUOUS and math.isnan(read.degrees)


@pytest.mark.parametrize(
    ("text", "axis"),
    [
        ("8.5 E", Axis.LAT),
        ("115.4 S", Axis.LON),
        ("-8.5 N", Axis.LAT),
        ("+8.5 S", Axis.LAT),
        ("S 8.5 S", Axis.LAT),
        ("8°60'00\"", Axis.LAT),
        ("8°10'60\"", Axis.LAT),
        ("8 30", Axis.LAT),
        ("8.5 115.4", Axis.LAT),
        ("1.234.567", Axis.LAT),
        ("8,5,3", Axis.LAT),
        ("eight", Axis.LAT),
        ("٨.٥", Axis.LAT),
        ("1e999", Axis.LON),
        ("--8", Axis.LAT),
        ("°", Axis.LAT),
        ("", Axis.LAT),
    ],
)
def test_what_cannot_be_is_invalid(text: str, axis: Axis) -> None:
    assert read_typed(text, axis).state is INVALID


LETTERS = {
    (Axis.LAT, 1): ["N", "U", "LU", "n"],
    (Axis.LAT, -1): ["S", "LS", "ls"],
    (Axis.LON, 1): ["E", "T", "BT"],
    (Axis.LON, -1): ["W", "B", "BB"],
}


@given(
    st.sampled_from(list(LETTERS)),
    st.integers(0, 89),
    st.integers(0, 59),
    st.integers(0, 59),
    st.integers(0, 999),
    st.sampled_from(
        [
            "{d}°{m}'{s}{p}{f:03d}\"{l}",
            "{l} {d}° {m}' {s}{p}{f:03d}''",
            "{d}:{m}:{s}{p}{f:03d} {l}",
            "{d} {m} {s}{p}{f:03d}{l}",
            "{d}º{m}′{s}{p}{f:03d}″ {l}",
        ]
    ),
    st.sampled_from([".", ","]),
    st.integers(0, 3),
)
def test_minutes_and_seconds_come_back_in_every_notation(
    where: Any, d: int, m: int, s: int, f: int, notation: str, p: str, letter: int
) -> None:
    axis, sign = where
    of = LETTERS[where][letter % len(LETTERS[where])]
    read = read_typed(notation.format(d=d, m=m, s=s, f=f, p=p, l=of), axis)
    assert read.state is NUMBER and read.decimals == 6
    assert read.degrees == pytest.approx(sign * (d + m / 60 + (s + f / 1000) / 3600), abs=1e-9)


@given(st.text(), st.sampled_from(list(Axis)))
def test_nothing_breaks_it_and_only_numbers_have_a_value(text: str, axis: Axis) -> None:
    read = read_typed(text, axis)
    assert isinstance(read, Typed)
    assert math.isfinite(read.degrees) == (read.state is NUMBER)
    assert (read.decimals >= 0) == (read.state is NUMBER)


@given(st.text("0123456789.,-+°'\" :NSLBTUEW", max_size=14), st.sampled_from(list(Axis)))
def test_a_text_made_of_its_marks_is_read_alike_with_blanks_around(text: str, axis: Axis) -> None:
    one, other = read_typed(text, axis), read_typed(f"  {text} ", axis)
    assert (one.state, one.decimals) == (other.state, other.decimals)
    assert one.degrees == other.degrees or one.state is not NUMBER


def test_columns_mix_what_devices_and_people_write() -> None:
    geotags = Geotags.from_columns(
        {
            "lon_text": ["115.4", "115°24'00\" BT", "115,400123", "115,40", "x", ""],
            "lat_text": ["-8.5", "8°30'00\" LS", "-8,500123", "-8.5", "-8.5", "-8.5"],
        }
    )
    np.testing.assert_allclose(geotags.lon, [115.4, 115.4, 115.400123, np.nan, np.nan, np.nan])
    np.testing.assert_allclose(geotags.lat, [-8.5, -8.5, -8.500123, -8.5, -8.5, -8.5])
    assert geotags.lon_state.tolist() == [NUMBER, NUMBER, NUMBER, AMBIGUOUS, INVALID, CoordinateState.MISSING]
    assert geotags.lon_text.to_pylist()[1] == "115°24'00\" BT"
