"""A session's parameters: those that work here, those that change nothing, and all others refused.

https://docs.snowflake.com/en/sql-reference/parameters
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from snowflake.connector.errors import ProgrammingError

from local_stack.snowflake.errors import unsupported


@dataclass(frozen=True)
class Parameter:
    """A parameter of a session.

    Attributes:
        default: its value at first.
        works: whether another value has its effect here, or has none that a result would show.
        hint: what it is for.
    """

    default: str
    works: bool
    hint: str

    @property
    def type(self) -> str:
        """BOOLEAN, NUMBER or STRING."""
        if self.default in ("true", "false"):
            return "BOOLEAN"
        return "NUMBER" if self.default.isdigit() else "STRING"


_TIMESTAMP = "YYYY-MM-DD HH24:MI:SS.FF3"
KNOWN = {
    "ABORT_DETACHED_QUERY": Parameter("false", True, "abort what a lost client runs"),
    "AUTOCOMMIT": Parameter("true", True, "whether a statement commits by itself"),
    "BINARY_INPUT_FORMAT": Parameter("HEX", False, "of text that becomes BINARY"),
    "BINARY_OUTPUT_FORMAT": Parameter("HEX", False, "of BINARY that becomes text"),
    "CLIENT_TIMESTAMP_TYPE_MAPPING": Parameter("TIMESTAMP_LTZ", True, "of bound values"),
    "DATE_INPUT_FORMAT": Parameter("AUTO", False, "of text that becomes a DATE"),
    "DATE_OUTPUT_FORMAT": Parameter("YYYY-MM-DD", True, "of a DATE that is shown"),
    "ERROR_ON_NONDETERMINISTIC_MERGE": Parameter("true", False, "two rows for one in MERGE"),
    "ERROR_ON_NONDETERMINISTIC_UPDATE": Parameter("false", False, "two rows for one in UPDATE"),
    "GEOGRAPHY_OUTPUT_FORMAT": Parameter("GeoJSON", False, "of GEOGRAPHY"),
    "GEOMETRY_OUTPUT_FORMAT": Parameter("GeoJSON", False, "of GEOMETRY"),
    "JSON_INDENT": Parameter("2", True, "blanks before a key of a VARIANT that is shown"),
    "LOCK_TIMEOUT": Parameter("43200", True, "seconds to wait for a table"),
    "MULTI_STATEMENT_COUNT": Parameter("1", True, "statements in a request; 0 for any number"),
    "QUERY_TAG": Parameter("", True, "of the session's statements"),
    "QUOTED_IDENTIFIERS_IGNORE_CASE": Parameter("false", True, "whether quotes keep no case"),
    "ROWS_PER_RESULTSET": Parameter("0", False, "rows of a result at most; 0 for all"),
    "STATEMENT_QUEUED_TIMEOUT_IN_SECONDS": Parameter("0", True, "to wait for a warehouse"),
    "STATEMENT_TIMEOUT_IN_SECONDS": Parameter("172800", True, "for a statement"),
    "STRICT_JSON_OUTPUT": Parameter("false", False, "whether VARIANT is strict JSON"),
    "TIMESTAMP_DAY_IS_ALWAYS_24H": Parameter("false", True, "days of DATEADD over a clock change"),
    "TIMESTAMP_INPUT_FORMAT": Parameter("AUTO", False, "of text that becomes a TIMESTAMP"),
    "TIMESTAMP_LTZ_OUTPUT_FORMAT": Parameter("", True, "of a TIMESTAMP_LTZ that is shown"),
    "TIMESTAMP_NTZ_OUTPUT_FORMAT": Parameter(_TIMESTAMP, True, "of a TIMESTAMP_NTZ that is shown"),
    "TIMESTAMP_OUTPUT_FORMAT": Parameter(f"{_TIMESTAMP} TZHTZM", True, "of a TIMESTAMP shown"),
    "TIMESTAMP_TYPE_MAPPING": Parameter("TIMESTAMP_NTZ", False, "what TIMESTAMP means"),
    "TIMESTAMP_TZ_OUTPUT_FORMAT": Parameter("", True, "of a TIMESTAMP_TZ that is shown"),
    "TIMEZONE": Parameter("UTC", False, "of the session; an account's is America/Los_Angeles"),
    "TIME_INPUT_FORMAT": Parameter("AUTO", False, "of text that becomes a TIME"),
    "TIME_OUTPUT_FORMAT": Parameter("HH24:MI:SS", True, "of a TIME that is shown"),
    "TRANSACTION_ABORT_ON_ERROR": Parameter("false", False, "what an error does to a transaction"),
    "TWO_DIGIT_CENTURY_START": Parameter("1970", False, "of years of two digits"),
    "USE_CACHED_RESULT": Parameter("true", True, "whether a result may be an earlier one"),
    "WEEK_OF_YEAR_POLICY": Parameter("0", False, "which week is a year's first"),
    "WEEK_START": Parameter("0", False, "which day is a week's first; 0 for ISO's"),
}
# What only concerns the client that sets it, under whatever names its versions have.
_CLIENTS_OWN = re.compile(
    r"CLIENT_\w+|(GO|JDBC|ODBC|JS|NODEJS|PYTHON|DOTNET|C_API|SNOWPARK|SQLALCHEMY|ENABLE|UI|DBT)_\w+"
    r"|ABORT_DETACHED_QUERY|SERVICE_NAME|USE_CACHED_RESULT|SEARCH_PATH",
)
_ALIKE = {"ETC/UTC": "UTC", "GMT": "UTC", "ETC/GMT": "UTC", "ZULU": "UTC", "ISO": "AUTO"}
_OUTPUT_FORMAT = re.compile(r"(DATE|TIME|TIMESTAMP(_NTZ|_LTZ|_TZ)?)_OUTPUT_FORMAT")


class Parameters:
    """The parameters of a session.

    Args:
        given: those that the client sets when it logs in.
    """

    def __init__(self, given: dict[str, Any] | None = None) -> None:
        self._values: dict[str, str] = {}
        for name, value in (given or {}).items():
            if value is not None:
                self.set(name, _text(value), is_login=True)

    def set(self, name: str, value: str, is_login: bool = False) -> None:
        """Set a parameter.

        Raises:
            ProgrammingError: there is none of the name, or another value of it has no effect here.
        """
        name = name.upper()
        parameter = KNOWN.get(name)
        if parameter is None:
            if not (is_login or _CLIENTS_OWN.fullmatch(name)):
                raise ProgrammingError(
                    msg=f"SQL compilation error:\ninvalid parameter '{name}'",
                    errno=1006,
                    sqlstate="42601",
                )
        elif not parameter.works and _normal(value) != _normal(parameter.default):
            raise unsupported(f"the session parameter {name} = {value}; it is {parameter.default}")
        elif parameter.type == "BOOLEAN" and value.lower() not in ("true", "false"):
            raise ProgrammingError(
                msg=f"SQL compilation error:\ninvalid value [{value}] for parameter '{name}'",
                errno=1008,
                sqlstate="22023",
            )
        self._values[name] = value

    def unset(self, name: str) -> None:
        """Give a parameter its first value again."""
        self._values.pop(name.upper(), None)

    def __getitem__(self, name: str) -> str:
        """Return a parameter's value."""
        return self._values.get(name, KNOWN[name].default)

    def is_true(self, name: str) -> bool:
        """Return a parameter's value as a truth."""
        return self[name].lower() == "true"

    def number(self, name: str) -> int:
        """Return a parameter's value as a number."""
        return int(self[name])

    @property
    def changed_formats(self) -> list[str]:
        """Return the output formats that have another value than the first."""
        return sorted(
            name
            for name, value in self._values.items()
            if _OUTPUT_FORMAT.fullmatch(name) and value != KNOWN[name].default
        )

    def rows(self) -> Iterator[tuple[str, ...]]:
        """Yield what SHOW PARAMETERS tells: key, value, default, level, description and type."""
        for name, parameter in KNOWN.items():
            level = "SESSION" if name in self._values else ""
            value = self[name]
            yield name, value, parameter.default, level, parameter.hint, parameter.type

    def told(self) -> list[dict[str, Any]]:
        """Return what clients read, as they get it at login and with each result."""
        formats = [name for name in KNOWN if _OUTPUT_FORMAT.fullmatch(name)]
        return [
            *({"name": name, "value": self[name]} for name in formats),
            {"name": "TIMEZONE", "value": "Etc/UTC"},
            {"name": "BINARY_OUTPUT_FORMAT", "value": self["BINARY_OUTPUT_FORMAT"]},
            {"name": "AUTOCOMMIT", "value": self.is_true("AUTOCOMMIT")},
            {"name": "CLIENT_SESSION_KEEP_ALIVE_HEARTBEAT_FREQUENCY", "value": 3600},
            {"name": "CLIENT_TELEMETRY_ENABLED", "value": False},
            # More bound values than these are put in a stage by the client.
            {"name": "CLIENT_STAGE_ARRAY_BINDING_THRESHOLD", "value": 65280},
        ]


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _normal(value: str) -> str:
    upper = value.strip("'").upper()
    return _ALIKE.get(upper, upper)
