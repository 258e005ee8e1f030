"""Reading transactions: one snapshot, nothing written, and outages said in a sentence."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import DBAPIError, InternalError

import boundaries.store.reading
from boundaries.store.reading import Access, DatabaseUnavailable, read_rows, reading


def test_nothing_can_be_written(engine: Engine) -> None:
    with pytest.raises(InternalError, match="read-only"), reading(Access(engine)) as connection:
        connection.execute(text("DELETE FROM frames"))


def test_statements_see_one_snapshot(engine: Engine) -> None:
    count = text("SELECT count(*) AS n FROM frames")
    with reading(Access(engine)) as connection:
        before = read_rows(connection, count)
        with engine.begin() as other:
            other.execute(
                text("INSERT INTO frames (name, country, code_scheme) VALUES ('later', 'ID', 'bps')")
            )
        assert read_rows(connection, count) == before == [{"n": 0}]
    with reading(Access(engine)) as connection:
        assert read_rows(connection, count) == [{"n": 1}]


def test_a_slow_statement_is_ended(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boundaries.store.reading, "STATEMENT_TIMEOUT_S", 0.05)
    with (
        pytest.raises(DatabaseUnavailable, match="did not answer within"),
        reading(Access(engine)) as connection,
    ):
        connection.execute(text("SELECT pg_sleep(20)"))
    with reading(Access(engine)) as connection:  # the next reader is not held up
        assert read_rows(connection, text("SELECT 1 AS one")) == [{"one": 1}]


def test_a_pool_without_a_free_connection_is_said(engine: Engine) -> None:
    small = create_engine(engine.url, pool_size=1, max_overflow=0, pool_timeout=0.05)
    try:
        with (
            reading(Access(small)),
            pytest.raises(DatabaseUnavailable, match="busy"),
            reading(Access(small)),
        ):
            pass
    finally:
        small.dispose()


def test_a_fault_in_the_sql_is_not_called_an_outage(engine: Engine) -> None:
    with pytest.raises(DBAPIError) as raised, reading(Access(engine)) as connection:
        connection.execute(text("SELECT no_such_column FROM frames"))
    assert not isinstance(raised.value, DatabaseUnavailable)


def test_errors_do_not_repeat_the_parameters(engine: Engine) -> None:
    with pytest.raises(DBAPIError) as raised, reading(Access(engine)) as connection:
        connection.execute(text("SELECT no_such_column WHERE 1 = :lon"), {"lon": 115.4321987})
    assert "115.4321987" not in str(raised.value)
