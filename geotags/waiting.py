"""Beside the service: judges groups of geotags a moment after the last one came, and those that a new release
concerns; forgets old answers."""

from __future__ import annotations

import logging
import threading
import time

from boundaries.store.reading import Engine, outage_said
from geo.errors import PatokError
from geotags.against import Opened
from geotags.run import judge_all_waiting, pass_on
from geotags.store.batches import forget_batches
from geotags.store.due import campaigns_waiting

logger = logging.getLogger(__name__)

QUIET_S = 2.0
"""Nothing came to a group for so long: the batches of one device follow each other faster."""
MOST_S = 30.0
"""No group waits longer, whatever comes."""
GROUPS_AT_ONCE = 50
"""One transaction holds the campaign's lock, for which batches of devices wait."""
_LOOK_EVERY_S = 0.5
_AFTER_FAULT_S = 10.0
_FORGET_EVERY_S = 3600.0


class Waiting:
    """A thread that judges what waits until it is stopped; what is left then waits for the next one."""

    def __init__(self, engine: Engine, opened: Opened) -> None:
        self._engine = engine
        self._opened = opened
        self._ends = threading.Event()
        self._forgets_at = 0.0
        self._thread = threading.Thread(target=self._run, name="patok waiting groups", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End after the transaction that runs, if one does."""
        self._ends.set()
        self._thread.join(timeout=60)

    def _run(self) -> None:
        pause = 0.0
        while not self._ends.wait(pause):
            try:
                pause = 0.0 if self._judge_some() else _LOOK_EVERY_S
            except PatokError as error:
                logger.warning("%s", error.code)  # the texts of its cause carry parameters
                pause = _AFTER_FAULT_S
            except Exception as error:
                logger.error("waiting groups: %s", type(error).__name__)
                pause = _AFTER_FAULT_S

    def _judge_some(self) -> int:
        """How many groups were judged."""
        if time.monotonic() >= self._forgets_at:
            with outage_said():
                forget_batches(self._engine)
            self._forgets_at = time.monotonic() + _FORGET_EVERY_S
        with outage_said():
            names = campaigns_waiting(self._engine)
        done = 0
        for name in names:
            if self._ends.is_set():
                break
            against = self._opened.campaign(name)
            with outage_said():
                done += pass_on(self._engine, against.campaign, against.release_id) or 0
                done += judge_all_waiting(
                    self._engine,
                    against.campaign,
                    against.frame,
                    against.release_id,
                    limit=GROUPS_AT_ONCE,
                    quiet_s=QUIET_S,
                    most_s=MOST_S,
                    rounds=1,
                )
        return done
