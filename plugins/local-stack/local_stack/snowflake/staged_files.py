"""Staged files as tables: JSON, Parquet and CSV by DuckDB's readers."""

from __future__ import annotations

import glob
from pathlib import Path
from typing import Any

from sqlglot import Expr, exp

from local_stack.snowflake.adapter import Connection
from local_stack.snowflake.errors import unsupported
from local_stack.snowflake.stage import Stages, reference

# What stands in for SEQ8(), and for $1 where it is a row of JSON or Parquet.
_POSITION = "$POSITION"
WHOLE_ROW = "$ROW"
# Bytes of the largest JSON row. DuckDB keeps two such buffers for each thread.
_LARGEST_ROW = 4 * 2**20
_COMPRESSION = {"AUTO": "auto", "GZIP": "gzip", "NONE": "none", "ZSTD": "zstd"}
# Options that change nothing of what is read here, or have the value that they have here.
_CSV_INERT = {"TYPE", "ESCAPE_UNENCLOSED_FIELD", "PARSE_HEADER", "ENCODING", "RECORD_DELIMITER"}


class StagedFiles:
    """Rewrites a SELECT from a stage into one over DuckDB's file readers.

    Args:
        stages: where the files are.
        session: asked for file formats and Parquet columns.
    """

    def __init__(self, stages: Stages, session: Connection) -> None:
        self._stages = stages
        self._session = session

    def place(self, statement: Expr) -> set[str]:
        """Point each SELECT from a stage in a statement at its files; return their types."""
        kinds = set()
        for i, select in enumerate(list(statement.find_all(exp.Select))):
            source = select.args.get("from_") and select.args["from_"].this
            if isinstance(source, exp.Table) and (path := reference(source.this)) is not None:
                pattern = source.args.get("pattern")
                staged = self._stages.at(path, self._session)
                files = staged.files(pattern and pattern.name)
                options = self.options(source.args.get("format") or staged.format)
                self.rewrite(select, files, options, f"$STAGED_{i}")
                kinds.add(options["TYPE"])
        return kinds

    def options(self, file_format: Expr | dict[str, Any] | None) -> dict[str, Any]:
        """Return a file format's options, from its name or from those that stand in its place."""
        if isinstance(file_format, dict):
            options = dict(file_format)
            named = options.pop("FORMAT_NAME", None)
        else:
            options = {}
            named = file_format and (
                file_format.name
                if isinstance(file_format, exp.Literal)
                else file_format.sql("snowflake")
            )
        if named:
            options = {**self._session.file_format(str(named)), **options}
        options["TYPE"] = str(options.get("TYPE", "CSV")).upper()
        if options["TYPE"] not in ("CSV", "JSON", "PARQUET"):
            raise unsupported(f"staged files of type {options['TYPE']}")
        return options

    def rewrite(
        self, select: exp.Select, files: list[Path], options: dict[str, Any], view: str
    ) -> None:
        """Point `select`, whose FROM is a staged path, at `files` of a format, in place.

        The files are read by a temporary view of the session, named `view`.
        """
        source = select.args["from_"].this
        kind = options["TYPE"]
        fields = [
            (node, _key(node))
            for node in select.find_all(exp.JSONExtract)
            if isinstance(node.this, exp.Parameter)
        ]
        csv_columns = 0
        whole = "NULL::JSON"
        wants_whole = any(
            isinstance(node, exp.Parameter) and not isinstance(node.parent, exp.JSONExtract)
            for node in select.find_all(exp.Parameter)
        )
        columns: dict[str, str] = {}
        if not files:
            reader = "(SELECT 0 WHERE FALSE)"
        elif kind == "CSV":
            reader = csv_reader(files, options)
            described = self._session.duckdb.execute(f"DESCRIBE SELECT * FROM {reader}").fetchall()
            csv_columns = len(described)
            named = ", ".join(f'{row[0]} AS "${i + 1}"' for i, row in enumerate(described))
            reader = f"(SELECT {named} FROM {reader})"
        elif kind == "JSON" and wants_whole:
            reader = (
                f"(SELECT json AS whole FROM read_json_objects({paths(files)}, "
                f"maximum_object_size = {_LARGEST_ROW}))"
            )
            whole = "whole"
            for node, _ in fields:
                node.replace(exp.JSONExtract(this=exp.column("whole"), expression=node.expression))
            fields = []
        elif kind == "JSON":
            columns = {key: key for _, key in fields}
            nested = {key for node, key in fields if _is_semi_structured(node.parent)}
            types = ", ".join(
                f"{quoted(key)}: {'JSON' if key in nested else 'VARCHAR'}" for key in columns
            )
            # DuckDB does not see the ending of a name with a question mark.
            compression = "gzip" if files[0].suffix == ".gz" else "auto_detect"
            reader = (
                f"read_json({paths(files)}, columns = {{{types}}}, compression = '{compression}', "
                f"format = 'newline_delimited', maximum_object_size = {_LARGEST_ROW})"
            )
        else:
            reader = f"read_parquet({paths(files)}, union_by_name = true)"
            whole = "to_json(rows)"
            described = self._session.duckdb.execute(f"DESCRIBE SELECT * FROM {reader}").fetchall()
            by_name = {row[0].upper(): row[0] for row in described}
            columns = {key: by_name[key.upper()] for _, key in fields if key.upper() in by_name}
        self._session.duckdb.execute(
            f'CREATE OR REPLACE TEMPORARY VIEW "{view}" AS '
            f'SELECT *, row_number() OVER () AS "{_POSITION}"'
            f'{f""", {whole} AS "{WHOLE_ROW}" """ if wants_whole else ""} FROM {reader} AS rows'
        )
        for node, key in fields:
            known = key in columns
            node.replace(exp.column(columns[key], quoted=True) if known else exp.null())
        for position in list(select.find_all(exp.Seq8)):
            position.replace(exp.column(_POSITION, quoted=True))
        for mark in list(select.find_all(exp.Parameter)):
            number = mark.name
            if kind == "CSV":
                known = int(number) <= csv_columns
                mark.replace(exp.column(f"${number}", quoted=True) if known else exp.null())
            else:
                mark.replace(exp.column(WHOLE_ROW, quoted=True))
        table = exp.table_(view, db="main", catalog="temp", quoted=True)
        table.set("alias", source.args.get("alias"))
        source.replace(table)


def _key(node: exp.JSONExtract) -> str:
    """Return the key of `$1:key`."""
    keys = [str(part.name) for part in node.expression.find_all(exp.JSONPathKey)]
    if len(keys) != 1:
        raise unsupported("a nested path below $1")
    return keys[0]


def _is_semi_structured(node: Expr | None) -> bool:
    return isinstance(node, exp.Cast) and node.to.this in (
        exp.DType.VARIANT,
        exp.DType.OBJECT,
        exp.DType.ARRAY,
    )


def quoted(text: str) -> str:
    """Return a text as it stands in DuckDB's SQL."""
    return exp.Literal.string(text).sql("duckdb")


def csv_reader(files: list[Path], options: dict[str, Any]) -> str:
    """Return DuckDB's reader of CSV files, as Snowflake reads them: all columns are text."""
    given = {name: value for name, value in options.items() if name not in _CSV_INERT}
    enclosed = str(given.pop("FIELD_OPTIONALLY_ENCLOSED_BY", "NONE"))
    null_if = given.pop("NULL_IF", ["\\N"])
    nulls = [str(text) for text in (null_if if isinstance(null_if, list) else [null_if])]
    if given.pop("EMPTY_FIELD_AS_NULL", True) and "" not in nulls:
        nulls.append("")
    arguments = {
        "header": "false",
        "all_varchar": "true",
        "null_padding": "true",
        "skip": str(int(given.pop("SKIP_HEADER", 0))),
        "sep": quoted(str(given.pop("FIELD_DELIMITER", ",")).replace("\\t", "\t")),
        "quote": quoted("" if enclosed.upper() == "NONE" else enclosed),
        "escape": quoted("" if enclosed.upper() == "NONE" else enclosed),
        "nullstr": f"[{', '.join(map(quoted, nulls))}]",
        "allow_quoted_nulls": "false",
        "compression": quoted(_COMPRESSION.get(str(given.pop("COMPRESSION", "AUTO")).upper(), "")),
    }
    if given or arguments["compression"] == "''":
        raise unsupported(f"the CSV option {', '.join(sorted(given)) or 'COMPRESSION'}")
    return f"read_csv({paths(files)}, {', '.join(f'{k} = {v}' for k, v in arguments.items())})"


def paths(files: list[Path]) -> str:
    """Return the list of files for a reader of DuckDB's."""
    return f"[{', '.join(quoted(glob.escape(str(path))) for path in files)}]"
