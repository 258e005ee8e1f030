"""The connection that the HTTP service works with, and the proof that row policies hold for it."""

from __future__ import annotations

from sqlalchemy import Engine, text

from boundaries.store.engine import connect, named_sql
from boundaries.store.principals import SERVICE_ROLE
from geo.errors import ServerUnreachable, ServiceUnguarded
from geo.text import Text

CONNECTIONS = 20
GUARDED_TABLES = (
    "geotags",
    "geotag_results",
    "findings",
    "ended_findings",
    "finding_changes",
    "geotag_ledger",
    "clusters",
    "quarantine",
    "sync_batches",
)
"""The tables with rows of households: each has row policies, for owners too."""

_MIGHTY = Text(
    en="the database user {names} is a superuser or passes row policies by",
    id="pengguna basis data {names} adalah superuser atau melewati kebijakan baris",
)
_OWNED = Text(en="its database user owns {names}", id="pengguna basis datanya memiliki {names}")
_OPEN = Text(en="row policies are off on {names}", id="kebijakan baris tidak aktif pada {names}")
_PAST_PARENT = Text(
    en="it may read {names} without the policies of the whole table",
    id="ia boleh membaca {names} tanpa kebijakan tabel induknya",
)
_MAY_NOT = Text(
    en=f"its database user may not work as the role {SERVICE_ROLE}",
    id=f"pengguna basis datanya tidak boleh bekerja dengan peran {SERVICE_ROLE}",
)
_NOT_SERVICE = Text(
    en=f"it does not work as the role {SERVICE_ROLE}", id=f"ia tidak bekerja dengan peran {SERVICE_ROLE}"
)


def connect_service(url: str) -> Engine:
    """An engine for the service on ``url``. Raises as ``connect`` does, and ``ServiceUnguarded``."""
    try:
        engine = connect(url, application_name="patok service", role=SERVICE_ROLE, connections=CONNECTIONS)
    except ServerUnreachable as error:
        if SERVICE_ROLE not in str(error.values["reason"]):
            raise
        raise ServiceUnguarded(reason=_MAY_NOT) from error
    try:
        require_guarded(engine)
    except BaseException:
        engine.dispose()
        raise
    return engine


def require_guarded(engine: Engine) -> None:
    """Raise ``ServiceUnguarded`` when anything would let connections of ``engine`` pass row policies by."""
    values = {"guarded": list(GUARDED_TABLES), "role": SERVICE_ROLE}
    with engine.connect() as connection:
        row = connection.execute(text(named_sql("boundaries.store", "guard")), values).one()
    found = ((_MIGHTY, row.mighty), (_OWNED, row.owned), (_OPEN, row.open), (_PAST_PARENT, row.past_parent))
    for reason, names in found:
        if names:
            raise ServiceUnguarded(reason=reason.fill(names=_shortened(names)))
    if not row.is_service:
        raise ServiceUnguarded(reason=_NOT_SERVICE)


def _shortened(names: str) -> str:
    parts = names.split(", ")
    return ", ".join(parts[:3]) + (", ..." if len(parts) > 3 else "")
