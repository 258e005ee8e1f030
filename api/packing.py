"""Making packs beside the requests: one at a time, each once however many ask for it."""

from __future__ import annotations

import threading
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from pathlib import Path

from boundaries.store.packs import Pack, Wanted, find_pack, make_pack
from boundaries.store.reading import Engine, outage_said
from boundaries.store.releases import open_frame
from geo.errors import SetupError
from geo.text import Text

WAIT_S = 20.0


class PackInTheMaking(SetupError):
    """It takes longer than a request should."""

    code = "PACK_IN_THE_MAKING"
    http_status = 503
    text = Text(
        en="The pack is being made. Ask again after the seconds in Retry-After.",
        id="Paket sedang dibuat. Minta lagi setelah jumlah detik pada Retry-After.",
    )


class Packing:
    """Packs by what they are of."""

    def __init__(self, engine: Engine, data_dir: Path) -> None:
        self._engine = engine
        self._data_dir = data_dir
        self._maker = ThreadPoolExecutor(1, thread_name_prefix="patok packs")
        self._lock = threading.Lock()
        self._making: dict[Path, Future[Pack]] = {}

    def pack(self, wanted: Wanted, wait_s: float = WAIT_S) -> Pack:
        """The pack, made when need be.

        Raises ``NotFound``, ``PackTooLarge``, ``PackInTheMaking`` and ``DatabaseUnavailable``.
        """
        found = find_pack(self._data_dir, wanted)
        if found is not None:
            return found
        key = wanted.folder(self._data_dir)
        with self._lock:
            making = self._making.get(key)
            if making is None:
                making = self._making[key] = self._maker.submit(self._make, wanted)
                making.add_done_callback(lambda _: self._forget(key))
        try:
            return making.result(wait_s)
        except NotYet:
            raise PackInTheMaking() from None

    def stop(self) -> None:
        """End after the pack that is being made."""
        self._maker.shutdown(cancel_futures=True)

    def _make(self, wanted: Wanted) -> Pack:
        with outage_said():
            frame = open_frame(self._engine, self._data_dir, wanted.frame.name, wanted.release.number)
        return make_pack(self._engine, self._data_dir, frame, wanted)

    def _forget(self, key: Path) -> None:
        with self._lock:
            self._making.pop(key, None)
