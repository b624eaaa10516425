"""COPY INTO a table from a stage, and into a stage from a table or a query."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from snowflake.connector.errors import ProgrammingError
from sqlglot import Expr, exp

from local_stack.snowflake import execution, fitting
from local_stack.snowflake.adapter import Cursor, Value, parse_options
from local_stack.snowflake.errors import unsupported
from local_stack.snowflake.session import Session
from local_stack.snowflake.stage import Staged, reference
from local_stack.snowflake.staged_files import StagedFiles, quoted

_COPIED = [
    *("file", "status", "rows_parsed", "rows_loaded", "error_limit", "errors_seen"),
    *("first_error", "first_error_line", "first_error_character", "first_error_column_name"),
]
_ENDINGS = {"CSV": ".csv", "JSON": ".json", "PARQUET": ".parquet"}
_COMPRESSED = {"GZIP": ".gz", "NONE": "", "ZSTD": ".zst"}


def run(session: Session, cursor: Cursor, copy: exp.Copy) -> None:
    """Run a COPY."""
    options = {param.this.name.upper(): param for param in copy.args.get("params", [])}
    file_format = options.pop("FILE_FORMAT", None)
    formatted = parse_options(file_format.expressions) if file_format else {}
    target = copy.this
    if isinstance(target, exp.Table) and (path := reference(target.this)):
        _unload(session, cursor, copy, session.staged(path), formatted, options)
    else:
        _load(session, cursor, copy, formatted, options)


def _load(
    session: Session,
    cursor: Cursor,
    copy: exp.Copy,
    formatted: dict[str, Any],
    options: dict[str, exp.CopyParameter],
) -> None:
    source = copy.args["files"][0]
    select = source.this if isinstance(source, exp.Subquery) else None
    path = reference((select.args["from_"].this if select else source).this)
    if path is None:
        raise unsupported(f"COPY from {source.sql('snowflake')}")
    pattern = options.pop("PATTERN", None)
    matches = pattern.expression.name if pattern else None
    named = options.pop("FILES", None)
    purges = _is_true(options.pop("PURGE", None))
    by_name = options.pop("MATCH_BY_COLUMN_NAME", None)
    error = _word(options.pop("ON_ERROR", None))
    if error not in ("", "ABORT_STATEMENT"):
        raise unsupported(f"COPY with ON_ERROR = {error}")
    forces = _is_true(options.pop("FORCE", None))
    truncates = _is_true(options.pop("TRUNCATECOLUMNS", None))
    truncates |= _word(options.pop("ENFORCE_LENGTH", None)) == "FALSE"
    if options:
        raise unsupported(f"COPY option {', '.join(sorted(options))}")
    at = session.staged(path)
    files = at.files(matches)
    if named:
        wanted = {literal.name for literal in named.find_all(exp.Literal)}
        files = [file for file in files if any(str(file).endswith(f"/{name}") for name in wanted)]
    staged = StagedFiles(session.stages, session)
    read = staged.options(formatted or at.format)
    table = session.full_name(copy.this.this if isinstance(copy.this, exp.Schema) else copy.this)
    loaded: list[tuple[Value, ...]] = []
    with session.atomic():
        for file in files:
            name = at.name(file)
            if at.shown and not forces and session.stages.was_loaded(table, file):
                loaded.append(
                    (name, "LOAD_SKIPPED", 0, 0, None, 1, "File was loaded before.", *[None] * 3)
                )
                continue
            rows = select.copy() if select else _columns(session, copy, read, by_name, file)
            staged.rewrite(rows, [file], read, "$COPIED")
            insert = exp.Insert(this=_target(session, copy, by_name), expression=rows)
            fitting.fit(session, insert, "left" if truncates else "copied")
            execution.run(session, cursor, insert)
            count = cursor.rowcount or 0
            loaded.append((name, "LOADED", count, count, 1, 0, *[None] * 4))
            session.stages.note_load(table, file)
    if purges:
        for file in files:
            file.unlink(missing_ok=True)
    if loaded:
        cursor.answer(_COPIED, loaded)
    else:
        cursor.answer(["status"], [("Copy executed with 0 files processed.",)])


def _target(session: Session, copy: exp.Copy, by_name: Expr | None) -> Expr:
    target: Expr = copy.this.copy()
    if by_name and not isinstance(target, exp.Schema):
        columns = session.column_types(session.full_name(target))
        target = exp.Schema(
            this=target, expressions=[exp.to_identifier(c, quoted=True) for c in columns]
        )
    return target


def _columns(
    session: Session, copy: exp.Copy, read: dict[str, Any], by_name: Expr | None, file: Path
) -> exp.Select:
    """Return the SELECT of a file's columns for a COPY that has none."""
    target = copy.this
    table = target.this if isinstance(target, exp.Schema) else target
    types = session.column_types(session.full_name(table))
    names = [column.name for column in target.expressions] if target is not table else list(types)
    first = exp.Parameter(this=exp.Literal.number(1))
    values: list[Expr]
    if read["TYPE"] == "CSV":
        values = [
            exp.Parameter(this=exp.Literal.number(position + 1)) for position in range(len(names))
        ]
    elif by_name:
        values = [
            exp.JSONExtract(
                this=first.copy(),
                expression=exp.JSONPath(
                    expressions=[exp.JSONPathRoot(), exp.JSONPathKey(this=name)]
                ),
            )
            for name in names
        ]
    elif len(names) == 1:
        values = [first]
    else:
        raise ProgrammingError(
            msg=f"SQL compilation error:\n{read['TYPE']} file format can produce one and only one "
            "column of type variant, object, or array. Load data into separate columns using the "
            "MATCH_BY_COLUMN_NAME copy option or copy with transformation.",
            errno=2019,
            sqlstate="0A000",
        )
    return exp.select(*values).from_(exp.Table(this=exp.var("@~")))


def _unload(  # noqa: PLR0913, PLR0917  # the parts of the statement
    session: Session,
    cursor: Cursor,
    copy: exp.Copy,
    at: Staged,
    formatted: dict[str, Any],
    options: dict[str, exp.CopyParameter],
) -> None:
    """Write rows into a file of a stage.

    https://docs.snowflake.com/en/sql-reference/sql/copy-into-location
    """
    read = StagedFiles(session.stages, session).options(formatted or at.format)
    kind = read.pop("TYPE")
    default = "SNAPPY" if kind == "PARQUET" else "GZIP"
    compression = str(read.pop("COMPRESSION", "AUTO")).upper().replace("AUTO", default)
    header = _is_true(options.pop("HEADER", None))
    overwrites = _is_true(options.pop("OVERWRITE", None))
    single = _is_true(options.pop("SINGLE", None))
    options.pop("MAX_FILE_SIZE", None)
    if options:
        raise unsupported(f"COPY option {', '.join(sorted(options))}")
    writer = _writer(kind, compression, header, read)
    source = copy.args["files"][0]
    query = source.this if isinstance(source, exp.Subquery) else exp.select("*").from_(source)
    if at.path in ("", "/") or at.path.endswith("/"):
        at = replace(at, path=f"{at.path}data")
    folder, _, stem = at.path.rpartition("/")
    ending = _ENDINGS[kind] + _COMPRESSED.get(compression, "")
    if kind == "PARQUET":
        ending = f".{compression.lower()}.parquet"
    file = replace(at, path=folder).make() / (stem if single else f"{stem}_0_0_0{ending}")
    if file.exists() and not overwrites:
        raise ProgrammingError(
            msg=f"Files already existing at the unload destination: {at.name(file)}. Use overwrite "
            "option to force unloading.",
            errno=1030,
            sqlstate="22000",
        )
    execution.run(session, cursor, query)
    rows = cursor.table
    session.duckdb.register("$UNLOADED", rows)
    selected = 'SELECT * FROM "$UNLOADED"'
    if kind == "JSON":
        if rows.num_columns != 1:
            raise ProgrammingError(
                msg="SQL compilation error:\nJSON file format supports unloading only one column",
                errno=2086,
                sqlstate="0A000",
            )
        # A VARIANT is written as it is, with neither quotes nor doubled ones.
        selected = f'SELECT "{rows.column_names[0]}"::VARCHAR FROM "$UNLOADED"'
    try:
        session.duckdb.execute(f"COPY ({selected}) TO {quoted(str(file))} ({writer})")
    finally:
        session.duckdb.unregister("$UNLOADED")
    size = file.stat().st_size
    cursor.answer(["rows_unloaded", "input_bytes", "output_bytes"], [(rows.num_rows, size, size)])


def _writer(kind: str, compression: str, header: bool, read: dict[str, Any]) -> str:
    """Return DuckDB's options for writing files of a format."""
    known = compression.lower()
    if kind == "PARQUET":
        return f"FORMAT parquet, COMPRESSION {known}"
    if compression not in _COMPRESSED:
        raise unsupported(f"files compressed by {compression}")
    if kind == "JSON":
        return (
            f"FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIMITER '\\x01', COMPRESSION {known}"
        )
    null_if = read.pop("NULL_IF", "\\N")
    delimiter = read.pop("FIELD_DELIMITER", ",")
    enclosed = str(read.pop("FIELD_OPTIONALLY_ENCLOSED_BY", "NONE"))
    for inert in ("SKIP_HEADER", "ESCAPE_UNENCLOSED_FIELD", "EMPTY_FIELD_AS_NULL"):
        read.pop(inert, None)
    if read:
        raise unsupported(f"the CSV option {', '.join(sorted(read))}")
    null = null_if[0] if isinstance(null_if, list) and null_if else null_if
    values = {"NULLSTR": null, "DELIMITER": delimiter}
    written = [f"{name} {exp.Literal.string(str(v)).sql('duckdb')}" for name, v in values.items()]
    if enclosed.upper() == "NONE":
        written += ["QUOTE ''", "ESCAPE ''"]
    else:
        # Text is enclosed, numbers are not.
        written += [f"QUOTE {exp.Literal.string(enclosed).sql('duckdb')}", "FORCE_QUOTE *"]
    return f"FORMAT csv, HEADER {str(header).lower()}, COMPRESSION {known}, {', '.join(written)}"


def _is_true(option: exp.CopyParameter | None) -> bool:
    return _word(option) == "TRUE"


def _word(option: exp.CopyParameter | None) -> str:
    return option.expression.sql("snowflake").strip("'").upper() if option else ""
