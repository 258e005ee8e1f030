"""Which language an answer is in: ``?lang=``, else the Accept-Language header, else the server's."""

from __future__ import annotations

from typing import Annotated, Literal, cast
from urllib.parse import parse_qs

from fastapi import Depends, Query, Request
from starlette.datastructures import Headers
from starlette.types import Scope

from geo.text import LANGUAGES, Language


def request_language(scope: Scope) -> Language:
    """The language of the answer to the request in ``scope``."""
    asked = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("lang", [""])[-1]
    if asked in LANGUAGES:
        return cast(Language, asked)
    accepted = accepted_language(Headers(scope=scope).get("accept-language", ""))
    default: Language = getattr(getattr(scope.get("app"), "state", None), "language", "en")
    return accepted or default


def accepted_language(header: str) -> Language | None:
    """The language of ``header`` (RFC 9110, 12.5.4) with the greatest weight that Patok speaks."""
    best: tuple[float, Language] | None = None
    for part in header.split(","):
        tag, _, weight = part.strip().partition(";q=")
        name = tag.strip().lower().split("-")[0]
        try:
            quality = float(weight) if weight else 1.0
        except ValueError:
            continue
        if name in LANGUAGES and quality > 0 and (best is None or quality > best[0]):
            best = (quality, name)
    return best[1] if best else None


def _language(
    request: Request,
    lang: Annotated[
        Literal["en", "id"] | None, Query(description="Language of titles, messages and problems.")
    ] = None,
) -> Language:
    return request_language(request.scope)


Spoken = Annotated[Language, Depends(_language)]
"""A route's parameter: the language to answer in."""
