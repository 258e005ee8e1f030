"""What is written to the log: never a text that may hold what somebody sent.

Of an exception its type and where it came from, of another library's message the form without its values. So
a coordinate or a key cannot reach the log whoever logs it.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import sys
import traceback
from typing import Any, Literal

LogForm = Literal["text", "json"]
_OURS = ("api", "boundaries", "geo", "geotags", "patok", "uvicorn")


def set_up(form: LogForm) -> None:
    """Send warnings and faults to standard error; as JSON each request as well."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Careful(form))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("patok.requests").setLevel(logging.INFO if form == "json" else logging.WARNING)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(name).handlers = []
        logging.getLogger(name).propagate = True


class Careful(logging.Formatter):
    """One line for each record."""

    def __init__(self, form: LogForm) -> None:
        super().__init__()
        self._form = form

    def format(self, record: logging.LogRecord) -> str:
        entry: dict[str, Any] = {
            "at": dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": _message(record),
            **getattr(record, "fields", {}),
        }
        if record.exc_info and record.exc_info[1] is not None:
            entry["exception"] = _exceptions(record.exc_info[1])
        if self._form == "json":
            return json.dumps(entry, ensure_ascii=True, default=lambda value: type(value).__name__)
        where = "".join(
            f"\n    {line}" for one in entry.get("exception", ()) for line in (one["type"], *one["at"])
        )
        return f"{entry['at']} {entry['level']} {entry['logger']}: {entry['message']}{where}"


def _message(record: logging.LogRecord) -> str:
    if record.name.split(".", 1)[0] in _OURS:
        return record.getMessage()
    return record.msg if isinstance(record.msg, str) else type(record.msg).__name__


def _exceptions(error: BaseException) -> list[dict[str, Any]]:
    """The exception and those that led to it, the last first, without their texts."""
    told, seen = [], set[int]()
    following: BaseException | None = error
    while following is not None and id(following) not in seen:
        seen.add(id(following))
        frames = traceback.extract_tb(following.__traceback__)
        kind = type(following)
        told.append(
            {
                "type": f"{kind.__module__}.{kind.__qualname__}",
                "at": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
            }
        )
        following = following.__cause__ or following.__context__
    return told
