"""`meltano invoke local-stack:<command>`: the laptop's PostgreSQL and Snowflake."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import warnings
from collections.abc import Iterable, Sequence

from snowflake.connector.errors import Error as SnowflakeError

from local_stack import sample_data
from local_stack.postgres import Postgres
from local_stack.settings import Settings, StackError
from local_stack.warehouse import DATABASE, Warehouse

DEFAULT_SALES = 50_000


class Stack:
    """Both servers, and what one does to them."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.postgres = Postgres(settings)
        self.warehouse = Warehouse(settings)

    def up(self) -> None:
        """Start what does not run yet."""
        self.settings.prepare_home()
        if self.settings.external_postgres:
            say(f"PostgreSQL    {self.settings.external_postgres} (TAP_POSTGRES_HOST), only read")
        else:
            started = self.postgres.start()
            say(f"PostgreSQL    {self.postgres.address} {'started' if started else 'runs already'}")
        if self.warehouse.is_new:
            self._forget_bookmarks()
        started = self.warehouse.start()
        say(f"Snowflake     {self.warehouse.address} {'started' if started else 'runs already'}")

    def down(self) -> None:
        """Stop what runs; the data stays."""
        say(f"Snowflake     {'stopped' if self.warehouse.stop() else 'did not run'}")
        say(f"PostgreSQL    {'stopped' if self.postgres.stop() else 'did not run'}")

    def reset(self) -> None:
        """Stop both and delete their data. The next `up` starts from nothing, bookmarks too."""
        self.down()
        self.warehouse.delete()
        self.postgres.delete()
        say(f"Deleted the data below {self.settings.home}")

    def status(self) -> None:
        """Print what runs where, and how many rows each table has."""
        external = self.settings.external_postgres
        services = [
            ("PostgreSQL", external, "external")
            if external
            else ("PostgreSQL", self.postgres.address, _state(self.postgres.is_running())),
            ("Snowflake", self.warehouse.address, _state(self.warehouse.is_running())),
        ]
        print_table(["service", "address", "state"], services)
        if not external and self.postgres.is_running():
            with self.postgres.connect() as connection:
                counts = [
                    (table, *connection.execute(f"select count(*) from {table}").fetchall()[0])
                    for table in sample_data.TABLES
                ]
            print_table(["source table", "rows"], counts)
        if self.warehouse.is_running():
            self._print_layers()

    def _print_layers(self) -> None:
        with self.warehouse.connect() as connection, connection.cursor() as cursor:
            cursor.execute(
                f"select table_schema, table_name from {DATABASE}.information_schema.tables "
                "where table_schema in ('RAW', 'SILVER', 'GOLD') "
                "order by case table_schema when 'RAW' then 1 when 'SILVER' then 2 else 3 end, 2"
            )
            counts = []
            for layer, table in cursor.fetchall():
                cursor.execute(f"select count(*) from {layer}.{table}")
                counts.append((layer, table, *cursor.fetchall()[0]))
        print_table(["layer", "table", "rows"], counts)

    def seed(self, sales: int | None, seed: int) -> None:
        """Fill the empty source with the sample network; leave anything else alone."""
        if self.settings.external_postgres:
            say(f"Nothing seeded: {self.settings.external_postgres} is yours, and only read")
            return
        with self.postgres.connect() as connection:
            present = connection.execute("select count(*) from estados").fetchone()
            if present and present[0]:
                message = (
                    "the source has its network already; `local-stack:simulate` adds sales, "
                    "`local-stack:reset` and `local-stack:up` start over"
                )
                if sales is not None:
                    raise StackError(message)
                say(f"Nothing seeded: {message}")
                return
            cities = self.settings.project / "transform" / "seeds" / "municipios.csv"
            rows = sample_data.seed(
                connection, cities, DEFAULT_SALES if sales is None else sales, seed, say
            )
        say(f"Seeded {_listed(rows)}")

    def simulate(self, sales: int, seed: int | None) -> None:
        """Add one more day."""
        if self.settings.external_postgres:
            raise StackError(f"{self.settings.external_postgres} is yours, and only read")
        with self.postgres.connect() as connection:
            try:
                rows = sample_data.simulate(connection, sales, seed)
            except ValueError as error:
                raise StackError(str(error)) from error
        say(f"One more day: {_listed(rows)}")

    def sql(self, statement: str) -> None:
        """Run one statement on the local Snowflake and print its result."""
        with self.warehouse.connect() as connection, connection.cursor() as cursor:
            try:
                cursor.execute(statement)
            except SnowflakeError as error:
                raise StackError(str(error.raw_msg)) from error
            print_table([column.name for column in cursor.description], cursor.fetchall())

    def _forget_bookmarks(self) -> None:
        """Clear Meltano's bookmarks of `local`: a new warehouse lacks the rows behind them."""
        places = [str(self.settings.project / ".venv" / "bin"), os.environ.get("PATH", "")]
        meltano = shutil.which("meltano", path=os.pathsep.join(places))
        if meltano is None:
            raise StackError("the command meltano is not on the PATH, so bookmarks cannot be reset")
        listed = _output(meltano, "state", "list", "--pattern", "local:*")
        for state_id in (line.strip() for line in listed.splitlines()):
            if state_id.startswith("local:"):
                _output(meltano, "state", "clear", "--force", state_id)
                say(f"Bookmarks     {state_id} cleared, as the warehouse is new")


def say(message: str) -> None:
    """Print a line of progress at once."""
    print(message, flush=True)


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print rows under their columns, numbers to the right."""
    cells = [["" if value is None else _shown(value) for value in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(columns, *cells, strict=True)]
    numbers = [
        bool(cells) and all(row[i].replace(",", "").lstrip("-").isdigit() for row in cells)
        for i in range(len(columns))
    ]
    for row in [list(columns), ["-" * width for width in widths], *cells]:
        aligned = (
            cell.rjust(width) if number else cell.ljust(width)
            for cell, width, number in zip(row, widths, numbers, strict=True)
        )
        say("  ".join(aligned).rstrip())
    say(f"({len(cells)} row{'' if len(cells) == 1 else 's'})\n")


def _shown(value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return str(value)


def _state(runs: bool) -> str:
    return "runs" if runs else "stopped"


def _listed(rows: dict[str, int]) -> str:
    return ", ".join(f"{count:,} {table}" for table, count in rows.items())


def _output(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise StackError(f"`{' '.join(command)}` failed: {done.stderr.strip()[-500:]}")
    return done.stdout


def _count(text: str) -> int:
    if not text.isdigit():
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 0 up")
    return int(text)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="local-stack", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    commands.add_parser("up", help="start PostgreSQL and Snowflake")
    commands.add_parser("down", help="stop both; data stays")
    commands.add_parser("reset", help="stop both and delete their data")
    commands.add_parser("status", help="what runs where, with row counts")
    seed = commands.add_parser("seed", help="fill the empty source with the sample network")
    seed.add_argument("--sales", type=_count, help=f"how many (default {DEFAULT_SALES:,})")
    seed.add_argument("--seed", type=_count, default=42, help="same seed, same data (default 42)")
    simulate = commands.add_parser("simulate", help="add one more day of sales")
    simulate.add_argument("--sales", type=_count, default=500, help="how many (default 500)")
    simulate.add_argument("--seed", type=_count, help="for the same day again elsewhere")
    sql = commands.add_parser("sql", help="run a statement on the local Snowflake")
    sql.add_argument("statement", help='"select …"')
    return parser


def main() -> None:
    """Run one command; a user's mistake is one line and exit code 1."""
    # The server is meant to outlive the process that started it.
    warnings.simplefilter("ignore", ResourceWarning)
    options = vars(_parser().parse_args())
    command = options.pop("command")
    try:
        getattr(Stack(Settings.from_environment()), command)(**options)
    except StackError as error:
        sys.exit(f"local-stack: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:  # `| head` has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    main()
