"""PUT, LIST, REMOVE and COPY on the user stage `@~`."""

from __future__ import annotations

import datetime
import hashlib
from pathlib import Path

from sqlglot import Expr, exp

from local_stack.snowflake import execution
from local_stack.snowflake.adapter import Cursor, parse_options
from local_stack.snowflake.errors import unsupported
from local_stack.snowflake.session import Session
from local_stack.snowflake.stage import StagedFiles, user_stage_path

_COPIED = [
    "file",
    "status",
    "rows_parsed",
    "rows_loaded",
    "error_limit",
    "errors_seen",
    "first_error",
    "first_error_line",
    "first_error_character",
    "first_error_column_name",
]


def run(session: Session, cursor: Cursor, statement: Expr) -> bool:
    """Run a statement on the user stage; False if it is none."""
    match statement:
        case exp.Put() if (path := user_stage_path(statement.args["target"])) is not None:
            cursor.answer(
                ["status"],
                [("Statement executed successfully.",)],
                put_stage_data=session.stage.upload(statement, path),
            )
        case exp.ListStage() if (path := user_stage_path(statement.this)) is not None:
            files = session.stage.files(path)
            cursor.answer(
                ["name", "size", "md5", "last_modified"],
                [(session.stage.name(file), *_facts(file)) for file in files],
            )
        case exp.Command() if statement.name.upper() in ("REMOVE", "RM"):
            path = user_stage_path(exp.var(statement.expression.name.strip()))
            if path is None:
                raise unsupported("REMOVE from a stage other than @~")
            removed = session.stage.remove(path)
            cursor.answer(["name", "result"], [(name, "removed") for name in removed])
        case exp.Copy():
            return _copy(session, cursor, statement)
        case _:
            return False
    return True


def _copy(session: Session, cursor: Cursor, copy: exp.Copy) -> bool:
    source = copy.args["files"][0]
    select = source.this if isinstance(source, exp.Subquery) else None
    table = select.args["from_"].this if select else source
    if (path := user_stage_path(table.this)) is None:
        return False
    if select is None:
        raise unsupported("COPY from @~ without a SELECT of its columns")
    options = {param.this.name.upper(): param for param in copy.args.get("params", [])}
    file_format = options.pop("FILE_FORMAT", None)
    if options:
        raise unsupported(f"COPY option {', '.join(sorted(options))} on @~")
    staged = StagedFiles(session.stage, session)
    kind = staged.file_type(parse_options(file_format.expressions) if file_format else {})
    loaded: list[tuple[str | int | None, ...]] = []
    with session.atomic():
        for file in session.stage.files(path):
            rows = select.copy()
            staged.rewrite(rows, [file], kind, "$COPIED")
            execution.run(session, cursor, exp.Insert(this=copy.this.copy(), expression=rows))
            count = cursor.rowcount or 0
            loaded.append((session.stage.name(file), "LOADED", count, count, 1, 0, *[None] * 4))
    if loaded:
        cursor.answer(_COPIED, loaded)
    else:
        cursor.answer(["status"], [("Copy executed with 0 files processed.",)])
    return True


def _facts(file: Path) -> tuple[int, str, str]:
    """Return what LIST tells of a file: its size, its MD5 and when it was written."""
    written = datetime.datetime.fromtimestamp(file.stat().st_mtime, datetime.UTC)
    return (
        file.stat().st_size,
        hashlib.md5(file.read_bytes(), usedforsecurity=False).hexdigest(),
        written.strftime("%a, %d %b %Y %H:%M:%S GMT"),
    )
