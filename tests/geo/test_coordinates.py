"""Coordinate texts, datums, and geotags made of them: nothing is guessed and nothing raises."""

from __future__ import annotations

import math
import re
import string
from dataclasses import fields

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from geo.coordinates import CoordinateState, decimals_written, parse_numbers, with_decimal_point
from geo.crs import ACCEPTED, SAME_AS_WGS84, TRANSFORMED, to_wgs84
from geo.geodesy import geodesic_m
from geo.geotags import DATUM_BLANK, DATUM_NOT_ASKED, DATUM_UNREADABLE, Geotags

NUMBER, MISSING, INVALID = CoordinateState.NUMBER, CoordinateState.MISSING, CoordinateState.INVALID
PLAIN = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)", re.ASCII)
EXPONENT = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)[eE][+-]?[0-9]{1,3}", re.ASCII)


def reference(text: str) -> tuple[float, int]:
    """The same by Python's own float, for texts that are numbers in ASCII and nothing else."""
    bare = text.strip()
    if not bare or bare.lower() == "null":
        return math.nan, MISSING
    if not (PLAIN.fullmatch(bare) or EXPONENT.fullmatch(bare)):
        return math.nan, INVALID
    value = float(bare)
    return (value, NUMBER) if math.isfinite(value) else (math.nan, INVALID)


def parsed(text: str) -> tuple[float, int]:
    values, states = parse_numbers(pa.array([text], pa.string()))
    return float(values[0]), int(states[0])


looks_like_a_number = st.from_regex(
    r"\s{0,2}[+-]?[0-9]{0,20}\.?[0-9]{0,20}([eE][+-]?[0-9]{0,4})?\s{0,2}", fullmatch=True
)
any_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
mixed = st.text(string.digits + "+-.,eE_ \t\u00a0°'\"SENWnulla\uff11\u0663\u200b\u2212", max_size=16)


@settings(max_examples=1500, deadline=None)
@given(st.one_of(looks_like_a_number, any_text, mixed, st.floats().map(repr), st.integers().map(str)))
@example("1_000")
@example("nan")
@example("-inf")
@example("Infinity")
@example("1e999")
@example("1e-999")
@example("1" * 400)
@example("0." + "0" * 400 + "1")
@example("0x10")
@example("\u00a0115.4\u00a0")
@example("１１５.4")
@example("\u0661\u0661\u0665")
@example("−8.5")
@example("-8,747")
@example("8°7'35,424\"S")
@example("NULL")
@example("1e0001")
@example("1\x00")
@example("1\n2")
@example("+.5")
@example("5.")
@example(".")
@example("-")
def test_numbers_are_what_python_reads_and_nothing_else(text: str) -> None:
    value, state = parsed(text)
    expected, expected_state = reference(text)
    assert state == expected_state
    assert value == expected or (math.isnan(value) and math.isnan(expected))
    assert math.copysign(1, value) == math.copysign(1, expected) or state != NUMBER


@given(st.lists(st.one_of(st.none(), any_text), max_size=30))
def test_many_texts_are_read_as_each_alone(texts: list[str | None]) -> None:
    values, states = parse_numbers(pa.array(texts, pa.string()))
    assert len(values) == len(states) == len(texts)
    alone = [parsed(text or "") for text in texts]
    assert states.tolist() == [state for _, state in alone]
    assert np.array_equal(values, [value for value, _ in alone], equal_nan=True)


@given(st.one_of(looks_like_a_number, mixed))
def test_decimals_are_the_digits_behind_the_point(text: str) -> None:
    bare = text.strip()
    expected = len(bare.partition(".")[2]) if PLAIN.fullmatch(bare) else -1
    assert decimals_written(pa.array([text], pa.string())).tolist() == [expected]


def test_decimals_written_examples() -> None:
    texts = pa.array(["115.40000", "-8.5", "115", "5.", ".25", "1e-5", "", None, "8,5", "１.5"])
    assert decimals_written(texts).tolist() == [5, 1, 0, 0, 2, -1, -1, -1, -1, -1]


@pytest.mark.parametrize(
    ("text", "read"), [("6,2088", "6.2088"), (" 4,288 ", "4.288"), ("1,234.5", "1,234.5"), ("8.5", "8.5")]
)
def test_a_comma_of_metres_is_a_decimal_mark(text: str, read: str) -> None:
    assert with_decimal_point(pa.array([text]))[0].as_py() == read


def test_datums_taken_as_wgs84_change_nothing() -> None:
    lon, lat = np.array([115.4]), np.array([-8.5])
    for epsg in SAME_AS_WGS84 | {9999}:
        assert to_wgs84(lon, lat, epsg)[0] is lon
    assert {4326, 4755, 9470, 4238} == ACCEPTED and {4238} == TRANSFORMED


@pytest.mark.parametrize(
    ("lon", "lat"), [(95.3, 5.5), (106.8, -6.2), (115.4, -8.5), (119.9, -4.4), (140.7, -2.5)]
)
def test_id74_lies_tens_of_metres_off(lon: float, lat: float) -> None:
    """The published shifts are about (-24, -15, 5) m at the geocentre: 10 to 60 m on the ground."""
    x, y = to_wgs84(np.array([lon]), np.array([lat]), 4238)
    assert 5 < geodesic_m(lon, lat, x, y)[0] < 100


def geotags(**columns: object) -> Geotags:
    return Geotags.from_columns(columns)


@pytest.mark.parametrize(
    ("text", "epsg"),
    [
        ("4326", 4326), ("4326.0", 4326), ("EPSG:4238", 4238), ("epsg: 9470", 9470), ("9999", 9999),
        ("WGS84", 4326), ("wgs 84", 4326), ("WGS-84", 4326), ("DGN95", 4755), ("SRGI2013", 9470),
        ("ID74", 4238), ("", DATUM_BLANK), ("  ", DATUM_BLANK), ("NULL", DATUM_BLANK), ("0", DATUM_BLANK),
        ("Bessel", DATUM_UNREADABLE), ("4238.7", DATUM_UNREADABLE), ("1e300", DATUM_UNREADABLE),
        ("nan", DATUM_UNREADABLE), ("-4326", DATUM_UNREADABLE), ("99999999999", DATUM_UNREADABLE),
    ],
)  # fmt: skip
def test_datums_as_people_write_them(text: str, epsg: int) -> None:
    assert geotags(lon_text=["115"], lat_text=["-8"], datum_epsg=[text]).datum_epsg.tolist() == [epsg]


def test_a_batch_without_a_datum_column_is_not_asked() -> None:
    assert geotags(lon_text=["115"], lat_text=["-8"]).datum_epsg.tolist() == [DATUM_NOT_ASKED]


@pytest.mark.parametrize("mark", [DATUM_BLANK, DATUM_NOT_ASKED, DATUM_UNREADABLE, 4238])
def test_stored_datums_come_back_the_same(mark: int) -> None:
    """Stored geotags are read again as columns of texts."""
    assert geotags(lon_text=["115"], lat_text=["-8"], datum_epsg=[str(mark)]).datum_epsg.tolist() == [mark]


def test_placeholders_and_swapped_pairs_are_not_transformed() -> None:
    """Their checks must know them, whatever the datum."""
    lon_text, lat_text = ["0", "999", "-8.5", "115.4", "200", "x"], ["0", "999", "115.4", "-8.5", "-8", ""]
    made = geotags(lon_text=lon_text, lat_text=lat_text, datum_epsg=["4238"] * 6)
    assert made.lon.tolist()[:3] == [0.0, 999.0, -8.5] and made.lat.tolist()[:3] == [0.0, 999.0, 115.4]
    assert 0 < abs(made.lon[3] - 115.4) < 0.001 and made.lon[4] == 200.0
    assert made.in_range.tolist() == [True, False, False, True, False, False]
    assert made.is_number.tolist() == [True] * 5 + [False]


@pytest.mark.parametrize(
    ("text", "accuracy_m"),
    [
        ("12.5", 12.5),
        ("0", 0.0),
        ("-0.0", 0.0),
        ("-1", None),
        ("", None),
        ("nan", None),
        ("1e999", None),
        ("5 m", None),
    ],
)
def test_accuracy(text: str, accuracy_m: float | None) -> None:
    found = float(geotags(lon_text=["115"], lat_text=["-8"], accuracy_m=[text]).accuracy_m[0])
    assert found == accuracy_m or (accuracy_m is None and math.isnan(found))


@given(st.lists(st.tuples(any_text, any_text, any_text, any_text, any_text), max_size=8))
def test_geotags_of_any_texts_never_raise(rows: list[tuple[str, ...]]) -> None:
    names = ("lon_text", "lat_text", "accuracy_m", "datum_epsg", "revision")
    made = geotags(**{name: [row[i] for row in rows] for i, name in enumerate(names)})
    assert len(made) == len(rows)
    assert (made.revision >= 0).all()
    assert not (made.is_number & np.isnan(made.lon)).any()


def test_taking_rows_keeps_every_column_together() -> None:
    texts = [str(i) for i in range(5)]
    made = Geotags.from_columns(
        {"lon_text": texts, "lat_text": texts, "item_id": texts, "accuracy_m": texts, "revision": texts},
        typed=[i % 2 == 0 for i in range(5)],
    )
    taken = made.take(np.array([3, 0, 3]))
    assert taken.item_id.to_pylist() == ["3", "0", "3"]
    assert taken.lon.tolist() == taken.lat.tolist() == taken.accuracy_m.tolist() == [3.0, 0.0, 3.0]
    assert taken.revision.tolist() == [3, 0, 3] and taken.typed.tolist() == [False, True, False]
    assert taken.lon_text.to_pylist() == ["3", "0", "3"] and len(taken.captured_at) == 3


def test_a_table_of_geotags_gives_them_back() -> None:
    rich = geotags(
        lon_text=["115.5", " x", "", "0"],
        lat_text=["-8.5", "1", "2", "0"],
        item_id=["a", "b", "c", "d"],
        household_key=["h", "", "", ""],
        accuracy_m=["3", "", "-1", "5"],
        captured_at=["2022-10-20T08:30:00+07:00", "", "", "2022-10-20T08:30:00Z"],
        is_mock=["ya", "", "0", "?"],
        datum_epsg=["4326", "", "ID74", "x"],
        revision=["2", "", "1", "1"],
        interview_lon=["115.4", "", "", ""],
    )
    poor = geotags(lon_text=["1"], lat_text=["2"])
    numbers = Geotags.from_columns({"lon_text": pa.array([1.5, None]), "lat_text": pa.array([2.5, 1.0])})
    tables = [one.as_table([column.name for column in fields(Geotags)]) for one in (rich, poor, numbers)]
    assert "altitude_m" not in tables[0].column_names and "household_key" not in tables[1].column_names
    together = Geotags.from_table(pa.concat_tables(tables, promote_options="default"))
    assert len(together) == 7
    for start, one in ((0, rich), (4, poor), (5, numbers)):
        part = together.take(np.arange(start, start + len(one)))
        for column in fields(Geotags):
            wanted, found = getattr(one, column.name), getattr(part, column.name)
            if isinstance(wanted, pa.Array):
                assert found.to_pylist() == wanted.to_pylist(), column.name
            else:
                assert found.dtype == wanted.dtype, column.name
                np.testing.assert_array_equal(found, wanted, err_msg=column.name)
