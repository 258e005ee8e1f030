"""Vector tiles of geotags, and of areas with their share of flagged geotags."""

from __future__ import annotations

from boundaries.store.areas import ReleaseRecord
from boundaries.store.reading import Connection, read_rows, statement
from geo.errors import InputError
from geo.levels import Level
from geo.text import Text
from geotags.store.campaigns import Campaign
from geotags.store.cells import cells_of_tile

GEOTAG_TILE_MIN_ZOOM = 8
"""A tile of zoom 8 is 156 km wide, some five kabupaten; above it points say nothing that areas do not."""

GEOTAG_TILE_MAX_ZOOM = 16
"""4096 units over 611 m are 0.15 m each: finer than what a geotag can mean."""

MOST_POINTS = 200_000
"""More are refused, never thinned: some 12 MB of tile, what a browser on a small laptop still draws."""


class TileTooFull(InputError):
    """A tile would hold more points than may be sent at once."""

    code = "TILE_TOO_FULL"
    text = Text(
        en="This tile holds more than {most} geotags. Zoom in, or filter by code or severity.",
        id="Ubin peta ini berisi lebih dari {most} geotag. "
        "Perbesar peta, atau saring menurut kode atau keparahan.",
    )


def geotag_tile(
    connection: Connection,
    campaign: Campaign,
    tile: tuple[int, int, int],
    *,
    code: str | None,
    severity: str | None,
    most: int = MOST_POINTS,
) -> bytes:
    """The current geotags in one tile (z, x, y), layer ``geotags``; empty bytes if none.

    Tiles of a zoom are half open and without margin, so that each geotag is in exactly one.
    ``code`` and ``severity`` keep geotags with one finding that is both. Raises ``TileTooFull``
    rather than leaving out points.
    """
    z, x, y = tile
    first_cell, last_cell = cells_of_tile(tile)
    row = read_rows(
        connection,
        statement("geotags.store", "geotag_tile"),
        campaign_id=campaign.campaign_id,
        z=z,
        x=x,
        y=y,
        first_cell=first_cell,
        last_cell=last_cell,
        code=code,
        severity=severity,
        most=most,
    )[0]
    if row["points"] > most:
        raise TileTooFull(most=most)
    return bytes(row["tile"] or b"")


def summary_tile(
    connection: Connection,
    campaign: Campaign,
    release: ReleaseRecord,
    level: Level,
    tile: tuple[int, int, int],
) -> bytes:
    """As ``boundaries.store.areas.area_tile``, with geotags, flagged and flagged_share of each area."""
    z, x, y = tile
    row = read_rows(
        connection,
        statement("geotags.store", "summary_tile"),
        campaign_id=campaign.campaign_id,
        frame_id=campaign.frame.frame_id,
        pattern=campaign.frame.scheme.pattern,
        published_at=release.published_at,
        effective_on=release.effective_on,
        level=level,
        z=z,
        x=x,
        y=y,
    )[0]
    return bytes(row["tile"] or b"")
