"""An enumerator whose geotags need a look more often than those of colleagues in the kecamatan."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from geo.checks.protocol import Outcomes, Severity, Values
from geo.codes import CodeScheme
from geo.levels import Level
from geo.parameters import Parameter
from geo.rollups.flag_posterior import judge
from geo.rollups.protocol import About, Decided, RollUp, Setting
from geo.text import Text

if TYPE_CHECKING:
    from geo.engine import Checked

SUMS = pa.schema(
    [
        ("kecamatan", pa.string()),
        ("enumerator_id", pa.string()),
        ("geotags", pa.int64()),
        ("flagged", pa.int64()),
    ]
)
_LEAST_OTHERS = 4
"""Of fewer colleagues nobody can say how much their rates differ."""
_LEAST_Z = 1.0
"""Less than one binomial standard deviation above the others is no finding at any rate: not computed."""


def collect(checked: Checked) -> pa.Table:
    """Geotags and flagged geotags by kecamatan and enumerator, of a batch that every check has seen."""
    geotags = checked.subject.geotags
    return count_flags(
        geotags.enumerator_id, geotags.assigned_area, worst_of(checked), checked.subject.frame.scheme
    )


def worst_of(checked: Checked) -> NDArray[np.uint8]:
    """The worst ``Severity`` of each geotag's findings, 0 for none. Shape (n,)."""
    worst = np.zeros(len(checked.subject.geotags), np.uint8)
    for outcomes in checked.outcomes.values():
        worst[outcomes.failed] = np.maximum(worst[outcomes.failed], outcomes.severity[outcomes.failed])
    return worst


def count_flags(
    enumerator_id: pa.StringArray, assigned_area: pa.StringArray, worst: NDArray[np.uint8], scheme: CodeScheme
) -> pa.Table:
    """The same from columns of results: ``worst`` is the worst ``Severity`` by all checks, 0 for none."""
    width = scheme.widths[Level.KEC]
    long_enough = pc.greater_equal(pc.utf8_length(assigned_area), width)
    kecamatan = pc.if_else(long_enough, pc.utf8_slice_codeunits(assigned_area, 0, width), "")
    flagged = (np.asarray(worst) >= Severity.REVIEW).astype(np.int64)
    one = np.ones(len(flagged), np.int64)
    return ROLL_UP.add_up([pa.table([kecamatan, enumerator_id, one, flagged], schema=SUMS)])


def decide(sums: pa.Table, values: Values, setting: Setting) -> Decided:
    """Fail where so many flags would be a surprise if the rate were one of the kecamatan's.

    The p-value of each enumerator comes from the beta-binomial expectation that the others give; within
    the kecamatan at most ``false_discovery`` of those that fail are expected to do so by chance
    (Benjamini and Hochberg 1995). Flags are geotags with a finding of severity review or error.
    """
    n, k = (np.asarray(sums.column(name)).astype(np.int64) for name in ("geotags", "flagged"))
    kecamatan = sums.column("kecamatan").combine_chunks()
    enumerator = sums.column("enumerator_id").combine_chunks()
    index = np.asarray(kecamatan.dictionary_encode().indices)  # sorted by kecamatan
    named = ~np.asarray(pc.equal(enumerator, ""))
    known = ~np.asarray(pc.equal(kecamatan, ""))
    kept = np.flatnonzero(named & known)
    p_value, shrunk, usual = (np.full(len(n), filling) for filling in (1.0, np.nan, np.nan))
    fewest = np.zeros(len(n), np.bool_)
    if len(kept):
        _, starts, group = np.unique(index[kept], return_index=True, return_inverse=True)
        starts = np.r_[starts, len(kept)].astype(np.int64)
        fewest[kept] = (np.diff(starts) <= _LEAST_OTHERS)[group]
        tested = _worth_computing(k[kept], n[kept], starts, group, values["least_geotags"]) & ~fewest[kept]
        rows = np.flatnonzero(tested).astype(np.int64)
        found = tuple(np.empty(len(rows)) for _ in range(3))
        judge(k[kept], n[kept], starts, group.astype(np.int64), rows, *found)
        for column, one in zip((p_value, shrunk, usual), found, strict=True):
            column[kept[rows]] = one
    few = n < values["least_geotags"]
    judged = named & known & ~few & ~fewest
    fails = _discoveries(p_value, index, judged, values["false_discovery"])
    return Decided(
        sums.select(["enumerator_id"]),
        Outcomes.of(
            fails,
            Severity.REVIEW,
            {"no_enumerator": ~named, "no_kecamatan": ~known, "few_geotags": few, "few_enumerators": fewest},
            lambda rows: {
                "kecamatan": kecamatan.take(pa.array(rows)),
                "geotags": n[rows],
                "flagged": k[rows],
                "shrunk_rate": np.round(shrunk[rows], 4),
                "usual_rate": np.round(usual[rows], 4),
                "p_value": [float(f"{p:.3g}") for p in p_value[rows]],
            },
        ),
    )


def _worth_computing(
    k: NDArray[np.int64],
    n: NDArray[np.int64],
    starts: NDArray[np.int64],
    group: NDArray[np.int64],
    least_geotags: float,
) -> NDArray[np.bool_]:
    """Enough geotags, and a rate above that of the others by more than a binomial standard deviation."""
    others_n = np.add.reduceat(n, starts[:-1])[group] - n
    others_k = np.add.reduceat(k, starts[:-1])[group] - k
    rate = (others_k + 0.5) / (others_n + 1.0)
    z = (k / n - rate) / np.sqrt(rate * (1.0 - rate) / n)
    return np.asarray((n >= least_geotags) & (z > _LEAST_Z))


def _discoveries(
    p_value: NDArray[np.float64], index: NDArray[np.int64], judged: NDArray[np.bool_], rate: float
) -> NDArray[np.bool_]:
    """Where the p-value, adjusted within its kecamatan, is at most ``rate``."""
    from scipy import stats  # slow to import

    fails = np.zeros(len(p_value), np.bool_)
    hopeful = np.unique(index[judged & (p_value <= rate)])
    for one in hopeful.tolist():
        first, last = np.searchsorted(index, [one, one + 1])
        rows = np.arange(first, last)[judged[first:last]]
        fails[rows] = stats.false_discovery_control(p_value[rows], method="bh") <= rate
    return fails


ROLL_UP = RollUp(
    code="ENUMERATOR_FLAG_RATE",
    version=1,
    severity=Severity.REVIEW,
    about=About.ENUMERATOR,
    title=Text(en="More geotags to look at than colleagues", id="Lebih banyak geotag perlu dilihat"),
    message=Text(
        en="{flagged} of {geotags} geotags in kecamatan {kecamatan} need a look: {shrunk_rate:.0%} allowing "
        "for chance, where {usual_rate:.0%} is usual.",
        id="{flagged} dari {geotags} geotag di kecamatan {kecamatan} perlu dilihat: {shrunk_rate:.0%} "
        "setelah memperhitungkan kebetulan, sedangkan lazimnya {usual_rate:.0%}.",
    ),
    remedy=Text(
        en="Look at the kinds of findings and talk with the enumerator: the device, the terrain, the "
        "boundary or the training may explain it.",
        id="Lihat jenis temuannya dan ajak petugas bicara: perangkat, medan, batas wilayah, atau pelatihan "
        "dapat menjadi penjelasannya.",
    ),
    sums=SUMS,
    n_keys=2,
    collect=collect,
    decide=decide,
    reads=("enumerator_id",),
    parameters={
        "least_geotags": Parameter(30, "", "catalogue of checks: of fewer the rate says little", least=1),
        "false_discovery": Parameter(
            0.05, "", "catalogue of checks: expected share of findings by chance", least=0.0, most=1.0
        ),
    },
    after_checks=True,
)
