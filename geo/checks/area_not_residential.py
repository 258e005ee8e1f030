"""A household assigned to an area that is no neighbourhood."""

from __future__ import annotations

import numpy as np
import pyarrow.compute as pc

from geo.checks.attributes import where_area
from geo.checks.protocol import Check, Outcomes, Severity, Subject, Values
from geo.checks.special import DOMINAN, is_of_kind
from geo.levels import Level
from geo.special_areas import ON_NO_NEIGHBOURHOOD
from geo.text import Text

_NOT_NEIGHBOURHOOD = "1000"  # read off real layers: 1xxx farmland, 2xxx forest, 5xxx airports, 6xxx sea
_UNINHABITED = "11"  # of the attribute dominan


def decide(subject: Subject, values: Values) -> Outcomes:
    """Fail where the SLS part of a BPS code is 1000 or more, or the area is called uninhabited."""
    scheme = subject.frame.scheme
    has_sls = scheme.name == "bps" and subject.level in (Level.SLS, Level.SUBSLS)
    rows = np.arange(len(subject.geotags))
    fails = where_area(subject, rows, DOMINAN, {_UNINHABITED})
    if has_sls:
        # Geotags of a known area have its code, so their SLS part is four digits.
        at = scheme.widths[Level.DESA], scheme.widths[Level.SLS]
        sls = pc.utf8_slice_codeunits(subject.geotags.assigned_area, *at)
        fails |= pc.greater_equal(sls, _NOT_NEIGHBOURHOOD).to_numpy(zero_copy_only=False)
    return Outcomes.of(
        fails,
        Severity.REVIEW,
        {
            "area_unknown": subject.membership.row < 0,
            "special_area": is_of_kind(subject, rows, ON_NO_NEIGHBOURHOOD),
        },
    )


CHECK = Check(
    code="AREA_NOT_RESIDENTIAL",
    version=1,
    severity=Severity.REVIEW,
    title=Text(en="Area without homes", id="Wilayah tanpa hunian"),
    message=Text(
        en="The assigned area is not a neighbourhood: farmland, forest, sea or uninhabited.",
        id="Wilayah tugas bukan permukiman: lahan pertanian, hutan, laut, atau tak berpenghuni.",
    ),
    remedy=Text(
        en="See whether people live there (boat houses, plantation housing) or the code is another.",
        id="Periksa apakah ada penduduk di sana (rumah perahu, perumahan kebun) atau kodenya lain.",
    ),
    decide=decide,
)
