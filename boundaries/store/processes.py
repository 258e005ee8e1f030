"""Which processes work inside a folder, and running programs as the owner of a cluster."""

from __future__ import annotations

import os
import pwd
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class ServerUser:
    """The system user that owns the cluster's files and runs the server."""

    name: str
    uid: int
    gid: int

    @classmethod
    def of_uid(cls, uid: int) -> ServerUser:
        """The user with this number. Raises ``KeyError`` when the system does not know it."""
        entry = pwd.getpwuid(uid)
        return cls(entry.pw_name, entry.pw_uid, entry.pw_gid)

    @classmethod
    def of_name(cls, name: str) -> ServerUser:
        """The user with this name. Raises ``KeyError`` when the system does not know it."""
        return cls.of_uid(pwd.getpwnam(name).pw_uid)

    def run(self, command: Sequence[str], timeout_s: float = 120) -> subprocess.CompletedProcess[str]:
        """Run a program as this user and wait; its output is text and never raises by itself.

        The settings of the caller's own PostgreSQL (PGDATA, PGPORT, PGOPTIONS ...) do not reach it.
        """
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("PG", "LC_", "LANG"))}
        other_user: dict[str, Any] = (
            {} if os.geteuid() == self.uid else {"user": self.uid, "group": self.gid, "extra_groups": []}
        )
        return subprocess.run(
            list(command),
            env=kept | {"LC_ALL": "C.UTF-8"},
            cwd="/",
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=timeout_s,
            check=False,
            umask=0o077,
            **other_user,
        )


def processes_inside(folder: Path, uid: int) -> set[int] | None:
    """The processes of user ``uid`` whose working folder is ``folder``; None when this cannot be told.

    PostgreSQL's server and all its children work in their data folder. It cannot be told without a
    Linux ``/proc``, nor as root in a container without the right to look at others' processes.
    """
    if not Path("/proc/self/cwd").exists():
        return None
    wanted, found = os.path.realpath(folder), set()
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            if entry.stat().st_uid == uid and str((entry / "cwd").readlink()) == wanted:
                found.add(int(entry.name))
        except PermissionError:
            return None
        except OSError:
            continue  # it ended while we looked
    return found
