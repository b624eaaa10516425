"""The user stage `@~`: a folder that PUT fills and that COPY, MERGE and SELECT read."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from fakesnow.transforms.file_format import lookup_file_format
from snowflake.connector.errors import ProgrammingError
from sqlglot import Expr, exp

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# Column names of the relation that stands in for a staged file.
_ROW = '"$1"'
_POSITION = '"$POSITION"'


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
        folder = self._inside(prefix.rpartition("/")[0])
        if not folder.is_dir():
            return []
        found = (path for path in folder.rglob("*") if path.is_file())
        return sorted(path for path in found if self.name(path).startswith(prefix))

    def name(self, path: Path) -> str:
        """Return the name that LIST shows for a staged file."""
        return path.relative_to(self.root).as_posix()

    def remove(self, prefix: str) -> list[str]:
        """Delete the files below `prefix` and the folders that this empties; return their names."""
        removed = []
        for path in self.files(prefix):
            removed.append(self.name(path))
            path.unlink()
            for folder in path.relative_to(self.root).parents:
                if folder != Path() and not any((self.root / folder).iterdir()):
                    (self.root / folder).rmdir()
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
        duckdb: the session's connection, asked for file formats and Parquet columns.
        database: the session's database, for file formats named without one.
        schema: likewise its schema.
    """

    def __init__(
        self,
        stage: UserStage,
        duckdb: DuckDBPyConnection,
        database: str | None,
        schema: str | None,
    ) -> None:
        self._stage = stage
        self._duckdb = duckdb
        self._database = database
        self._schema = schema

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
            options = lookup_file_format(self._duckdb, str(named), self._database, self._schema)
        kind = str(options.get("TYPE", "CSV")).upper()
        if kind not in ("JSON", "PARQUET"):
            raise unsupported(f"reading {kind} files from the user stage")
        return kind

    def rewrite(self, select: exp.Select, files: list[Path], kind: str) -> None:
        """Point `select`, whose FROM is a staged path, at `files` of type `kind`, in place."""
        source = select.args["from_"].this
        if not files:
            relation = f"SELECT NULL::JSON AS {_ROW}, 0 AS {_POSITION} WHERE FALSE"
            value: Callable[[str], str] = lambda key: "NULL"  # noqa: E731
        elif kind == "JSON":
            relation = (
                f"SELECT json AS {_ROW}, row_number() OVER () AS {_POSITION} "
                f"FROM read_json_objects({_paths(files)}, format = 'newline_delimited')"
            )
            value = lambda key: f"{_ROW} ->> {_quote(key)}"  # noqa: E731
        else:
            reader = f"read_parquet({_paths(files)}, union_by_name = true)"
            described = self._duckdb.execute(f"DESCRIBE SELECT * FROM {reader}").fetchall()
            columns = {row[0].upper(): row[0] for row in described}
            relation = f"SELECT *, row_number() OVER () AS {_POSITION} FROM {reader}"

            def value(key: str) -> str:
                column = columns.get(key.upper())
                return exp.column(column, quoted=True).sql("duckdb") if column else "NULL"

        def field(node: Expr) -> Expr:
            if isinstance(node, exp.Seq8):
                return exp.column(_POSITION.strip('"'), quoted=True)
            if isinstance(node, exp.JSONExtract) and isinstance(node.this, exp.Parameter):
                keys = [part.name for part in node.expression.find_all(exp.JSONPathKey)]
                if len(keys) != 1:
                    raise unsupported("a nested path below $1")
                return exp.maybe_parse(value(keys[0]), dialect="duckdb")
            return node

        alias = source.args.get("alias") or exp.TableAlias(this=exp.to_identifier("_STAGED"))
        subquery = exp.maybe_parse(f"({relation})", dialect="duckdb")
        subquery.set("alias", alias)
        source.replace(subquery)
        select.transform(field, copy=False)


def unsupported(what: str) -> ProgrammingError:
    """Return the error for what this local Snowflake does not do; the caller raises it."""
    return ProgrammingError(
        msg=f"The local Snowflake does not support {what}.", errno=2, sqlstate="0A000"
    )


def _quote(text: str) -> str:
    return exp.Literal.string(text).sql("duckdb")


def _paths(files: list[Path]) -> str:
    return f"[{', '.join(_quote(str(path)) for path in files)}]"
