"""Who asks, and what of the households' rows they may see: told to PostgreSQL for one transaction."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, text

SERVICE_ROLE = "patok_service"
"""The database role that the HTTP service works as: it owns nothing, and row policies hold for it."""
CHECKER_ROLE = "patok_checker"
"""What the service becomes where a check must look at geotags that the caller may not see."""


class Role(StrEnum):
    """What a key is for."""

    DEVICE = "device"
    """Sends geotags, and reads those that it sent, within its areas."""
    OFFICER = "officer"
    """Reads and decides within its areas."""
    NATIONAL = "national"
    """Reads everything."""
    PREVIEWER = "previewer"
    """Sees counts that name nobody."""
    ADMIN = "admin"
    """Reads everything, and makes keys."""

    @property
    def sees_all(self) -> bool:
        """Whether no area limits what is seen."""
        return self in (Role.NATIONAL, Role.ADMIN)


@dataclass(frozen=True)
class Principal:
    """One caller. ``areas`` are beginnings of area codes; without effect for roles that see everything.

    ``key_id`` is that of the access key; None for who sits at the machine itself.
    """

    role: Role
    key_id: int | None = None
    areas: tuple[str, ...] = ()
    name: str = ""

    def bound(self) -> dict[str, Any]:
        """The predicate that every statement on households' rows has, as bound values.

        ``scope_areas`` None: all areas; else beginnings of codes, of which an empty list has none.
        ``scope_key`` None: whoever sent it; else only what this key sent. ``own_key`` is its own key.
        """
        if self.role.sees_all:
            return {"scope_areas": None, "scope_key": None, "own_key": self.key_id}
        if self.role is Role.PREVIEWER:
            return {"scope_areas": [], "scope_key": 0, "own_key": None}
        return {
            "scope_areas": list(self.areas),
            "scope_key": (self.key_id or 0) if self.role is Role.DEVICE else None,
            "own_key": self.key_id,
        }

    def covers(self, area_code: str) -> bool:
        """Whether ``area_code`` lies in its areas."""
        if self.role.sees_all:
            return True
        return self.role is not Role.PREVIEWER and area_code.startswith(self.areas or ("\x00",))


OPERATOR = Principal(Role.ADMIN, name="operator")
"""Whoever runs commands on this machine: the database asks the system who that is."""

_SET = text(
    "SELECT set_config('patok.role', :role, true), set_config('patok.key_id', :key_id, true),"
    " set_config('patok.areas', :areas, true)"
)


def set_scope(connection: Connection, principal: Principal) -> None:
    """Tell the row policies who asks, until the transaction ends. Without it they show nothing."""
    connection.execute(
        _SET,
        {
            "role": principal.role.value,
            "key_id": "" if principal.key_id is None else str(principal.key_id),
            "areas": ",".join(principal.areas),
        },
    )


@contextmanager
def as_checker(connection: Connection) -> Iterator[None]:
    """Look at all households for a while, within a transaction of the service; then be the service again.

    For what needs it to be right, after the caller's own write was let through. What it sees must not reach
    the caller. The owner of the tables sees everything as it is, and stays who it is.
    """
    known = connection.info  # of the connection to the server, whose role at the start does not change
    if "patok_role" not in known:
        known["patok_role"] = connection.scalar(text("SELECT current_user"))
    if known["patok_role"] != SERVICE_ROLE:
        yield
        return
    connection.execute(text(f"SET LOCAL ROLE {CHECKER_ROLE}"))
    yield  # not undone when this fails: the transaction is lost, and the role with it
    connection.execute(text(f"SET LOCAL ROLE {SERVICE_ROLE}"))
