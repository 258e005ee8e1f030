"""Where this machine has PostgreSQL with PostGIS."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from geo.errors import PostgisMissing, ServerMissing

OLDEST_POSTGRESQL = 15

# Debian and Ubuntu keep every major version apart and off the PATH; so do the PGDG packages for RPM systems.
_BIN_FOLDERS = (("/usr/lib/postgresql", "*/bin"), ("/usr", "pgsql-*/bin"))


@dataclass(frozen=True)
class Installation:
    """One PostgreSQL of the system: its programs and its major version."""

    bin: Path
    major: int

    def program(self, name: str) -> str:
        """The full path of one of its programs."""
        return str(self.bin / name)

    def has_postgis(self) -> bool:
        """Whether the extension's control file is installed for this version."""
        return any((folder / "extension" / "postgis.control").is_file() for folder in self._share_folders())

    def _share_folders(self) -> list[Path]:
        folders = [Path(f"/usr/share/postgresql/{self.major}")]
        pg_config = self.bin / "pg_config"
        if pg_config.is_file():
            asked = subprocess.run([pg_config, "--sharedir"], capture_output=True, text=True, check=False)
            folders.append(Path(asked.stdout.strip()))
        return folders


def find_installation(major: int | None = None, bins: list[Path] | None = None) -> Installation:
    """The newest PostgreSQL of version 15 or later that has PostGIS, or the one of version ``major``.

    ``bins`` are the folders to look in; by default those of the system. Raises ``ServerMissing`` when
    there is none of the wanted version and ``PostgisMissing`` when none has PostGIS.
    """
    every = sorted(
        _installations(_system_bins() if bins is None else bins), key=lambda i: i.major, reverse=True
    )
    fitting = [i for i in every if (i.major == major if major else i.major >= OLDEST_POSTGRESQL)]
    if not fitting:
        raise ServerMissing(
            wanted=str(major) if major else f"{OLDEST_POSTGRESQL}+",
            found=", ".join(str(i.major) for i in every) or "-",
            package=f"postgresql-{major} postgresql-{major}-postgis-3"
            if major
            else "postgresql postgresql-postgis",
        )
    usable = next((i for i in fitting if i.has_postgis()), None)
    if usable is None:
        newest = fitting[0].major
        raise PostgisMissing(where=f"PostgreSQL {newest}", package=f"postgresql-{newest}-postgis-3")
    return usable


def _system_bins() -> list[Path]:
    bins = [found for root, pattern in _BIN_FOLDERS for found in Path(root).glob(pattern)]
    on_path = shutil.which("postgres")
    if on_path:
        bins.append(Path(on_path).resolve().parent)
    pg_config = shutil.which("pg_config")
    if pg_config:
        asked = subprocess.run([pg_config, "--bindir"], capture_output=True, text=True, check=False)
        if asked.returncode == 0:
            bins.append(Path(asked.stdout.strip()))
    return bins


def _installations(bins: list[Path]) -> list[Installation]:
    found = {}
    for folder in bins:
        server = folder / "postgres"
        if not server.is_file() or not (folder / "initdb").is_file():
            continue  # the client's programs alone
        said = subprocess.run([server, "--version"], capture_output=True, text=True, check=False).stdout
        match = re.search(r"\(PostgreSQL\) (\d+)", said)
        if match:
            found[folder.resolve()] = Installation(folder, int(match[1]))
    return list(found.values())
