"""The local outlier factor of many groups is that of scikit-learn for each group alone."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.neighbors import LocalOutlierFactor

from geo.checks.local_outlier import factors_of_groups, neighbours_of
from geo.geodesy import metres_per_degree


@pytest.mark.parametrize("seed", range(12))
def test_factors_are_those_of_scikit_learn(seed: int) -> None:
    random = np.random.default_rng(seed)
    sizes = random.integers(1, 120, 9)
    starts = np.r_[0, np.cumsum(sizes)].astype(np.int64)
    lon = 107.0 + random.normal(0, 0.002, starts[-1])
    lat = -7.0 + random.normal(0, 0.002, starts[-1]) * np.where(random.random(starts[-1]) < 0.05, 20, 1)
    for group in range(len(sizes)):  # some at one place, beside each other
        span = slice(starts[group], starts[group + 1])
        twice = random.random(sizes[group]) < 0.2
        lon[span][twice], lat[span][twice] = 107.001, -7.001
        order = np.lexsort((lat[span], lon[span]))
        lon[span], lat[span] = lon[span][order], lat[span][order]
    which = np.arange(0, len(sizes), 2)
    found = np.full(starts[-1], np.nan)
    factors_of_groups(which, starts, lon, lat, 20, found)
    for group in range(len(sizes)):
        span = slice(starts[group], starts[group + 1])
        if group not in which:
            assert np.isnan(found[span]).all()
            continue
        kx, ky = metres_per_degree(float(np.mean(lat[span])))
        places, back = np.unique(np.column_stack([lon[span], lat[span]]), axis=0, return_inverse=True)
        if (n_neighbours := neighbours_of(len(places), 20)) == 0:
            assert (found[span] == 1).all()
            continue
        model = LocalOutlierFactor(n_neighbors=n_neighbours).fit(places * [kx, ky])
        assert found[span] == pytest.approx(-model.negative_outlier_factor_[back.ravel()], rel=1e-6)
