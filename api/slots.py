"""How many batches of geotags may be worked on at once: more are told to come again, before they are read."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Request

from geo.errors import SetupError
from geo.text import Text

MOST_AT_ONCE = 16
"""Batches of a campaign take turns, so that more would only wait, each with a connection to the database that
somebody who reads the page could use."""


class TooManyBatches(SetupError):
    """As many batches as may be worked on are; nothing of this one was read."""

    code = "TOO_MANY_BATCHES"
    http_status = 429
    text = Text(
        en="Many devices are sending at this moment. Send the batch again after the seconds in Retry-After.",
        id="Banyak perangkat sedang mengirim. Kirim lagi setelah jumlah detik pada Retry-After.",
    )


class Slots:
    """Counts in the event loop, where nothing else runs meanwhile."""

    def __init__(self, most: int = MOST_AT_ONCE) -> None:
        self.most = most
        self.taken = 0


async def _slot(request: Request) -> AsyncIterator[None]:
    slots: Slots = request.app.state.slots
    if slots.taken >= slots.most:
        raise TooManyBatches()
    slots.taken += 1
    try:
        yield
    finally:
        slots.taken -= 1


Slot = Annotated[None, Depends(_slot)]
"""A route's first parameter: a place among the batches that are worked on."""
