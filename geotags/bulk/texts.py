"""Evidence in columns as texts: the message of each finding, and its evidence as JSON."""

from __future__ import annotations

import json
import string
from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from geo.checks.vocabulary import in_words
from geo.text import Language, Text


def as_arrow(values: Any) -> pa.Array:
    """A column of evidence, of whatever kind, as Arrow has it; numbers that are none are null."""
    if isinstance(values, pa.ChunkedArray):
        return values.combine_chunks()
    if isinstance(values, pa.Array):
        return values
    return pa.array(values, from_pandas=True)


def messages_of(text: Text, language: Language, columns: Mapping[str, Any], n: int) -> pa.StringArray:
    """A text said n times, filled with the values of each row."""
    template: str = getattr(text, language)
    parts: list[Any] = []
    for literal, name, spec, _ in string.Formatter().parse(template):
        parts += [literal] if literal else []
        if name is not None:
            parts.append(_said(name, spec or "", columns, language))
    if not any(isinstance(part, pa.Array) for part in parts):
        return pa.repeat(text.say(language), n)
    return pc.binary_join_element_wise(*parts, "")


def _said(name: str, spec: str, columns: Mapping[str, Any], language: Language) -> pa.StringArray:
    """What fills one placeholder in each row; each different value is put into words once."""
    column = name.removesuffix("_words")  # relation_words are made of the column relation
    encoded = as_arrow(columns[column]).dictionary_encode(null_encoding="encode")
    values = (in_words({column: value}, language)[name] for value in encoded.dictionary.to_pylist())
    return pa.array([format(value, spec) for value in values], pa.string()).take(encoded.indices)


def json_of(columns: Mapping[str, Any], n: int) -> pa.StringArray:
    """One JSON object per row, with the columns as its members. Length n."""
    return _objects({name: as_arrow(values) for name, values in columns.items()}, n)


def _objects(columns: Mapping[str, pa.Array], n: int) -> pa.StringArray:
    if not columns:
        return pa.array(["{}"] * n, pa.string())
    parts: list[Any] = []
    for name, values in columns.items():
        parts += [f"{', ' if parts else '{'}{json.dumps(name, ensure_ascii=False)}: ", _values(values)]
    return pc.binary_join_element_wise(*parts, "}", "")


def _values(values: pa.Array) -> pa.StringArray:
    """Each value as JSON."""
    kind = values.type
    if pa.types.is_list(kind):
        texts = _lists(values)
    elif pa.types.is_struct(kind):
        texts = _objects({field.name: values.field(field.name) for field in kind}, len(values))
    elif pa.types.is_null(kind):
        texts = pa.nulls(len(values), pa.string())
    elif pa.types.is_floating(kind):
        texts = pc.if_else(pc.is_finite(values), pc.cast(values, pa.string()), None)
        # A real number stays one for readers that tell 5 from 5.0.
        texts = pc.replace_substring_regex(texts, "^(-?[0-9]+)$", r"\1.0")
    elif pa.types.is_integer(kind) or pa.types.is_boolean(kind):
        texts = pc.cast(values, pa.string())
    else:
        texts = _strings(values)
    if values.null_count:
        texts = pc.if_else(pc.is_valid(values), texts, None)
    return pc.fill_null(texts, "null")


def _lists(values: pa.ListArray) -> pa.StringArray:
    # Null lists may have offsets that are not in order: their values are left out.
    sizes = np.asarray(pc.fill_null(pc.list_value_length(values), 0), np.int64)
    starts = np.r_[0, np.cumsum(sizes)].astype(np.int32)
    flat = pa.ListArray.from_arrays(pa.array(starts), _values(values.flatten()))
    return pc.binary_join_element_wise("[", pc.binary_join(flat, ", "), "]", "")


def _strings(values: pa.Array) -> pa.StringArray:
    """Each different text is written as JSON once."""
    encoded = values if pa.types.is_dictionary(values.type) else values.dictionary_encode()
    written = [json.dumps(one, ensure_ascii=False, default=str) for one in encoded.dictionary.to_pylist()]
    return pa.array(written, pa.string()).take(encoded.indices)
