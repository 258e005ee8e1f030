"""Ctrl-C that gets lost on its way, or comes out as another error, still ends the command."""

from __future__ import annotations

import signal
from collections.abc import Callable
from typing import Any

import pytest

from patok import cli
from patok.stopping import asked_to_stop, listening, stop_if_asked
from patok.words import progress_bar


def lose_ctrl_c() -> None:
    """What Python does in a destructor or a callback."""
    try:
        signal.raise_signal(signal.SIGINT)
    except KeyboardInterrupt:
        return
    pytest.fail("Ctrl-C was not raised")


def ended(run: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> int | str | None:
    """The exit code of the command line when a command does ``run``."""
    monkeypatch.setattr(cli.cli, "main", lambda **options: run())
    with pytest.raises(SystemExit) as end:
        cli.main([])
    return end.value.code


def test_a_lost_one_ends_the_next_step() -> None:
    with listening():
        stop_if_asked()
        lose_ctrl_c()
        assert asked_to_stop()
        with progress_bar("Counting", "Menghitung", 3) as advance, pytest.raises(KeyboardInterrupt):
            advance()


def test_it_is_over_with_the_command() -> None:
    with listening():
        lose_ctrl_c()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    with listening():
        assert not asked_to_stop()


def test_who_ignores_it_goes_on_ignoring_it() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with listening():
            signal.raise_signal(signal.SIGINT)
            stop_if_asked()
    finally:
        signal.signal(signal.SIGINT, before)


def test_a_disguised_one_is_told_as_what_it_is(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken_by_ctrl_c() -> None:
        try:
            signal.raise_signal(signal.SIGINT)
        finally:
            raise RuntimeError("connection in transaction status ACTIVE")

    assert ended(broken_by_ctrl_c, monkeypatch) == 130
    assert capsys.readouterr().err.strip() in ("Stopped.", "Dihentikan.")


def test_an_error_without_it_stays_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise RuntimeError("a fault of the program")

    monkeypatch.setattr(cli.cli, "main", lambda **options: broken())
    with pytest.raises(RuntimeError, match="a fault"):
        cli.main([])
