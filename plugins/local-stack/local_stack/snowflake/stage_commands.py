"""PUT, GET, LIST and REMOVE on stages, and stages that are made and dropped."""

from __future__ import annotations

import datetime
import hashlib
import re
from pathlib import Path

from sqlglot import Expr, exp

from local_stack.snowflake import copy_into
from local_stack.snowflake.adapter import Cursor
from local_stack.snowflake.errors import unsupported
from local_stack.snowflake.session import Session
from local_stack.snowflake.stage import reference

_REMOVE = re.compile(r"\s*(?P<at>'[^']+'|\S+)(?:\s+pattern\s*=\s*'(?P<pattern>[^']*)')?\s*", re.I)
_GET = re.compile(
    r"\s*(?P<at>'[^']+'|\S+)\s+(?P<to>'file://[^']+'|file://\S+)(?P<options>.*)", re.I | re.DOTALL
)
_PATTERN = re.compile(r"pattern\s*=\s*'([^']*)'", re.I)


def run(session: Session, cursor: Cursor, statement: Expr) -> bool:
    """Run a statement on a stage; False if it is none."""
    match statement:
        case exp.Put() if path := reference(statement.args["target"]):
            staged = session.staged(path)
            cursor.answer(
                ["status"],
                [("Statement executed successfully.",)],
                transfer=staged.upload(statement),
            )
        case exp.ListStage() if path := reference(statement.this):
            staged = session.staged(path)
            pattern = statement.args.get("pattern")
            cursor.answer(
                ["name", "size", "md5", "last_modified"],
                [(staged.name(f), *_facts(f)) for f in staged.files(pattern and pattern.name)],
            )
        case exp.Command() if statement.name.upper() in ("REMOVE", "RM"):
            text = statement.text("expression")
            read = _REMOVE.fullmatch(text)
            path = read and reference(exp.var(read["at"]))
            if not read or not path:
                raise unsupported(f"REMOVE {text}")
            removed = session.staged(path).remove(read["pattern"])
            cursor.answer(["name", "result"], [(name, "removed") for name in removed])
        case exp.Get() | exp.Command() if (command := _get(statement)) is not None:
            _download(session, cursor, command)
        case exp.Copy():
            copy_into.run(session, cursor, statement)
        case _:
            return False
    return True


def _get(statement: Expr) -> str | None:
    """Return what stands behind GET; None if the statement is none."""
    if isinstance(statement, exp.Get):
        return f"{statement.args['target'].sql('snowflake')} {statement.this.sql('snowflake')}"
    if statement.name.upper() == "GET":
        return statement.text("expression")
    return None


def _download(session: Session, cursor: Cursor, text: str) -> None:
    read = _GET.fullmatch(text)
    path = read and reference(exp.var(read["at"]))
    if not read or not path:
        raise unsupported(f"GET {text}")
    pattern = _PATTERN.search(read["options"])
    staged = session.staged(path)
    cursor.answer(
        ["status"],
        [("Statement executed successfully.",)],
        transfer=staged.download(read["to"].strip("'"), pattern and pattern[1]),
    )


def _facts(file: Path) -> tuple[int, str, str]:
    """Return what LIST tells of a file: its size, its MD5 and when it was written."""
    written = datetime.datetime.fromtimestamp(file.stat().st_mtime, datetime.UTC)
    return (
        file.stat().st_size,
        hashlib.md5(file.read_bytes(), usedforsecurity=False).hexdigest(),
        written.strftime("%a, %d %b %Y %H:%M:%S GMT"),
    )
