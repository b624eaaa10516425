"""Replication keys: what a bookmark is compared by, and who may still write below it.

PostgreSQL compares and adds, whatever the key is; here a bookmark is the text that it wrote.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

# A table with its partitions and whatever else inherits from it.
_TREE = """
    with recursive tree as (
        select cast(cast(:table as regclass) as oid) as oid
        union
        select i.inhrelid from pg_inherits i join tree t on t.oid = i.inhparent
    )
"""

# Who may still add rows below the highest key, `seen` being the upper end of the snapshot that it
# was read in. A transaction takes a lock on a table before it writes a row, and on a sequence when
# it takes a number, and keeps it until it ends. A view has no such locks, and a standby does not
# know its primary's; there the snapshot tells whether all that ran then has ended.
# https://www.postgresql.org/docs/18/explicit-locking.html
# https://www.postgresql.org/docs/18/functions-info.html; by their old names PostgreSQL 12 has them.
WRITERS = sa.text(f"""
    {_TREE}
    select l.virtualtransaction
    from pg_locks l
    where l.relation in (
        select oid from tree
        union all
        select d.objid from pg_depend d join tree t on t.oid = d.refobjid
        where d.classid = 'pg_class'::regclass and d.deptype in ('a', 'i')
    )
    and l.mode in (
        'RowExclusiveLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock'
    )
    and l.pid is distinct from pg_backend_pid()
    union
    select 'any'
    from pg_class c
    where c.oid = cast(:table as regclass)
        and (c.relkind = 'v' or pg_is_in_recovery())
        and txid_snapshot_xmin(txid_current_snapshot()) < :seen
""")
SEEN = sa.func.txid_snapshot_xmax(sa.func.txid_current_snapshot())

# Where neither locks nor snapshots tell who may still add rows.
BLIND_SPOT = sa.text(f"""
    {_TREE}
    select case
        when c.relkind = 'm' then 'a materialized view, which shows rows when it is refreshed'
        when c.relkind = 'f' then 'a foreign table, whose transactions another server knows'
        else 'filled by a subscription, in the order in which its publisher commits'
    end
    from tree t join pg_class c on c.oid = t.oid
    where c.relkind in ('m', 'f') or exists (select from pg_subscription_rel where srrelid = c.oid)
    limit 1
""")


class BookmarkError(Exception):
    """The state has a bookmark that is no value of its replication key."""


@dataclass(frozen=True)
class ReplicationKey:
    """A replication key that rows are counted up by: a number or a time.

    Attributes:
        column: the key.
        kind: its type; the one below, if that is a domain.
        lookback: how far below the bookmark rows are read again.
    """

    column: sa.Column[Any]
    kind: sa.types.TypeEngine[Any]
    lookback: sa.ColumnElement[Any]

    @classmethod
    def of(cls, column: sa.Column[Any], config: Mapping[str, Any]) -> ReplicationKey | None:
        """Return the key that a column is, or None if new rows of it may come anywhere."""
        kind = column.type
        if isinstance(kind, postgresql.DOMAIN):
            kind = kind.data_type
        if isinstance(kind, sa.Integer | sa.Numeric):
            return cls(column, kind, sa.literal(config["replication_lookback"]))
        if isinstance(kind, sa.Date | sa.DateTime):
            seconds = config["replication_lookback_seconds"]
            return cls(column, kind, sa.literal_column(f"interval '{seconds} seconds'"))
        return None

    @property
    def is_whole(self) -> bool:
        """Whether it is a whole number, and no domain of them."""
        return isinstance(self.column.type, sa.Integer)

    @property
    def is_time(self) -> bool:
        """Whether it is a date or a timestamp."""
        return isinstance(self.kind, sa.Date | sa.DateTime)

    @property
    def is_passable(self) -> sa.ColumnElement[bool]:
        """The test for what a bookmark may be: not the future, as nothing new would be above it."""
        if self.is_time:
            return self.column <= sa.func.now()
        if isinstance(self.kind, sa.Numeric):
            return sa.cast(self.column, sa.Text).not_in(["NaN", "Infinity"])
        return sa.true()

    def value(self, bookmark: Any) -> sa.ColumnElement[Any]:
        """Return a bookmark, if there is one, as a value of the key's type."""
        text = None if bookmark is None else str(bookmark)
        return sa.cast(sa.literal(text, sa.Text()), self.kind)

    def lowest(self, bookmark: Any) -> sa.ColumnElement[Any]:
        """Return where a run begins to read: the lookback below the bookmark, whole days of it."""
        begin = self.value(bookmark) - self.lookback
        return sa.cast(begin, self.kind) if self.is_time else begin

    def in_state(self, text: str) -> int | str:
        """Return what stands for a bookmark in the state."""
        return int(text) if isinstance(self.kind, sa.Integer) else text
