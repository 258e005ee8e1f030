"""Loading and judging geotags from the command line: each step with its bar."""

from __future__ import annotations

from boundaries.store.engine import Engine
from geo.frame import Frame
from geo.geotags import Geotags
from geotags.run import LoadReport, judge_all_waiting, load_geotags
from geotags.store.campaigns import Campaign
from geotags.store.due import count_waiting
from patok.words import progress_bar


def load_showing(
    engine: Engine, campaign: Campaign, frame: Frame, release_id: int, geotags: Geotags
) -> LoadReport:
    """Store and check geotags, then judge the groups that they came to; either can be stopped and resumed."""
    with progress_bar("Checking and storing", "Memeriksa dan menyimpan", len(geotags)) as advance:
        report = load_geotags(engine, campaign, frame, release_id, geotags, advance, judges=False)
    judge_showing(engine, campaign, frame, release_id)
    return report


def judge_showing(engine: Engine, campaign: Campaign, frame: Frame, release_id: int) -> int:
    """Judge all groups that wait; how many are left, because others hold them."""
    n = count_waiting(engine, campaign)
    with progress_bar("Comparing with each other", "Membandingkan satu sama lain", n) as advance:
        judge_all_waiting(engine, campaign, frame, release_id, progress=advance)
    return count_waiting(engine, campaign)
