"""Coordinates of an enumerator whose last digits favour some numbers, as rounded or typed numbers do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from geo.checks.groups import Groups, as_numbers
from geo.checks.protocol import Outcomes, Scope, Severity, Values
from geo.coordinates import decimals_written
from geo.crs import TRANSFORMED
from geo.parameters import Parameter
from geo.rollups.digits import count_digits
from geo.rollups.protocol import About, Decided, RollUp, Setting
from geo.text import Text

if TYPE_CHECKING:
    from geo.engine import Checked

DECIMALS = (5, 6)
"""1e-5 degree is 1.1 m and 1e-6 is 0.11 m: less than a phone measures, so that chance gives these digits."""

_DIGITS = [f"digit_{digit}" for digit in range(10)]
SUMS = pa.schema(
    [("enumerator_id", pa.string()), ("decimal", pa.int8()), ("geotags", pa.int64())]
    + [(name, pa.int64()) for name in (*_DIGITS, "shorter")]
)
# Units of 1e-10 degree: 180 degrees are 1.8e12, far below 2**53; a float64 of degrees is good to 3e-14.
_UNIT_DECIMALS = 10
_LEAST_CELLS = 10
"""So many values a coordinate must have up to the decimal before. The houses of one street that runs north
share the fifth decimal of their longitude, and nobody wrote it so."""


def collect(checked: Checked) -> pa.Table:
    """How often each digit stands at each decimal, over the different places of each enumerator.

    Geotags that agree in both coordinates up to the decimal count once: a market is one place, and not a
    hundred equal digits. A coordinate counts only where the enumerator's vary enough before the decimal.
    ``shorter`` counts the coordinates that were written with fewer decimals. Coordinates of a datum that
    was transformed are left out, with those that are no plain decimal numbers.
    """
    geotags = checked.subject.geotags
    rows = np.flatnonzero(checked.subject.usable & ~np.isin(geotags.datum_epsg, list(TRANSFORMED)))
    axes = [
        _Axis(texts.take(pa.array(rows)), degrees[rows])
        for texts, degrees in ((geotags.lon_text, geotags.lon), (geotags.lat_text, geotags.lat))
    ]
    names = geotags.enumerator_id.take(pa.array(rows))
    plain = np.flatnonzero((axes[0].decimals >= 0) & (axes[1].decimals >= 0))
    groups = Groups.by(as_numbers(names)[plain], plain)
    return ROLL_UP.add_up(_count(names, groups, axes, decimal) for decimal in DECIMALS)


class _Axis:
    """One coordinate of m geotags: its digits as a whole number, and how many decimals were written.

    ``units`` are 1e-10 degrees without their sign; ``decimals`` is -1 where the text is no plain number.
    """

    def __init__(self, texts: pa.StringArray, degrees: NDArray[np.float64]) -> None:
        self.units = np.rint(np.abs(degrees) * 10**_UNIT_DECIMALS).astype(np.int64)
        # A number that came as such ends where the shortest text of it does.
        self.decimals = np.full(len(degrees), _UNIT_DECIMALS, np.int64)
        for decimals in range(_UNIT_DECIMALS - 1, -1, -1):
            self.decimals[self.cut(decimals) * 10 ** (_UNIT_DECIMALS - decimals) == self.units] = decimals
        given = ~np.asarray(pc.is_null(texts))
        self.decimals[given] = decimals_written(texts.filter(pa.array(given)))

    def cut(self, decimals: int) -> NDArray[np.int64]:
        """The number without what stands behind its first ``decimals`` decimals."""
        return np.asarray(self.units // 10 ** (_UNIT_DECIMALS - decimals), np.int64)


def _count(names: pa.StringArray, groups: Groups, axes: list[_Axis], decimal: int) -> pa.Table:
    """The sums of one decimal; ``groups`` are the rows of each enumerator."""
    n = len(groups)
    counts, shorter, places = np.zeros((n, 10), np.int64), np.zeros(n, np.int64), np.zeros(n, np.int64)
    cuts, decimals = (
        np.column_stack([column[groups.rows] for column in columns])
        for columns in ([axis.cut(decimal) for axis in axes], [axis.decimals for axis in axes])
    )
    count_digits(groups.starts, cuts, decimals, decimal, _LEAST_CELLS, counts, shorter, places)
    owners = names.take(pa.array(groups.rows[groups.starts[:-1]]))
    return pa.table([owners, np.full(n, decimal, np.int8), places, *counts.T, shorter], schema=SUMS)


def decide(sums: pa.Table, values: Values, setting: Setting) -> Decided:
    """Fail where the digits of the fifth or the sixth decimal are far from equally frequent.

    Chi-square against ten equal shares: both the p-value and the effect (Cohen's w) must say so, for with
    thousands of geotags the p-value alone finds what does not matter. A coordinate written with fewer
    decimals may have lost a zero on its way through a spreadsheet, or never had the digit: as many of
    them count as zeros as fits equal shares best. Digits that were never written are not assessed.
    """
    from scipy import stats  # slow to import

    counts = np.column_stack([np.asarray(sums.column(name)) for name in _DIGITS]).astype(np.float64)
    shorter = np.asarray(sums.column("shorter")).astype(np.float64)
    missing = ~(counts.sum(axis=1) > 0)
    counts[:, 0] = np.clip(counts[:, 1:].mean(axis=1), counts[:, 0], counts[:, 0] + shorter)
    counts[missing] = 0.0
    n = counts.sum(axis=1)
    with np.errstate(invalid="ignore"):
        chi_square = ((counts - n[:, None] / 10) ** 2).sum(axis=1) / (n / 10)
    effect = np.sqrt(chi_square / n, where=n > 0, out=np.zeros(len(n)))
    p_value = stats.chi2.sf(np.nan_to_num(chi_square), df=9)
    enough = n >= values["least_geotags"]
    heaped = enough & (p_value < values["most_p"]) & (effect > values["least_effect"])

    names = sums.column("enumerator_id").combine_chunks()
    different, which = np.unique(as_numbers(names), return_index=True)[1], as_numbers(names)
    n_geotags = np.zeros(len(different), np.int64)
    np.maximum.at(n_geotags, which, np.asarray(sums.column("geotags")))
    assessed, fails = np.zeros(len(different), np.bool_), np.zeros(len(different), np.bool_)
    np.logical_or.at(assessed, which, enough)
    np.logical_or.at(fails, which, heaped)
    worst = _worst(which, np.where(heaped, effect, -1.0), len(different))
    few = n_geotags < values["least_geotags"]
    enumerators = names.take(pa.array(different))
    return Decided(
        pa.table({"enumerator_id": enumerators}),
        Outcomes.of(
            fails,
            Severity.REVIEW,
            {
                "no_enumerator": np.asarray(pc.equal(enumerators, "")),
                "few_geotags": few,
                "digits_not_written": ~assessed,
            },
            lambda rows: {
                "geotags": n_geotags[rows],
                "decimal": np.asarray(sums.column("decimal"))[worst[rows]],
                "effect": np.round(effect[worst[rows]], 3),
                "p_value": [float(f"{p:.3g}") for p in p_value[worst[rows]]],
                "digit": counts[worst[rows]].argmax(axis=1),
                "digit_share": np.round(counts[worst[rows]].max(axis=1) / n[worst[rows]], 3),
            },
        ),
    )


def _worst(which: NDArray[np.int64], effect: NDArray[np.float64], n: int) -> NDArray[np.int64]:
    """For each of n subjects the row with the greatest effect; the earlier decimal of two alike."""
    order = np.lexsort((np.arange(len(which)), -effect, which))
    starts = np.searchsorted(which[order], np.arange(n))
    return np.asarray(order[starts], np.int64)


ROLL_UP = RollUp(
    code="COORDINATE_HEAPING",
    version=1,
    severity=Severity.REVIEW,
    about=About.ENUMERATOR,
    title=Text(en="Some last digits are too frequent", id="Sebagian digit terakhir terlalu sering"),
    message=Text(
        en="Over {geotags} places the digits of decimal {decimal} are not those of chance: {digit} stands "
        "there in {digit_share:.0%} of the coordinates, where 10% would be usual.",
        id="Pada {geotags} tempat, digit desimal ke-{decimal} tidak acak: angka {digit} muncul pada "
        "{digit_share:.0%} koordinat, padahal lazimnya 10%.",
    ),
    remedy=Text(
        en="See whether an app or a spreadsheet rounds the coordinates; else ask the enumerator how they "
        "were taken.",
        id="Periksa apakah aplikasi atau lembar kerja membulatkan koordinat; jika tidak, tanyakan kepada "
        "petugas cara pengambilannya.",
    ),
    sums=SUMS,
    n_keys=2,
    collect=collect,
    decide=decide,
    reads=("lon_text", "lat_text", "enumerator_id"),
    parameters={
        "least_geotags": Parameter(
            100, "", "catalogue of checks: different places, and digits written", least=20
        ),
        "most_p": Parameter(1e-6, "", "catalogue of checks: a chance in a million", least=0.0, most=1.0),
        "least_effect": Parameter(
            0.2, "", "catalogue of checks: Cohen's w; 0.1 is small, 0.3 medium", least=0.0
        ),
    },
    scope=Scope.ENUMERATOR,
)
