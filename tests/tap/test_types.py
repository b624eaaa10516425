"""Every type of PostgreSQL: files and records bring the source's value to RAW."""

from __future__ import annotations

import datetime
import ipaddress
import json
import os
import shutil
import socket
import struct
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from psycopg.types.json import Json, Jsonb

from tests.conftest import Project, free_port

pytestmark = pytest.mark.in_order

ROWS = 150
PGBOUNCER = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
needs_pgbouncer = pytest.mark.skipif(
    PGBOUNCER is None, reason="no pgbouncer here: install Debian's pgbouncer"
)
CHARACTERS = st.characters(exclude_characters="\0", exclude_categories=["Cs"])


@dataclass(frozen=True)
class Column:
    """A type with the values that it is tried with; both functions make them comparable."""

    kind: str
    values: st.SearchStrategy[Any]
    of_source: Callable[[Any], Any] = lambda value: value
    of_raw: Callable[[Any], Any] = lambda value: value


def text(longest: int | None = None) -> st.SearchStrategy[str]:
    return st.text(CHARACTERS, max_size=longest)


def integers(bits: int) -> st.SearchStrategy[int]:
    return st.integers(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)


def decimals(digits: int, places: int) -> st.SearchStrategy[Decimal]:
    most = 10**digits - 1
    return st.integers(-most, most).map(lambda number: Decimal(f"{number}e-{places}"))


def as_real(value: float) -> str:
    """Tell floats of 32 bits apart, -0.0 from 0.0 too, and let NaN equal itself."""
    return repr(struct.unpack("f", struct.pack("f", value))[0])


def moments(zone: datetime.tzinfo | None) -> st.SearchStrategy[datetime.datetime]:
    # A day from the ends, for the zone.
    naive = st.datetimes(datetime.datetime(1, 1, 2), datetime.datetime(9999, 12, 30))
    return naive.map(lambda moment: moment.replace(tzinfo=zone))


some = st.integers(1, 11)
documents = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**30), 10**30) | text(),
    lambda inner: st.lists(inner) | st.dictionaries(text(), inner),
    max_leaves=6,
)
COLUMNS = {
    "pequeno": Column("smallint", integers(16)),
    "inteiro": Column("integer", integers(32)),
    "grande": Column("bigint", integers(64)),
    "valor": Column("numeric(10, 2)", decimals(10, 2)),
    "exato": Column("numeric(38, 20)", decimals(38, 20)),
    "livre": Column(
        "numeric",
        decimals(60, 30) | st.sampled_from([Decimal("NaN"), Decimal("Infinity")]),
        lambda number: f"{number:f}",
    ),
    "simples": Column("real", st.floats(width=32), as_real, as_real),
    "duplo": Column("double precision", st.floats(), repr, repr),
    "texto": Column("text", text()),
    "curto": Column("varchar(20)", text(20)),
    "fixo": Column("char(4)", text(4), lambda value: value.ljust(4)),
    "logico": Column("boolean", st.booleans()),
    "momento": Column("timestamp", moments(None)),
    "instante": Column(
        "timestamptz",
        moments(datetime.timezone(datetime.timedelta(hours=-3))),
        lambda moment: moment.astimezone(datetime.UTC).replace(tzinfo=None),
    ),
    "dia": Column("date", st.dates()),
    "hora": Column("time", st.times()),
    "duracao": Column(
        "interval", st.builds("P{}Y{}M{}DT{}H{}M{}S".format, some, some, some, some, some, some)
    ),
    "codigo": Column("uuid", st.uuids(), of_raw=uuid.UUID),
    "octetos": Column("bytea", st.binary(), of_raw=bytes),
    # In a tuple, so that JSON's null is not NULL.
    "documento": Column(
        "json", documents.map(Json), lambda v: (v.obj,), lambda v: (json.loads(v),)
    ),
    "binario": Column(
        "jsonb", documents.map(Jsonb), lambda v: (v.obj,), lambda v: (json.loads(v),)
    ),
    "inteiros": Column("bigint[]", st.lists(st.none() | integers(64)), of_raw=json.loads),
    "textos": Column("text[]", st.lists(st.none() | text()), of_raw=json.loads),
    "cor": Column("cor", st.sampled_from(["azul", "não informada"])),
    "cep": Column("cep", st.text("0123456789-", min_size=1, max_size=9)),
    "uf": Column("uf", st.sampled_from(["SP", "RJ"])),
    "endereco": Column(
        "inet", st.ip_addresses(), of_raw=lambda value: ipaddress.ip_interface(value).ip
    ),
}


@pytest.fixture(scope="module")
def typed(project: Project) -> Iterator[Project]:
    """The project with a table of all types, and nothing else selected."""
    columns = ", ".join(f"{name} {column.kind}" for name, column in COLUMNS.items())
    project.change(
        "create type cor as enum ('azul', 'não informada')",
        "create domain cep as varchar(9) check (value <> '')",
        "create domain uf as char(2)",
        f"create table tipos (id_tipos bigint primary key, {columns})",
        # What a value reads as must not depend on these.
        "alter database driva set intervalstyle = 'postgres_verbose'",
        "alter database driva set extra_float_digits = 0",
        "alter database driva set datestyle = 'SQL, DMY'",
        "alter database driva set timezone = 'America/Sao_Paulo'",
    )
    with project.selecting({"tipos": "id_tipos"}):
        yield project


def test_both_ways_bring_the_values_of_the_source(typed: Project) -> None:
    rows: list[tuple[Any, ...]] = [(None,) * len(COLUMNS)]

    @settings(
        max_examples=ROWS,
        phases=[Phase.generate],
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.tuples(*(st.none() | column.values for column in COLUMNS.values())))
    def invent(row: tuple[Any, ...]) -> None:
        rows.append(row)

    invent()
    with typed.postgres() as connection, connection.cursor() as cursor:
        places = ", ".join(["%s"] * (len(COLUMNS) + 1))
        cursor.executemany(
            f"insert into tipos values ({places})",
            [(number, *row) for number, row in enumerate(rows)],
        )
    typed.extract_load()
    by_files = raw(typed)
    typed.warehouse("truncate table RAW.TIPOS")
    with typed.record_by_record():
        typed.extract_load(full_refresh=True)
    by_records = raw(typed)
    assert len(by_files) == len(by_records) == len(rows)
    for row, file, record in zip(rows, by_files, by_records, strict=True):
        for (name, column), value, *loaded in zip(COLUMNS.items(), row, file, record, strict=True):
            expected = None if value is None else column.of_source(value)
            assert [v if v is None else column.of_raw(v) for v in loaded] == [expected] * 2, name


@needs_pgbouncer
def test_a_pooler_by_transaction_brings_the_same_values(typed: Project, tmp_path: Path) -> None:
    direct = raw(typed)
    assert direct
    with pooler(typed.postgres_port, tmp_path) as port:
        through = typed.with_variables(TAP_POSTGRES_PORT=str(port))
        for way in (nullcontext, Project.record_by_record):
            typed.warehouse("truncate table RAW.TIPOS")
            with way(through):
                through.extract_load(full_refresh=True)
            assert str(raw(typed)) == str(direct)  # NaN is not equal to itself


@contextmanager
def pooler(postgres_port: int, folder: Path) -> Iterator[int]:
    """A pgbouncer with as few options as it takes; yields its port."""
    port = free_port()
    (folder / "pgbouncer.ini").write_text(f"""
        [databases]
        * = host=127.0.0.1 port={postgres_port} user=driva password=driva
        [pgbouncer]
        listen_addr = 127.0.0.1
        listen_port = {port}
        unix_socket_dir =
        auth_type = any
        pool_mode = transaction
    """)
    as_user = ["-u", "nobody"] if os.geteuid() == 0 else []
    with subprocess.Popen([str(PGBOUNCER), *as_user, folder / "pgbouncer.ini"]) as server:
        try:
            deadline = time.monotonic() + 30
            with socket.socket() as probe:
                while probe.connect_ex(("127.0.0.1", port)) and time.monotonic() < deadline:
                    time.sleep(0.1)
            yield port
        finally:
            server.terminate()


@pytest.mark.parametrize("encoding", ["LATIN1", "WIN1252", "SQL_ASCII"])
def test_a_database_in_any_encoding_is_read_as_utf_8(typed: Project, encoding: str) -> None:
    typed.change(
        f"create database {encoding} encoding '{encoding}' template template0 "
        "locale_provider libc locale 'C'"
    )
    source = f"host=127.0.0.1 port={typed.postgres_port} dbname={encoding.lower()} user=driva"
    with psycopg.connect(f"{source} password=driva client_encoding=utf8", autocommit=True) as made:
        made.execute("create table nomes (id_nomes int primary key, nome text)")
        made.execute("insert into nomes values (1, 'Conceição')")
        other = typed.with_variables(
            TAP_POSTGRES_DATABASE=encoding.lower(),
            TARGET_SNOWFLAKE_DEFAULT_TARGET_SCHEMA=encoding,
        )
        with other.selecting({"nomes": "id_nomes"}):
            other.extract_load(full_refresh=True)
            assert typed.warehouse(f"select NOME from {encoding}.NOMES") == [("Conceição",)]
            if encoding == "SQL_ASCII":  # which takes any bytes
                made.execute(r"update nomes set nome = convert_from('\xe7', 'SQL_ASCII')")
                done = other.extract_load(fails=True)
                assert (
                    r"public.nomes.nome is not UTF-8 but b'\xe7' in the row with id_nomes = 1"
                    in (done.output)
                )
                assert "Traceback" not in done.output


def raw(project: Project) -> list[tuple[Any, ...]]:
    return project.warehouse(f"select {', '.join(COLUMNS)} from RAW.TIPOS order by id_tipos")


@pytest.mark.parametrize(
    ("way", "column", "value"),
    [
        (nullcontext, "valor", "NaN"),
        (nullcontext, "momento", "infinity"),
        (Project.record_by_record, "dia", "0044-03-15 BC"),
        (Project.record_by_record, "hora", "24:00:00"),
    ],
)
def test_a_value_without_a_place_is_refused_with_its_row(
    typed: Project, way: Callable[[Project], Any], column: str, value: str
) -> None:
    typed.change(f"insert into tipos (id_tipos, {column}) values (999, '{value}')")
    with way(typed):
        done = typed.extract()
    typed.change("delete from tipos where id_tipos = 999")
    assert done.code != 0
    assert "Traceback" not in done.output
    assert f"public.tipos.{column} is {value} in the row with id_tipos = 999" in done.output
