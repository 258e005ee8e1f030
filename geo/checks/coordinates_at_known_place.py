"""Several households geotagged by one enumerator at an office or a base camp."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from geo.checks.groups import Groups, as_numbers, households
from geo.checks.protocol import Check, Outcomes, Scope, Severity, Subject, Values
from geo.parameters import Parameter
from geo.places import Places
from geo.text import Text

_NONE = Places(pa.array([], pa.string()), pa.array([], pa.string()), np.empty(0), np.empty(0))


def decide(subject: Subject, values: Values) -> Outcomes:
    """Fail where one enumerator has ``least_households`` or more within ``within_m`` of one listed place.

    A geotag near several places counts at the nearest.
    """
    geotags, places = subject.geotags, subject.context.places or _NONE
    n = len(geotags)
    named = pc.not_equal(geotags.enumerator_id, "").to_numpy(False)
    place, metres, n_households = np.full(n, -1), np.full(n, np.inf), np.zeros(n, np.int64)
    rows = np.flatnonzero(subject.usable & named)
    found, metres[rows] = places.nearest(geotags.lon[rows], geotags.lat[rows], values["within_m"])
    place[rows] = found
    rows = rows[found >= 0]
    enumerator = as_numbers(geotags.enumerator_id.take(rows))
    groups = Groups.by(place[rows] * (len(rows) + 1) + enumerator, rows)
    n_households[groups.rows] = groups.distinct(as_numbers(households(geotags, groups.rows)))[groups.group_of]
    return Outcomes.of(
        n_households >= values["least_households"],
        Severity.REVIEW,
        {
            "no_places": np.full(n, subject.context.places is None),
            "coordinate_unusable": ~subject.usable,
            "no_enumerator": ~named,
        },
        lambda rows: {
            "place": places.name.take(place[rows]),
            "kind": places.kind.take(place[rows]),
            "metres": np.round(metres[rows]),
            "households": n_households[rows],
        },
    )


CHECK = Check(
    code="COORDINATES_AT_KNOWN_PLACE",
    version=1,
    severity=Severity.REVIEW,
    title=Text(en="Several households at a listed place", id="Beberapa keluarga di tempat terdaftar"),
    message=Text(
        en="{households} households of one enumerator lie at {place} ({kind}), this one {metres:.0f} m from "
        "it.",
        id="{households} keluarga dari satu pencacah berada di {place} ({kind}), yang ini {metres:.0f} m "
        "darinya.",
    ),
    remedy=Text(
        en="See whether these households live there, or the geotags were taken when the forms were "
        "completed.",
        id="Periksa apakah keluarga ini memang tinggal di sana, atau geotag diambil saat melengkapi isian.",
    ),
    decide=decide,
    reads=("household_key", "enumerator_id"),
    parameters={
        "least_households": Parameter(5, "", "catalogue of checks", least=1),
        "within_m": Parameter(25.0, "m", "catalogue of checks", least=0.1, most=25.0),
    },
    scope=Scope.PLACE,
)
