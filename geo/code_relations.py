"""How two area codes differ: which ancestors they share, and whether one slip of a digit explains it."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from geo.codes import CodeScheme
from geo.levels import Level

RELATIONS = pa.array(["other_subsls", "one_digit", "same_desa", "other_desa", "other_kec", "other_kab"])
"""From the nearest: another sub-SLS of the same SLS; one digit apart, so that a typing slip is likely;
another area of the same village; then of another village, kecamatan, kabupaten."""
_OTHER_SUBSLS, _ONE_DIGIT, _SAME_DESA, _OTHER_DESA, _OTHER_KEC, _OTHER_KAB = range(6)

SHARED_LEVELS = pa.array(["", *(level.value for level in Level)])
"""The deepest level at which both codes name the same ancestor; "" if none."""
_SHARED_OF_LEVEL = {level: i for i, level in enumerate(Level, start=1)}


def relations_of(
    scheme: CodeScheme, level: Level, one: pa.StringArray, other: pa.StringArray
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Of n pairs of codes of ``level`` the relation and the shared level above it. Both of shape (n,).

    Numbers of ``RELATIONS`` and ``SHARED_LEVELS``. The relation is the first of ``RELATIONS`` that holds.
    """
    (first, first_size), (second, second_size) = (_characters(codes) for codes in (one, other))
    width = max(first.shape[1], second.shape[1])
    first, second = (np.pad(of, ((0, 0), (0, width - of.shape[1]))) for of in (first, second))
    differs = first != second
    n_same = np.where(differs.any(axis=1), differs.argmax(axis=1), width)
    shared = np.zeros(len(one), np.int64)
    for above in reversed([above for above in level.above() if above in scheme.widths]):
        reaches = scheme.widths[above]
        shared[(n_same >= reaches) & (first_size >= reaches)] = _SHARED_OF_LEVEL[above]
    relation = np.full(len(one), _OTHER_KAB, np.int64)
    for of, number in (
        (Level.KAB, _OTHER_KEC),
        (Level.KEC, _OTHER_DESA),
        (Level.DESA, _SAME_DESA),
    ):
        relation[shared == _SHARED_OF_LEVEL[of]] = number
    relation[(first_size == second_size) & (differs.sum(axis=1) == 1)] = _ONE_DIGIT
    relation[shared == _SHARED_OF_LEVEL[Level.SLS]] = _OTHER_SUBSLS
    return relation, shared


def _characters(codes: pa.StringArray) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """The characters of each code, shape (n, longest), zero behind its end, and how many it has."""
    texts = np.array(codes.to_pylist(), dtype=np.str_)
    width = max(texts.dtype.itemsize // 4, 1)
    return texts.astype(f"U{width}").view(np.uint32).reshape(len(texts), width), np.char.str_len(texts)
