"""The high-water mark of a table: the highest key below which no row can come any more."""

from __future__ import annotations

import time

import sqlalchemy as sa

from driva_tap_postgres.replication_key import ReplicationKey
from driva_tap_postgres.source import TREE, SourceTable

# How long a run waits for transactions that write to its table to end.
WAIT_SECONDS = 5.0

# Who may still add rows below the highest key, `seen` being the upper end of the snapshot that it
# was read in. A transaction takes a lock on a table before it writes a row, and on a sequence when
# it takes a number, and keeps it until it ends. A view has no such locks, and a standby does not
# know its primary's; there the snapshot tells whether all that ran then has ended.
# https://www.postgresql.org/docs/18/explicit-locking.html
# https://www.postgresql.org/docs/18/functions-info.html; by their old names PostgreSQL 12 has them.
_WRITERS = sa.text(f"""
    {TREE}
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
_SEEN = sa.func.txid_snapshot_xmax(sa.func.txid_current_snapshot())

# Where neither locks nor snapshots tell who may still add rows.
_BLIND_SPOT = sa.text(f"""
    {TREE}
    select case
        when c.relkind = 'm' then 'a materialized view, which shows rows when it is refreshed'
        when c.relkind = 'f' then 'a foreign table, whose transactions another server knows'
        else 'filled by a subscription, in the order in which its publisher commits'
    end
    from tree t join pg_class c on c.oid = t.oid
    where c.relkind in ('m', 'f') or exists (select from pg_subscription_rel where srrelid = c.oid)
    limit 1
""")


def highest(source: SourceTable, key: ReplicationKey) -> tuple[str | None, bool]:
    """Return a table's highest key, and whether no open transaction can undercut it.

    Keys are taken before they are committed. So: take the highest one, wait for whoever may be
    writing just then, and read afterwards.
    """
    of_all = sa.cast(sa.func.max(key.column), sa.Text)
    ((found, seen),) = source.ask(sa.select(of_all, _SEEN).where(key.is_passable))
    asked = {"table": source.quoted_name, "seen": seen}
    writers = set(source.ask(_WRITERS, **asked))
    deadline = time.monotonic() + WAIT_SECONDS
    while writers and time.monotonic() < deadline:
        time.sleep(0.05)
        writers &= set(source.ask(_WRITERS, **asked))
    return (None if found is None else str(found)), not writers


def blind_spot(source: SourceTable) -> str | None:
    """Return what a table is, if nothing tells who may still add rows to it."""
    kinds = source.ask(_BLIND_SPOT, table=source.quoted_name)
    return next((str(kind) for (kind,) in kinds), None)
