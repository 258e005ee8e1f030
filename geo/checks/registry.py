"""Every geotag check, in the order in which findings are listed. A new check is one line here."""

from __future__ import annotations

from geo.checks.accuracy_missing import CHECK as ACCURACY_MISSING
from geo.checks.accuracy_poor import CHECK as ACCURACY_POOR
from geo.checks.accuracy_zero import CHECK as ACCURACY_ZERO
from geo.checks.ambiguous_overlap import CHECK as AMBIGUOUS_OVERLAP
from geo.checks.area_geometry_doubtful import CHECK as AREA_GEOMETRY_DOUBTFUL
from geo.checks.area_not_residential import CHECK as AREA_NOT_RESIDENTIAL
from geo.checks.area_retired import CHECK as AREA_RETIRED
from geo.checks.area_unknown import CHECK as AREA_UNKNOWN
from geo.checks.clock_skew import CHECK as CLOCK_SKEW
from geo.checks.coordinate_invalid import CHECK as COORDINATE_INVALID
from geo.checks.coordinate_missing import CHECK as COORDINATE_MISSING
from geo.checks.coordinate_out_of_range import CHECK as COORDINATE_OUT_OF_RANGE
from geo.checks.coordinate_precision_low import CHECK as COORDINATE_PRECISION_LOW
from geo.checks.coordinate_sentinel import CHECK as COORDINATE_SENTINEL
from geo.checks.coordinates_at_centroid import CHECK as COORDINATES_AT_CENTROID
from geo.checks.coordinates_at_known_place import CHECK as COORDINATES_AT_KNOWN_PLACE
from geo.checks.country_coordinate_mismatch import CHECK as COUNTRY_COORDINATE_MISMATCH
from geo.checks.curbstone_cluster import CHECK as CURBSTONE_CLUSTER
from geo.checks.duplicate_coordinate import CHECK as DUPLICATE_COORDINATE
from geo.checks.duplicate_household import CHECK as DUPLICATE_HOUSEHOLD
from geo.checks.geodetic_datum_assumed_wgs84 import CHECK as GEODETIC_DATUM_ASSUMED_WGS84
from geo.checks.geodetic_datum_invalid import CHECK as GEODETIC_DATUM_INVALID
from geo.checks.household_moved import CHECK as HOUSEHOLD_MOVED
from geo.checks.impossible_travel import CHECK as IMPOSSIBLE_TRAVEL
from geo.checks.in_no_area import CHECK as IN_NO_AREA
from geo.checks.in_water import CHECK as IN_WATER
from geo.checks.interview_location_mismatch import CHECK as INTERVIEW_LOCATION_MISMATCH
from geo.checks.manual_placement import CHECK as MANUAL_PLACEMENT
from geo.checks.membership_uncertain import CHECK as MEMBERSHIP_UNCERTAIN
from geo.checks.mock_location import CHECK as MOCK_LOCATION
from geo.checks.near_duplicate import CHECK as NEAR_DUPLICATE
from geo.checks.outside_assigned_area import CHECK as OUTSIDE_ASSIGNED_AREA
from geo.checks.photo_gps_mismatch import CHECK as PHOTO_GPS_MISMATCH
from geo.checks.photo_gps_missing import CHECK as PHOTO_GPS_MISSING
from geo.checks.photo_reused import CHECK as PHOTO_REUSED
from geo.checks.photo_time_mismatch import CHECK as PHOTO_TIME_MISMATCH
from geo.checks.position_not_decisive import CHECK as POSITION_NOT_DECISIVE
from geo.checks.presumed_ddmm import CHECK as PRESUMED_DDMM
from geo.checks.presumed_negated_latitude import CHECK as PRESUMED_NEGATED_LATITUDE
from geo.checks.presumed_negated_longitude import CHECK as PRESUMED_NEGATED_LONGITUDE
from geo.checks.presumed_slipped_digit import CHECK as PRESUMED_SLIPPED_DIGIT
from geo.checks.presumed_swapped_coordinate import CHECK as PRESUMED_SWAPPED_COORDINATE
from geo.checks.protocol import Check
from geo.checks.rapid_succession import CHECK as RAPID_SUCCESSION
from geo.checks.spatial_outlier import CHECK as SPATIAL_OUTLIER
from geo.checks.stale_fix import CHECK as STALE_FIX
from geo.checks.zero_coordinate import CHECK as ZERO_COORDINATE

CHECKS: tuple[Check, ...] = (
    COORDINATE_MISSING,
    COORDINATE_INVALID,
    COORDINATE_SENTINEL,
    ZERO_COORDINATE,
    COORDINATE_OUT_OF_RANGE,
    PRESUMED_SWAPPED_COORDINATE,
    PRESUMED_NEGATED_LATITUDE,
    PRESUMED_NEGATED_LONGITUDE,
    PRESUMED_SLIPPED_DIGIT,
    PRESUMED_DDMM,
    COORDINATE_PRECISION_LOW,
    GEODETIC_DATUM_INVALID,
    GEODETIC_DATUM_ASSUMED_WGS84,
    COUNTRY_COORDINATE_MISMATCH,
    IN_WATER,
    ACCURACY_MISSING,
    ACCURACY_ZERO,
    ACCURACY_POOR,
    MOCK_LOCATION,
    MANUAL_PLACEMENT,
    STALE_FIX,
    CLOCK_SKEW,
    AREA_UNKNOWN,
    AREA_RETIRED,
    AREA_NOT_RESIDENTIAL,
    OUTSIDE_ASSIGNED_AREA,
    IN_NO_AREA,
    MEMBERSHIP_UNCERTAIN,
    POSITION_NOT_DECISIVE,
    AMBIGUOUS_OVERLAP,
    AREA_GEOMETRY_DOUBTFUL,
    COORDINATES_AT_CENTROID,
    COORDINATES_AT_KNOWN_PLACE,
    INTERVIEW_LOCATION_MISMATCH,
    DUPLICATE_COORDINATE,
    NEAR_DUPLICATE,
    CURBSTONE_CLUSTER,
    DUPLICATE_HOUSEHOLD,
    HOUSEHOLD_MOVED,
    SPATIAL_OUTLIER,
    IMPOSSIBLE_TRAVEL,
    RAPID_SUCCESSION,
    PHOTO_GPS_MISMATCH,
    PHOTO_GPS_MISSING,
    PHOTO_TIME_MISMATCH,
    PHOTO_REUSED,
)
"""To add a check, import its ``CHECK`` above and name it here; nothing else is touched."""

CHECK_OF_CODE: dict[str, Check] = {check.code: check for check in CHECKS}
