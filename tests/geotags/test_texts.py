"""Evidence in columns says what the same evidence says row by row."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.text import Text
from geotags.bulk.texts import json_of, messages_of

TEXTS = st.one_of(st.none(), st.text(), st.sampled_from(['"', "\\", "\n", "\u2028", "Désa é", ""]))
NUMBERS = st.one_of(st.none(), st.floats(allow_nan=False, allow_infinity=False))
WHOLE = st.one_of(st.none(), st.integers(-(2**63), 2**63 - 1))
AREA = st.fixed_dictionaries({"area_code": TEXTS, "distance_m": NUMBERS, "rank": WHOLE})
ROW = st.fixed_dictionaries(
    {
        "text": TEXTS,
        "metres": NUMBERS,
        "count": WHOLE,
        "is so": st.booleans(),
        "areas": st.one_of(st.none(), st.lists(AREA, max_size=3)),
    }
)
SCHEMA = pa.schema(
    [
        ("text", pa.string()),
        ("metres", pa.float64()),
        ("count", pa.int64()),
        ("is so", pa.bool_()),
        (
            "areas",
            pa.list_(
                pa.struct([("area_code", pa.string()), ("distance_m", pa.float64()), ("rank", pa.int64())])
            ),
        ),
    ]
)


@given(st.lists(ROW, max_size=6), st.integers(0, 2))
def test_every_row_is_the_json_of_its_values(rows: list[dict[str, Any]], first: int) -> None:
    table = pa.Table.from_pylist(rows, SCHEMA).slice(first)
    columns = {name: table.column(name) for name in table.column_names}
    assert [json.loads(text) for text in json_of(columns, table.num_rows).to_pylist()] == rows[first:]


def test_columns_may_be_of_any_kind() -> None:
    columns = {
        "a": np.array([1.5, np.nan, np.inf]),
        "b": ["x", None, "y"],
        "c": pa.array(["p", "q", "p"]).dictionary_encode(),
        "d": np.array([1, 2, 3], np.uint8),
        "e": pa.nulls(3),
    }
    assert [json.loads(text) for text in json_of(columns, 3).to_pylist()] == [
        {"a": 1.5, "b": "x", "c": "p", "d": 1, "e": None},
        {"a": None, "b": None, "c": "q", "d": 2, "e": None},
        {"a": None, "b": "y", "c": "p", "d": 3, "e": None},
    ]


@pytest.mark.parametrize("n", [0, 2])
def test_nothing_is_an_empty_object(n: int) -> None:
    assert json_of({}, n).to_pylist() == ["{}"] * n


def test_a_message_is_filled_from_the_columns_it_names() -> None:
    text = Text(en="{n} lie {metres:.0f} m away", id="{n} berjarak {metres:.0f} m")
    columns = {"n": np.array([2, 3]), "metres": [10.6, 0.4], "other": ["-", "-"]}
    assert messages_of(text, "en", columns, 2).to_pylist() == ["2 lie 11 m away", "3 lie 0 m away"]
    assert messages_of(Text(en="So.", id="Jadi."), "id", {}, 2).to_pylist() == ["Jadi.", "Jadi."]
