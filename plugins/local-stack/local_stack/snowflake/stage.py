"""The user stage `@~`: a folder that PUT fills and that COPY, MERGE and SELECT read."""

from __future__ import annotations

import glob
import os
import shutil
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import Any

from sqlglot import Expr, exp

from local_stack.snowflake.adapter import Connection
from local_stack.snowflake.errors import unsupported

# What stands in for SEQ8().
_POSITION = "$POSITION"
# Bytes of the largest JSON row. DuckDB keeps two such buffers for each thread.
_LARGEST_ROW = 4 * 2**20


def user_stage_path(node: Expr | None) -> str | None:
    """Return the path below `@~` that a node names, quoted or not; None for anything else."""
    if not isinstance(node, (exp.Literal, exp.Var)):
        return None
    reference = node.name.strip("'")
    if reference != "@~" and not reference.startswith("@~/"):
        return None
    return reference[3:]


class UserStage:
    """Files of the one local user, kept below `root`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir(parents=True, exist_ok=True)

    def files(self, prefix: str) -> list[Path]:
        """List the staged files whose path starts with `prefix`, as Snowflake matches them."""
        parent, _, stem = prefix.rpartition("/")
        found: list[Path] = []
        for path in self._inside(parent).glob("*"):
            if not path.name.startswith(stem):
                continue
            # Other sessions add and remove files meanwhile; os.walk passes over what is gone.
            found += [Path(folder, name) for folder, _, names in os.walk(path) for name in names]
            if path.is_file():
                found.append(path)
        return sorted(found)

    def name(self, path: Path) -> str:
        """Return the name that LIST shows for a staged file."""
        return path.relative_to(self.root).as_posix()

    def remove(self, prefix: str) -> list[str]:
        """Delete the files below `prefix`, and its own folder; return their names."""
        removed = []
        for path in self.files(prefix):
            path.unlink(missing_ok=True)
            removed.append(self.name(path))
        if prefix.strip("/"):
            with suppress(OSError):  # not empty, or not a folder
                self._inside(prefix).rmdir()
        return removed

    def clear(self) -> None:
        """Delete everything, as nothing staged outlives the client that staged it."""
        shutil.rmtree(self.root, ignore_errors=True)
        self.root.mkdir(parents=True)

    def upload(self, put: exp.Put, path: str) -> dict[str, Any]:
        """Return the answer to PUT: the folder into which the client copies its file by itself."""
        options = {
            item.this.name.upper(): item.args["value"].this
            for item in (put.args.get("properties") or exp.Properties()).expressions
        }
        if unknown := options.keys() - {
            "AUTO_COMPRESS",
            "OVERWRITE",
            "PARALLEL",
            "SOURCE_COMPRESSION",
        }:
            raise unsupported(f"PUT option {', '.join(sorted(unknown))}")
        folder = self._inside(path)
        folder.mkdir(parents=True, exist_ok=True)
        return {
            "stageInfo": {"locationType": "LOCAL_FS", "location": f"{folder}/", "creds": {}},
            "src_locations": [put.this.name.removeprefix("file://")],
            "parallel": 1,
            "autoCompress": options.get("AUTO_COMPRESS", True),
            "sourceCompression": str(options.get("SOURCE_COMPRESSION", "auto_detect")).lower(),
            "overwrite": options.get("OVERWRITE", False),
            "command": "UPLOAD",
        }

    def _inside(self, path: str) -> Path:
        if ".." in PurePosixPath(path).parts:
            raise unsupported("a stage path with '..'")
        return self.root / path


class StagedFiles:
    """Rewrites a SELECT from `@~` into one over DuckDB's file readers.

    Args:
        stage: where the files are.
        session: asked for file formats and Parquet columns.
    """

    def __init__(self, stage: UserStage, session: Connection) -> None:
        self._stage = stage
        self._session = session

    def place(self, statement: Expr) -> set[str]:
        """Point each SELECT from `@~` in a statement at its files; return their types."""
        kinds = set()
        for i, select in enumerate(list(statement.find_all(exp.Select))):
            source = select.args.get("from_") and select.args["from_"].this
            if isinstance(source, exp.Table) and (path := user_stage_path(source.this)) is not None:
                kind = self.file_type(source.args.get("format"))
                self.rewrite(select, self._stage.files(path), kind, f"$STAGED_{i}")
                kinds.add(kind)
        return kinds

    def file_type(self, file_format: Expr | dict[str, Any] | None) -> str:
        """Return JSON or PARQUET for a file format's name or its inline options."""
        if isinstance(file_format, dict):
            options = file_format
            named = options.get("FORMAT_NAME")
        else:
            options = {}
            named = file_format and (
                file_format.name
                if isinstance(file_format, exp.Literal)
                else file_format.sql("snowflake")
            )
        if named:
            options = self._session.file_format(str(named))
        kind = str(options.get("TYPE", "CSV")).upper()
        if kind not in ("JSON", "PARQUET"):
            raise unsupported(f"reading {kind} files from the user stage")
        return kind

    def rewrite(self, select: exp.Select, files: list[Path], kind: str, view: str) -> None:
        """Point `select`, whose FROM is a staged path, at `files` of type `kind`, in place.

        The files are read by a temporary view of the session, named `view`.
        """
        source = select.args["from_"].this
        fields = [
            (node, _key(node))
            for node in select.find_all(exp.JSONExtract)
            if isinstance(node.this, exp.Parameter)
        ]
        if not files:
            columns: dict[str, str] = {}
            reader = "(SELECT 0 WHERE FALSE)"
        elif kind == "JSON":
            columns = {key: key for _, key in fields}
            nested = {key for node, key in fields if _is_semi_structured(node.parent)}
            types = ", ".join(
                f"{_quote(key)}: {'JSON' if key in nested else 'VARCHAR'}" for key in columns
            )
            # DuckDB does not see the ending of a name with a question mark.
            compression = "gzip" if files[0].suffix == ".gz" else "auto_detect"
            reader = (
                f"read_json({_paths(files)}, columns = {{{types}}}, compression = '{compression}', "
                f"format = 'newline_delimited', maximum_object_size = {_LARGEST_ROW})"
            )
        else:
            reader = f"read_parquet({_paths(files)}, union_by_name = true)"
            described = self._session.duckdb.execute(f"DESCRIBE SELECT * FROM {reader}").fetchall()
            by_name = {row[0].upper(): row[0] for row in described}
            columns = {key: by_name[key.upper()] for _, key in fields if key.upper() in by_name}
        self._session.duckdb.execute(
            f'CREATE OR REPLACE TEMPORARY VIEW "{view}" AS '
            f'SELECT *, row_number() OVER () AS "{_POSITION}" FROM {reader}'
        )
        for node, key in fields:
            known = key in columns
            node.replace(exp.column(columns[key], quoted=True) if known else exp.null())
        for position in list(select.find_all(exp.Seq8)):
            position.replace(exp.column(_POSITION, quoted=True))
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


def _quote(text: str) -> str:
    return exp.Literal.string(text).sql("duckdb")


def _paths(files: list[Path]) -> str:
    return f"[{', '.join(_quote(glob.escape(str(path))) for path in files)}]"
