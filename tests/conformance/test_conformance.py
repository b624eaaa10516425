"""The local Snowflake answers as Snowflake's documentation says, or as the cases say that it does.

A case that has become right, or wrong, is to be marked so; `make conformance` counts them.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from snowflake.connector import SnowflakeConnection

from tests.conformance.conformance import GUARANTEES, TABLE, Case, answered, cases, server, table


@pytest.fixture(scope="module")
def connection() -> Iterator[SnowflakeConnection]:
    with server() as connected:
        yield connected


@pytest.mark.parametrize("case", cases(), ids=str)
def test_what_is_documented_is_answered(connection: SnowflakeConnection, case: Case) -> None:
    answer = answered(connection, case)
    assert answer.status == case.here, f"{case.page}\n{answer.text}"


def test_every_case_names_its_page() -> None:
    assert [str(case) for case in cases() if not case.page] == []


def test_the_table_is_true() -> None:
    counted = table([(case, case.here) for case in cases()])
    assert TABLE.findall(GUARANTEES.read_text()) == [counted], "run `make conformance`"
