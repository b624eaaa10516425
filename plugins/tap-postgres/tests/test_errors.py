"""What is said of a failure: its table, its reason and the hint that belongs to its kind."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from driva_tap_postgres.errors import blamed, explained
from driva_tap_postgres.parquet import ReadError


class DriverError(Exception):
    """An error as psycopg2 has it."""

    def __init__(self, said: str, pgcode: str | None = None) -> None:
        super().__init__(said)
        self.pgcode = pgcode


@pytest.mark.parametrize(
    ("said", "pgcode", "hint"),
    [
        ("canceling", "57014", "`alter role … set statement_timeout`"),
        ("permission denied", "42501", "Grant SELECT on it"),
        ("conflict", "40001", "Run it again, it goes on from its bookmark. A standby"),
        ("terminating connection", "57P01", "Run it again, it goes on"),
        ("too many clients", "53300", "The server is short of it"),
        ("division by zero", "22012", ""),
        ("server closed the connection unexpectedly", None, "Run it again, it goes on"),
        ("SSL connection has been closed", None, "Run it again, it goes on"),
        ("server does not support SSL", None, "Check ssl_enable and ssl_mode"),
        ("unsupported startup parameter", None, "A pooler takes no such options"),
    ],
)
def test_a_hint_belongs_to_its_kind(said: str, pgcode: str | None, hint: str) -> None:
    error = sa.exc.DBAPIError("select 1", {}, DriverError(said, pgcode))
    with pytest.raises(sa.exc.DBAPIError), blamed("public.vendas"):
        raise error
    begin, _, rest = explained(error).partition(f"{said}.")
    assert (begin, rest.strip()[: len(hint) or None]) == ("public.vendas: ", hint)


def test_without_a_connection_the_address_is_named() -> None:
    said = explained(sa.exc.DBAPIError(None, None, DriverError("could not translate host name")))
    assert said.startswith("cannot read from PostgreSQL: could not translate host name. Check TAP_")


def test_a_password_is_not_shown() -> None:
    said = explained(ReadError(r"host=h password='a\'b c' user=u and password=abc"))
    assert said == "host=h password=… user=u and password=…."
