"""The local Snowflake through a second client, SQLAlchemy: log-in, types, errors, reflection."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from decimal import Decimal

import pytest
import sqlalchemy as sa
from snowflake.sqlalchemy import VARIANT

from tests.conformance.conformance import server

PEOPLE = sa.Table(
    "people",
    sa.MetaData(),
    sa.Column("id", sa.Integer, sa.Sequence("people_ids"), primary_key=True),
    sa.Column("name", sa.String(20), nullable=False),
    sa.Column("born", sa.Date),
    sa.Column("seen", sa.DateTime),
    sa.Column("is_new", sa.Boolean),
    sa.Column("paid", sa.Numeric(10, 2)),
    sa.Column("score", sa.Float),
    sa.Column("notes", VARIANT),
)


def _engine(port: int, password: str) -> sa.Engine:
    place = sa.URL.create("snowflake", "local", password, "local", database="CONFORMANCE/PUBLIC")
    return sa.create_engine(
        place, connect_args={"host": "127.0.0.1", "port": port, "protocol": "http"}
    )


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with server() as connection:
        yield int(connection.port)


@pytest.fixture(scope="module")
def engine(port: int) -> Iterator[sa.Engine]:
    opened = _engine(port, "local")
    PEOPLE.metadata.create_all(opened)
    yield opened
    opened.dispose()


def test_a_wrong_password_is_said(port: int) -> None:
    with pytest.raises(sa.exc.DatabaseError, match="Incorrect username or password"):
        _engine(port, "wrong").connect()


def test_values_come_back_as_they_went(engine: sa.Engine) -> None:
    ana = {
        "name": "Ána 'q'",
        "born": datetime.date(1900, 2, 28),
        "seen": datetime.datetime(2024, 2, 29, 23, 59, 59, 123456),
        "is_new": True,
        "paid": Decimal("99999999.99"),
        "score": 0.1,
    }
    with engine.begin() as connection:
        key = connection.execute(PEOPLE.insert().values(ana)).inserted_primary_key
        number = key[0] if key else None
        row = connection.execute(sa.select(PEOPLE).where(PEOPLE.c.id == number)).mappings().one()
        assert dict(row) == {**ana, "id": number, "notes": None}
        connection.rollback()


def test_many_rows_go_in_one_statement(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        rows = [{"id": i, "name": f"n{i}"} for i in range(100, 1100)]
        connection.execute(PEOPLE.insert(), rows)
        total = sa.select(sa.func.count(), sa.func.sum(PEOPLE.c.id)).select_from(PEOPLE)
        assert connection.execute(total).one() == (1000, sum(range(100, 1100)))
        of_ten = PEOPLE.c.id < 110
        assert connection.execute(PEOPLE.update().where(of_ten).values(name="x")).rowcount == 10
        assert connection.execute(PEOPLE.delete().where(of_ten)).rowcount == 10
        connection.rollback()


def test_an_error_is_snowflakes(engine: sa.Engine) -> None:
    with engine.connect() as connection:
        with pytest.raises(sa.exc.ProgrammingError, match="Object 'NOPE' does not exist") as no:
            connection.execute(sa.text("select * from nope"))
        assert no.value.orig is not None
        assert (no.value.orig.errno, no.value.orig.sqlstate) == (2003, "42S02")  # type: ignore[attr-defined]


def test_a_table_is_reflected(engine: sa.Engine) -> None:
    looked_up = sa.inspect(engine)
    assert (looked_up.has_table("people"), looked_up.has_table("nope")) == (True, False)
    assert looked_up.get_table_names() == ["people"]
    reflected = sa.Table("people", sa.MetaData(), autoload_with=engine)
    types = {column.name: (str(column.type), column.nullable) for column in reflected.columns}
    assert types == {
        "id": ("DECIMAL(38, 0)", False),
        "name": ("VARCHAR(20)", False),
        "born": ("DATE", True),
        "seen": ("TIMESTAMP_NTZ", True),
        "is_new": ("BOOLEAN", True),
        "paid": ("DECIMAL(10, 2)", True),
        "score": ("FLOAT", True),
        "notes": ("VARIANT", True),
    }


def test_a_column_without_a_name_has_its_text(engine: sa.Engine) -> None:
    with engine.connect() as connection:
        row = connection.execute(sa.text("select count(*), 1+1, 1 as x")).mappings().one()
        assert dict(row) == {"COUNT(*)": 1, "1+1": 2, "x": 1}
