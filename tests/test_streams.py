"""Streams of any name: each lands whole in a table of its own, or is refused."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any

import pytest

from tests.conftest import Done, Project

INCREMENTAL = {"replication-method": "INCREMENTAL", "replication-key": "id"}


def reading(
    project: Project, select: Sequence[str], metadata: dict[str, Any], **config: Any
) -> AbstractContextManager[None]:
    """Select by these patterns and no others, with the same metadata for all."""

    def change(extractor: dict[str, Any]) -> None:
        extractor["select"] = list(select)
        extractor["metadata"] = {"*": metadata}
        extractor["config"].update(config)

    return project.configured(change)


def assert_refused_unread(done: Done, *words: str) -> None:
    """The tap said all of this before it read anything, without a traceback."""
    assert done.code != 0, done.output
    for word in words:
        assert word in done.output, done.output
    for sign in ("Traceback", "Beginning sync"):
        assert sign not in done.output, done.output


def raw(project: Project, table: str) -> list[dict[str, Any]]:
    """Return a table's rows by their columns' names, without the target's own."""
    with project.snowflake() as connection, connection.cursor() as cursor:
        cursor.execute(f'select * from RAW."{table}" order by 1')
        names = [column.name for column in cursor.description]
        return [
            {n: v for n, v in zip(names, row, strict=True) if not n.startswith("_SDC_")}
            for row in cursor.fetchall()
        ]


# -- names -----------------------------------------------------------------------------------------


def test_tables_and_columns_keep_their_whole_names(project: Project) -> None:
    tables = ("my-orders", "old-orders", "2023", "order", "_x")
    for table in tables:
        project.change(
            f'create table "{table}" (id int primary key, v text)',
            f"insert into \"{table}\" values (1, '{table}')",
        )
    odd = ("rate%", "%s", "apos'trofe", 'quo"te', "x.y", "a :b", "$1", "order", "2", "Ç", "{c}")
    columns = ", ".join('"{}" int'.format(name.replace('"', '""')) for name in odd)
    values = ", ".join(str(number) for number in range(len(odd)))
    project.change(
        f'create table "a.b" (id int primary key, {columns}, fora int)',
        f'insert into "a.b" values (1, {values}, 0)',
        "create table carimbada (id int primary key, _sdc_sequence int)",
        "insert into carimbada values (1, 7)",
    )
    selected = [*(f"public-{table}.*" for table in tables), r"public-a\.b.*", r"!public-a\.b.fora"]
    stamped = ["public-carimbada.*", "!public-carimbada._sdc_sequence"]
    with reading(project, [*selected, *stamped], INCREMENTAL):
        project.succeed("run", "el")
        for table in tables:
            assert raw(project, table.upper()) == [{"ID": 1, "V": table}]
        expected = {"ID": 1, **{column.upper(): n for n, column in enumerate(odd)}}
        assert raw(project, "A.B") == [expected]
        [(sequence,)] = project.warehouse("select _sdc_sequence from RAW.CARIMBADA")
        assert sequence > 7
        # Again, with a column more, record by record.
        project.change('alter table "a.b" add "new%" int default 5', "delete from carimbada")
        with project.record_by_record():
            done = project.succeed("run", "--full-refresh", "el")
    assert done.loaded()["A.B"] == (0, 1)
    assert raw(project, "A.B") == [{**expected, "NEW%": 5}]


@pytest.mark.parametrize(
    ("select", "words"),
    [
        (
            ["public-estoque.*", "filial-estoque.*"],
            ("filial.estoque and public.estoque would be one table", "!public-estoque"),
        ),
        (["public-Pedido.*", "public-pedido.*"], ("public.Pedido and public.pedido",)),
        (["public-nomes.*"], ("column public.nomes.Nome would be one with nome",)),
        (
            ["public-carimbada.*"],
            ("public.carimbada._sdc_sequence", "`!public-carimbada._sdc_sequence` in `select`"),
        ),
    ],
)
def test_names_that_would_meet_are_refused(
    project: Project, select: list[str], words: tuple[str, ...]
) -> None:
    project.change(
        "create schema if not exists filial",
        "create table if not exists public.estoque (id int primary key)",
        "create table if not exists filial.estoque (id int primary key)",
        'create table if not exists "Pedido" (id int primary key)',
        "create table if not exists pedido (id int primary key)",
        'create table if not exists nomes (id int primary key, "Nome" text, nome text)',
    )
    with reading(project, select, INCREMENTAL, filter_schemas=["public", "filial"]):
        assert_refused_unread(project.meltano("invoke", "tap-postgres"), *words)
