"""Compare ways to load one table from PostgreSQL into a warehouse: `make bench`.

    make bench
    make bench ROWS=200000

Clones the committed project into a temporary folder, with a local stack on ports of its own. Each
way reads the 9 columns of `vendas` and ends when they can be queried, upserted by key; the ways of
others are the files of benchmarks/peers, whose packages are installed before. Ways are measured as
whole processes, in turn, each into an empty destination whose rows are then compared with the
source. CPU and memory are those of all processes of a way, with the local Snowflake where it loads
into that, and without PostgreSQL.

A second table has this project's runs with little or nothing new, and a third its memory for ten
times the rows.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any, Literal

import psutil
import psycopg
import snowflake.connector
from measure import FailedError, PeakMemory, Usage, free_port, machine, typical, usage

PROJECT = Path(__file__).resolve().parent.parent
PEERS = Path(__file__).resolve().parent / "peers"
RUNS = 3
FEW = 1_000
# Row by row it takes hours for a million; a few thousand tell the rate.
ORIGINAL_ROWS = 3_000
# The fastest of 10,000, 50,000, 100,000 and 200,000.
STOCK_BATCH = 200_000
EL = ("run", "el")
VARIABLES = ("TAP_", "TARGET_", "DBT_", "LOCAL_", "MELTANO_")
COLUMNS = (
    "id_veiculos, id_concessionarias, id_vendedores, id_clientes, valor_pago, data_venda, "
    "data_inclusao, data_atualizacao"
)
SUMS = "select count(*), count(distinct id_vendas), sum(valor_pago) from"
ASK_DUCKDB = (
    "import duckdb, json, sys; "
    "print(json.dumps(duckdb.connect(sys.argv[1]).sql(sys.argv[2]).fetchone(), default=str))"
)

Destination = Literal["Snowflake", "DuckDB", "files", "nowhere"]
Sums = tuple[int, int, Any]


@dataclass
class Way:
    """One way to load the table, and what has come of it.

    Attributes:
        name: its name in the table.
        prepare: installs what it needs, and returns its command.
        into: where its rows are afterwards.
        note: what it does otherwise, or not at all.
        runs: how often it is measured.
        rows: how many rows it loads, None for all of them.
        command: what `prepare` has returned.
        taken: what each run took.
        failed: why it is not measured any more.
    """

    name: str
    prepare: Callable[[], Sequence[str]]
    into: Destination
    note: str = ""
    runs: int = RUNS
    rows: int | None = None
    command: Sequence[str] = ()
    taken: list[Usage] = field(default_factory=list)
    failed: str = ""


class Bench:
    """A clone of the project with a local stack, and a folder for what is loaded elsewhere."""

    def __init__(self, folder: Path) -> None:
        self.clone = folder / "clone"
        self.loaded = folder / "loaded"
        self.file = str(self.loaded / "vendas.duckdb")
        self.meltano = str(self.clone / ".venv/bin/meltano")
        self.plugins = self.clone / ".meltano"
        postgres_port, self.snowflake_port = free_port(), free_port()
        self.source = f"postgresql://driva:driva@127.0.0.1:{postgres_port}/driva"
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(VARIABLES)},
            "LOCAL_POSTGRES_PORT": str(postgres_port),
            "LOCAL_SNOWFLAKE_PORT": str(self.snowflake_port),
            "TAP_POSTGRES__SELECT": '["public-vendas.*"]',
        }

    def run(self, *command: str | Path) -> str:
        """Run a command that has to succeed, unmeasured; return what it prints."""
        done = subprocess.run(
            command,
            cwd=self.clone,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise FailedError(f"{command}: {done.stdout[-2000:]}{done.stderr[-2000:]}")
        return done.stdout

    def local_stack(self, *words: str) -> None:
        """Run the local stack's command."""
        self.run(self.plugins / "utilities/local-stack/venv/bin/local-stack", *words)

    def measure(self, *command: str, into: Destination = "Snowflake") -> Usage:
        """Run a command to its end, measured."""
        pid = self.clone / ".local/snowflake/server.pid"
        server = psutil.Process(int(pid.read_text())) if into == "Snowflake" else None
        return usage(command, self.clone, self.environment, server)

    # -- source and destination ------------------------------------------------------------------

    def sell(self, sales: int) -> None:
        """Start over with a source of so many sales, and a new warehouse."""
        progress(f"seeding {sales:,} sales")
        self.local_stack("reset")
        self.local_stack("up")
        self.local_stack("seed", f"--sales={sales}")
        with psycopg.connect(self.source, autocommit=True) as connection:
            # Otherwise whoever reads first does it.
            connection.execute("vacuum (freeze, analyze) vendas")

    def sell_few_more(self) -> None:
        """Add sales with new ids."""
        with psycopg.connect(self.source) as connection:
            connection.execute(
                f"insert into vendas ({COLUMNS}) "
                f"select {COLUMNS} from vendas order by id_vendas desc limit {FEW}"
            )

    def empty(self, into: Destination) -> None:
        """Empty a destination; bookmarks go with the local Snowflake's data."""
        shutil.rmtree(self.loaded, ignore_errors=True)
        self.loaded.mkdir()
        if into == "Snowflake":
            self.local_stack("down")
            shutil.rmtree(self.clone / ".local/snowflake")
            self.local_stack("up")

    def difference(self, into: Destination, rows: int | None = None) -> str:
        """Compare the first rows of the source, or all, with a destination; say what differs."""
        if into == "nowhere":
            return ""
        first = f"(select * from vendas order by id_vendas limit {rows or 'all'}) as first"
        with psycopg.connect(self.source) as connection:
            ((*expected, money),) = connection.execute(f"{SUMS} {first}").fetchall()
        *found, found_money = self.sums(into)
        if found != expected or round(Decimal(found_money or 0), 2) != money:
            return f"WRONG: {(*found, found_money)} in place of {(*expected, money)}"
        return "float instead of decimal" if isinstance(found_money, float) else ""

    def sums(self, into: Destination) -> Sums:
        """Count a destination's rows and ids, and add up its money."""
        if into != "Snowflake":
            python = self.plugins / "extractors/tap-postgres/venv/bin/python"
            files = f"read_parquet('{self.loaded}/*.parquet')"
            place = (self.file, "raw.vendas") if into == "DuckDB" else (":memory:", files)
            rows, ids, money = json.loads(
                self.run(python, "-c", ASK_DUCKDB, place[0], f"{SUMS} {place[1]}")
            )
            return rows, ids, money
        with (
            snowflake.connector.connect(
                account="local",
                user="local",
                password="local",  # noqa: S106
                host="127.0.0.1",
                port=self.snowflake_port,
                protocol="http",
                database="DRIVAMOTORS",
            ) as connection,
            connection.cursor() as cursor,
        ):
            cursor.execute(f"{SUMS} raw.vendas")
            ((rows, ids, money),) = cursor.fetchall()
            return rows, ids, money

    # -- ways ------------------------------------------------------------------------------------

    def ways(self) -> list[Way]:
        """Return what is compared, this project first and the limit last."""
        port = str(self.snowflake_port)
        original = partial(peer, "original", self.source, port, str(ORIGINAL_ROWS))
        dlt = partial(peer, "dlt_sql_table", self.source, self.file)
        sling = partial(peer, "sling", self.source, self.file)
        ingestr = partial(peer, "ingestr", self.source, self.file)
        stock = f"without Meltano, msgspec, unvalidated, {STOCK_BATCH:,} rows a batch"
        few = f"{ORIGINAL_ROWS:,} rows only, compared by its rate"
        directly = "into DuckDB itself, not by Snowflake's protocol"
        return [
            Way("this project, meltano run el", lambda: [self.meltano, *EL], "Snowflake"),
            Way("its tap | target", self.pair, "Snowflake", "without Meltano"),
            Way("its tap alone", self.tap, "files", "loads nothing"),
            Way("stock tap | target", self.stock, "Snowflake", stock, runs=1),
            Way("the original", original, "Snowflake", few, runs=1, rows=ORIGINAL_ROWS),
            Way("dlt 1.31.0, connectorx", partial(dlt, "connectorx"), "DuckDB", directly),
            Way("dlt 1.31.0, pyarrow", partial(dlt, "pyarrow"), "DuckDB", directly),
            Way("sling 1.4.11", sling, "DuckDB", directly),
            Way("ingestr 1.1.22", ingestr, "DuckDB", directly),
            Way("COPY binary, dropped", self.limit, "nowhere", "the limit"),
        ]

    def tap(self) -> list[str]:
        """Return the tap's command with the configuration and the catalog that Meltano gives it."""
        config = json.loads(self.dump("config", "tap-postgres"))
        config["batch_config"]["storage"]["root"] = f"file://{self.loaded}"
        return self.plugin(
            "extractors/tap-postgres",
            config=json.dumps(config),
            catalog=self.dump("catalog", "tap-postgres"),
        )

    def pair(self) -> list[str]:
        """Return tap and target as one pipe."""
        target = self.plugin(
            "loaders/target-snowflake", config=self.dump("config", "target-snowflake")
        )
        return pipe(self.tap(), target)

    def dump(self, kind: str, plugin: str) -> str:
        """Return a file that Meltano gives a plugin."""
        return self.run(self.meltano, "--log-level=error", "invoke", f"--dump={kind}", plugin)

    def plugin(self, folder: str, **files: str) -> list[str]:
        """Return the command of a plugin of this project with files of this content."""
        name = folder.split("/")[1]
        command = [str(self.plugins / folder / f"venv/bin/driva-{name}")]
        for option, content in files.items():
            file = self.clone / f"{name}.{option}.json"
            file.write_text(content)
            command += [f"--{option}", str(file)]
        return command

    def stock(self) -> list[str]:
        """Return the two stock plugins as one pipe."""
        target = peer("stock_target", str(self.snowflake_port), str(STOCK_BATCH))
        return pipe(peer("stock_tap", self.source), target)

    def limit(self) -> list[str]:
        """Return the command of `limit` in readers.py."""
        port = self.environment["LOCAL_POSTGRES_PORT"]
        return [*script(PEERS.parent / "readers.py"), port, "limit"]


def pipe(tap: Sequence[str], target: Sequence[str]) -> list[str]:
    """Return two commands as one, the first writing to the second."""
    return ["bash", "-o", "pipefail", "-c", f"{shlex.join(tap)} | {shlex.join(target)}"]


def peer(name: str, *arguments: str) -> list[str]:
    """Return the command of a file of benchmarks/peers."""
    return [*script(PEERS / f"{name}.py"), *arguments]


def script(file: Path) -> list[str]:
    """Install what a script says it needs, and return its command."""
    for words in (["sync", "--quiet", "--compile-bytecode"], ["python", "find"]):
        done = subprocess.run(
            [PROJECT / ".venv/bin/uv", *words, "--script", file],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise FailedError(done.stderr)
    return [done.stdout.strip(), str(file)]


def attempt(bench: Bench, way: Way) -> None:
    """Run a way once; one that has failed is left alone."""
    if way.failed:
        return
    progress(way.name)
    try:
        way.command = way.command or way.prepare()
        bench.empty(way.into)
        way.taken.append(bench.measure(*way.command, into=way.into))
        difference = bench.difference(way.into, way.rows)
    except (FailedError, snowflake.connector.errors.Error) as error:
        way.failed = f"FAILED: {' '.join(str(error).split())[-300:]}"
        return
    if difference not in way.note:
        way.note = "; ".join(filter(None, (way.note, difference)))


def load(bench: Bench) -> Usage:
    """Load what is new with this project, and check that all is there."""
    taken = bench.measure(bench.meltano, *EL)
    if difference := bench.difference("Snowflake"):
        raise FailedError(difference)
    return taken


def load_few(bench: Bench) -> Usage:
    """Load a few new sales on top of what is there."""
    bench.sell_few_more()
    return load(bench)


def load_first(bench: Bench) -> Usage:
    """Load all of the source into a new warehouse."""
    bench.empty("Snowflake")
    return load(bench)


def compare(bench: Bench, rows: int) -> None:
    """Run everything and print the tables."""
    ways = bench.ways()
    bench.sell(FEW)
    progress("each way once, so that it finds its caches filled")
    for way in ways:
        attempt(bench, way)
        way.taken.clear()
    progress("this project, few rows")
    first = typical([load_first(bench) for _ in range(RUNS)])

    bench.sell(rows)
    for turn in range(RUNS):
        for way in ways:
            if turn < way.runs:
                attempt(bench, way)
    print(f"\n{rows:,} rows of vendas, 9 columns\n")
    print_ways(ways, rows)

    progress("this project, few rows upon many")
    load_first(bench)
    nothing = typical([load(bench) for _ in range(RUNS)])
    versions = [bench.measure(bench.meltano, "--version", into="nowhere") for _ in range(RUNS)]
    version = typical(versions)
    more = typical([load_few(bench) for _ in range(RUNS)])

    many = 10 * rows
    bench.sell(many)
    bench.empty("Snowflake")
    progress(f"this project, {many:,} rows")
    with PeakMemory(bench.clone).sampled() as peaks:
        all_of_many = bench.measure(bench.meltano, *EL)
    copied = bench.measure(*bench.limit(), into="nowhere")
    more_upon_many = typical([load_few(bench) for _ in range(RUNS)])

    print("\nmeltano run el, vendas only\n")
    print_table(
        ("", "seconds", "CPU s", "MB", ""),
        [
            ("meltano --version", *shown(version), ""),
            (
                f"nothing new upon {rows:,} rows",
                *shown(nothing),
                f"{nothing.seconds / version.seconds:.2f} times meltano --version",
            ),
            (f"{FEW:,} rows into an empty table", *shown(first), ""),
            (
                f"{FEW:,} new rows upon {rows:,}",
                *shown(more),
                f"{more.seconds / first.seconds:.2f} times an empty table",
            ),
            (
                f"{FEW:,} new rows upon {many:,}",
                *shown(more_upon_many),
                f"{more_upon_many.seconds / first.seconds:.2f} times an empty table",
            ),
            (
                f"{many:,} rows into an empty table",
                *shown(all_of_many),
                f"{many / all_of_many.seconds:,.0f} rows/s, "
                f"{all_of_many.seconds / copied.seconds:.2f} times COPY binary, dropped",
            ),
        ],
    )
    print(f"\nHighest memory of each process while {many:,} rows are loaded\n")
    print_table(("", "MB"), [(name, megabytes(used)) for name, used in sorted(peaks.items())])


def print_ways(ways: list[Way], rows: int) -> None:
    """Print a line for each way."""
    rates = {
        way.name: (way.rows or rows) / typical(way.taken).seconds for way in ways if not way.failed
    }
    project, tap, limit = (rates.get(ways[i].name) for i in (0, 2, -1))
    if tap and limit:
        ways[2].note += f", {tap / limit:.2f} of the limit's rate"
    lines = []
    for way in ways:
        if way.failed:
            lines.append((way.name, *[""] * 5, way.failed))
            continue
        seconds, *others = shown(typical(way.taken))
        rate = rates[way.name]
        ratio = f"{project / rate:.2f}" if project else ""
        lines.append((way.name, seconds, f"{rate:,.0f}", *others, ratio, way.note))
    print_table(("", "seconds", "rows/s", "CPU s", "MB", "times this project", ""), lines)


def shown(taken: Usage) -> tuple[str, str, str]:
    """Return a usage as cells of a table."""
    return f"{taken.seconds:,.1f}", f"{taken.cpu:,.1f}", megabytes(taken.memory)


def megabytes(used: float) -> str:
    """Return bytes as a cell of a table."""
    return f"{used / 2**20:,.0f}"


def print_table(columns: Sequence[str], lines: Sequence[Sequence[str]]) -> None:
    """Print lines under their columns; what has a title is a number and goes to the right."""
    widths = [max(map(len, cells)) for cells in zip(columns, *lines, strict=True)]
    for line in (columns, *lines):
        cells = (
            cell.rjust(width) if title else cell.ljust(width)
            for cell, width, title in zip(line, widths, columns, strict=True)
        )
        print("  ".join(cells).rstrip())


def progress(message: str) -> None:
    """Print what happens next."""
    print(f"{time.strftime('%H:%M:%S')} {message}", file=sys.stderr, flush=True)


def main() -> None:
    """Set a clone up, measure in it, and stop its local stack."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory(prefix="driva-bench-") as folder:
        bench = Bench(Path(folder))
        progress("setting a clone up")
        subprocess.run(["git", "clone", "--quiet", PROJECT, bench.clone], check=True)
        try:
            bench.run("make", "setup")
            print(machine(), flush=True)
            compare(bench, rows)
        finally:
            subprocess.run(
                ["make", "down"],
                cwd=bench.clone,
                env=bench.environment,
                stdout=subprocess.DEVNULL,
                check=False,
            )


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
