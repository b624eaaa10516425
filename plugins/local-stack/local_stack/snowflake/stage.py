"""Stages: folders that PUT fills and that COPY, MERGE and SELECT read."""

from __future__ import annotations

import os
import re
import shutil
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from sqlglot import Expr, exp, to_table

from local_stack.snowflake.adapter import Connection, parse_options
from local_stack.snowflake.errors import missing, unsupported
from local_stack.snowflake.locks import TableName

_REFERENCE = re.compile(r"@(?P<stage>~|%?(?:\"[^\"]+\"|[^/\"])+)(?:/(?P<path>.*))?", re.DOTALL)
_PUT_OPTIONS = {"AUTO_COMPRESS", "OVERWRITE", "PARALLEL", "SOURCE_COMPRESSION"}


def reference(node: Expr | None) -> str | None:
    """Return the staged path that a node names, quoted or not; None for anything else."""
    if not isinstance(node, (exp.Literal, exp.Var)):
        return None
    text = node.name.strip("'")
    return text if text.startswith("@") else None


@dataclass(frozen=True)
class Staged:
    """What is at a path of a stage.

    Attributes:
        folder: the stage's.
        shown: the stage's name, as it stands before the names of its files.
        path: the path below it.
        format: the options of its files' format, where they are the stage's own.
    """

    folder: Path
    shown: str
    path: str
    format: dict[str, Any] = field(default_factory=dict)

    def files(self, pattern: str | None = None) -> list[Path]:
        """List the files whose path starts with this one, as Snowflake matches them."""
        parent, _, stem = self.path.rpartition("/")
        found: list[Path] = []
        for path in self._inside(parent).glob("*"):
            if not path.name.startswith(stem):
                continue
            # Other sessions add and remove files meanwhile; os.walk passes over what is gone.
            found += [Path(folder, name) for folder, _, names in os.walk(path) for name in names]
            if path.is_file():
                found.append(path)
        return sorted(f for f in found if not pattern or re.fullmatch(pattern, self.name(f)))

    def name(self, path: Path) -> str:
        """Return the name that LIST shows for a file."""
        return self.shown + path.relative_to(self.folder).as_posix()

    def remove(self, pattern: str | None = None) -> list[str]:
        """Delete the files, and the path's own folder; return their names."""
        removed = []
        for path in self.files(pattern):
            path.unlink(missing_ok=True)
            removed.append(self.name(path))
        if self.path.strip("/"):
            with suppress(OSError):  # not empty, or not a folder
                self._inside(self.path).rmdir()
        return removed

    def make(self) -> Path:
        """Return the path as a folder that is there."""
        folder = self._inside(self.path)
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def upload(self, put: exp.Put) -> dict[str, Any]:
        """Return the answer to PUT: the folder into which the client copies its file by itself."""
        options = parse_options(put.args.get("properties") or [])
        if unknown := options.keys() - _PUT_OPTIONS:
            raise unsupported(f"PUT option {', '.join(sorted(unknown))}")
        return {
            "stageInfo": {"locationType": "LOCAL_FS", "location": f"{self.make()}/", "creds": {}},
            "src_locations": [put.this.name.removeprefix("file://")],
            "parallel": 1,
            "autoCompress": options.get("AUTO_COMPRESS", True),
            "sourceCompression": str(options.get("SOURCE_COMPRESSION", "auto_detect")).lower(),
            "overwrite": options.get("OVERWRITE", False),
            "command": "UPLOAD",
        }

    def download(self, target: str, pattern: str | None) -> dict[str, Any]:
        """Return the answer to GET: the folder from which the client copies files by itself."""
        return {
            "stageInfo": {"locationType": "LOCAL_FS", "location": f"{self.folder}/", "creds": {}},
            "src_locations": [f.relative_to(self.folder).as_posix() for f in self.files(pattern)],
            "localLocation": target.removeprefix("file://"),
            "encryptionMaterial": [],
            "parallel": 1,
            "command": "DOWNLOAD",
        }

    def _inside(self, path: str) -> Path:
        if ".." in PurePosixPath(path).parts:
            raise unsupported("a stage path with '..'")
        return self.folder / path


class Stages:
    """The folders of the one local user's stage, of the named ones and of the tables'."""

    def __init__(self, home: Path) -> None:
        self._users, self._others = home / "stage", home / "stages"
        # What COPY has loaded: the table, the file, and when that was written.
        self._loaded: set[tuple[TableName, Path, int]] = set()
        self.clear()

    def clear(self) -> None:
        """Delete everything, as nothing staged outlives the client that staged it."""
        for root in (self._users, self._others):
            shutil.rmtree(root, ignore_errors=True)
            root.mkdir(parents=True)

    def at(self, text: str, session: Connection) -> Staged:
        """Find what a reference such as `@~/path` or `@STAGE/path` names.

        Raises:
            ProgrammingError: there is no such stage.
        """
        match = _REFERENCE.fullmatch(text)
        if not match:
            raise unsupported(f"the stage {text}")
        stage, path = match["stage"], match["path"] or ""
        if stage == "~":
            return Staged(self._users, "", path)
        if stage.startswith("%") or ".%" in stage:
            name = session.full_name(to_table(stage.replace("%", ""), dialect="snowflake"))
            if not session.table_exists(name):
                raise missing("Table", ".".join(name))
            return Staged(self._others.joinpath("table", *name), "", path)
        name = session.full_name(to_table(stage, dialect="snowflake"))
        address = session.stage_address(name)
        if address is None:
            raise missing("Stage", ".".join(name))
        if address:
            raise unsupported(f"the external stage {name[2]} at {address}")
        return Staged(self.folder(name), f"{name[2].lower()}/", path, session.stage_format(name))

    def was_loaded(self, table: TableName, file: Path) -> bool:
        """Tell whether COPY has loaded a file into a table."""
        return (table, file, file.stat().st_mtime_ns) in self._loaded

    def note_load(self, table: TableName, file: Path) -> None:
        """Know that COPY has loaded a file into a table."""
        self._loaded.add((table, file, file.stat().st_mtime_ns))

    def forget_loads(self, table: TableName) -> None:
        """Let a table that is new, or empty again, load its files once more."""
        self._loaded = {load for load in self._loaded if load[0] != table}

    def folder(self, name: TableName) -> Path:
        """Return the folder of a named stage."""
        return self._others.joinpath("named", *name)

    def forget(self, catalog: str, schema: str | None) -> None:
        """Delete the files of a schema's stages, or of a database's."""
        for kind in ("named", "table"):
            shutil.rmtree(self._others.joinpath(kind, catalog, schema or ""), ignore_errors=True)

    def empty(self, name: TableName) -> None:
        """Delete the files of a named stage."""
        shutil.rmtree(self.folder(name), ignore_errors=True)
