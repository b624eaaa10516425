"""What is said of a failure: its stream, its reason and the hint that belongs to its kind."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from driva_target_snowflake.errors import explained
from snowflake.connector.errors import OperationalError, ProgrammingError


@pytest.mark.parametrize(
    ("error", "hint"),
    [
        (ProgrammingError("no", sqlstate="42501"), "`meltano invoke target-snowflake:setup`"),
        (ProgrammingError("no", sqlstate="57P03"), "Check TARGET_SNOWFLAKE_WAREHOUSE"),
        (ProgrammingError("no", sqlstate="08001"), "Check TARGET_SNOWFLAKE_ACCOUNT"),
        (OperationalError("no", errno=250001), "Check TARGET_SNOWFLAKE_ACCOUNT"),
        (ProgrammingError("no", sqlstate="22000"), ""),
        (OSError("no"), ""),
    ],
)
@pytest.mark.parametrize("is_wrapped", [False, True])
def test_a_hint_belongs_to_its_kind(error: Exception, hint: str, is_wrapped: bool) -> None:
    raised = sa.exc.DBAPIError("select 1", {}, error) if is_wrapped else error
    raised.add_note("public-vendas")
    said = explained(raised)
    assert said.startswith("public-vendas: ")
    assert said.partition("no. ")[2][: len(hint) or None] == hint
    assert "select 1" not in said
