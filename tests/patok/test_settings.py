"""Every variable: what it sets, what it is when unset, and what it refuses."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from geo.errors import ValueRefused
from geo.text import LANGUAGES
from patok.settings import DESCRIPTIONS, Settings, read_language, read_settings


def test_without_any_variable() -> None:
    settings = read_settings({})
    folder = "/var/lib/patok" if os.geteuid() == 0 else str(Path("~/.local/share/patok").expanduser())
    assert settings == Settings(
        database_url=None,
        data_dir=Path(folder),
        rulesets_dir=Path(folder) / "rulesets",
        host="127.0.0.1",
        port=8000,
        service_database_url=None,
        access_token=None,
        allowed_hosts=(),
        log="text",
        otlp_endpoint=None,
        language="en",
    )


def test_empty_variables_are_unset() -> None:
    assert read_settings(dict.fromkeys(DESCRIPTIONS, "")) == read_settings({})


@pytest.mark.parametrize(
    ("name", "given", "attribute", "wanted"),
    [
        (
            "PATOK_DATABASE_URL",
            "postgresql://u:p@host:5433/db",
            "database_url",
            "postgresql://u:p@host:5433/db",
        ),
        ("PATOK_DATABASE_URL", " postgres:///db?host=/run ", "database_url", "postgres:///db?host=/run"),
        ("PATOK_DATA_DIR", "/srv/patok", "data_dir", Path("/srv/patok")),
        ("PATOK_DATA_DIR", "~/patok", "data_dir", Path("~/patok").expanduser()),
        ("PATOK_DATA_DIR", "here", "data_dir", Path.cwd() / "here"),
        ("PATOK_DATA_DIR", "/srv/patok", "rulesets_dir", Path("/srv/patok/rulesets")),
        ("PATOK_RULESETS", "/srv/aturan", "rulesets_dir", Path("/srv/aturan")),
        ("PATOK_RULESETS", "~/aturan", "rulesets_dir", Path("~/aturan").expanduser()),
        ("PATOK_HOST", "0.0.0.0", "host", "0.0.0.0"),
        ("PATOK_PORT", "1", "port", 1),
        ("PATOK_PORT", "65535", "port", 65535),
        ("PATOK_ACCESS_TOKEN", " secret\n", "access_token", "secret"),
        ("PATOK_ALLOWED_HOSTS", "patok.bps.go.id, ,peta", "allowed_hosts", ("patok.bps.go.id", "peta")),
        ("PATOK_LOG", "json", "log", "json"),
        ("PATOK_OTLP_ENDPOINT", "http://127.0.0.1:4318", "otlp_endpoint", "http://127.0.0.1:4318"),
        ("PATOK_LANG", "id", "language", "id"),
        ("PATOK_LANG", "ID_id.UTF-8", "language", "id"),
        ("PATOK_LANG", "en", "language", "en"),
    ],
)
def test_each_variable(name: str, given: str, attribute: str, wanted: Any) -> None:
    assert getattr(read_settings({name: given}), attribute) == wanted


@pytest.mark.parametrize(
    ("name", "given"),
    [
        *(("PATOK_PORT", port) for port in ("0", "65536", "-1", "8000.0", "http", "８０", " 80")),
        ("PATOK_DATA_DIR", "~nobody-of-this-name/patok"),
        ("PATOK_DATABASE_URL", "patok"),
        ("PATOK_DATABASE_URL", "user:hidden@host/db"),
        ("PATOK_DATABASE_URL", "mysql://user:hidden@host/db"),
        ("PATOK_ACCESS_TOKEN_FILE", "/nowhere/token"),
        ("PATOK_ACCESS_TOKEN_FILE", "/"),
    ],
)
def test_what_is_refused(name: str, given: str) -> None:
    with pytest.raises(ValueRefused) as refused:
        read_settings({name: given})
    for language in LANGUAGES:
        assert refused.value.say(language).startswith(f"{name}: ")
        assert "hidden" not in refused.value.say(language)


def test_a_token_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("from-the-file\n")
    both = {"PATOK_ACCESS_TOKEN_FILE": str(file)}
    assert read_settings(both).access_token == "from-the-file"
    assert (
        read_settings(both | {"PATOK_ACCESS_TOKEN": "from-the-variable"}).access_token == "from-the-variable"
    )


@pytest.mark.parametrize("content", [b"", b" \n", "töken".encode()], ids=["empty", "blank", "not ASCII"])
def test_a_token_file_without_a_token_opens_nothing(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "token").write_bytes(content)
    with pytest.raises(ValueRefused, match="PATOK_ACCESS_TOKEN_FILE"):
        read_settings({"PATOK_ACCESS_TOKEN_FILE": str(tmp_path / "token")})


def test_where_the_data_lie_for_a_person(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert read_settings({"XDG_DATA_HOME": "/home/wayan/data"}).data_dir == Path("/home/wayan/data/patok")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert read_settings({"XDG_DATA_HOME": "/home/wayan/data"}).data_dir == Path("/var/lib/patok")


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({"LANG": "id_ID.UTF-8"}, "id"),
        ({"LANG": "en_US.UTF-8"}, "en"),
        ({"LANG": "id_ID.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "C", "LC_MESSAGES": "id_ID"}, "id"),
        ({"LANG": "id_ID.UTF-8", "PATOK_LANG": "en"}, "en"),
        ({"LC_ALL": "en_GB", "PATOK_LANG": "id"}, "id"),
        ({"LANG": "nl_NL"}, "en"),
    ],
)
def test_the_language_of_messages(environment: dict[str, str], language: str) -> None:
    assert read_language(environment) == language


def test_every_variable_is_described_and_read() -> None:
    class Noted(dict[str, str]):
        """Notes which names are looked up."""

        def __init__(self) -> None:
            super().__init__()
            self.names: set[str] = set()

        def get(self, name: str, default: Any = None) -> Any:
            self.names.add(name)
            return default

    noted = Noted()
    read_settings(noted)
    assert {name for name in noted.names if name.startswith("PATOK_")} == set(DESCRIPTIONS)
