"""Ctrl-C that cannot get lost.

Python raises it wherever it happens to be, even in places where exceptions are dropped or replaced by others.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_asked = threading.Event()


@contextmanager
def listening() -> Iterator[None]:
    """Remember Ctrl-C while a command runs, unless the signal is ignored or handled otherwise already."""
    before = signal.getsignal(signal.SIGINT)
    _asked.clear()
    if before is not signal.default_int_handler or threading.current_thread() is not threading.main_thread():
        yield
        return
    signal.signal(signal.SIGINT, _remember)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _remember(number: int, frame: FrameType | None) -> None:
    _asked.set()
    raise KeyboardInterrupt


def asked_to_stop() -> bool:
    """Ctrl-C was pressed since the command began."""
    return _asked.is_set()


def stop_if_asked() -> None:
    """For the steps of long work: raise ``KeyboardInterrupt`` again if it was lost on its way."""
    if asked_to_stop():
        raise KeyboardInterrupt
