"""Waiting for the next change of a campaign: one look at the database for all who wait, twice a second."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress

from starlette.concurrency import run_in_threadpool

from boundaries.store.reading import DatabaseUnavailable, Engine
from geo.errors import SetupError
from geo.text import Text
from geotags.store.changes import read_heads

LOOK_EVERY_S = 0.5
MOST_WAITING = 500


class TooManyListeners(SetupError):
    """As many wait for changes as may."""

    code = "TOO_MANY_LISTENERS"
    http_status = 429
    text = Text(
        en="Many others wait for changes at this moment. Ask again after the seconds in Retry-After, or "
        "without waiting.",
        id="Banyak pihak lain sedang menunggu perubahan. Minta lagi setelah jumlah detik pada Retry-After, "
        "atau tanpa menunggu.",
    )


class Heads:
    """The last change of every campaign. Used in the event loop, where nothing else runs meanwhile."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._heads: dict[int, int] = {}
        self._looks: asyncio.Task[None] | None = None
        self._looked = asyncio.Event()
        self.waiting = 0

    async def now(self, campaign_id: int) -> int:
        """The head of a campaign at this moment. Raises ``DatabaseUnavailable``."""
        heads = await run_in_threadpool(read_heads, self._engine)
        return heads.get(campaign_id, 0)

    async def newer(self, campaign_id: int, than: int, wait_s: float) -> bool:
        """Whether something comes after the number ``than`` within ``wait_s`` seconds.

        Raises ``TooManyListeners``.
        """
        if self.waiting >= MOST_WAITING:
            raise TooManyListeners()
        until = time.monotonic() + wait_s
        self.waiting += 1
        try:
            while self._heads.get(campaign_id, 0) <= than:
                left = until - time.monotonic()
                if left <= 0:
                    return False
                await self._next_look(left)
            return True
        finally:
            self.waiting -= 1

    async def _next_look(self, most_s: float) -> None:
        if self._looks is None or self._looks.done():
            self._looked = asyncio.Event()
            self._looks = asyncio.create_task(self._look())
        looked = self._looked
        with suppress(TimeoutError):
            await asyncio.wait_for(looked.wait(), most_s)

    async def _look(self) -> None:
        """Look once, after a moment; then tell everybody who waits."""
        await asyncio.sleep(LOOK_EVERY_S)
        try:
            with suppress(DatabaseUnavailable):  # whoever waits asks it again, and is told then
                self._heads = await run_in_threadpool(read_heads, self._engine)
        finally:
            self._looked.set()
