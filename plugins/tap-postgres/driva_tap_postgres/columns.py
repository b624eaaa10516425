"""The columns of the source's tables, and whether the target's tables can hold them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING, Any, ClassVar

import sqlalchemy as sa

from driva_tap_postgres.control import ControlStream
from driva_tap_postgres.selection import choices, is_selected, pattern_of
from driva_tap_postgres.stream import DrivaStream

if TYPE_CHECKING:
    from singer_sdk import Tap
    from singer_sdk.helpers.types import Record

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


class Columns(ControlStream):
    """The columns that the tables of `select` have, and what is said of each.

    It is read before the tables: of one whose columns are others than the last time the target is
    told first, so that it stops before a row of any table is loaded if its own table cannot hold
    them. Where nothing is other than the last time nothing is sent.
    """

    primary_keys: ClassVar[tuple[str, ...]] = ("esquema", "tabela", "coluna")

    def __init__(self, tap: Tap) -> None:
        columns = {name: {"type": "string"} for name in _TEXTS}
        super().__init__(tap, {"type": "object", "properties": columns}, COLUMNS)

    @cached_property
    def _entries(self) -> dict[str, Entry]:
        """The tables of `select`, whether this run reads them or not."""
        streams, entries = self._tap.streams, self._tap.found  # type: ignore[attr-defined]
        names = (name for name, s in streams.items() if isinstance(s, DrivaStream))
        selected = {name for name in names if is_selected(self._patterns, name)}
        return {e["tap_stream_id"]: e for e in entries if e["tap_stream_id"] in selected}

    @property
    def _patterns(self) -> list[str]:
        return self._tap.patterns or ["*.*"]  # type: ignore[attr-defined]

    @cached_property
    def _found(self) -> dict[str, list[dict[str, Any]]]:
        """What is said of the columns of each table."""
        with self._tap.connector._connect() as connection:  # type: ignore[attr-defined]
            rows = connection.execute(_TYPES, {"streams": list(self._entries)})
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
                for column, choice in choices(self._patterns, entry).items()
            ]
            for stream, entry in self._entries.items()
        }

    @cached_property
    def _digests(self) -> dict[str, str]:
        """What tells whether a table's columns are others than the last time."""
        return {n: _digest([self._found[n], e["schema"]]) for n, e in self._entries.items()}

    @cached_property
    def _others(self) -> dict[str, DrivaStream]:
        """The tables that this run reads, and whose columns the target has not been told of."""
        before = self.stream_state.get("tables") or {}
        tables = {n: t for n, t in self._tap.streams.items() if isinstance(t, DrivaStream)}
        others = {name for name, digest in self._digests.items() if before.get(name) != digest}
        return {n: table for n, table in tables.items() if n in others and table.selected}

    @cached_property
    def is_silent(self) -> bool:
        """Whether there is nothing to say; the first run says so too, and there is a table."""
        return not self._others and self.stream_state.get("sent") == _digest(self._digests)

    @property
    def emit_activate_version_messages(self) -> bool:
        """Whether what is sent takes the place of all that was sent before."""
        return not self.is_silent

    def _write_schema_message(self) -> None:
        for table in self._others.values():  # none, where there is nothing to say
            table.announce()
        super()._write_schema_message()

    def told(self) -> Iterable[Record]:
        """Yield a record a column."""
        for columns in self._found.values():
            yield from columns
        if self._stream_version is not None:
            self._write_activate_version_message(self._stream_version)
        # Of tables that this run does not read the target has yet to be told.
        before = self.stream_state.get("tables") or {}
        self.stream_state["tables"] = {
            name: digest
            for name, digest in self._digests.items()
            if name in self._others or before.get(name) == digest
        }
        self.stream_state["sent"] = _digest(self._digests)
        self.logger.info("%s: the columns of %s tables", self.name, f"{len(self._found):,}")


def _digest(said: object) -> str:
    return sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:16]
