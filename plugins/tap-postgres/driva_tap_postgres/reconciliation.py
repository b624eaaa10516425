"""Control totals of the source, which dbt compares with RAW."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from driva_tap_postgres.control import ControlStream
from driva_tap_postgres.stream import DrivaStream
from driva_tap_postgres.totals import SCALE_OF_SUMS
from driva_tap_postgres.types import decimal

if TYPE_CHECKING:
    from singer_sdk import Tap
    from singer_sdk.helpers.types import Record

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
    "conferido_em": {"type": "string", "format": "date-time"},
}


class Reconciliation(ControlStream):
    """The totals of what has been read of each table, one record a range of ids.

    Of a table of which nothing is read nothing is sent.
    """

    primary_keys: ClassVar[tuple[str, ...]] = ("tabela", "faixa")

    def __init__(self, tap: Tap) -> None:
        super().__init__(tap, {"type": "object", "properties": _COLUMNS}, RECONCILIATION)

    @cached_property
    def _news(self) -> dict[str, list[dict[str, Any]]]:
        """The totals of each table that has been read; to be asked when all have been."""
        tables = (t for t in self._tap.streams.values() if isinstance(t, DrivaStream))
        totals = {table.name: list(_totals_of(table)) for table in tables if table.selected}
        return {name: of_table for name, of_table in totals.items() if of_table}

    @property
    def is_silent(self) -> bool:
        """Whether there is nothing to say; the first run says so too, and there is a table."""
        return not self._news and "sent" in self.stream_state

    def told(self) -> Iterable[Record]:
        """Yield a record a range of each table."""
        for totals in self._news.values():
            yield from totals
        self.stream_state["sent"] = True
        ranges = sum(map(len, self._news.values()))
        self.logger.info("%s: totals of %s ranges", self.name, f"{ranges:,}")


def _totals_of(table: DrivaStream) -> Iterator[dict[str, Any]]:
    """Yield the totals of what has been read of a table."""
    read_at = datetime.fromtimestamp(table.read_at, UTC).replace(tzinfo=None)
    for found in table.totals_read:
        yield {
            "tabela": table.fully_qualified_name.table,
            "faixa": found.number,
            "ids_por_faixa": found.ids_per_range,
            "id_inicial": found.first,
            "id_final": found.last,
            "linhas": found.total.rows,
            "soma_chaves": found.total.keys,
            "soma_valores": found.total.values,
            "colunas_somadas": json.dumps(table.columns_summed),
            "conferido_em": read_at.isoformat(),
        }
