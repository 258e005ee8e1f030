"""How unusual one enumerator's number of flagged geotags is beside the others of the kecamatan.

A hierarchical beta-binomial model (Gelman et al., "Bayesian data analysis", third edition, section 5.3):
every enumerator has a rate of his or her own, drawn from a beta distribution with mean mu and correlation
rho = 1 / (alpha + beta + 1). Mu and rho are learnt from the *other* enumerators, so that a high rate
does not hide itself, and are summed over a grid instead of fixed, so that few others make a wide
expectation: the tail stays honest where an estimate that is taken for the truth would be too sure.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

# Rho from "all alike" to "each as he or she is". Nodes of mu are at half standard errors to five of them.
_RHO = np.array([1e-4, 1e-3, 3e-3, 0.01, 0.02, 0.04, 0.07, 0.12, 0.2, 0.32, 0.5])
_STEP, _N_STEPS = 0.5, 21
_LEAST_RATE = 1e-4


@njit(cache=True, nogil=True)
def _log_beta(a: float, b: float) -> float:
    return math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)


@njit(cache=True, nogil=True)
def _upper_tail(k: int, n: int, a: float, b: float) -> float:
    """P(K >= k) of the beta-binomial distribution, by its recurrence; shape (): the pmf times the sum."""
    log_choose = math.lgamma(n + 1.0) - math.lgamma(k + 1.0) - math.lgamma(n - k + 1.0)
    term = math.exp(log_choose + _log_beta(k + a, n - k + b) - _log_beta(a, b))
    total = 0.0
    for x in range(k, n + 1):
        total += term
        term *= (n - x) * (a + x) / ((x + 1.0) * (b + n - x - 1.0)) if x < n else 0.0
    return min(total, 1.0)


@njit(cache=True, nogil=True)
def _centre(
    k: NDArray[np.int64], n: NDArray[np.int64], first: int, last: int, left_out: int, rho: float
) -> tuple[float, float]:
    """The weighted mean rate of the others at a rho, and the standard error of its logit."""
    weight, flagged = 0.0, 0.0
    for j in range(first, last):
        if j != left_out:
            w = 1.0 / (1.0 + (n[j] - 1.0) * rho)
            weight += w * n[j]
            flagged += w * k[j]
    # Half a geotag of each kind (Jeffreys) keeps the logit finite where none or all are flagged.
    rate = (flagged + 0.5) / (weight + 1.0)
    return rate, 1.0 / math.sqrt((weight + 1.0) * rate * (1.0 - rate))


@njit(cache=True, nogil=True)
def _weigh(
    k: NDArray[np.int64],
    n: NDArray[np.int64],
    first: int,
    last: int,
    left_out: int,
    grid: NDArray[np.float64],
) -> None:
    """Fill ``grid`` (nodes, 3) with alpha, beta and the weight of each node, the weights summing to one."""
    node = 0
    for rho in _RHO:
        rate, error = _centre(k, n, first, last, left_out, rho)
        size = 1.0 / rho - 1.0
        for step in range(_N_STEPS):
            logit = math.log(rate / (1.0 - rate)) + (step - _N_STEPS // 2) * _STEP * error
            mu = min(max(1.0 / (1.0 + math.exp(-logit)), _LEAST_RATE), 1.0 - _LEAST_RATE)
            a, b = mu * size, (1.0 - mu) * size
            # Priors: 1 / sqrt(rho) and Jeffreys in mu; nodes stand further apart where the error is larger.
            log_weight = math.log(error) + 0.5 * math.log(rho * mu * (1.0 - mu))
            base = _log_beta(a, b)
            for j in range(first, last):
                if j != left_out:
                    log_weight += _log_beta(k[j] + a, n[j] - k[j] + b) - base
            grid[node, 0], grid[node, 1], grid[node, 2] = a, b, log_weight
            node += 1
    grid[:, 2] = np.exp(grid[:, 2] - grid[:, 2].max())
    grid[:, 2] /= grid[:, 2].sum()


@njit(cache=True, nogil=True, parallel=True)
def judge(
    k: NDArray[np.int64],
    n: NDArray[np.int64],
    starts: NDArray[np.int64],
    group: NDArray[np.int64],
    rows: NDArray[np.int64],
    p_value: NDArray[np.float64],
    shrunk: NDArray[np.float64],
    usual: NDArray[np.float64],
) -> None:
    """For each of ``rows``: P(as many flags or more), the shrunk rate, and the mean rate of the others.

    ``k`` of ``n`` geotags are flagged; row i belongs to ``group[i]``, which owns the rows
    ``starts[g]:starts[g + 1]``. The outputs have the length of ``rows``.
    """
    for position in prange(len(rows)):
        i = rows[position]
        first, last = starts[group[i]], starts[group[i] + 1]
        grid = np.empty((len(_RHO) * _N_STEPS, 3))
        _weigh(k, n, first, last, i, grid)
        tail, rate, mean, own_weight = 0.0, 0.0, 0.0, 0.0
        for node in range(len(grid)):
            a, b, weight = grid[node]
            if weight < 1e-12:
                continue
            tail += weight * _upper_tail(k[i], n[i], a, b)
            mean += weight * a / (a + b)
            # What the enumerator's own geotags say of the node counts for the shrunk rate only.
            own = weight * math.exp(_log_beta(k[i] + a, n[i] - k[i] + b) - _log_beta(a, b))
            own_weight += own
            rate += own * (a + k[i]) / (a + b + n[i])
        p_value[position], usual[position] = min(tail, 1.0), mean
        shrunk[position] = rate / own_weight if own_weight > 0.0 else mean
