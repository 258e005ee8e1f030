"""Paging by key: a page starts after the key at which the last one ended, however rows come and go."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Query, Request

from api.problems import ParameterRefused
from geo.text import Text

DEFAULT_LIMIT = 100
MOST_LIMIT = 1000

After = Annotated[
    str | None,
    Query(
        max_length=200,
        description="Where the last page ended: the cursor of its `next`. Opaque; not to be built by hand.",
    ),
]
Limit = Annotated[int, Query(ge=1, le=MOST_LIMIT, description="The most rows of one page.")]


def cursor_of(key: str) -> str:
    """The opaque form of a key."""
    return base64.urlsafe_b64encode(key.encode()).decode().rstrip("=")


def key_of(cursor: str, form: str) -> re.Match[str]:
    """The key in ``cursor``, matched against the regular expression ``form``. Raises ``ParameterRefused``."""
    try:
        key = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode(
            "ascii"
        )
    except (binascii.Error, ValueError) as error:
        raise _refused() from error
    match = re.fullmatch(form, key, re.ASCII)
    if match is None:
        raise _refused()
    return match


def after_id(cursor: str | None) -> int:
    """The id in a cursor of rows ordered by id; 0 for the first page."""
    return int(key_of(cursor, r"\d{1,18}").group()) if cursor else 0


def after_code(cursor: str | None) -> str | None:
    """The code in a cursor of rows ordered by code; None for the first page."""
    return key_of(cursor, r"[0-9.]{1,60}").group() if cursor else None


def next_link(request: Request, cursor: str | None) -> str | None:
    """The address of the next page on this server; None after the last."""
    if cursor is None:
        return None
    kept = [(name, value) for name, value in request.query_params.multi_items() if name != "after"]
    return f"{request.url.path}?{urlencode([*kept, ('after', cursor)])}"


def _refused() -> ParameterRefused:
    return ParameterRefused(
        parameter="after",
        wanted=Text(en="the cursor of the last page's next", id="kursor next dari halaman terakhir"),
    )
