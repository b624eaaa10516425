"""DuckDB's words for what it refuses, with Snowflake's words and numbers for them."""

from __future__ import annotations

import re
from collections.abc import Callable

from snowflake.connector.errors import ProgrammingError
from sqlglot import exp

from local_stack.snowflake.errors import missing, unknown_function, unsupported
from local_stack.snowflake.failed import Failed
from local_stack.snowflake.syntax import COMPILATION

_Translation = Callable[[Failed, re.Match[str]], ProgrammingError]


def _error(errno: int, sqlstate: str, template: str) -> _Translation:
    """Return a translation whose words take groups of the match by their numbers."""

    def translate(failed: Failed, match: re.Match[str]) -> ProgrammingError:
        groups = [group or "" for group in match.groups()]
        at = failed.at(groups[-1].rpartition(".")[2]) if groups else ""
        return ProgrammingError(
            msg=template.format(*groups, *map(str.upper, groups), at=at),
            errno=errno,
            sqlstate=sqlstate,
        )

    return translate


def _no_relation(failed: Failed, match: re.Match[str]) -> ProgrammingError:
    kind, name = match[1], match[2]
    statement = failed.statement
    if place := failed.missing_place(name):
        return missing(*place)
    if kind == "Sequence":
        return missing("Sequence", failed.table(name))
    if isinstance(statement, exp.Drop | exp.Describe | exp.Alter | exp.Comment):
        written = statement.args.get("kind") or kind
        return missing(str(written).capitalize(), failed.table(name))
    error = missing(
        "Object" if isinstance(statement, exp.Query | exp.Create) else "Table", failed.table(name)
    )
    error.sqlstate = "42S02"
    return error


def _no_schema(failed: Failed, match: re.Match[str]) -> ProgrammingError:
    name = match[1]
    if "." not in name and failed.session.database:
        name = f"{failed.session.database}.{name}"
    return missing("Schema", name)


_RECOGNIZED = {
    "BOOL": (100037, "22018", "Boolean value"),
    "TIMESTAMP": (100035, "22007", "Timestamp"),
    "DATE": (100040, "22007", "Date"),
    "TIME": (100108, "22007", "Time"),
    "": (100038, "22018", "Numeric value"),
}

_SAID = {
    "The local Snowflake does not": (2, "0A000"),
    "String '": (100078, "22000"),
    "User character length limit": (100074, "54000"),
}


def _not_recognized(_: Failed, match: re.Match[str]) -> ProgrammingError:
    found = match.groupdict()
    kind = next(part for part in _RECOGNIZED if part in found["kind"].upper())
    errno, state, word = _RECOGNIZED[kind]
    return ProgrammingError(
        msg=f"{word} '{found['value']}' is not recognized", errno=errno, sqlstate=state
    )


def _said(_: Failed, match: re.Match[str]) -> ProgrammingError:
    """Return the error that a macro has said in Snowflake's words."""
    known = {f"{word} '": (errno, state) for errno, state, word in _RECOGNIZED.values()}
    known |= _SAID
    found = (number for words, number in known.items() if match[1].startswith(words))
    errno, sqlstate = next(found, (100035, "22007"))
    return ProgrammingError(msg=match[1], errno=errno, sqlstate=sqlstate)


def _function(failed: Failed, match: re.Match[str]) -> ProgrammingError:
    if match[1].upper() not in failed.text.upper():  # a macro's
        return unsupported(f"this without an explicit cast: {match[0]}")
    types = ", ".join(kind.strip() for kind in match[2].split(","))
    return ProgrammingError(
        msg=f"SQL compilation error:\nInvalid argument types for function '{match[1].upper()}': "
        f"({types})",
        errno=1044,
        sqlstate="42P13",
    )


_INVALID = "SQL compilation error: error {at}\ninvalid identifier '{0}'"
_UNKNOWN_COLUMN = _error(904, "42000", _INVALID)
_EXISTS = _error(2002, "42710", COMPILATION + "Object '{0}' already exists.")
_WORDS: list[tuple[str, _Translation]] = [
    (  # said by the macros of `functions`
        r"Invalid Input Error: ((?:The local Snowflake does not|Numeric value|Boolean value|Date|"
        r"Timestamp|Time|String|User character length|Can't parse|Error parsing (?:JSON|URL)|"
        r"Duplicate field key|Invalid argument types).*)",
        _said,
    ),
    (
        r"value (\S+) can't be cast .* destination type INT64|Overflow in \w+ of INT64 \((.*)\)|"
        r"decimal value (\d+) to type INT64|string '(\d{19,})' to INT64",
        _error(
            2,
            "0A000",
            "The local Snowflake does not support whole numbers of more than 64 bits but in sums: "
            "{0}{1}{2}{3}; an account has room for the 38 digits of a NUMBER(38, 0)",
        ),
    ),
    (r"(Table|View|Sequence) with name \"?(.+?)\"? does not exist", _no_relation),
    (r"Can only (?:drop|alter|modify) .* (Table|View) with name \"?(.+?)\"?", _no_relation),
    (
        r"Catalog \"(.+?)\" does not exist",
        lambda _, match: missing("Database", match[1]),
    ),
    (
        r"[Ss]chema (?:with name )?\"?([^\s\"]+)\"? (?:does not exist|not found|could not)",
        _no_schema,
    ),
    (r"No catalog \+ schema named \"([^\"]+)\" found", _no_schema),
    (
        r"Could not cast value (\S+) to (DECIMAL\S+)|value (\S+) can't be cast because the value "
        r"is out of range|Overflow in \w+ of \w+ \((.*)\)|"
        r"Casting value \"(.*)\" to type (\S+) failed",
        _error(
            100132,
            "22003",
            "Number out of representable range: type {1}{5}[FIXED], value {0}{2}{3}{4}",
        ),
    ),
    (
        r"The \"(\w+)\" argument in function \"(\w+)\" must be a constant",
        _error(2, "0A000", "The local Snowflake does not support a {0} of {1} that is no constant"),
    ),
    (
        r"Table Function with name \"?(\w+)\"? does not",
        _error(2140, "42601", COMPILATION + "Unknown table function {1}"),
    ),
    (
        r"Function with name \"?([\w$]+)\"? (?:does not|is not)",
        lambda _, match: unknown_function(match[1].upper()),
    ),
    (
        r"(?:Table|View|Schema|Sequence|Function|Type) with name \"?(.+?)\"? already exists",
        _EXISTS,
    ),
    (
        r"database with name \"?(.+?)\"? already exists",
        _EXISTS,
    ),
    (r"Referenced column \"(.+?)\" (?:was )?not found", _UNKNOWN_COLUMN),
    (
        r"(?:Values list|Table) \"(.+?)\" does not have a column named \"(.+?)\"",
        _error(904, "42000", _INVALID.replace("{0}", "{1}")),
    ),
    (
        r"[Cc]olumn with name (\S+) (?:does not exist|was not found)",
        _UNKNOWN_COLUMN,
    ),
    (r"does not have a column with name \"(.+?)\"", _UNKNOWN_COLUMN),
    (r"Column \"?(.+?)\"? referenced that exists in the SELECT", _UNKNOWN_COLUMN),
    (
        r"Referenced table \"(.+?)\" not found",
        lambda failed, match: ProgrammingError(
            msg=f"SQL compilation error: error {failed.at(match[1])}\n"
            f"invalid identifier '{failed.column(match[1])}'",
            errno=904,
            sqlstate="42000",
        ),
    ),
    (r"Referenced update column (\S+) not found", _UNKNOWN_COLUMN),
    (
        r"Cannot attach \"(.+?)\" - the database file",
        _EXISTS,
    ),
    (
        r"Ambiguous reference to column name \"(.+?)\"",
        _error(1065, "42601", "SQL compilation error:\nambiguous column name '{0}'"),
    ),
    (
        r"column \"(.+?)\" must appear in the GROUP BY",
        _error(979, "42601", "SQL compilation error:\n[{0}] is not a valid group by expression"),
    ),
    (r"No function matches the given name and argument types '(\w+)\((.*?)\)'", _function),
    (
        r"table \S+ has (\d+) columns but (\d+) values were supplied",
        _error(
            2057,
            "42601",
            COMPILATION + "Insert value list does not match column list expecting {0} but got {1}",
        ),
    ),
    (
        r"Set operations can only apply to expressions with the same number",
        _error(
            1789,
            "42601",
            COMPILATION + "invalid number of result columns for set operator input branches",
        ),
    ),
    (
        r"More than one row returned by a subquery",
        _error(90150, "22000", "Single-row subquery returns more than one row."),
    ),
    (r"[Cc]ould not convert string ['\"](?P<value>.*)['\"] to '?(?P<kind>\w+)", _not_recognized),
    (
        r"[Cc]ould not parse string \"(.*)\" according",
        _error(100096, "22007", "Can't parse '{0}' as date with format"),
    ),
    (
        r"invalid (?P<kind>date|timestamp|time) field format: ['\"](?P<value>.*?)['\"]",
        _not_recognized,
    ),
    (
        r"(?P<kind>date|timestamp|time) field value out of range: \"(?P<value>.*?)\"",
        _not_recognized,
    ),
    (
        r"value (-?[\d.]+) can't be cast|Type \w+ with value (-?[\d.]+) can't be cast",
        _error(100039, "22003", "Numeric value '{0}{1}' is out of range"),
    ),
    (
        r"NOT NULL constraint failed",
        _error(100072, "22000", "NULL result in a non-nullable column"),
    ),
    (r"Division by zero", _error(100051, "22012", "Division by zero")),
    (
        r"Malformed JSON (.*)",
        _error(100069, "22P02", "Error parsing JSON: {0}"),
    ),
    (
        r"WHERE clause cannot contain (?:window|aggregate)",
        _error(2035, "42601", COMPILATION + "Invalid aggregate function in where clause"),
    ),
    (r"INTERRUPT|Interrupted", _error(604, "57014", "SQL execution canceled")),
]
TRANSLATIONS = [(re.compile(pattern), translation) for pattern, translation in _WORDS]
