"""The columns of the source's tables, and whether the target's tables can hold them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING, Any, ClassVar

import sqlalchemy as sa
from singer_sdk import Stream

from driva_tap_postgres.selection import choices, is_selected, pattern_of
from driva_tap_postgres.stream import DrivaStream

if TYPE_CHECKING:
    from singer_sdk import Tap
    from singer_sdk.helpers._batch import BatchConfig
    from singer_sdk.helpers.types import Context, Record

    from driva_tap_postgres.selection import Entry

COLUMNS = "driva-colunas"
_TEXTS = ("esquema", "tabela", "coluna", "tipo", "selecao", "padrao")
_CHOICES = {True: "sim", False: "não", None: "indecisa"}
_TYPES = sa.text("""
    select
        n.nspname || '-' || c.relname,
        a.attname,
        format_type(a.atttypid, a.atttypmod)
    from pg_attribute a
    join pg_class c on c.oid = a.attrelid
    join pg_namespace n on n.oid = c.relnamespace
    where a.attnum > 0 and n.nspname || '-' || c.relname = any(:streams)
""")


class Columns(Stream):
    """The columns that the tables of `select` have, and what is said of each.

    It is read before the tables: of one whose columns are others than the last time the target is
    told first, so that it stops before a row of any table is loaded if its own table cannot hold
    them. Where nothing is other than the last time nothing is sent.
    """

    primary_keys: ClassVar[tuple[str, ...]] = ("esquema", "tabela", "coluna")
    selected_by_default = False

    def __init__(self, tap: Tap) -> None:
        columns = {name: {"type": "string"} for name in _TEXTS}
        super().__init__(tap, {"type": "object", "properties": columns}, COLUMNS)

    @cached_property
    def _found(self) -> dict[str, list[dict[str, Any]]]:
        """What is said of each table's columns, whether this run reads it or not."""
        patterns = self._tap.patterns or ["*.*"]  # type: ignore[attr-defined]
        entries = {
            entry["tap_stream_id"]: entry
            for entry in self._tables
            if is_selected(patterns, entry["tap_stream_id"])
        }
        with self._tap.connector._connect() as connection:  # type: ignore[attr-defined]
            rows = connection.execute(_TYPES, {"streams": list(entries)})
            types = {(stream, column): kind for stream, column, kind in rows}
        return {
            stream: [
                {
                    "esquema": stream.removesuffix(f"-{entry['table_name']}"),
                    "tabela": entry["table_name"],
                    "coluna": column,
                    "tipo": types.get((stream, column)),
                    "selecao": _CHOICES[choice],
                    "padrao": pattern_of(stream, column),
                }
                for column, choice in choices(patterns, entry).items()
            ]
            for stream, entry in entries.items()
        }

    @property
    def _tables(self) -> Iterator[Entry]:
        """The entries of the source's tables."""
        streams, entries = self._tap.streams, self._tap.found  # type: ignore[attr-defined]
        return (e for e in entries if isinstance(streams.get(e["tap_stream_id"]), DrivaStream))

    @cached_property
    def _digests(self) -> dict[str, str]:
        """What tells whether a table's columns are others than the last time."""
        schemas = {entry["tap_stream_id"]: entry["schema"] for entry in self._tables}
        said = {stream: [columns, schemas[stream]] for stream, columns in self._found.items()}
        return {s: sha256(json.dumps(told).encode()).hexdigest()[:16] for s, told in said.items()}

    @cached_property
    def _before(self) -> dict[str, str]:
        tables: dict[str, str] = self.stream_state.get("tables") or {}
        return tables

    @cached_property
    def _is_silent(self) -> bool:
        """Whether there is nothing to say; the first run says so too, and there is a table."""
        return "tables" in self.stream_state and self._before == self._digests

    @property
    def _told(self) -> dict[str, DrivaStream]:
        """The tables that this run reads, and whose columns are others than the last time."""
        tables = {n: t for n, t in self._tap.streams.items() if isinstance(t, DrivaStream)}
        others = {
            name for name, digest in self._digests.items() if self._before.get(name) != digest
        }
        return {name: tables[name] for name in tables if name in others and tables[name].selected}

    @property
    def emit_activate_version_messages(self) -> bool:
        """Whether what is sent takes the place of all that was sent before."""
        return not self._is_silent

    def _write_schema_message(self) -> None:
        if self._is_silent:
            return
        for table in self._told.values():
            table.announce()
        super()._write_schema_message()

    def get_batch_config(self, config: Mapping[str, Any]) -> BatchConfig | None:
        """Return None: what little there is goes as records."""
        return None

    def get_records(self, context: Context | None) -> Iterable[Record]:
        """Yield a record a column, unless the last run has sent the same."""
        if self._is_silent:
            self.logger.info("%s: nothing new", self.name)
            return
        for columns in self._found.values():
            yield from columns
        if self._stream_version is not None:
            self._write_activate_version_message(self._stream_version)
        # Of a table that this run does not read the target has not been told.
        told = self._told
        self.stream_state["tables"] = {
            name: digest
            for name, digest in self._digests.items()
            if name in told or self._before.get(name) == digest
        }
        self.logger.info("%s: the columns of %s tables", self.name, f"{len(self._found):,}")
