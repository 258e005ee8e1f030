"""Every setting of Patok: environment variables, read once by the command that starts."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast, get_args

from geo.errors import ValueRefused
from geo.text import Language, Text
from patok.log import LogForm

DESCRIPTIONS: dict[str, Text] = {
    "PATOK_DATABASE_URL": Text(
        en="A PostgreSQL server with PostGIS (postgresql://...). Without it Patok runs a private one.",
        id="Server PostgreSQL dengan PostGIS (postgresql://...). Tanpa ini Patok memakai miliknya sendiri.",
    ),
    "PATOK_SERVICE_DATABASE_URL": Text(
        en="The same server for `patok serve`, as a user that owns nothing (see operations.md).",
        id="Server yang sama untuk `patok serve`, sebagai pengguna yang tidak memiliki apa pun (lihat "
        "operations.md).",
    ),
    "PATOK_DATA_DIR": Text(
        en="Folder of the private server and of the segment files.",
        id="Folder server pribadi dan berkas segmen.",
    ),
    "PATOK_RULESETS": Text(
        en="Folder of the office's rulesets, NAME.toml each; rulesets in the data folder.",
        id="Folder set aturan kantor, masing-masing NAMA.toml; rulesets di dalam folder data.",
    ),
    "PATOK_HOST": Text(en="Address to listen on; 127.0.0.1.", id="Alamat yang dilayani; 127.0.0.1."),
    "PATOK_PORT": Text(en="Port to listen on; 8000.", id="Port yang dilayani; 8000."),
    "PATOK_ACCESS_TOKEN": Text(
        en="A token with the role admin, beside the access keys: for setting up.",
        id="Token dengan peran admin, di samping kunci akses: untuk penyiapan.",
    ),
    "PATOK_ACCESS_TOKEN_FILE": Text(
        en="A file with the access token, instead of the variable.",
        id="Berkas berisi token akses, sebagai pengganti variabel.",
    ),
    "PATOK_ALLOWED_HOSTS": Text(
        en="Names, separated by commas, that the Host header may have besides the loopback names.",
        id="Nama, dipisah koma, yang boleh ada pada header Host selain nama loopback.",
    ),
    "PATOK_LOG": Text(
        en="`text` (warnings and faults) or `json` (those and every request, a line each); text.",
        id="`text` (peringatan dan kesalahan) atau `json` (itu dan setiap permintaan, satu baris); text.",
    ),
    "PATOK_OTLP_ENDPOINT": Text(
        en="Where traces go (OpenTelemetry, OTLP over HTTP): http://HOST:4318. Without it there are none.",
        id="Tujuan jejak (OpenTelemetry, OTLP lewat HTTP): http://HOST:4318. Tanpa ini tidak ada jejak.",
    ),
    "PATOK_LANG": Text(
        en="Language of messages: en or id; from the locale when unset.",
        id="Bahasa pesan: en atau id; dari lokal sistem bila tidak diatur.",
    ),
}


_DATABASES = ("postgresql://", "postgres://", "postgresql+psycopg://")


@dataclass(frozen=True)
class Settings:
    """What the environment says. ``database_url`` None means the private server.

    ``service_database_url`` None: the service asks at ``database_url``, and is refused if that owns tables.
    """

    database_url: str | None
    service_database_url: str | None
    data_dir: Path
    rulesets_dir: Path
    host: str
    port: int
    access_token: str | None
    allowed_hosts: tuple[str, ...]
    log: LogForm
    otlp_endpoint: str | None
    language: Language


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Read the variables of ``DESCRIPTIONS``. Raises ``ValueRefused`` for a value that cannot be."""
    env = os.environ if environment is None else environment
    port = env.get("PATOK_PORT") or "8000"
    if not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        raise ValueRefused(where="PATOK_PORT", value=port, wanted="1-65535")
    hosts = tuple(name.strip() for name in env.get("PATOK_ALLOWED_HOSTS", "").split(",") if name.strip())
    data_dir = _folder("PATOK_DATA_DIR", env.get("PATOK_DATA_DIR") or _default_data_dir(env))
    return Settings(
        database_url=_database_url(env, "PATOK_DATABASE_URL"),
        service_database_url=_database_url(env, "PATOK_SERVICE_DATABASE_URL"),
        data_dir=data_dir,
        rulesets_dir=_folder("PATOK_RULESETS", env.get("PATOK_RULESETS") or data_dir / "rulesets"),
        host=env.get("PATOK_HOST") or "127.0.0.1",
        port=int(port),
        access_token=_access_token(env),
        allowed_hosts=hosts,
        log=_log(env),
        otlp_endpoint=_otlp_endpoint(env),
        language=read_language(env),
    )


def _otlp_endpoint(env: Mapping[str, str]) -> str | None:
    url = env.get("PATOK_OTLP_ENDPOINT", "").strip()
    if url and not url.startswith(("http://", "https://")):
        raise ValueRefused(where="PATOK_OTLP_ENDPOINT", value=url, wanted="http://HOST:4318")
    return url or None


def _log(env: Mapping[str, str]) -> LogForm:
    form = env.get("PATOK_LOG") or "text"
    if form not in get_args(LogForm):
        raise ValueRefused(where="PATOK_LOG", value=form, wanted=" / ".join(get_args(LogForm)))
    return cast(LogForm, form)


def read_language(environment: Mapping[str, str] | None = None) -> Language:
    """Indonesian where PATOK_LANG or the locale says so, else English."""
    env = os.environ if environment is None else environment
    for name in ("PATOK_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        if env.get(name):
            return "id" if env[name].lower().startswith("id") else "en"
    return "en"


def _database_url(env: Mapping[str, str], name: str) -> str | None:
    url = env.get(name, "").strip()
    if not url:
        return None
    if not url.startswith(_DATABASES):  # said without its value, which may hold a password
        raise ValueRefused(where=name, value="...", wanted="postgresql://USER:PASSWORD@HOST:PORT/DATABASE")
    return url


def _folder(variable: str, given: str | Path) -> Path:
    try:
        return Path(given).expanduser().absolute()
    except RuntimeError as error:  # ~somebody who is not there
        wanted = Text(en="a folder", id="sebuah folder")
        raise ValueRefused(where=variable, value=str(given), wanted=wanted) from error


def _default_data_dir(env: Mapping[str, str]) -> Path:
    # PostgreSQL refuses root and runs as another user, who cannot enter /root.
    if os.geteuid() == 0:
        return Path("/var/lib/patok")
    return Path(env.get("XDG_DATA_HOME") or "~/.local/share") / "patok"


def _access_token(env: Mapping[str, str]) -> str | None:
    token = env.get("PATOK_ACCESS_TOKEN", "").strip()
    path = env.get("PATOK_ACCESS_TOKEN_FILE")
    if not token and path:
        wanted = Text(
            en="a file that can be read and holds the token in ASCII",
            id="berkas yang dapat dibaca dan berisi token dalam ASCII",
        )
        try:
            token = Path(path).read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError):
            token = ""
        if not token:  # whoever names a file wants a token: without one the server would be open
            raise ValueRefused(where="PATOK_ACCESS_TOKEN_FILE", value=path, wanted=wanted)
    return token or None
