"""What the type of a column in Snowflake can become."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from target_snowflake.snowflake_types import NUMBER

Type = sa.types.TypeEngine[Any]

# https://docs.snowflake.com/en/sql-reference/intro-summary-data-types
DIGITS = 38
LONGEST_TEXT = 16_777_216
# Digits of the largest number that the tap sends as an integer.
DIGITS_OF_BIGINT = 19


def wider(current: Type, new: Type) -> Type | None:
    """Return the type that a column must have to hold the values of another one, too.

    Snowflake lengthens text and gives a number more digits before its point; it changes no other
    type, and no scale. https://docs.snowflake.com/en/sql-reference/sql/alter-table-column

    Args:
        current: the type that it has.
        new: the type of the values that come.

    Returns:
        The type that it has if that will do, and None if Snowflake has no way. As text, only what
        it always writes in full will do; of timestamps and floats it keeps as much as a session
        says.
    """
    match _kind(current), _kind(new):
        case "TEXT", "TEXT":
            return _text(current, new)
        case "TEXT", "NUMBER" | "BOOLEAN" | "DATE" | "TIME":
            return _text(current, sa.VARCHAR(LONGEST_TEXT))
        case "NUMBER", "NUMBER":
            return _number(current, new)
        case "TIMESTAMP_NTZ", "DATE":
            return current
        case kinds:
            return current if kinds[0] == kinds[1] else None


def converts(current: Type, new: Type) -> bool:
    """Tell whether Snowflake makes of each value of a type the right one of another by a cast."""
    return (_kind(current), _kind(new)) in {
        ("NUMBER", "NUMBER"),
        ("NUMBER", "TEXT"),
        ("DATE", "TEXT"),
        ("DATE", "TIMESTAMP_NTZ"),
    }


def _kind(kind: Type) -> str:
    match kind:
        case sa.Float():
            return "FLOAT"
        case sa.Numeric():
            return "NUMBER"
        case sa.String():
            return "TEXT"
    return kind.__visit_name__.upper()


def _text(*kinds: Type) -> Type:
    """Return the longest of several types of text."""
    return max(kinds, key=lambda kind: getattr(kind, "length", None) or LONGEST_TEXT)


def _number(current: Type, new: Type) -> Type | None:
    (before, scale), (before_in_new, scale_of_new) = map(_digits, (current, new))
    if scale_of_new > scale or before_in_new + scale > DIGITS:
        return None
    return current if before_in_new <= before else NUMBER(before_in_new + scale, scale)


def _digits(number: Any) -> tuple[int, int]:
    """Return how many digits a number has before its point and behind it."""
    scale = number.scale or 0
    return (number.precision or DIGITS_OF_BIGINT) - scale, scale
