"""Statements with the answers that Snowflake's documentation gives, run on the local Snowflake.

A case is a paragraph of a file in `cases`, which an account can run as it stands: statements, and
below them what the last one answers, each row a comment with its values as SQL writes them,
`-- no rows`, or `-- error: ` and words of the message. A case that is not answered so says below
what becomes of it here: `-- here: refused` by name, or `-- here: wrong`. A link before it is the
page that says so.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, sleep
from typing import Any, Literal

import snowflake.connector
from snowflake.connector.constants import FIELD_ID_TO_NAME
from snowflake.connector.errors import Error

from tests.conftest import ROOT, free_port

CASES = Path(__file__).parent / "cases"
GUARANTEES = ROOT / "docs/guarantees.md"
PYTHON = ROOT / ".meltano/utilities/local-stack/venv/bin/python"
Status = Literal["right", "refused", "wrong"]
STATUSES: tuple[Status, ...] = ("right", "refused", "wrong")
TABLE = re.compile(r"(?<=<!-- conformance -->\n).*?(?=<!-- /conformance -->)", re.DOTALL)


@dataclass(frozen=True)
class Case:
    """A statement, or several, and what is documented of the last one.

    Attributes:
        family: the name of its file.
        page: where that is documented.
        sql: the statements.
        rows: the rows that it answers, or
        error: words of the error that it is.
        here: what becomes of it on the local Snowflake.
    """

    family: str
    page: str
    sql: str
    rows: tuple[str, ...] = ()
    error: str = ""
    here: Status = "right"

    def __str__(self) -> str:
        return f"{self.family}: {self.sql}"


@dataclass(frozen=True)
class Answer:
    """What the local Snowflake answers to a case."""

    status: Status
    text: str


def read(file: Path) -> Iterator[Case]:
    """Yield the cases of a file."""
    page = ""
    for paragraph in re.split(r"\n\s*\n", file.read_text().strip()):
        lines = paragraph.splitlines()
        notes = [line[3:] for line in lines if line.startswith("-- ")]
        if notes and notes[0].startswith("https://"):
            page = notes.pop(0)
        sql = "\n".join(line for line in lines if not line.startswith("--"))
        if not sql:
            continue
        said = dict(note.split(": ", 1) for note in notes if re.match(r"(error|here): ", note))
        here = said.get("here", "right")
        assert here in STATUSES, paragraph
        rows = tuple(note for note in notes if not re.match(r"(error|here): ", note))
        assert rows or "error" in said, f"{paragraph}\nanswers what? -- no rows"
        rows = () if rows == ("no rows",) else rows
        yield Case(file.stem, page, sql.strip(), rows, said.get("error", ""), here)


def cases() -> list[Case]:
    """Return the cases of all files."""
    return [case for file in sorted(CASES.glob("*.sql")) for case in read(file)]


@contextmanager
def server() -> Iterator[snowflake.connector.SnowflakeConnection]:
    """A connection to a local Snowflake for the time of the block, with a database CONFORMANCE."""
    port = free_port()
    with TemporaryDirectory(prefix="conformance-") as home:
        command: list[str | Path] = [PYTHON, "-m", "local_stack.snowflake.server", "--home", home]
        process = subprocess.Popen([*command, "--port", str(port)], stderr=subprocess.DEVNULL)
        try:
            yield _connected(port, process)
        finally:
            process.terminate()
            process.wait()


def _connected(
    port: int, process: subprocess.Popen[bytes]
) -> snowflake.connector.SnowflakeConnection:
    options = {"account": "local", "user": "local", "password": "local", "host": "127.0.0.1"}
    end = monotonic() + 60
    while True:
        try:
            connection = snowflake.connector.connect(
                **options, port=port, protocol="http", login_timeout=1,
                platform_detection_timeout_seconds=0,
            )  # fmt: skip
            break
        except Error:
            if process.poll() is not None or monotonic() > end:
                raise
            sleep(0.2)
    connection.cursor().execute("create database CONFORMANCE")
    return connection


def answered(connection: snowflake.connector.SnowflakeConnection, case: Case) -> Answer:
    """Run a case; if it creates something, in a schema of its own."""
    if "create " in case.sql or not connection.schema:
        for statement in ("drop schema if exists", "create schema", "use schema"):
            connection.cursor().execute(f"{statement} CONFORMANCE.CASES")
    try:
        *_, cursor = connection.execute_string(case.sql)
        kinds = [FIELD_ID_TO_NAME[column.type_code] for column in cursor.description]
        rows = [
            ", ".join(written(value, kind) for value, kind in zip(row, kinds, strict=True))
            for row in cursor.fetchall()
        ]
    except Error as error:
        connection.cursor().execute("rollback")
        message = " ".join((error.raw_msg or str(error)).split())
        if case.error and case.error.lower() in message.lower():
            return Answer("right", message)
        named = "The local Snowflake does not support" in message
        return Answer("refused" if named else "wrong", message)
    expected = list(case.rows)
    if not re.search(r"\border by\b", case.sql, re.IGNORECASE):
        rows, expected = sorted(rows), sorted(expected)
    return Answer("right" if rows == expected and not case.error else "wrong", "\n".join(rows))


def written(value: Any, kind: str) -> str:
    """Write a value as SQL does: a NUMBER with all its decimals, a FLOAT with an exponent.

    Args:
        value: as the connector returns it.
        kind: the type's name.
    """
    text = str(value)
    if value is None:
        text = "null"
    elif kind in ("VARIANT", "OBJECT", "ARRAY"):
        text = f"parse_json('{json.dumps(json.loads(value), separators=(',', ':'))}')"
    elif kind == "BOOLEAN":
        text = text.lower()
    elif kind == "FIXED":
        text = f"{value:f}" if isinstance(value, Decimal) else text
    elif kind == "REAL":
        text += "" if re.search("[en]", text) else "e0"
    elif kind == "TEXT":
        text = "'{}'".format(text.replace("'", "''"))
    elif kind == "BINARY":
        text = f"x'{value.hex()}'"
    else:  # DATE, TIME, TIMESTAMP_NTZ and its like
        text = f"{kind.lower().removesuffix('_ntz')} '{text}'"
    return text


def table(statuses: list[tuple[Case, Status]]) -> str:
    """Return the table for docs/guarantees.md: how many of a family are right, refused, wrong."""
    counts = Counter((case.family, status) for case, status in statuses)
    families = sorted({case.family for case, _ in statuses})
    lines = ["| family | right | refused | wrong |", "|---|---|---|---|"]
    for family in families:
        numbers = (str(counts[family, status]) for status in STATUSES)
        lines.append(f"| {family.replace('_', ' ')} | {' | '.join(numbers)} |")
    totals = Counter(status for _, status in statuses)
    lines.append(f"| all | {' | '.join(str(totals[status]) for status in STATUSES)} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Run all cases, print what is not right and the table, and write it into the document."""
    statuses: list[tuple[Case, Status]] = []
    with server() as connection:
        for case in cases():
            answer = answered(connection, case)
            statuses.append((case, answer.status))
            if answer.status != "right":
                print(f"{answer.status}: {case}\n    {answer.text}\n", file=sys.stderr)
    GUARANTEES.write_text(TABLE.sub(lambda _: table(statuses), GUARANTEES.read_text()))
    print(table(statuses), end="")


if __name__ == "__main__":
    main()
