"""Which database it is that is read, and whether it has been set back since."""

from __future__ import annotations

from typing import NamedTuple

import sqlalchemy as sa

# Any user may ask for it, unless somebody has revoked that. A standby has its primary's answers. Of
# a new timeline the control file does not know before a checkpoint, the names of WAL files do.
# https://www.postgresql.org/docs/18/functions-info.html#FUNCTIONS-INFO-CONTROLDATA
# https://www.postgresql.org/docs/18/storage-file-layout.html
_ASKED = sa.text("""
    select
        cast((select system_identifier from pg_control_system()) as text),
        cast((select oid from pg_database where datname = current_database()) as text),
        cast(
            case
                when pg_is_in_recovery() then (select timeline_id from pg_control_checkpoint())
                else cast(
                    cast('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8) as bit(32)) as int
                )
            end as text
        )
""")
_NOT_ALLOWED = "42501"


class Origin(NamedTuple):
    """A database.

    Attributes:
        system: the identifier of its cluster, which a dump or pg_upgrade does not take along.
        database: its number there.
        timeline: counts up when a backup is restored, or a standby becomes the primary: some of
            what was read before may never have been.
    """

    system: str
    database: str
    timeline: str

    @classmethod
    def asked(cls, connection: sa.Connection) -> Origin | None:
        """Return the database that a connection is to, if its user may know it."""
        try:
            return cls(*connection.execute(_ASKED).one())
        except sa.exc.ProgrammingError as error:
            if getattr(error.orig, "pgcode", None) == _NOT_ALLOWED:
                return None
            raise

    @classmethod
    def parse(cls, text: str | None) -> Origin | None:
        """Return the one in a state, if there is one."""
        parts = (text or "").split("/")
        return cls(*parts) if len(parts) == len(cls._fields) else None

    def __str__(self) -> str:
        """Return what stands for it in a state."""
        return "/".join(self)

    def is_other(self, than: Origin | None) -> bool:
        """Tell whether it is another database than this one."""
        return than is not None and self[:2] != than[:2]

    def is_restored(self, since: Origin | None) -> bool:
        """Tell whether it has been set back since."""
        return since is not None and self[:2] == since[:2] and self.timeline != since.timeline
