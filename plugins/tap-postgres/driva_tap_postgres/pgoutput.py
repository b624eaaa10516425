"""What PostgreSQL's log says of rows, by its own plugin pgoutput: which keys have changed.

Of a row only the key is read, as its value is read from the table itself: so that types, large
values and files are the same however a change was found.

https://www.postgresql.org/docs/18/protocol-logicalrep-message-formats.html
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

# A table, by its schema and its own name.
Name = tuple[str, str]
# The values of a row's key, as PostgreSQL writes them.
Key = tuple[str, ...]

# The version of the protocol that is read here; all of PostgreSQL's have it.
VERSION = "1"

_BEGIN = struct.Struct(">QqI")  # the commit's position, its time, the transaction
_COMMIT = struct.Struct(">BQQq")  # flags, the commit's position, the one behind it, its time
_NUMBER = struct.Struct(">I")
_COUNT = struct.Struct(">H")
_IS_KEY = 1
_OLD = (b"K", b"O")  # the old row's key, or all of it
_UNCHANGED, _TEXT = b"ut"


class LogError(Exception):
    """The log says something that nothing can be made of."""


class Changes(Protocol):
    """Who is told what the log says, transaction by transaction as they were committed."""

    def begin(self, transaction: int, position: int) -> None:
        """Tell that a transaction begins, and where in the log it was committed."""

    def changed(self, table: Name, key: Key) -> None:
        """Tell that there was a row with this key, or is one now."""

    def truncated(self, table: Name) -> None:
        """Tell that no row was left."""

    def commit(self, position: int) -> None:
        """Tell that the transaction has ended, and the position behind it."""


class _Relation(NamedTuple):
    """A table as it was when the log was written.

    Attributes:
        name: its name.
        places: of each of its columns up to the last one of the key, its place in the key, if any.
    """

    name: Name
    places: Sequence[int | None]


class Decoder:
    """Reads messages of pgoutput, in their order.

    Args:
        keys: the tables that count, and the columns that tell their rows apart.
        changes: who is told.
    """

    def __init__(self, keys: Mapping[Name, Sequence[str]], changes: Changes) -> None:
        self._keys = keys
        self._changes = changes
        self._relations: dict[int, _Relation | None] = {}

    def read(self, message: bytes) -> None:
        """Read a message.

        Raises:
            LogError: it is of an unknown kind, or has not the key of its row.
        """
        match message[:1]:
            case b"I" | b"U" | b"D":
                if relation := self._relations[_NUMBER.unpack_from(message, 1)[0]]:
                    self._read_row(message, relation)
            case b"B":
                position, _, transaction = _BEGIN.unpack_from(message, 1)
                self._changes.begin(transaction, position)
            case b"C":
                _, _, position, _ = _COMMIT.unpack_from(message, 1)
                self._changes.commit(position)
            case b"R":
                self._describe(message)
            case b"T":
                (count,) = _NUMBER.unpack_from(message, 1)
                for number in struct.unpack_from(f">{count}I", message, 6):
                    if relation := self._relations[number]:
                        self._changes.truncated(relation.name)
            case b"O" | b"Y" | b"M":  # an origin, a type's name, a text for some other reader
                pass
            case kind:
                raise LogError(
                    f"the log has a message of the kind {kind!r}, which is not known here, and "
                    "what comes behind it cannot be read either"
                )

    def _describe(self, message: bytes) -> None:
        """Read what a table looks like from here on."""
        (number,) = _NUMBER.unpack_from(message, 1)
        schema, at = _string(message, 5)
        table, at = _string(message, at)
        (count,) = _COUNT.unpack_from(message, at + 1)  # behind the kind of its replica identity
        at += 3
        columns, identity = [], []
        for _ in range(count):
            flags = message[at]
            column, at = _string(message, at + 1)
            at += 8  # the column's type
            columns.append(column)
            if flags & _IS_KEY:
                identity.append(column)
        name = schema or "pg_catalog", table
        self._relations[number] = None
        if key := self._keys.get(name):
            if missing := [column for column in key if column not in identity]:
                raise LogError(
                    f"the log of {schema}.{table} does not tell which {', '.join(missing)} a row "
                    "had that was changed or deleted, as its replica identity has no such column"
                )
            places = {columns.index(column): place for place, column in enumerate(key)}
            self._relations[number] = _Relation(
                name, [places.get(column) for column in range(max(places) + 1)]
            )

    def _read_row(self, message: bytes, relation: _Relation) -> None:
        """Tell of a row that is new, changed or gone: of its key before, and of its key now."""
        old: Key = ()
        at = 6
        if message[5:6] in _OLD:
            old, at = _key(message, at, relation)
            self._changes.changed(relation.name, old)
            if message[:1] == b"D":
                return
            at = _behind(message, 6) + 1
        new, _ = _key(message, at, relation, old)
        if new != old:
            self._changes.changed(relation.name, new)


def _key(message: bytes, at: int, relation: _Relation, old: Key = ()) -> tuple[Key, int]:
    """Return the key of the row that begins at a place, and where it has ended.

    Args:
        message: the message.
        at: the place.
        relation: the row's table.
        old: its key before, of which it has what it does not say.
    """
    at += _COUNT.size
    found = ["" for place in relation.places if place is not None]
    for place in relation.places:
        kind = message[at]
        at += 1
        if kind == _TEXT:
            (length,) = _NUMBER.unpack_from(message, at)
            at += _NUMBER.size
            if place is not None:
                found[place] = message[at : at + length].decode()
            at += length
        elif place is not None:
            if kind != _UNCHANGED or not old:
                raise LogError(
                    f"a row of {'.'.join(relation.name)} has a key with a NULL, or one that the "
                    "log does not have"
                )
            found[place] = old[place]
    return tuple(found), at


def _behind(message: bytes, at: int) -> int:
    """Return the place behind the row that begins at a place."""
    (count,) = _COUNT.unpack_from(message, at)
    at += _COUNT.size
    for _ in range(count):
        kind = message[at]
        at += 1
        if kind == _TEXT:
            (length,) = _NUMBER.unpack_from(message, at)
            at += _NUMBER.size + length
    return at


def _string(message: bytes, at: int) -> tuple[str, int]:
    end = message.index(0, at)
    return message[at:end].decode(), end + 1
