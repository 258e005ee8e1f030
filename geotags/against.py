"""What batches are judged against, kept open between them: a campaign and its frame's newest release."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from pathlib import Path

from boundaries.store.reading import Engine, outage_said
from boundaries.store.releases import find_release, open_frame
from geo.frame import Frame
from geotags.store.campaigns import Campaign, find_campaign
from geotags.store.partitions import existing_partitions

FRESH_S = 2.0
"""So long nothing is asked again. Whoever publishes a release has its geotags judged again anyway."""


@dataclass(frozen=True)
class Against:
    """What a batch is judged against. ``provinces`` are those that have tables of their own."""

    campaign: Campaign
    frame: Frame
    release_id: int
    provinces: frozenset[str]


class Opened:
    """Campaigns with their frames, opened once for all threads of a service."""

    def __init__(self, engine: Engine, data_dir: Path) -> None:
        self._engine = engine
        self._data_dir = data_dir
        self._lock = threading.Lock()
        self._known: dict[str, tuple[Against, float]] = {}

    def campaign(self, name: str) -> Against:
        """The campaign called ``name`` against the newest release.

        Raises ``NotFound``, ``NoRelease`` and ``DatabaseUnavailable``.
        """
        with self._lock:  # who comes meanwhile wants the same, and waits for it
            known, until = self._known.get(name, (None, 0.0))
            if known is not None and time.monotonic() < until:
                return known
            with outage_said():
                found = self._find(name, known)
            self._known[name] = (found, time.monotonic() + FRESH_S)
            return found

    def _find(self, name: str, known: Against | None) -> Against:
        campaign = find_campaign(self._engine, name)
        release = find_release(self._engine, campaign.frame.name)
        provinces = existing_partitions(self._engine)
        if known is not None and known.release_id == release.release_id and known.campaign == campaign:
            return Against(campaign, known.frame, release.release_id, provinces)
        frame = open_frame(self._engine, self._data_dir, campaign.frame.name, release.number)
        return Against(campaign, frame, release.release_id, provinces)
