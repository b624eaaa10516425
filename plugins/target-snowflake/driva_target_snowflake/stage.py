"""The statements that bring files into the stage, and from there into tables.

They are those of `meltanolabs-target-snowflake`, but for what is replaced in them here.
"""

from __future__ import annotations

import glob
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from pyarrow import parquet
from singer_sdk.sql.connector import FullyQualifiedName
from target_snowflake.connector import SnowflakeConnector

from driva_target_snowflake.complete import Complete
from driva_target_snowflake.errors import FAILURES, LoadError

# Where the base class stages files.
STAGE = "@~/target-snowflake/"
# What the tap sends as text, and how Snowflake reads it.
_READ_TEXT = {
    "json": "parse_json($1:{name}::varchar)",
    "binary": "to_binary($1:{name}::varchar, 'HEX')",
}


def with_values(schema: dict[str, Any], values: dict[str, str]) -> dict[str, Any]:
    """Return a schema of files that lack some of its columns.

    Args:
        schema: a JSON Schema.
        values: by the name of a column, the SQL of what each row has in it.
    """
    properties = {
        name: {**definition, "x-sql-value": values[name]} if name in values else definition
        for name, definition in schema["properties"].items()
    }
    return {**schema, "properties": properties}


@dataclass(frozen=True)
class Staged:
    """Files that wait in the stage.

    Attributes:
        folder: where they are.
        file_format: the name of their format.
        schema: JSON Schema of their table, with the values of columns that they lack.
        is_unique: whether no key is in them twice.
        bounds: the lowest and the highest value of their key, if it is one whole number.
    """

    folder: str
    file_format: str
    schema: dict[str, Any]
    is_unique: bool
    bounds: tuple[int, int] | None = None


def local_path(address: str) -> Path:
    """Return the path of a file's address, in which nothing is encoded, as in those of the SDK."""
    return Path(address.removeprefix("file://"))


def bounds(files: Sequence[str], key_properties: Sequence[str]) -> tuple[int, int] | None:
    """Return the lowest and the highest key in Parquet files, if it is one whole number.

    Args:
        files: their addresses.
        key_properties: the columns of the key.
    """
    ends: list[Any] = []
    for file in map(local_path, files):
        metadata = parquet.read_metadata(file)
        groups = map(metadata.row_group, range(metadata.num_row_groups))
        columns = (group.column(i) for group in groups for i in range(group.num_columns))
        of_key = [c.statistics for c in columns if [c.path_in_schema] == [*key_properties]]
        if len(of_key) != metadata.num_row_groups or not all(s and s.has_min_max for s in of_key):
            return None
        ends += (end for statistics in of_key for end in (statistics.min, statistics.max))
    is_whole = bool(ends) and all(type(end) is int for end in ends)
    return (min(ends), max(ends)) if is_whole else None


def check_keys(stream: str, files: Sequence[str], key_properties: Sequence[str]) -> None:
    """Refuse files of keys without a column of them: it would be NULL, and every row gone.

    Args:
        stream: whose keys they are.
        files: their addresses.
        key_properties: the columns.

    Raises:
        LoadError: names what is not in which file.
    """
    for file in map(local_path, files):
        if missing := set(key_properties) - set(parquet.read_schema(file).names):
            raise LoadError(
                f"{stream}: {file} should have the keys of all rows, and has no "
                f"{', '.join(sorted(missing))}, so nothing of it was loaded"
            )


def sequence(now: datetime) -> str:
    """Return what orders loads."""
    return str(round(now.timestamp() * 1000))


def timestamp(moment: datetime) -> str:
    """Return the SQL of a moment."""
    return f"'{moment:%Y-%m-%d %H:%M:%S.%f}'::timestamp_ntz"


class StagingConnector(SnowflakeConnector):
    """Loads files by way of the user's stage."""

    def put_batches_to_stage(self, sync_id: str, files: Sequence[str]) -> None:
        """Upload files, whose names the client would take for patterns."""
        escaped = [f"file://{glob.escape(str(local_path(file)))}" for file in files]
        super().put_batches_to_stage(sync_id, escaped)

    def upsert_from_stage(
        self,
        full_table_name: FullyQualifiedName,
        staged: Staged | None,
        key_properties: Sequence[str],
        deletion: str | None = None,
    ) -> tuple[int, int, int]:
        """Merge staged files, if there are any, into a table.

        Args:
            full_table_name: the table.
            staged: the files.
            key_properties: its key.
            deletion: what marks rows as deleted, in the same transaction.

        Returns:
            The numbers of rows inserted, updated and deleted.
        """
        inserted = updated = deleted = 0
        with self.transaction() if deletion else self._connect() as connection:
            if staged:
                merge = self.merge_statement(full_table_name, staged, key_properties)
                # As it stands: a name may have a colon.
                inserted, updated = map(int, connection.exec_driver_sql(merge).one())
            if deletion:
                deleted = connection.exec_driver_sql(deletion).rowcount
        return inserted, updated, deleted

    @contextmanager
    def transaction(self) -> Iterator[sa.Connection]:
        """Open a connection of which all statements in the block are one transaction."""
        with self._connect() as connection:
            connection.exec_driver_sql("begin")
            try:
                yield connection
                connection.exec_driver_sql("commit")
            except BaseException:
                # Also behind a COMMIT that failed: the session may still hold its tables.
                with suppress(*FAILURES):  # what has happened is said, not what became of it
                    connection.exec_driver_sql("rollback")
                raise

    def merge_statement(
        self, full_table_name: FullyQualifiedName, staged: Staged, key_properties: Sequence[str]
    ) -> str:
        """Return the base class's MERGE, which leaves alone what another run has read later.

        It looks for the last row of a key only where needed, and for known rows only in
        micro-partitions that may have them.
        """
        merge, _ = self._get_merge_from_stage_statement(
            full_table_name, staged.schema, staged.folder, staged.file_format, key_properties
        )
        statement: str = merge.text
        if staged.bounds:
            key = self.format_identifier(key_properties[0], safe=True)
            lowest, highest = staged.bounds
            statement = replaced(
                statement,
                f" on d.{key} = s.{key} ",
                f" on d.{key} = s.{key} and d.{key} between {lowest} and {highest} ",
            )
        if not staged.is_unique:
            return statement
        keys = ", ".join(self.format_identifier(key, safe=True) for key in key_properties)
        last = f"QUALIFY ROW_NUMBER() OVER (PARTITION BY {keys} ORDER BY SEQ8() DESC) = 1"
        statement = replaced(statement, f" {last}) s ", ") s ")
        read = "coalesce(d._sdc_deleted_at, d._sdc_extracted_at, s._sdc_extracted_at)"
        # What is of the future was told by a clock that was wrong.
        is_older = f"{read} <= s._sdc_extracted_at or {read} > s._sdc_received_at"
        is_newer = f"when matched and ({is_older}) then update"
        return replaced(statement, "when matched then update", is_newer)

    def deletion_statement(
        self,
        full_table_name: FullyQualifiedName,
        complete: Complete,
        staged: Mapping[str, Staged],
        key_properties: Sequence[str],
        now: datetime,
    ) -> str:
        """Return the UPDATE that marks what a table has of a piece and the source has not.

        Args:
            full_table_name: the table.
            complete: what the piece is.
            staged: the files of its `keys` and of those that were `asked`, where there are any.
            key_properties: the table's key.
            now: when it is loaded, in UTC.
        """
        marks = (
            f"_sdc_deleted_at = {timestamp(complete.read_at)}, "
            f"_sdc_batched_at = {timestamp(now)}, _sdc_sequence = {sequence(now)}"
        )
        read_later = f"between {timestamp(complete.read_at)} and {timestamp(now)}"
        conditions = [
            "d._sdc_deleted_at is null",
            f"(d._sdc_extracted_at is null or d._sdc_extracted_at not {read_later})",
        ]
        if complete.key:
            column = self.format_identifier(complete.key, safe=True)
            conditions.append(complete.within(f"d.{column}"))
        if complete.asked is not None:
            asked = staged.get("asked")
            conditions.append(self._is_among(asked, key_properties) if asked else "false")
        if "keys" in staged:
            conditions.append(f"not {self._is_among(staged['keys'], key_properties)}")
        return f"update {full_table_name} d set {marks} where {' and '.join(conditions)}"

    def _is_among(self, staged: Staged, key_properties: Sequence[str]) -> str:
        """Return the condition of a row whose key is in staged files."""
        keys = {name: staged.schema["properties"][name] for name in key_properties}
        selected = self._get_column_selections({"properties": keys})
        alike = (f"k.{column['clean_alias']} = d.{column['clean_alias']}" for column in selected)
        return (
            "exists (select 1 from (select "
            f"{self._format_column_selections(selected, 'json_casting')} "
            f"from '{STAGE}{staged.folder}'(file_format => {staged.file_format})) k "
            f"where {' and '.join(alike)})"
        )

    def replace_from_stage(
        self, full_table_name: FullyQualifiedName, staged: Staged | None
    ) -> tuple[int, int]:
        """Put the rows of staged files, if there are any, in the place of all rows of a table.

        Returns:
            The numbers of rows that came and that went.
        """
        came = 0
        with self.transaction() as connection:
            gone = connection.exec_driver_sql(f"delete from {full_table_name}").rowcount
            if staged:
                selected = self._get_column_selections(staged.schema)
                columns = self._format_column_selections(selected, "col_alias")
                values = self._format_column_selections(selected, "json_casting")
                came = connection.exec_driver_sql(
                    f"insert into {full_table_name} {columns} select {values} "
                    f"from '{STAGE}{staged.folder}' (file_format => {staged.file_format})"
                ).rowcount
        return came, gone

    def _get_column_selections(self, schema: dict[str, Any]) -> list[dict[str, Any]]:
        """Return how each column is read from a staged file."""
        selections: list[dict[str, Any]] = super()._get_column_selections(schema)
        for selection, definition in zip(selections, schema["properties"].values(), strict=True):
            name = selection["clean_property_name"]
            reader = _READ_TEXT.get(definition.get("x-sql-datatype", ""), "$1:{name}")
            selection["value"] = definition.get("x-sql-value") or reader.format(name=name)
        return selections

    @staticmethod
    def _format_column_selections(
        column_selections: list[dict[str, Any]],
        format: str,  # noqa: A002
    ) -> str:
        if format != "json_casting":
            listed: str = SnowflakeConnector._format_column_selections(column_selections, format)
            return listed
        return ", ".join(
            f"{column['value']}::{column['sql_type']} as {column['clean_alias']}"
            for column in column_selections
        )

    def _get_file_format_statement(
        self, file_format: str, file_type: str = "JSON"
    ) -> tuple[sa.TextClause, dict[str, Any]]:
        """Keep what is there, and read Parquet's timestamps as timestamps, not as numbers."""
        statement, parameters = super()._get_file_format_statement(file_format, file_type)
        once = replaced(
            str(statement),
            "create or replace file format ",
            "create file format if not exists ",
        )
        if file_type == "PARQUET":
            once += " use_logical_type = true"
        return sa.text(once), parameters


def replaced(statement: str, part: str, by: str) -> str:
    """Return a statement of the base class with a part of it replaced.

    Raises:
        LoadError: the base class, which is not ours, writes it otherwise now.
    """
    if part not in statement:
        raise LoadError(
            f"this version of meltanolabs-target-snowflake does not write {part!r} any more: "
            "install the one in plugins/requirements/target-snowflake.txt."
        )
    return statement.replace(part, by)
