"""Control totals of the source, which dbt compares with RAW."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from singer_sdk import Stream

from driva_tap_postgres.errors import blamed
from driva_tap_postgres.stream import DrivaStream
from driva_tap_postgres.totals import IDS_PER_RANGE, SCALE_OF_SUMS
from driva_tap_postgres.types import decimal

if TYPE_CHECKING:
    from singer_sdk import Tap
    from singer_sdk.helpers._batch import BatchConfig
    from singer_sdk.helpers.types import Context, Record

RECONCILIATION = "driva-reconciliacao"
_COLUMNS = {
    "tabela": {"type": "string"},
    "faixa": {"type": "integer"},
    "ids_por_faixa": {"type": "integer"},
    "id_inicial": {"type": "integer"},
    "id_final": {"type": "integer"},
    "linhas": {"type": "integer"},
    "soma_chaves": decimal(38, 0).schema,
    "soma_valores": decimal(38, SCALE_OF_SUMS).schema,
    "colunas_somadas": {"type": "string"},
    "estavel": {"type": "boolean"},
    "conferido_em": {"type": "string", "format": "date-time"},
}


class Reconciliation(Stream):
    """The totals of each table up to its bookmark, one record a range of ids.

    Of a table that does not differ from what the last run has sent, nothing is sent: the warehouse
    need not wake up. A range that has changed while it was read is not `estavel`.
    """

    primary_keys: ClassVar[tuple[str, ...]] = ("tabela", "faixa")
    selected_by_default = False

    def __init__(self, tap: Tap) -> None:
        super().__init__(tap, {"type": "object", "properties": _COLUMNS}, RECONCILIATION)

    @cached_property
    def _news(self) -> dict[str, list[dict[str, Any]]]:
        """The totals of each table of which there is something to say, but for the time.

        To be asked when the tables have been read.
        """
        tables = (t for t in self._tap.streams.values() if isinstance(t, DrivaStream))
        totals = {table.name: list(_totals_of(table)) for table in tables if table.selected}
        known = self.stream_state.get("digests", {})
        return {name: t for name, t in totals.items() if t and known.get(name) != _digest(t)}

    @property
    def _is_silent(self) -> bool:
        """Whether there is nothing to say; the first run says so too, and there is a table."""
        return not self._news and "digests" in self.stream_state

    def _write_schema_message(self) -> None:
        if not self._is_silent:
            super()._write_schema_message()

    def get_batch_config(self, config: Mapping[str, Any]) -> BatchConfig | None:
        """Return None: what little there is goes as records."""
        return None

    def get_records(self, context: Context | None) -> Iterable[Record]:
        """Yield a record a range of each table, unless the last run of it has sent the same."""
        if self._is_silent:
            self.logger.info("%s: nothing new", self.name)
            return
        now = datetime.now(UTC).replace(tzinfo=None).isoformat()
        digests = self.get_context_state(context).setdefault("digests", {})
        for name, totals in self._news.items():
            for total in totals:
                yield {**total, "conferido_em": now}
            digests[name] = _digest(totals)
        ranges = sum(map(len, self._news.values()))
        self.logger.info("%s: totals of %s ranges", self.name, f"{ranges:,}")


def _digest(totals: list[dict[str, Any]]) -> str:
    return hashlib.sha256(json.dumps(totals, default=str).encode()).hexdigest()


def _totals_of(table: DrivaStream) -> Iterator[dict[str, Any]]:
    """Yield the totals of a table's ranges."""
    if table.totals is None or table.bookmark is None:
        return
    with blamed(table.fully_qualified_name):
        ranges = list(table.totals.ranges(table.bookmark))
    for found in ranges:
        yield {
            "tabela": table.fully_qualified_name.table,
            "faixa": found.number,
            "ids_por_faixa": IDS_PER_RANGE,
            "id_inicial": found.first,
            "id_final": found.last,
            "linhas": found.total.rows,
            "soma_chaves": found.total.keys,
            "soma_valores": found.total.values,
            "colunas_somadas": json.dumps(table.totals.columns),
            "estavel": found.is_stable,
        }
