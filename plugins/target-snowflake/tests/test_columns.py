"""What is done to a table's columns, or said where nothing can be."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from driva_target_snowflake.columns import alterations
from driva_target_snowflake.errors import LoadError
from driva_target_snowflake.types import Type
from target_snowflake.snowflake_types import NUMBER

KNOWN: dict[str, Type] = {"preco": NUMBER(10, 2), "nome": sa.VARCHAR(3), "dia": sa.DATE()}


def test_what_comes_makes_columns_wider_and_no_others() -> None:
    coming: dict[str, Type] = {"preco": NUMBER(14, 2), "nome": sa.VARCHAR(2), "nova": sa.DATE()}
    assert alterations("T", KNOWN, coming, str.upper) == [
        "alter table T alter column PRECO set data type DECIMAL(14, 2)"
    ]


@pytest.mark.parametrize(
    ("coming", "words", "statements"),
    [
        (
            {"preco": NUMBER(12, 4)},
            "T: column PRECO is DECIMAL(10, 2), and DECIMAL(12, 4) is to come, which",
            [
                "alter table T add column PRECO_NEW DECIMAL(12, 4)",
                "update T set PRECO_NEW = PRECO",
                "alter table T drop column PRECO",
                "alter table T rename column PRECO_NEW to PRECO",
            ],
        ),
        ({"dia": sa.BOOLEAN()}, "T: column DIA is DATE", ["alter table T drop column DIA"]),
    ],
)
def test_what_snowflake_cannot_do_is_said(
    coming: dict[str, Type], words: str, statements: list[str]
) -> None:
    with pytest.raises(LoadError) as raised:
        alterations("T", KNOWN, {**coming, "nome": sa.VARCHAR(9)}, str.upper)
    assert str(raised.value).startswith(words)
    assert str(raised.value).partition("--full-refresh: ")[2].split("; ") == statements
