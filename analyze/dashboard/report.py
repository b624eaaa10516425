"""The report of a month: one HTML file that needs no other, and the same as a PDF of four pages."""

from __future__ import annotations

import argparse
import base64
import io
import logging
import os
import sys
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import apprise
import pandas as pd
import plutoprint
import streamlit as st
import vl_convert
from babel import dates
from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup
from streamlit.runtime.secrets import secrets_singleton

from dashboard import charts, forecasts, targets, warehouse
from dashboard.language import (
    LANGUAGES,
    clock,
    locale,
    moment,
    money,
    number,
    percent,
    points,
    short_money,
    signed,
    t,
    translated,
)
from dashboard.layout import (
    MOVERS,
    Column,
    brief,
    change,
    columns,
    derived,
    grouped,
    measures,
    moved,
    named,
    ratio,
)
from dashboard.timeline import UNITS, Timeline
from dashboard.warehouse import Scope, UnavailableError
from dashboard_server import CONNECTIONS

HERE = Path(__file__).parent
THEME = tomllib.loads((HERE.parent / ".streamlit/config.toml").read_text(encoding="utf-8"))["theme"]
FONT = "Source Sans"
WIDTH = 680  # pixels of a chart, as wide as a page
MONTHS = 25  # of the trend, so that the first and the last one are the same of three years
MAP = 215  # pixels of its height
DRAWN, LISTED = 15, 10


@dataclass
class Card:
    """A number and how it has changed."""

    label: str
    value: str
    changes: list[str]


@dataclass
class Figure:
    """A chart as SVG, and what it says."""

    title: str
    words: str
    svg: Markup


@dataclass
class Table:
    """A table as it is read; the columns that `numeric` marks stand on the right."""

    title: str
    titles: list[str]
    rows: list[list[str]]
    numeric: list[bool]


@dataclass
class Page:
    """A page of the report."""

    title: str
    sentences: list[str] = field(default_factory=list)
    cards: list[Card] = field(default_factory=list)
    parts: list[Figure | Table] = field(default_factory=list)


@dataclass(frozen=True)
class Month:
    """The month that is reported, as far as there are sales of it.

    Attributes:
        first: its first day.
        last: its last day, or that of the newest sale.
        newest: the day of the newest sale.
    """

    first: date
    last: date
    newest: date

    @classmethod
    def of(cls, text: str | None) -> Month:
        """Return a month that is written as 2025-12; the last one that is over for None.

        Raises:
            ValueError: says what is wrong with it.
        """
        extent = warehouse.days()
        if extent is None:
            raise ValueError(t("Ainda não há vendas em GOLD."))
        oldest, newest = extent
        over = pd.Period(newest + timedelta(days=1), "M") - 1
        try:
            month = pd.Period(text, "M") if text else over
        except ValueError:
            month = pd.NaT
        if pd.isna(month) or (text and text != str(month)):
            raise ValueError(t("{month} não é um mês: escreva 2025-12, por exemplo.", month=text))
        if not pd.Period(oldest, "M") <= month <= pd.Period(newest, "M"):
            raise ValueError(
                t(
                    "Não há vendas de {month}: as que há vão de {first} a {last}.",
                    month=month,
                    first=oldest,
                    last=newest,
                )
            )
        last = min(month.end_time.date(), newest)
        return cls(month.start_time.date(), last, newest)

    def earlier(self, months: int) -> Month:
        """Return the same days some months earlier, as many as that month has."""
        month = pd.Period(self.first, "M") - months
        end = month.end_time.date()
        last = end if self.is_over else min(end, month.start_time.date() + (self.last - self.first))
        return replace(self, first=month.start_time.date(), last=last)

    @property
    def is_over(self) -> bool:
        """Whether the newest sale is of its last day or later."""
        return (self.last + timedelta(days=1)).month != self.first.month

    @property
    def name(self) -> str:
        """Its name: dezembro de 2025."""
        return dates.format_skeleton("yMMMM", self.first, locale=locale())

    @property
    def short_name(self) -> str:
        """Its name in a few letters: dez. de 2025."""
        return dates.format_skeleton("yMMM", self.first, locale=locale())

    def sums(self, by: str) -> pd.DataFrame:
        """Return the sums of its sales by a key column, which is the index."""
        return warehouse.totals(self.scope, by)[0]

    @property
    def scope(self) -> Scope:
        """Its sales."""
        return Scope(self.first, self.last, None)


def pages(month: Month) -> list[Page]:
    """Return what is told of a month."""
    dealers = derived(short_named(month.sums("concessionaria_id")))
    if dealers.empty:
        raise ValueError(t("Não há vendas em {month}.", month=month.name))
    before, year_before = month.earlier(1), month.earlier(12)
    then = before.sums("concessionaria_id")
    last_year = year_before.sums("concessionaria_id")
    reached = targets.of(month.scope)
    return [
        overview(
            month,
            measures(dealers),
            {before.short_name: measures(then), year_before.short_name: measures(last_year)},
            dealers,
            reached,
        ),
        dealerships(month, dealers.sort_values("total", ascending=False), then, reached),
        vehicles_and_salespeople(month),
        outlook(),
    ]


def overview(
    month: Month,
    now: pd.Series[float],
    earlier: dict[str, pd.Series[float]],
    dealers: pd.DataFrame,
    reached: pd.DataFrame,
) -> Page:
    """Return the first page: how the month was.

    Args:
        month: which.
        now: its measures.
        earlier: those of the months to compare it with, by their names.
        dealers: its dealerships.
        reached: what of its targets is.
    """
    changes = {name: changed(now, then) for name, then in earlier.items()}

    def beside(measure: str) -> list[str]:
        return [t("{change} ante {month}", change=c[measure], month=m) for m, c in changes.items()]

    cards = [
        Card(t("Faturamento"), short_money(now["total"]), beside("total")),
        Card(t("Vendas"), number(now["quantidade"]), beside("quantidade")),
        Card(t("Ticket médio"), money(now["valor_medio"], 0), beside("valor_medio")),
        Card(t("Desconto"), percent(now["desconto_percentual"], 2), beside("desconto_percentual")),
    ]
    best = dealers.loc[dealers["total"].idxmax()]
    sentences = [
        t(
            "A rede faturou {total} com {count} vendas: {changes}.",
            total=money(now["total"]),
            count=number(now["quantidade"]),
            changes="; ".join(beside("total")),
        ),
        t(
            "{dealerships} concessionárias venderam; a que mais faturou foi {name}, com {share} do "
            "total.",
            dealerships=number(len(dealers)),
            name=best["concessionaria"],
            share=percent(ratio(best["total"], now["total"])),
        ),
    ]
    if not reached.empty:
        sentences.append(targets.words(reached))
    if not month.is_over:
        sentences.insert(
            0,
            t(
                "O mês não acabou: há vendas até {day}, e as comparações são com os mesmos dias.",
                day=dates.format_date(month.last, "long", locale=locale()),
            ),
        )
    scope = replace(month.scope, start=month.earlier(MONTHS - 1).first)
    timeline = Timeline.of(scope, {"month": UNITS["month"]})
    rows = timeline.total()
    words = t(
        "Faturamento por mês, de {first} a {last}: o menor foi {least}, o maior {most}.",
        first=month.earlier(MONTHS - 1).name,
        last=month.name,
        least=short_money(rows["total"].min()),
        most=short_money(rows["total"].max()),
    )
    chart = charts.trend(rows, timeline.unit, timeline.window)
    trend = Figure(t("Faturamento por mês"), words, svg(chart))
    return Page(t("Visão geral"), sentences, cards, [trend, where_sold(dealers)])


def where_sold(dealers: pd.DataFrame) -> Figure:
    """Return the map of the dealerships' states and cities."""
    states = grouped(dealers, ["sigla"]).sort_values("total", ascending=False)
    cities = grouped(dealers, ["cidade", "sigla"]).reset_index()
    cities = cities.merge(warehouse.cities(), on=["cidade", "sigla"])
    words = t(
        "Faturamento por estado e cidade. Os maiores: {states}.",
        states=", ".join(
            f"{sigla} {percent(ratio(total, states['total'].sum()))}"
            for sigla, total in states["total"].head(3).items()
        ),
    )
    chart = charts.brazil(states, cities).properties(height=MAP)
    return Figure(t("Onde se vende"), words, svg(chart))


def changed(now: pd.Series[float], then: pd.Series[float]) -> dict[str, str]:
    """Return how measures have changed, as it is written; a percentage changes by points."""
    return {
        name: points(now[name] - then[name])
        if name.endswith("percentual")
        else signed(change(now[name], then[name]))
        for name in now.index
    }


def dealerships(
    month: Month, rows: pd.DataFrame, then: pd.DataFrame, reached: pd.DataFrame
) -> Page:
    """Return the page of the dealerships: the largest, and what has risen and fallen most.

    Args:
        month: which.
        rows: its dealerships, the largest first.
        then: the sums of the month before.
        reached: what of the targets is.
    """
    rows = rows.assign(antes=then["total"])
    growth = change(rows["total"], rows["antes"]).map(signed)
    rows["rotulo"] = rows["total"].map(short_money) + "  " + growth
    first = rows.head(DRAWN)
    words = t(
        "As {count} maiores de {all}, com {share} do faturamento. Barra: {month}. Traço: {before}.",
        count=len(first),
        all=len(rows),
        share=percent(ratio(first["total"].sum(), rows["total"].sum())),
        month=month.name,
        before=month.earlier(1).name,
    )
    chart = charts.bars(first, "concessionaria", "total", "antes")
    shown = columns("concessionaria", "total") | {
        "antes": Column(month.earlier(1).name, money, 2),
        "diferenca": Column(t("Diferença"), money, 2),
        **columns("crescimento"),
    }
    if not reached.empty:
        shown |= columns("atingimento")
    share = ratio(reached["vendido"], reached["meta"])
    rise, fall = (
        short_named(found.head(MOVERS)).assign(atingimento=share) for found in moved(rows, then)
    )
    return Page(
        t("Concessionárias"),
        parts=[
            Figure(t("Faturamento por concessionária"), words, svg(chart)),
            table(t("As que mais subiram"), rise, shown),
            table(t("As que mais caíram"), fall, shown),
        ],
    )


def short_named(rows: pd.DataFrame) -> pd.DataFrame:
    """Join what is known of dealerships, without the words that all of their names begin with."""
    rows = named(rows, warehouse.dealerships())
    return rows.assign(concessionaria=brief(rows["concessionaria"]))


def vehicles_and_salespeople(month: Month) -> Page:
    """Return the page of what was sold, and by whom."""
    rows = derived(named(month.sums("veiculo_id"), warehouse.vehicles()))
    rows = rows.sort_values("quantidade", ascending=False)
    rows["rotulo"] = rows["quantidade"].map(number)
    words = t(
        "{name} foi o veículo mais vendido: {count} de {all} vendas.",
        name=rows.iloc[0]["veiculo"],
        count=number(rows.iloc[0]["quantidade"]),
        all=number(rows["quantidade"].sum()),
    )
    chart = charts.bars(rows.head(DRAWN), "veiculo", "quantidade")
    sellers = derived(named(month.sums("vendedor_id"), warehouse.salespeople()))
    sellers = sellers.sort_values("total", ascending=False).head(LISTED)
    sellers["concessionaria"] = brief(sellers["concessionaria"])
    of_vehicles = columns("veiculo", "quantidade", "total", "valor_medio", "desconto_percentual")
    of_sellers = columns("vendedor", "concessionaria", "quantidade", "total", "valor_medio")
    return Page(
        t("Veículos e vendedores"),
        parts=[
            Figure(t("Unidades por veículo"), words, svg(chart)),
            table(t("Veículos"), rows.head(DRAWN), of_vehicles),
            table(t("Os {count} maiores", count=len(sellers)), sellers, of_sellers),
        ],
    )


def outlook() -> Page:
    """Return the page of what is forecast, and of how far the numbers can be trusted."""
    parts: list[Figure | Table] = []
    if forecast := forecasts.of(Scope(None, None, None)):
        parts.append(Figure(t("Previsão"), forecast.words, svg(forecast.chart)))
    checks, newest = warehouse.checks(), warehouse.newest()
    passed = int((checks["situacao"] == "ok").sum())
    sentences = [
        t(
            "A última venda é de {sale}; a última carga que achou vendas novas, de {load}:"
            " {clock}.",
            sale=moment(newest["ultima_venda"]),
            load=moment(newest["ultima_carga"]),
            clock=clock(),
        ),
        t(
            "{passed} de {all} verificações dos dados passaram.",
            passed=number(passed),
            all=number(len(checks)),
        ),
    ]
    odd = checks[~checks["situacao"].isin(("ok", "não executada"))]
    odd = odd.assign(
        situacao=odd["situacao"].map(translated), descricao=odd["descricao"].map(translated)
    )
    shown = columns("situacao", "linhas", "descricao", "tabela")
    parts.append(table(t("O que não passou"), odd.head(DRAWN), shown))
    return Page(t("Previsão e confiança nos números"), sentences, parts=parts)


def table(title: str, rows: pd.DataFrame, shown: dict[str, Column]) -> Table:
    """Return rows as they are read."""
    written = [
        [column.write(value) for column, value in zip(shown.values(), row, strict=True)]
        for row in rows[list(shown)].itertuples(index=False)
    ]
    numeric = [column.digits is not None for column in shown.values()]
    return Table(title, [column.title for column in shown.values()], written, numeric)


def svg(chart: Any) -> Markup:
    """Draw a chart in the colours of the light theme."""
    light = THEME["light"]
    config = {
        "font": FONT,
        "background": None,
        "range": {
            "category": light["chartCategoricalColors"],
            "heatmap": light["chartSequentialColors"],
            "ramp": light["chartSequentialColors"],
        },
        "axis": {
            "labelColor": light["textColor"],
            "titleColor": light["textColor"],
            "gridColor": light["borderColor"],
            "labelFontSize": 12,
            "titleFontSize": 12,
            "titleFontWeight": "normal",
        },
        "legend": {
            "labelColor": light["textColor"],
            "titleColor": light["textColor"],
            "labelFontSize": 12,
            "labelLimit": 0,
        },
        "text": {"fontSize": 12},
    }
    spec = chart.properties(width=WIDTH).to_dict()
    return Markup(vl_convert.vegalite_to_svg(spec, config=config))  # noqa: S704 - escaped by Vega


def title_of(month: Month) -> str:
    """Return the title of a month's report."""
    return t("Relatório de {month}", month=month.name)


def html(month: Month) -> str:
    """Return the report as a document that needs no other file."""
    (font,) = Path(st.__file__).parent.glob("static/static/media/SourceSansVF-Upright*.woff2")
    template = Environment(loader=FileSystemLoader(HERE), autoescape=True).get_template(
        "report.html"
    )
    return template.render(
        title=title_of(month),
        pages=pages(month),
        language=locale().replace("_", "-"),
        theme=THEME["light"],
        family=FONT,
        font=base64.b64encode(font.read_bytes()).decode(),
        logo=Markup((HERE / "logo.svg").read_text(encoding="utf-8")),  # noqa: S704 - our own
        is_table=lambda part: isinstance(part, Table),
    )


def pdf(document: str) -> bytes:
    """Return a document as it is printed."""
    book, printed = plutoprint.Book(), io.BytesIO()
    book.custom_resource_fetcher = Offline()
    book.load_html(document)
    book.write_to_pdf_stream(printed)
    return printed.getvalue()


class Offline(plutoprint.ResourceFetcher):
    """Fetches what is in the document itself, and nothing else."""

    def fetch_url(self, url: str) -> Any:
        if not url.startswith("data:"):
            raise ValueError(url)
        return super().fetch_url(url)


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the report, and send it where `--send` says so."""
    parser = argparse.ArgumentParser(prog="report", description=__doc__)
    parser.add_argument("month", nargs="?", help="2025-12; without it the last one that is over")
    parser.add_argument(
        "--language", choices=LANGUAGES, default=os.environ.get("DASHBOARD_REPORT_LANGUAGE") or "pt"
    )
    parser.add_argument("--folder", type=Path, default=Path("output"))
    parser.add_argument("--send", action="store_true", help="send it to DASHBOARD_REPORT_URL")
    options = parser.parse_args(arguments)
    logging.disable(logging.WARNING)  # Streamlit misses a viewer
    secrets_singleton.merge_programmatic_secrets({"connections": CONNECTIONS})
    st.session_state["lang"] = options.language
    try:
        month = Month.of(options.month or None)
        document = html(month)
    except (ValueError, UnavailableError) as error:
        sys.exit(str(error))
    name = f"driva-motors-{month.first:%Y-%m}-{options.language}"
    files = [options.folder / f"{name}.{kind}" for kind in ("html", "pdf")]
    try:
        options.folder.mkdir(parents=True, exist_ok=True)
        files[0].write_text(document, encoding="utf-8")
        files[1].write_bytes(pdf(document))
    except OSError as error:
        sys.exit(f"{options.folder} cannot be written to: {error.strerror}")
    for file in files:
        print(file)
    if options.send:
        send(month, files)


def send(month: Month, files: Sequence[Path]) -> None:
    """Send the report's files, as far as there is somebody to send them to."""
    addresses = os.environ.get("DASHBOARD_REPORT_URL", "")
    if not addresses:
        print("DASHBOARD_REPORT_URL is not set, so nobody is sent the report.")
        return
    messenger = apprise.Apprise()
    if not messenger.add(addresses.split()):
        sys.exit("DASHBOARD_REPORT_URL has an address that Apprise cannot read.")
    title = f"Driva Motors: {title_of(month)}"
    logging.disable(logging.NOTSET)
    captured = apprise.LogCapture(level=logging.WARNING, fmt="%(message)s")  # type: ignore[no-untyped-call]
    with captured as said:
        sent = messenger.notify(title=title, body=title, attach=[str(file) for file in files])
        why = " ".join(said.getvalue().split())
    if not sent:
        sys.exit(f"The report could not be sent; it is in the files above. Apprise says: {why}")
