"""Who a token stands for: an access key, the token of the settings, or somebody who signed in by the link.

What was found out of a key is kept for half a minute, so that a key that is revoked ends within a minute
everywhere, and one that sends a thousand times is looked up once.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import secrets
import threading
import time
from dataclasses import dataclass

from boundaries.store.keys import find_key
from boundaries.store.principals import Principal, Role
from boundaries.store.reading import Engine, outage_said

KEPT_S = 30.0
SIGNED_IN_FOR = dt.timedelta(hours=12)
_MOST_KEPT = 10_000


@dataclass(frozen=True)
class SignedIn:
    """What the page gets for the code of the link."""

    token: str
    principal: Principal
    expires_at: dt.datetime


class Keyring:
    """Tokens of one server. Safe to use from several threads."""

    def __init__(self, engine: Engine, access_token: str | None = None) -> None:
        self._engine = engine
        self._given = _digest(access_token) if access_token else None
        self._known: dict[bytes, tuple[Principal, float]] = {}
        self._signed_in: dict[bytes, SignedIn] = {}
        self._code: bytes | None = None
        self._lock = threading.Lock()

    def remembered(self, token: str) -> Principal | None:
        """The principal of a token that needs no look into the database."""
        digest = _digest(token)
        if self._given is not None and hmac.compare_digest(digest, self._given):
            return Principal(Role.ADMIN, name="access token")
        with self._lock:
            signed_in = self._signed_in.get(digest)
            if signed_in is not None:
                return signed_in.principal if dt.datetime.now(dt.UTC) < signed_in.expires_at else None
            principal, until = self._known.get(digest, (None, 0.0))
        return principal if time.monotonic() < until else None

    def look_up(self, token: str) -> Principal | None:
        """The principal of an access key; None for any other text. Raises ``DatabaseUnavailable``."""
        with outage_said():
            key = find_key(self._engine, token)
        if key is None:
            return None
        principal = key.principal()
        with self._lock:
            if len(self._known) >= _MOST_KEPT:
                self._known.clear()
            self._known[_digest(token)] = (principal, time.monotonic() + KEPT_S)
        return principal

    def new_code(self) -> str:
        """The code of a link that signs in once. A code from before opens nothing any more."""
        code = secrets.token_urlsafe(32)
        with self._lock:
            self._code = _digest(code)
        return code

    def sign_in(self, code: str) -> SignedIn | None:
        """Use up the code of the link; None when it is another one, or was used."""
        with self._lock:
            if self._code is None or not hmac.compare_digest(_digest(code), self._code):
                return None
            self._code = None
            token = secrets.token_urlsafe(32)
            until = dt.datetime.now(dt.UTC) + SIGNED_IN_FOR
            signed_in = SignedIn(token, Principal(Role.ADMIN, name="signed in"), until)
            self._signed_in[_digest(token)] = signed_in
        return signed_in


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).digest()
