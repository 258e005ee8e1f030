"""On which side of a line a point lies: the sign is exact for every coordinate in degrees.

After Shewchuk, "Adaptive precision floating-point arithmetic and fast robust geometric
predicates" (1997): a float test with a proven error bound, and exact expansions behind it. Exact as long
as no product of two coordinates has bits below 2**-1074: coordinates that are 0 or beyond 1e-120.
"""

from __future__ import annotations

import numpy as np
from numba import njit

_EPSILON = 2.0**-53
# Shewchuk's ccwerrboundA: beyond it the rounded determinant has the right sign.
_ERROR_BOUND = (3.0 + 16.0 * _EPSILON) * _EPSILON
_SPLITTER = 2.0**27 + 1.0


@njit(cache=True, nogil=True)
def orientation(ax: float, ay: float, bx: float, by: float, cx: float, cy: float) -> int:
    """1 when c lies left of the line from a to b, -1 when right, 0 when exactly on it."""
    left = (ax - cx) * (by - cy)
    right = (ay - cy) * (bx - cx)
    determinant = left - right
    bound = _ERROR_BOUND * (abs(left) + abs(right))
    if determinant > bound:
        return 1
    if determinant < -bound:
        return -1
    return _exact_sign(ax, ay, bx, by, cx, cy)


@njit(cache=True, nogil=True)
def _exact_sign(ax: float, ay: float, bx: float, by: float, cx: float, cy: float) -> int:
    """The sign of ax*by - ax*cy - cx*by - ay*bx + ay*cx + cy*bx, summed as an exact expansion."""
    factors = ((ax, by), (-ax, cy), (-cx, by), (-ay, bx), (ay, cx), (cy, bx))
    expansion = np.zeros(12)
    length = 0
    for one, other in factors:
        product, rest = _two_product(one, other)
        for term in (rest, product):
            carry = term
            for i in range(length):
                carry, expansion[i] = _two_sum(carry, expansion[i])
            expansion[length] = carry
            length += 1
    for i in range(length - 1, -1, -1):
        if expansion[i] > 0.0:
            return 1
        if expansion[i] < 0.0:
            return -1
    return 0


@njit(cache=True, nogil=True)
def _two_sum(a: float, b: float) -> tuple[float, float]:
    total = a + b
    b_part = total - a
    return total, (a - (total - b_part)) + (b - b_part)


@njit(cache=True, nogil=True)
def _two_product(a: float, b: float) -> tuple[float, float]:
    product = a * b
    wide = _SPLITTER * a
    a_high = wide - (wide - a)
    a_low = a - a_high
    wide = _SPLITTER * b
    b_high = wide - (wide - b)
    b_low = b - b_high
    return product, a_low * b_low - (((product - a_high * b_high) - a_low * b_high) - a_high * b_low)
