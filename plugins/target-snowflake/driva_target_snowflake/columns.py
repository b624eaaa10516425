"""What is done to a table's columns, so that they hold what comes."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from driva_target_snowflake.errors import LoadError
from driva_target_snowflake.types import Type, converts, wider


def alterations(
    table: str, known: Mapping[str, Type], coming: Mapping[str, Type], quote: Callable[[str], str]
) -> list[str]:
    """Return the statements that make a table's columns hold what comes.

    Args:
        table: its name, as it is written in a statement.
        known: the types of its columns, by their names.
        coming: the types of what comes, by the same names.
        quote: writes a column's name in a statement.

    Raises:
        LoadError: names what Snowflake cannot change, and how to do it.
    """
    types = {n: (known[n], wider(known[n], coming[n])) for n in coming if n in known}
    alter = f"alter table {table}"
    changes, reasons, statements = [], [], []
    for name, (current, needed) in types.items():
        column, new = quote(name), quote(f"{name}_new")
        if needed is None:
            reasons.append(f"column {column} is {current}, and {coming[name]} is to come")
            kept = converts(current, coming[name])
            statements += [
                *[f"{alter} add column {new} {coming[name]}"] * kept,
                *[f"update {table} set {new} = {column}"] * kept,
                f"{alter} drop column {column}",
                *[f"{alter} rename column {new} to {column}"] * kept,
            ]
        elif str(needed) != str(current):
            changes.append(f"{alter} alter column {column} set data type {needed}")
    if reasons:
        raise LoadError(
            f"{table}: {'; '.join(reasons)}, which Snowflake cannot make of it. "
            "Nothing of the table was loaded. Run this, and then the run again with "
            "--full-refresh: " + "; ".join(statements)
        )
    return changes
