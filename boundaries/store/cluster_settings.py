"""The configuration files of the private cluster, as text."""

from __future__ import annotations

import os
from collections.abc import Iterable

from boundaries.store.principals import SERVICE_ROLE

PORT = 5432
ADMIN_ROLE = "patok_admin"
ROLE = "patok"
DATABASE = "patok"
SOCKET_FILE = f".s.PGSQL.{PORT}"
_ROLES = (ROLE, ADMIN_ROLE, SERVICE_ROLE)

# Values for a machine of 2 cores and 24 GiB which also runs the batch; a smaller one gets an eighth of
# its memory as shared buffers. A person's own settings go into local.conf, which wins.
_MOST_SHARED_BUFFERS_MB = 1024
_LEAST_SHARED_BUFFERS_MB = 128


def server_settings(socket_dir: str, *, durable: bool) -> dict[str, str]:
    """Every setting that differs from PostgreSQL's own. ``durable=False`` is for throw-away tests only."""
    shared_mb = _shared_buffers_mb()
    settings = {
        "listen_addresses": "",
        "port": str(PORT),
        "unix_socket_directories": socket_dir,
        "unix_socket_permissions": "0700",
        "max_connections": "60",
        "shared_buffers": f"{shared_mb}MB",
        "effective_cache_size": f"{shared_mb * 6}MB",
        "work_mem": "32MB",
        "maintenance_work_mem": "256MB",
        "max_wal_size": "4GB",
        "checkpoint_timeout": "15min",
        "wal_compression": "on",
        "random_page_cost": "1.1",
        "max_parallel_workers_per_gather": "1",
        "jit": "off",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "lc_messages": "C.UTF-8",
        "log_line_prefix": "%m [%p] ",
        # A failed statement, its parameters, DETAIL and CONTEXT can hold a household's coordinates:
        # the log keeps the message alone.
        "log_min_error_statement": "panic",
        "log_error_verbosity": "terse",
        "log_parameter_max_length": "0",
        "log_parameter_max_length_on_error": "0",
    }
    if not durable:
        settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    return settings


def postgresql_conf(settings: dict[str, str]) -> str:
    """The text of ``postgresql.conf``."""
    lines = [f"{name} = {_quoted(value)}" for name, value in settings.items()]
    return "\n".join(
        [
            "# Written at every start. Put your own settings into local.conf.",
            *lines,
            "include_if_exists = 'local.conf'",
            "",
        ]
    )


def pg_hba_conf() -> str:
    """Who may connect: the operating system says who is at the socket (peer), and only for these roles."""
    return "".join(f"local all {role} peer map=patok\n" for role in _ROLES)


def pg_ident_conf(system_users: Iterable[str]) -> str:
    """The system users that may be any of the roles."""
    pairs = [(user, role) for user in sorted(set(system_users)) for role in _ROLES]
    return "".join(f'patok "{user}" {role}\n' for user, role in pairs)


def _quoted(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'"


def _shared_buffers_mb() -> int:
    memory_mb = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    return max(_LEAST_SHARED_BUFFERS_MB, min(_MOST_SHARED_BUFFERS_MB, memory_mb // 8))
