"""Code schemes: laws that hold for every scheme, and the damage that spreadsheets do."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.codes import SCHEMES, CodeScheme, digits_differing
from geo.levels import Level

EVERY_LEVEL = [(scheme, level) for scheme in SCHEMES.values() for level in scheme.levels]
ids = [f"{scheme.name}-{level.value}" for scheme, level in EVERY_LEVEL]


def codes_of(scheme: CodeScheme, level: Level) -> st.SearchStrategy[str]:
    """Codes written as the scheme's pattern says: a digit for every 9."""
    pattern = scheme.pattern[: scheme.widths[level]]
    return st.tuples(
        *[st.sampled_from("0123456789") if mark == "9" else st.just(mark) for mark in pattern]
    ).map("".join)


@pytest.mark.parametrize(("scheme", "level"), EVERY_LEVEL, ids=ids)
def test_laws_of_every_level(scheme: CodeScheme, level: Level) -> None:
    @given(codes_of(scheme, level))
    def law(code: str) -> None:
        assert scheme.is_code(code, level)
        assert scheme.level_of(code) == level
        assert scheme.damage(code, level) is None
        assert scheme.parent_code(code, level) == code
        for above in level.above():
            if above in scheme.widths:
                parent = scheme.parent_code(code, above)
                assert scheme.is_code(parent, above) and code.startswith(parent)
                assert scheme.damage(code, above) is not None and not scheme.is_code(code, above)
        for below in scheme.levels[scheme.levels.index(level) + 1 :]:
            assert scheme.parent_code(code, below) == ""
        assert scheme.segment_key(code) == (scheme.parent_code(code, Level.KAB) or code)

    law()


@pytest.mark.parametrize(("scheme", "level"), EVERY_LEVEL, ids=ids)
def test_a_code_is_whole_or_damaged(scheme: CodeScheme, level: Level) -> None:
    @given(st.one_of(st.text(max_size=18), st.from_regex(r"[0-9.,eE+\- ]{0,18}", fullmatch=True)))
    def law(code: str) -> None:
        assert (scheme.damage(code, level) is None) == scheme.is_code(code, level)

    law()


@pytest.mark.parametrize(
    ("code", "damage"),
    [
        ("9471010001000101", None),
        ("0471010001000101", None),
        ("471010001000101", "lost_zeros"),
        ("", "empty"),
        ("  ", "empty"),
        ("9.47101E+15", "exponent"),
        ("9,47101E+15", "exponent"),
        ("9.47101e15", "exponent"),
        ("9471010001000101.0", "decimal"),
        ("9471010001000101,00", "decimal"),
        ("94710100010001011", "too_long"),
        ("947101000100010A", "not_digits"),
        ("٩471010001000101", "not_digits"),
        ("９471010001000101", "not_digits"),
        ("-471010001000101", "not_digits"),
    ],
)
def test_damage_of_a_sub_sls_code(code: str, damage: str | None) -> None:
    assert SCHEMES["bps"].damage(code, Level.SUBSLS) == damage


@pytest.mark.parametrize(
    ("code", "damage"),
    [
        ("51.05.01.2001", None),
        ("51.05.01.200", "lost_zeros"),
        ("5105012001", "lost_zeros"),
        ("51.05.01.20011", "too_long"),
        ("51.05.01.20x1", "not_digits"),
        ("5.1050E+9", "exponent"),
    ],
)
def test_damage_of_a_dotted_code(code: str, damage: str | None) -> None:
    assert SCHEMES["kemendagri"].damage(code, Level.DESA) == damage


def test_levels_above_and_the_parent_level() -> None:
    bps, dotted = SCHEMES["bps"], SCHEMES["kemendagri"]
    assert [level.depth for level in Level] == [0, 1, 2, 3, 4, 5]
    assert Level.DESA.above() == [Level.KEC, Level.KAB, Level.PROV] and Level.PROV.above() == []
    assert bps.parent_level(Level.SUBSLS) == Level.SLS and bps.parent_level(Level.PROV) is None
    assert dotted.levels == [Level.PROV, Level.KAB, Level.KEC, Level.DESA]
    assert not dotted.is_code("51.05.01.2001.0001", Level.SLS)


@given(st.text("0123456789", max_size=6), st.text("0123456789", max_size=6))
def test_digits_differing_is_a_distance(one: str, other: str) -> None:
    count = digits_differing(one, other)
    assert count == digits_differing(other, one)
    assert (count is None) == (len(one) != len(other))
    assert (count == 0) == (one == other)
    assert count is None or count <= len(one)
