"""A geotag far from the others of its area."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from geo.checks.groups import Groups
from geo.checks.local_outlier import factors_of_groups, neighbours_of
from geo.checks.protocol import Check, Outcomes, Scope, Severity, Subject, Values
from geo.checks.special import is_of_kind
from geo.geodesy import metres_per_degree
from geo.parameters import Parameter
from geo.special_areas import SCATTERED
from geo.text import Text

_NEIGHBOURS = 5
_LOF_NEIGHBOURS = 20
_SIGMAS_PER_MAD = 1.4826  # of a normal distribution
_LEAST_LOG = 0.1
"""The least spread of log distances: houses of a planned row are all alike; a tenth more is no outlier."""
_LEAST_M = 1.0
"""Nearer than this is at the same place: geotags that share a point have a logarithm too."""
_MANY = 400  # geotags of an area, from which on a tree finds neighbours faster than comparing all


def decide(subject: Subject, values: Values) -> Outcomes:
    """Fail where the fifth nearest geotag of the area is ``most_deviations`` farther than usual and the local
    outlier factor is above ``most_factor``.

    Compared are the logarithms of distances, by median and median absolute deviation of the area (Iglewicz
    and Hoaglin 1993). The factor is that of Breunig et al. (2000) with 20 neighbours. Review outside the
    assigned area, info inside. Areas that the frame calls scattered settlements are not assessed.
    """
    n = len(subject.geotags)
    membership = subject.membership
    decided = np.flatnonzero(membership.undecided == 0)
    area = membership.segment[decided].astype(np.int64) * 2**31 + membership.row[decided]
    groups = Groups.by(area, decided)
    few = np.zeros(n, np.bool_)
    few[groups.rows] = (groups.sizes < values["least_geotags"])[groups.group_of]
    large = _in_order(subject, groups, ~few[groups.rows])
    fifth_m = _fifth_neighbours(subject, large)
    deviations = _deviations(np.log(np.maximum(fifth_m, _LEAST_M)), large)
    factor, score = np.full(n, np.nan), np.full(n, np.nan)
    distance_m = np.full(n, np.nan)
    distance_m[large.rows], score[large.rows] = fifth_m, deviations
    suspect = np.unique(large.group_of[deviations > values["most_deviations"]])
    factor[large.rows] = _factors(subject, large, suspect)
    scattered = np.zeros(n, np.bool_)
    scattered[decided] = is_of_kind(subject, decided, SCATTERED)
    outside = membership.distance_m < 0
    return Outcomes.of(
        (score > values["most_deviations"]) & (factor > values["most_factor"]),
        np.where(outside, Severity.REVIEW, Severity.INFO).astype(np.uint8),
        subject.undecided_masks() | {"few_geotags": few, "scattered_settlement": scattered},
        lambda rows: {
            "fifth_m": np.round(distance_m[rows]),
            "deviations": np.round(score[rows], 1),
            "factor": np.round(factor[rows], 1),
        },
    )


def _in_order(subject: Subject, groups: Groups, kept: NDArray[np.bool_]) -> Groups:
    """Some of the rows, each group in the order of its places, so that no sum depends on how they came."""
    rows, group = groups.rows[kept], groups.group_of[kept]
    order = np.lexsort((subject.geotags.lat[rows], subject.geotags.lon[rows], group))
    return Groups.by(group[order], rows[order])


def _plane_m(subject: Subject, rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """Metres east and north of the mean of some geotags, (n, 2)."""
    lon, lat = subject.geotags.lon[rows], subject.geotags.lat[rows]
    kx, ky = metres_per_degree(float(np.mean(lat)))
    return np.column_stack([(lon - lon.mean()) * kx, (lat - lat.mean()) * ky])


def _fifth_neighbours(subject: Subject, groups: Groups) -> NDArray[np.float64]:
    """Metres to the fifth nearest other geotag of the area, for each of ``groups.rows``."""
    lon, lat = subject.geotags.lon[groups.rows], subject.geotags.lat[groups.rows]
    distances = np.empty(len(groups.rows))
    _compare_all(groups.starts, lon, lat, distances)
    for group in np.flatnonzero(groups.sizes > _MANY).tolist():
        from scipy.spatial import cKDTree  # slow to import, and seldom needed

        span = slice(groups.starts[group], groups.starts[group + 1])
        places = _plane_m(subject, groups.rows[span])
        distances[span] = cKDTree(places).query(places, k=_NEIGHBOURS + 1)[0][:, -1]
    return distances


@njit(cache=True, nogil=True)
def _compare_all(
    starts: NDArray[np.int64],
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
    distances: NDArray[np.float64],
) -> None:
    """Of groups up to ``_MANY``: the fifth of the sorted distances to all others of the group."""
    best = np.empty(_NEIGHBOURS)
    for group in range(len(starts) - 1):
        first, last = starts[group], starts[group + 1]
        if last - first > _MANY:
            continue
        middle = 0.0
        for i in range(first, last):
            middle += lat[i] / (last - first)
        kx, ky = metres_per_degree(middle)
        for i in range(first, last):
            best[:] = np.inf
            for j in range(first, last):
                if j == i:
                    continue
                away = ((lon[j] - lon[i]) * kx) ** 2 + ((lat[j] - lat[i]) * ky) ** 2
                at = _NEIGHBOURS - 1
                if away >= best[at]:
                    continue
                while at > 0 and best[at - 1] > away:
                    best[at] = best[at - 1]
                    at -= 1
                best[at] = away
            distances[i] = np.sqrt(best[_NEIGHBOURS - 1])


def _deviations(values: NDArray[np.float64], groups: Groups) -> NDArray[np.float64]:
    """How many robust standard deviations each value lies above the median of its group."""
    middle = _medians(values, groups)[groups.group_of]
    spread = _medians(np.abs(values - middle), groups)[groups.group_of] * _SIGMAS_PER_MAD
    return np.asarray((values - middle) / np.maximum(spread, _LEAST_LOG))


def _medians(values: NDArray[np.float64], groups: Groups) -> NDArray[np.float64]:
    medians = np.empty(len(groups))
    _fill_medians(values, groups.starts, medians)
    return medians


@njit(cache=True, nogil=True)
def _fill_medians(
    values: NDArray[np.float64], starts: NDArray[np.int64], medians: NDArray[np.float64]
) -> None:
    for group in range(len(medians)):
        ordered = np.sort(values[starts[group] : starts[group + 1]])
        n = len(ordered)
        medians[group] = (ordered[(n - 1) // 2] + ordered[n // 2]) / 2


def _factors(subject: Subject, groups: Groups, suspect: NDArray[np.int64]) -> NDArray[np.float64]:
    """The local outlier factor of each of ``groups.rows`` in a suspect group, NaN in others; geotags of one
    place count once."""
    factors = np.full(len(groups.rows), np.nan)
    few = suspect[groups.sizes[suspect] <= _MANY]
    lon, lat = subject.geotags.lon[groups.rows], subject.geotags.lat[groups.rows]
    factors_of_groups(few, groups.starts, lon, lat, _LOF_NEIGHBOURS, factors)
    for group in suspect[groups.sizes[suspect] > _MANY].tolist():
        span = slice(groups.starts[group], groups.starts[group + 1])
        factors[span] = _factors_by_tree(_plane_m(subject, groups.rows[span]))
    return factors


def _factors_by_tree(points: NDArray[np.float64]) -> NDArray[np.float64]:
    from sklearn.neighbors import LocalOutlierFactor  # slow to import, and seldom needed

    places, which = np.unique(points, axis=0, return_inverse=True)
    if (n_neighbours := neighbours_of(len(places), _LOF_NEIGHBOURS)) == 0:
        return np.ones(len(points))
    model = LocalOutlierFactor(n_neighbors=n_neighbours).fit(places)
    return np.asarray(-model.negative_outlier_factor_[which.ravel()])


CHECK = Check(
    code="SPATIAL_OUTLIER",
    version=1,
    severity=Severity.REVIEW,
    title=Text(en="Far from the others of its area", id="Jauh dari yang lain di wilayahnya"),
    message=Text(
        en="The fifth nearest geotag of the area is {fifth_m:.0f} m away, much farther than usual there.",
        id="Geotag terdekat kelima di wilayah itu berjarak {fifth_m:.0f} m, jauh lebih jauh daripada "
        "biasanya di sana.",
    ),
    remedy=Text(
        en="A lone house may stand there; see the picture from above or ask the enumerator.",
        id="Mungkin ada rumah terpencil di sana; lihat citra dari atas atau tanyakan pencacah.",
    ),
    decide=decide,
    parameters={
        "least_geotags": Parameter(20, "", "catalogue of checks", least=7),
        "most_deviations": Parameter(5.0, "robust deviations", "catalogue of checks", least=0.0),
        "most_factor": Parameter(2.5, "ratio", "catalogue of checks", least=1.0),
    },
    scope=Scope.AREA,
)
