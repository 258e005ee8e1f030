"""Second opinions on distance and probability that share nothing with the kernels but the definitions."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Geod
from scipy.special import ndtr

GEOD = Geod(ellps="WGS84")
_STEPS = 64
_GOLDEN = (np.sqrt(5.0) - 1.0) / 2.0


def edges_of(shape: Any) -> NDArray[np.float64]:
    """Every edge of an outline as x1, y1, x2, y2: exteriors counter-clockwise, holes clockwise."""
    rings = shapely.get_rings(shapely.get_parts(shapely.orient_polygons(shape)))
    ends = [shapely.get_coordinates(ring) for ring in rings]
    return np.concatenate([np.column_stack([xy[:-1], xy[1:]]) for xy in ends])


def geodesic_distance_m(shape: Any, lon: float, lat: float) -> float:
    """The least geodesic distance to the outline, its edges straight in longitude and latitude.

    Every edge is sampled; round the best samples of the best edges the minimum is found by golden section.
    """
    edges = edges_of(shape)
    t = np.linspace(0.0, 1.0, _STEPS + 1)
    away = _away_m(edges[:, None, :], t[None, :], lon, lat)
    best = np.argsort(away.min(axis=1))[:4]
    low = np.clip(t[away[best].argmin(axis=1)] - 1 / _STEPS, 0.0, 1.0)
    high = np.clip(low + 2 / _STEPS, 0.0, 1.0)
    for _ in range(60):
        one, other = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
        nearer = _away_m(edges[best], one, lon, lat) < _away_m(edges[best], other, lon, lat)
        high, low = np.where(nearer, other, high), np.where(nearer, low, one)
    return float(min(_away_m(edges[best], (low + high) / 2, lon, lat).min(), away.min()))


def _away_m(edges: Any, t: Any, lon: float, lat: float) -> NDArray[np.float64]:
    x = np.asarray(edges[..., 0] + t * (edges[..., 2] - edges[..., 0]))
    y = np.asarray(edges[..., 1] + t * (edges[..., 3] - edges[..., 1]))
    _, _, metres = GEOD.inv(np.full(x.size, lon), np.full(x.size, lat), x.ravel(), y.ravel())
    return np.asarray(metres, float).reshape(x.shape)


def gaussian_mass(shape: Any, sigma: float) -> float:
    """The mass of a round Gaussian at the origin inside an outline of the same unit as ``sigma``.

    Green's theorem makes it the sum over edges of the integral of phi(y) Phi(x) dy along the edge, here
    by Gauss-Legendre on pieces of half a standard deviation. Right of nine deviations Phi is 1.
    """
    nodes, weights = np.polynomial.legendre.leggauss(16)
    total = 0.0
    for x1, y1, x2, y2 in edges_of(shape) / sigma:
        for a, b, beyond in _pieces(x1, y1, x2, y2):
            ya, yb = y1 + a * (y2 - y1), y1 + b * (y2 - y1)
            if beyond:
                total += ndtr(yb) - ndtr(ya)
                continue
            t = (a + b) / 2 + (b - a) / 2 * nodes
            x, y = x1 + t * (x2 - x1), y1 + t * (y2 - y1)
            density = np.exp(-0.5 * y * y) / np.sqrt(2 * np.pi) * ndtr(x)
            total += float(np.sum(weights * density)) * (b - a) / 2 * (y2 - y1)
    return total


def _pieces(x1: float, y1: float, x2: float, y2: float) -> list[tuple[float, float, bool]]:
    """Cuts of an edge (from, to, right of everything) with what lies left, above or below left out."""
    cuts = [0.0, 1.0]
    for low, high in ((x1, x2), (y1, y2)):
        if low != high:
            cuts += [t for t in ((-9.0 - low) / (high - low), (9.0 - low) / (high - low)) if 0.0 < t < 1.0]
    cuts = sorted(cuts)
    pieces: list[tuple[float, float, bool]] = []
    for a, b in pairwise(cuts):
        x, y = x1 + (a + b) / 2 * (x2 - x1), y1 + (a + b) / 2 * (y2 - y1)
        if abs(y) > 9.0 or x < -9.0:
            continue
        if x > 9.0:
            pieces.append((a, b, True))
            continue
        n = int(np.ceil(np.hypot(x2 - x1, y2 - y1) * (b - a) / 0.5)) or 1
        steps = np.linspace(a, b, n + 1)
        pieces += [(float(s), float(e), False) for s, e in pairwise(steps)]
    return pieces


def sampled_mass(shape: Any, sigma: float, draws: int, seed: int) -> float:
    """The same by throwing points: the standard error is at most 0.5 / sqrt(draws)."""
    xy = np.random.default_rng(seed).normal(0.0, sigma, (draws, 2))
    shapely.prepare(shape)
    return float(np.mean(shapely.intersects_xy(shape, xy[:, 0], xy[:, 1])))
