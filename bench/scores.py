"""Which planted faults each check is for, and which of them can be decided from the data at all."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class _Score:
    codes: tuple[str, ...]
    kinds: tuple[str, ...] = ()
    """Faults that the check is for: recall is of these."""
    also: tuple[str, ...] = ()
    """Faults of another kind that make a finding right too."""
    unit: str = ""
    bins: tuple[float, ...] = ()
    also_behind: bool = False
    """The record that the same enumerator took next is right too."""
    clear: str = "all"
    """Which faults count as decidable, in words: those of sizes from ``clear_from`` to below ``clear_to``."""
    clear_from: float | None = None
    clear_to: float | None = None


@dataclass(frozen=True)
class RecordScore(_Score):
    """A check of geotags."""

    by_distance: bool = False
    """The size is how far the place lies outside its assigned area, in standard deviations."""


@dataclass(frozen=True)
class GroupScore(_Score):
    """A roll-up. ``keys`` are columns of the records, ``subject`` those of the findings."""

    keys: tuple[str, ...] = ("enumerator_id",)
    subject: tuple[str, ...] = ("enumerator_id",)


_FLIPPED = ("swapped", "negated_latitude", "negated_longitude")

RECORD_SCORES = (
    *(
        RecordScore((code,), (kind,))
        for code, kind in (
            ("COORDINATE_MISSING", "coordinate_missing"),
            ("COORDINATE_INVALID", "coordinate_unreadable"),
            ("ZERO_COORDINATE", "both_zero"),
            ("COORDINATE_SENTINEL", "sentinel"),
            ("PRESUMED_SWAPPED_COORDINATE", "swapped"),
            ("PRESUMED_NEGATED_LATITUDE", "negated_latitude"),
            ("PRESUMED_NEGATED_LONGITUDE", "negated_longitude"),
        )
    ),
    RecordScore(("COORDINATE_OUT_OF_RANGE",), ("beyond_range",), ("swapped", "sentinel")),
    RecordScore(
        ("PRESUMED_SLIPPED_DIGIT",),
        ("digit_mistyped",),
        unit="m off",
        bins=(1000, 2000, 10_000),
        clear="2 km off and more",
        clear_from=2000,
    ),
    RecordScore(
        ("COUNTRY_COORDINATE_MISMATCH",),
        ("negated_latitude", "negated_longitude"),
        ("swapped", "too_fast", "digit_mistyped"),
    ),
    RecordScore(
        ("COORDINATE_PRECISION_LOW",),
        ("few_decimals",),
        unit="decimals",
        bins=(3, 4, 5, 6),
        clear="fewer than 5 decimals",
        clear_to=5,
    ),
    RecordScore(("ACCURACY_MISSING",), ("accuracy_missing",)),
    RecordScore(("ACCURACY_ZERO",), ("accuracy_zero",)),
    RecordScore(("MOCK_LOCATION",), ("mock",)),
    RecordScore(("MANUAL_PLACEMENT",), ("placed_by_hand", "at_centroid")),
    RecordScore(
        ("STALE_FIX",),
        ("old_fix",),
        ("clock_wrong",),
        unit="s",
        bins=(60, 120, 240),
        clear="older than 120 s",
        clear_from=120,
    ),
    RecordScore(
        ("CLOCK_SKEW",),
        ("clock_wrong",),
        ("old_fix",),
        unit="min",
        bins=(2, 5, 10, 20),
        clear="10 min and more",
        clear_from=10,
    ),
    RecordScore(("AREA_UNKNOWN",), ("code_unknown",)),
    RecordScore(
        ("OUTSIDE_ASSIGNED_AREA", "IN_NO_AREA"),
        (),
        (*_FLIPPED, "digit_mistyped"),
        unit="sigma",
        bins=(1, 2, 3, 4, 5),
        clear="more than 5 sigma outside",
        clear_from=5,
        by_distance=True,
    ),
    RecordScore(
        ("OUTSIDE_ASSIGNED_AREA", "IN_NO_AREA", "MEMBERSHIP_UNCERTAIN"),
        (),
        (*_FLIPPED, "digit_mistyped"),
        unit="sigma",
        bins=(1, 2, 3),
        clear="more than 3 sigma outside",
        clear_from=3,
        by_distance=True,
    ),
    RecordScore(
        ("COORDINATES_AT_CENTROID",),
        ("at_centroid",),
        ("placed_by_hand",),
        unit="m",
        bins=(2.5, 5, 7.5),
        clear="nearer than 5 m",
        clear_to=5,
    ),
    RecordScore(
        ("COORDINATES_AT_KNOWN_PLACE",),
        ("at_office",),
        unit="households",
        bins=(3, 5, 8),
        clear="5 and more",
        clear_from=5,
    ),
    RecordScore(
        ("DUPLICATE_COORDINATE",),
        ("stacked",),
        ("few_decimals", "rounded_decimals"),
        unit="buildings",
        bins=(2, 3),
        clear_from=2,
        clear="2 and more",
    ),
    RecordScore(
        ("CURBSTONE_CLUSTER",),
        ("one_spot", "stacked"),
        ("at_office",),
        unit="buildings",
        bins=(4, 6, 8),
        clear="6 and more",
        clear_from=6,
    ),
    RecordScore(("NEAR_DUPLICATE",), ("one_spot",), ("stacked", "household_twice", "at_office")),
    RecordScore(
        ("DUPLICATE_HOUSEHOLD", "HOUSEHOLD_MOVED"),
        ("household_twice",),
        unit="m",
        bins=(2, 10, 100, 300),
    ),
    RecordScore(
        ("HOUSEHOLD_MOVED",),
        ("household_twice",),
        unit="m",
        bins=(50, 100, 150, 300),
        clear="150 m and more",
        clear_from=150,
    ),
    RecordScore(
        ("SPATIAL_OUTLIER",),
        ("taken_elsewhere",),
        (
            *_FLIPPED,
            *("digit_mistyped", "assigned_to_neighbour", "code_mistyped", "too_fast", "at_office"),
            *("edge_misdrawn", "careless", "few_decimals", "household_twice"),
        ),
        unit="m off",
        bins=(100, 300, 1000, 2000),
    ),
    RecordScore(
        ("IMPOSSIBLE_TRAVEL",),
        ("too_fast",),
        (
            "behind_too_fast",
            *_FLIPPED,
            "digit_mistyped",
            "clock_wrong",
            "careless",
            "taken_elsewhere",
            "household_twice",
        ),
        also_behind=True,
        unit="km/h",
        bins=(75, 150, 300, 900),
        clear="200 km/h and more",
        clear_from=200,
    ),
    RecordScore(
        ("RAPID_SUCCESSION",),
        ("too_quick",),
        ("clock_wrong",),
        unit="households",
        bins=(4, 5, 6),
        clear="5 and more",
        clear_from=5,
    ),
    RecordScore(
        ("INTERVIEW_LOCATION_MISMATCH",),
        ("interviewed_elsewhere",),
        (*_FLIPPED, "digit_mistyped", "few_decimals"),
        unit="m",
        bins=(100, 200, 300, 500),
        clear="250 m and more",
        clear_from=250,
    ),
    RecordScore(
        ("PHOTO_GPS_MISMATCH",),
        ("photo_elsewhere",),
        (*_FLIPPED, "digit_mistyped", "few_decimals"),
        unit="m",
        bins=(30, 50, 100, 200),
        clear="100 m and more",
        clear_from=100,
    ),
    RecordScore(("PHOTO_GPS_MISSING",), ("photo_without_position",)),
    RecordScore(
        ("PHOTO_TIME_MISMATCH",),
        ("photo_at_other_time",),
        unit="min",
        bins=(30, 60, 90),
        clear="90 min and more (less may be another time zone)",
        clear_from=90,
    ),
    RecordScore(("PHOTO_REUSED",), ("photo_reused",)),
)

GROUP_SCORES = (
    GroupScore(
        ("COORDINATE_HEAPING",),
        ("rounded_decimals",),
        unit="share rounded",
        bins=(0.1, 0.2, 0.3),
        clear="0.2 and more",
        clear_from=0.2,
    ),
    GroupScore(
        ("TOO_REGULAR",),
        ("spaced_evenly",),
        unit="jitter of the spacing",
        bins=(0.1, 0.2, 0.3),
        clear="less than 0.2",
        clear_to=0.2,
        keys=("enumerator_id", "assigned_area"),
        subject=("enumerator_id", "area_code"),
    ),
    GroupScore(
        ("ENUMERATOR_FLAG_RATE",),
        ("careless",),
        ("spaced_evenly", "edge_misdrawn", "at_office", "one_spot", "stacked"),
        unit="share of faults",
        bins=(0.05, 0.1, 0.2, 0.3, 0.4, 0.5),
        clear="0.4 and more",
        clear_from=0.4,
    ),
    GroupScore(
        ("BOUNDARY_SUSPECT",),
        ("edge_misdrawn",),
        unit="geotags",
        bins=(10, 20),
        clear="20 and more",
        clear_from=20,
        keys=("assigned_area", "true_area"),
        subject=("area_code", "other_area_code"),
    ),
    GroupScore(
        ("AREA_UNDERCOVERED",),
        ("left_out",),
        unit="share left out",
        bins=(0.05, 0.1, 0.2, 0.4),
        clear="0.1 and more",
        clear_from=0.1,
        also=(
            *("edge_misdrawn", "code_mistyped", "code_unknown", "assigned_to_neighbour", "household_twice"),
            *("coordinate_missing", "coordinate_unreadable", "beyond_range", "both_zero", "sentinel"),
        ),
        keys=("true_area",),
        subject=("area_code",),
    ),
)
