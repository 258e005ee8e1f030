"""Access keys: 32 random bytes, shown once. What is kept is a hash, and a prefix to find it by."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, Row, text

from boundaries.store.engine import named_sql
from boundaries.store.principals import Principal, Role
from geo.errors import NotFound, ValueRefused
from geo.text import Text

_FORM = re.compile(r"patok_(?P<prefix>[0-9a-f]{8})_(?P<secret>[A-Za-z0-9_-]{43})")
_AREA = re.compile(r"[0-9.]{1,60}")
_LONGEST_NAME = 100


@dataclass(frozen=True)
class AccessKey:
    """What is known of a key; its secret is not."""

    key_id: int
    prefix: str
    role: Role
    name: str
    areas: tuple[str, ...]
    created_at: dt.datetime
    expires_at: dt.datetime | None
    revoked_at: dt.datetime | None

    def principal(self) -> Principal:
        """The caller that it stands for."""
        return Principal(self.role, self.key_id, self.areas, self.name)

    def holds(self, at: dt.datetime) -> bool:
        """Whether it opens anything at this moment."""
        return self.revoked_at is None and (self.expires_at is None or at < self.expires_at)


def create_key(
    engine: Engine,
    role: Role,
    name: str,
    areas: Sequence[str] = (),
    expires_at: dt.datetime | None = None,
) -> tuple[AccessKey, str]:
    """Make a key and return it with its text, which nothing can show again.

    Raises ``ValueRefused`` for a device or an officer without areas, for what is no beginning of an area
    code, and for a name that is empty or too long.
    """
    _require(bool(name.strip()) and len(name) <= _LONGEST_NAME, _NAME, name, _NAMED)
    for area in areas:
        _require(_AREA.fullmatch(area) is not None, _AREAS, area, _PREFIX)
    is_limited = role in (Role.DEVICE, Role.OFFICER)
    _require(bool(areas) or not is_limited, _AREAS, "-", _ONE_AREA.fill(role=role.value))
    _require(not areas or is_limited, _AREAS, ", ".join(areas), _NO_AREA.fill(role=role.value))
    prefix, secret = secrets.token_hex(4), secrets.token_urlsafe(32)
    values = {
        "prefix": prefix,
        "secret_sha256": hashlib.sha256(secret.encode()).digest(),
        "role": role.value,
        "name": name.strip(),
        "areas": list(areas),
        "expires_at": expires_at,
    }
    with engine.begin() as connection:
        row = connection.execute(text(named_sql("boundaries.store", "key_create")), values).one()
    return _key(row), f"patok_{prefix}_{secret}"


def list_keys(engine: Engine) -> list[AccessKey]:
    """All keys, those that were revoked or have expired too, the newest first."""
    with engine.connect() as connection:
        return [_key(row) for row in _rows(connection, None)]


def has_keys(engine: Engine) -> bool:
    """Whether some key opens something."""
    now = dt.datetime.now(dt.UTC)
    return any(key.holds(now) for key in list_keys(engine))


def revoke_key(engine: Engine, prefix: str) -> AccessKey:
    """End a key for good. Raises ``NotFound``; a key that was revoked before stays as it was."""
    with engine.begin() as connection:
        row = connection.execute(
            text(named_sql("boundaries.store", "key_revoke")), {"prefix": prefix}
        ).first()
    if row is None:
        raise NotFound(what=_KEY, name=prefix, remedy=_LISTED)
    return _key(row)


def find_key(engine: Engine, token: str) -> AccessKey | None:
    """The key with this text if it holds now; None for every other text, whatever is wrong with it."""
    form = _FORM.fullmatch(token)
    if form is None:
        return None
    with engine.connect() as connection:
        row = next(iter(_rows(connection, form["prefix"])), None)
    # Compared even where there is no such key, so that the time taken does not tell.
    kept = bytes(32) if row is None else bytes(row.secret_sha256)
    same = hmac.compare_digest(hashlib.sha256(form["secret"].encode()).digest(), kept)
    if row is None or not same:
        return None
    key = _key(row)
    return key if key.holds(dt.datetime.now(dt.UTC)) else None


def _rows(connection: Connection, prefix: str | None) -> Sequence[Row[tuple[object, ...]]]:
    return connection.execute(text(named_sql("boundaries.store", "keys")), {"prefix": prefix}).all()


def _key(row: Row[tuple[object, ...]]) -> AccessKey:
    return AccessKey(
        row.id,
        row.prefix,
        Role(row.role),
        row.name,
        tuple(row.areas),
        row.created_at,
        row.expires_at,
        row.revoked_at,
    )


def _require(holds: bool, where: Text, value: str, wanted: Text) -> None:
    if not holds:
        raise ValueRefused(where=where, value=value[:40], wanted=wanted)


_KEY = Text(en="access key", id="kunci akses")
_NAME = Text(en="name", id="nama")
_AREAS = Text(en="areas", id="wilayah")
_NAMED = Text(
    en=f"a name of 1 to {_LONGEST_NAME} characters", id=f"nama dengan 1 sampai {_LONGEST_NAME} karakter"
)
_PREFIX = Text(en="the beginning of an area code", id="awal kode wilayah")
_ONE_AREA = Text(
    en="at least one area: a key of role {role} is for some areas",
    id="paling sedikit satu wilayah: kunci dengan peran {role} berlaku untuk wilayah tertentu",
)
_NO_AREA = Text(
    en="no area: a key of role {role} is for all",
    id="tanpa wilayah: kunci dengan peran {role} berlaku di semua",
)
_LISTED = Text(en="The keys are listed by: patok key list.", id="Daftar kunci: patok key list.")
