"""A local Snowflake in this process, without a server."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
from local_stack.snowflake.instance import LocalSnowflake

_numbers = count()


class Client:
    """A session in a schema of its own, and in a database of its own if none is named.

    Attributes:
        session: the session.
        cursor: the last statement's.
    """

    def __init__(self, snowflake: Any, database: str | None = None) -> None:
        self.session = snowflake.connect()
        self.schema = f"S{next(_numbers)}"
        if not database:
            database = f"D{next(_numbers)}"
            self(f"create database {database}")
        self(f"create schema {database}.{self.schema}")
        self.session = snowflake.connect(database, self.schema)

    def __call__(self, *statements: str) -> list[tuple[Any, ...]]:
        """Run statements, and return the last one's rows."""
        for statement in statements:
            self.cursor = self.session.cursor()
            self.cursor.execute(statement)
        rows: list[tuple[Any, ...]] = self.cursor.fetchall()
        return rows

    @property
    def columns(self) -> list[str]:
        """The names of the last result's columns."""
        return [column.name for column in self.cursor.description]


@pytest.fixture(scope="session")
def snowflake(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalSnowflake]:
    """The local Snowflake, with a database D."""
    opened = LocalSnowflake(tmp_path_factory.mktemp("snowflake"))
    opened.connect().cursor().execute("create database D")
    yield opened
    opened.close()


@pytest.fixture
def run(snowflake: LocalSnowflake) -> Client:
    """A client in a schema of the test's own."""
    return Client(snowflake, "D")
