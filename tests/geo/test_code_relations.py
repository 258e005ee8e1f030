"""How codes differ, against the sentences of the definition read one by one."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.code_relations import RELATIONS, SHARED_LEVELS, relations_of
from geo.codes import SCHEMES, digits_differing
from geo.levels import Level

BPS = SCHEMES["bps"]
CODES = st.one_of(
    st.text("0123456789", min_size=16, max_size=16),
    st.text("12", min_size=16, max_size=16),
    st.text(max_size=20),
)


def said(one: str, other: str, level: Level = Level.SUBSLS) -> tuple[str, str]:
    relation, shared = relations_of(BPS, level, pa.array([one]), pa.array([other]))
    return RELATIONS[int(relation[0])].as_py(), SHARED_LEVELS[int(shared[0])].as_py()


def by_the_words(one: str, other: str, level: Level) -> tuple[str, str]:
    above = [up for up in level.above() if up in BPS.widths]
    shared = next((up for up in above if BPS.parent_code(one, up) == BPS.parent_code(other, up) != ""), None)
    word = shared.value if shared else ""
    if shared is Level.SLS:
        return "other_subsls", word
    if digits_differing(one, other) == 1:
        return "one_digit", word
    return {"desa": "same_desa", "kec": "other_desa", "kab": "other_kec"}.get(word, "other_kab"), word


@given(st.lists(st.tuples(CODES, CODES), min_size=1, max_size=8), st.sampled_from([Level.SUBSLS, Level.DESA]))
def test_many_pairs_at_once_are_said_as_one_by_one(pairs: list[tuple[str, str]], level: Level) -> None:
    pairs = [(one.replace("\x00", "0"), other.replace("\x00", "0")) for one, other in pairs]
    one, other = (pa.array(list(codes), pa.string()) for codes in zip(*pairs, strict=True))
    relation, shared = relations_of(BPS, level, one, other)
    together = zip(RELATIONS.take(pa.array(relation)), SHARED_LEVELS.take(pa.array(shared)), strict=True)
    assert [(r.as_py(), s.as_py()) for r, s in together] == [by_the_words(*pair, level) for pair in pairs]


@pytest.mark.parametrize(
    ("other", "words"),
    [
        ("5101010001000102", ("other_subsls", "sls")),
        ("5101010001000901", ("one_digit", "desa")),
        ("5101010001004702", ("same_desa", "desa")),
        ("5101010002000101", ("one_digit", "kec")),
        ("5101010032000101", ("other_desa", "kec")),
        ("5101022001000101", ("other_kec", "kab")),
        ("5122010001000101", ("other_kab", "prov")),
        ("", ("other_kab", "")),
    ],
)
def test_the_nearest_relation_is_said(other: str, words: tuple[str, str]) -> None:
    assert said("5101010001000101", other) == words


def test_of_nothing_nothing_is_said() -> None:
    nothing = pa.array([], pa.string())
    assert [len(of) for of in relations_of(BPS, Level.SUBSLS, nothing, nothing)] == [0, 0]
    assert np.array_equal(relations_of(BPS, Level.SUBSLS, nothing, nothing)[0], [])
