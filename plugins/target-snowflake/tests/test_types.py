"""What a column must become to hold other values, too."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from driva_target_snowflake.types import Type, wider
from snowflake.sqlalchemy import DOUBLE, TIMESTAMP_NTZ, VARIANT
from target_snowflake.snowflake_types import NUMBER

INTEGER = NUMBER()  # as the target makes it of an integer, which has 19 digits at most


@pytest.mark.parametrize(
    ("current", "new", "needed"),
    [
        (NUMBER(10, 2), NUMBER(14, 2), "DECIMAL(14, 2)"),
        (NUMBER(10, 2), NUMBER(9, 1), "DECIMAL(10, 2)"),
        (NUMBER(10, 2), NUMBER(10, 1), "DECIMAL(11, 2)"),
        (NUMBER(10, 2), NUMBER(12, 4), None),
        (NUMBER(10, 2), INTEGER, "DECIMAL(21, 2)"),
        (NUMBER(38, 0), INTEGER, "DECIMAL(38, 0)"),
        (NUMBER(38, 0), NUMBER(20, 5), None),
        (NUMBER(38, 20), NUMBER(38, 0), None),
        (NUMBER(10, 2), DOUBLE(), None),
        (DOUBLE(), NUMBER(10, 2), None),
        (NUMBER(10, 2), sa.VARCHAR(), None),
        (sa.VARCHAR(5), sa.VARCHAR(9), "VARCHAR(9)"),
        (sa.VARCHAR(9), sa.VARCHAR(5), "VARCHAR(9)"),
        (sa.VARCHAR(9), sa.VARCHAR(), "VARCHAR"),
        (sa.VARCHAR(16_777_216), sa.VARCHAR(), "VARCHAR(16777216)"),
        (sa.VARCHAR(9), INTEGER, "VARCHAR(16777216)"),
        (sa.VARCHAR(9), VARIANT(), None),
        (sa.VARCHAR(9), sa.BINARY(), None),
        (sa.VARCHAR(9), DOUBLE(), None),
        (sa.VARCHAR(9), TIMESTAMP_NTZ(), None),
        (sa.VARCHAR(9), sa.DATE(), "VARCHAR(16777216)"),
        (VARIANT(), sa.VARCHAR(9), None),
        (sa.DATE(), TIMESTAMP_NTZ(), None),
        (TIMESTAMP_NTZ(), sa.DATE(), "TIMESTAMP_NTZ"),
        (sa.BOOLEAN(), sa.BOOLEAN(), "BOOLEAN"),
        (sa.BOOLEAN(), INTEGER, None),
        (sa.TIME(), sa.TIME(), "TIME"),
    ],
)
def test_wider(current: Type, new: Type, needed: str | None) -> None:
    found = wider(current, new)
    assert (found if found is None else str(found)) == needed
