"""Words of evidence that a message says in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from geo.text import Language, Text

RELATION_WORDS: dict[str, Text] = {
    "other_subsls": Text(
        en="that is another sub-SLS of the same SLS", id="yaitu sub-SLS lain dalam SLS yang sama"
    ),
    "one_digit": Text(en="whose code differs in one digit", id="yang kodenya beda satu angka"),
    "same_desa": Text(en="that is another SLS of the same village", id="yaitu SLS lain di desa yang sama"),
    "other_desa": Text(en="in another village", id="di desa lain"),
    "other_kec": Text(en="in another kecamatan", id="di kecamatan lain"),
    "other_kab": Text(en="in another kabupaten/kota", id="di kabupaten/kota lain"),
}
"""How a found area's code differs from the assigned one (``geo.code_relations``)."""

WRITTEN_WORDS: dict[str, Text] = {
    "unreadable": Text(en="is not written as a number", id="tidak ditulis sebagai angka"),
    "ambiguous": Text(
        en="has a comma that may stand before decimals or before minutes",
        id="memuat koma yang dapat berarti desimal atau menit",
    ),
}
"""Why a coordinate's text has no value."""

_WORDS_OF = {"relation": RELATION_WORDS, "written": WRITTEN_WORDS}


def in_words(evidence: Mapping[str, Any], language: Language) -> dict[str, Any]:
    """Evidence with ``NAME_words`` beside each value that stands for words; unknown ones stay as they are."""
    said = dict(evidence)
    for name, words in _WORDS_OF.items():
        if name in evidence:
            text = words.get(evidence[name])
            said[f"{name}_words"] = text.say(language) if text else str(evidence[name])
    return said
