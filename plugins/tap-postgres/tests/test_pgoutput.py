"""What the log says, from messages as PostgreSQL documents them."""

from __future__ import annotations

import random
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from driva_tap_postgres.pgoutput import Decoder, Key, LogError, Name

SALES = ("public", "vendas")
ITEMS = ("public", "itens")
UNCHANGED = object()  # a large value that an update has left alone
Value = str | None | object


@dataclass
class Told:
    """All that was told, as words."""

    words: list[tuple[object, ...]] = field(default_factory=list)

    def begin(self, transaction: int, position: int) -> None:
        self.words.append(("begin", transaction, position))

    def changed(self, table: Name, key: Key) -> None:
        self.words.append((table[1], *key))

    def truncated(self, table: Name) -> None:
        self.words.append(("truncated", table[1]))

    def commit(self, position: int) -> None:
        self.words.append(("commit", position))


def relation(
    number: int, name: Name, columns: Sequence[str], key: Sequence[str], identity: str = "d"
) -> bytes:
    schema, table = ("" if name[0] == "pg_catalog" else name[0]), name[1]
    message = b"R" + struct.pack(">I", number) + schema.encode() + b"\0" + table.encode() + b"\0"
    message += identity.encode() + struct.pack(">H", len(columns))
    for column in columns:
        message += bytes([column in key]) + column.encode() + b"\0" + struct.pack(">Ii", 23, -1)
    return message


def row(*values: Value) -> bytes:
    message = struct.pack(">H", len(values))
    for value in values:
        if value is None or value is UNCHANGED:
            message += b"n" if value is None else b"u"
        else:
            text = str(value).encode()
            message += b"t" + struct.pack(">I", len(text)) + text
    return message


def insert(number: int, *values: Value) -> bytes:
    return b"I" + struct.pack(">I", number) + b"N" + row(*values)


def update(number: int, *new: Value, old: Sequence[Value] = (), kind: bytes = b"K") -> bytes:
    before = kind + row(*old) if old else b""
    return b"U" + struct.pack(">I", number) + before + b"N" + row(*new)


def delete(number: int, *old: Value, kind: bytes = b"K") -> bytes:
    return b"D" + struct.pack(">I", number) + kind + row(*old)


SALES_IS_7 = relation(7, SALES, ["nota", "id", "valor"], ["id"])
ITEMS_IS_8 = relation(8, ITEMS, ["item", "texto", "venda"], ["venda", "item"])


def told(*messages: bytes) -> list[tuple[object, ...]]:
    """Return what is told of messages; the key of an item is of two columns, in another order."""
    changes = Told()
    decoder = Decoder({SALES: ["id"], ITEMS: ["venda", "item"]}, changes)
    for message in messages:
        decoder.read(message)
    return changes.words


def test_a_transaction_has_a_beginning_and_an_end() -> None:
    begin = b"B" + struct.pack(">QqI", 0x16B3748, 5, 2**32 - 3)
    commit = b"C" + struct.pack(">BQQq", 0, 0x16B3748, 0x16B3778, 5)
    assert told(begin, commit) == [("begin", 2**32 - 3, 0x16B3748), ("commit", 0x16B3778)]


def test_of_each_row_the_key_is_told() -> None:
    assert told(SALES_IS_7, insert(7, "x" * 5000, "-12", None)) == [("vendas", "-12")]
    assert told(SALES_IS_7, update(7, UNCHANGED, "12", "9.90")) == [("vendas", "12")]
    assert told(SALES_IS_7, delete(7, None, "12", None)) == [("vendas", "12")]
    assert told(ITEMS_IS_8, insert(8, "2", "ação", "1")) == [("itens", "1", "2")]


def test_a_key_that_changes_is_two_keys() -> None:
    changed = update(7, "nota", "13", None, old=(None, "12", None))
    assert told(SALES_IS_7, changed) == [("vendas", "12"), ("vendas", "13")]


def test_of_a_full_replica_identity_only_the_key_counts() -> None:
    full = relation(7, SALES, ["nota", "id", "valor"], ["nota", "id", "valor"], "f")
    same = update(7, "nova", "12", "1", old=("velha", "12", None), kind=b"O")
    other = update(7, "nova", "13", "1", old=("velha", "12", "ção"), kind=b"O")
    gone = delete(7, "velha", "12", "1", kind=b"O")
    assert told(full, same) == [("vendas", "12")]
    assert told(full, other) == [("vendas", "12"), ("vendas", "13")]
    assert told(full, gone) == [("vendas", "12")]


def test_a_large_key_that_an_update_left_alone_is_that_of_the_old_row() -> None:
    large = "k" * 9000
    kept = update(8, "2", "novo", UNCHANGED, old=("1", None, large))
    assert told(ITEMS_IS_8, kept) == [("itens", large, "1"), ("itens", large, "2")]


def test_a_truncation_names_its_tables() -> None:
    message = b"T" + struct.pack(">IBIII", 3, 1, 8, 9, 7)
    other = relation(9, ("public", "outra"), ["id"], ["id"])
    assert told(SALES_IS_7, ITEMS_IS_8, other, message) == [
        ("truncated", "itens"),
        ("truncated", "vendas"),
    ]


def test_what_does_not_count_is_passed_over() -> None:
    other = relation(9, ("filial", "vendas"), ["id"], [], "n")
    origin, kind = b"O" + struct.pack(">Q", 1) + b"x\0", b"Y" + struct.pack(">I", 1) + b"\0t\0"
    assert told(other, insert(9, "1"), origin, kind, b"M\0") == []


def test_a_table_that_changes_is_read_as_it_was_then() -> None:
    later = relation(7, SALES, ["id", "nota"], ["id"])
    messages = (SALES_IS_7, insert(7, "1", "2", "3"), later, insert(7, "1", "2"))
    assert told(*messages) == [("vendas", "2"), ("vendas", "1")]


@pytest.mark.parametrize(
    ("messages", "said"),
    [
        ([b"S" + bytes(12)], "kind b'S'"),
        ([relation(7, SALES, ["id", "nota"], ["nota"])], "public.vendas does not tell which id"),
        ([relation(7, SALES, ["codigo"], ["codigo"])], "public.vendas does not tell which id"),
        ([SALES_IS_7, insert(7, "x", None, "y")], "a row of public.vendas has a key with a NULL"),
        ([SALES_IS_7, update(7, "x", UNCHANGED, "y")], "one that the log does not have"),
    ],
)
def test_what_nothing_can_be_made_of_is_said(messages: list[bytes], said: str) -> None:
    with pytest.raises(LogError, match=said):
        told(*messages)


def test_rows_of_any_shape_give_their_keys() -> None:
    """Random tables, keys and values, written and read again."""
    dice = random.Random(20)
    for _ in range(300):
        columns = [f"c{number}" for number in range(dice.randint(1, 12))]
        key = dice.sample(columns, dice.randint(1, len(columns)))
        full = dice.random() < 0.3
        changes = Told()
        decoder = Decoder({SALES: key}, changes)
        decoder.read(relation(7, SALES, columns, columns if full else key, "f" if full else "d"))
        expected = []
        for _ in range(10):
            old, new = (
                {
                    column: "".join(dice.choices("ab,{}\"'\\ é€😀\n", k=dice.randint(0, 9)))
                    if column in key or dice.random() < 0.7
                    else None
                    for column in columns
                }
                for _ in range(2)
            )
            before, after = (("vendas", *(values[c] for c in key)) for values in (old, new))
            kept = [old[column] if full or column in key else None for column in columns]
            kind = b"O" if full else b"K"
            match dice.randrange(4):
                case 0:
                    decoder.read(insert(7, *new.values()))
                    expected.append(after)
                case 1:
                    decoder.read(update(7, *new.values()))
                    expected.append(after)
                case 2:
                    decoder.read(update(7, *new.values(), old=kept, kind=kind))
                    expected += [before, after] if before != after else [before]
                case 3:
                    decoder.read(delete(7, *kept, kind=kind))
                    expected.append(before)
        assert changes.words == expected
