"""The dashboard in a real browser, on many sales in a local stack of its own."""

from __future__ import annotations

import csv
import json
import re
import signal
import subprocess
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from pathlib import Path
from threading import Timer
from typing import Any, Literal
from urllib.parse import parse_qs, urlencode, urlsplit
from urllib.request import urlopen

import psutil
import pytest
import sqlglot
from playwright.sync_api import (
    BrowserContext,
    ConsoleMessage,
    Error,
    Locator,
    Page,
    Request,
    ViewportSize,
    WebSocket,
    expect,
)
from sqlglot import exp

from tests.conftest import ROOT, Project, browsing, free_port, needs_a_browser, overheard

pytestmark = needs_a_browser

SALES = 100_000
PAGES = {
    "": "Visão geral",
    "concessionarias": "Concessionárias",
    "concessionaria": "Minha concessionária",
    "veiculos": "Veículos",
    "vendedores": "Vendedores",
    "dados": "Dados",
}
CAMPINAS = "Driva Motors Campinas"
CHART = "[data-testid=stVegaLiteChart]"
DESK: ViewportSize = {"width": 1280, "height": 900}
Window = Callable[..., BrowserContext]
# All that Markdown and spreadsheets make something else of.
HOSTILE = (
    "=Auto $5 & $6 **forte** :red[x] [a](http://b.example) <b>c</b> `d` www.e.example f@g.example"
    " -> -- _h_ ~i~ :smile: :material/home: ![j](http://127.0.0.1:9/k)"
)
LAST_YEAR = "data_venda >= '2025-01-01' and data_venda < '2026-01-01'"


def settle(page: Page) -> None:
    """Wait until all of a page is there, and none of the page before."""
    page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]")
    page.wait_for_function(
        f"!document.querySelector('[data-stale=true], [data-testid=stSkeleton]') &&"
        f" [...document.querySelectorAll('{CHART}')].every(chart => chart.querySelector('svg')) &&"
        " [...document.querySelectorAll('[data-testid=stDataFrame]')]"
        ".every(table => table.querySelector('[role=gridcell]') || !table.checkVisibility())"
    )


@dataclass
class Visit:
    """A page in the browser, and all that it has said and asked for."""

    page: Page
    errors: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    received: int = 0

    @classmethod
    def begin(cls, context: BrowserContext, url: str) -> Visit:
        """Open an address, in a page that another visit has left if there is one.

        Half of what a page takes is to read Streamlit's code, which a page that had it still has.
        """
        left = (page for page in context.pages if page.url == "about:blank")
        visit = cls(next(left, None) or context.new_page())
        for event, listen in visit.listeners.items():
            visit.page.on(event, listen)  # type: ignore[call-overload]
        visit.page.bring_to_front()  # a page behind another one takes its time
        visit.page.goto(url)
        settle(visit.page)
        return visit

    def end(self) -> None:
        """Leave the page."""
        for event, listen in self.listeners.items():
            self.page.remove_listener(event, listen)
        self.page.goto("about:blank")

    @property
    def listeners(self) -> dict[str, Callable[[Any], None]]:
        """What listens to which of the page's events."""
        return {
            "console": self.hear,
            "pageerror": self.fail,
            "request": self.ask,
            "websocket": self.receive,
        }

    def hear(self, said: ConsoleMessage) -> None:
        """Note an error on the console."""
        if said.type == "error":
            self.errors.append(said.text)

    def fail(self, error: Error) -> None:
        """Note an error in the page's code."""
        self.errors.append(str(error))

    def ask(self, request: Request) -> None:
        """Note what the page asks for."""
        self.requests.append(request.url)

    def receive(self, socket: WebSocket) -> None:
        """Count what the server sends."""
        socket.on("framereceived", self.count)

    def count(self, frame: bytes | str) -> None:
        """Count a message."""
        self.received += len(frame)

    def open(self, path: str, title: str | None = None) -> None:
        """Follow the link to a page."""
        self.page.locator(f"[data-testid=stSidebarNav] a[href$='/{path}']").click()
        expect(self.page.locator("h1")).to_have_text(title or PAGES[path])
        settle(self.page)

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Do what changes the page, and wait until it has."""
        main = self.page.get_by_test_id("stMain")
        before = main.inner_text()
        yield
        self.page.wait_for_function(
            "before => document.querySelector('[data-testid=stMain]').innerText != before",
            arg=before,
        )
        settle(self.page)

    def choose(self, key: str, *options: str) -> None:
        """Choose some options of a filter."""
        for option in options:
            with self.changing():
                self.page.locator(f".st-key-{key} input").fill(option)
                self.page.get_by_role("option", name=option, exact=True).click()
        self.page.keyboard.press("Escape")

    def press(self, name: str) -> None:
        """Press one of the buttons in a row."""
        with self.changing():
            self.page.get_by_role("radio", name=name, exact=True).click()

    def says(self) -> str:
        """Return what the page says below its title: the days, and what is chosen."""
        return plain(self.page.get_by_test_id("stCaptionContainer").first.inner_text())

    def lit(self) -> list[str]:
        """Return the buttons that are pressed."""
        return self.page.get_by_role("radio", checked=True).all_inner_texts()

    def numbers(self) -> list[str]:
        """Return the four numbers of the overview."""
        return [plain(text) for text in self.page.get_by_test_id("stMetricValue").all_inner_texts()]

    def text(self) -> str:
        """Return all that the page says."""
        return plain(self.page.get_by_test_id("stMain").inner_text())

    def cells(self) -> list[str]:
        """Return what the tables show, cell by cell."""
        cells = self.page.locator("[data-testid=stDataFrame] [role=gridcell]")
        return list(map(plain, cells.all_inner_texts()))

    def parameters(self) -> dict[str, list[str]]:
        """Return the parameters in the address."""
        return parse_qs(urlsplit(self.page.url).query)

    def download(self, key: str, separator: str = ";") -> list[dict[str, str]]:
        """Return the rows of a CSV file."""
        settle(self.page)  # a table that has just been unfolded pushes the button away from a click
        with self.page.expect_download() as download:
            self.page.locator(f".st-key-csv_{key} button").click()
        text = Path(download.value.path()).read_text(encoding="utf-8-sig")
        return list(csv.DictReader(text.splitlines(), delimiter=separator))


def plain(text: str) -> str:
    """Return a text with common spaces, and nothing that is not seen."""
    return text.replace("\u00a0", " ").replace("\u2060", "")


def brazilian(value: Decimal | float, digits: int = 0) -> str:
    """Write a number as Brazilians do."""
    return f"{value:,.{digits}f}".translate(str.maketrans(",.", ".,"))


@contextmanager
def serving(project: Project) -> Iterator[str]:
    """Serve the dashboard as a user does; yields its address."""
    port = free_port()
    process = subprocess.Popen(
        [ROOT / ".venv/bin/meltano", "invoke", "dashboard"],
        cwd=project.folder,
        env=project.environment | {"DASHBOARD_PORT": str(port)},
        stdout=(project.folder / "dashboard.log").open("w"),
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    url = f"http://127.0.0.1:{port}/"
    try:
        for _ in range(1200):
            assert process.poll() is None, (project.folder / "dashboard.log").read_text()
            try:
                with urlopen(f"{url}_stcore/health"):
                    break
            except OSError:
                time.sleep(0.1)
        yield url
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(120) is not None


@pytest.fixture(scope="module")
def gold(project: Project) -> Project:
    """The project with many sales in GOLD."""
    assert project.local_stack("seed", "--sales", str(SALES)).code == 0
    project.change(
        f"update concessionarias set concessionaria = '{HOSTILE}' where id_concessionarias = 2",
        f"update veiculos set nome = '{HOSTILE}' where id_veiculos = 2",
        "update vendedores set nome = 'Ana Costa' where id_concessionarias = 2",
    )
    project.extract_load()
    # Every model, and the tests of the project's own rules.
    project.build("--exclude=test_type:generic")
    return project


@pytest.fixture(scope="module")
def url(gold: Project) -> Iterator[str]:
    with serving(gold) as address:
        yield address


@pytest.fixture(scope="module")
def window() -> Iterator[Window]:
    with browsing() as chromium:
        yield partial(chromium, locale="pt-BR")


@pytest.fixture(scope="module")
def context(window: Window) -> BrowserContext:
    """A viewer at a desk."""
    return window(viewport=DESK)


@pytest.fixture(scope="module")
def overview(context: BrowserContext, url: str) -> Visit:
    """The overview, for tests that only look at it."""
    return Visit.begin(context, url)


@pytest.fixture
def visit(context: BrowserContext, url: str) -> Iterator[Visit]:
    """The overview, just opened."""
    begun = Visit.begin(context, url)
    yield begun
    begun.end()


def test_every_page_renders_and_asks_nobody_else(visit: Visit, url: str) -> None:
    visit.choose("concessionaria", CAMPINAS)
    for path in PAGES:
        visit.open(path, CAMPINAS if path == "concessionaria" else None)
        expect(visit.page.locator(CHART).first).to_be_visible()
        assert visit.page.get_by_test_id("stException").count() == 0
        assert visit.page.get_by_test_id("stAlertContentError").count() == 0
    assert visit.errors == []
    assert [
        asked for asked in visit.requests if not asked.startswith((url, "data:", "blob:"))
    ] == []
    assert visit.received < 3_000_000, "more than aggregates crosses the wire"


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_a_page_opens_by_its_address_and_fits_the_window(
    window: Window, url: str, width: int, scheme: Literal["light", "dark"]
) -> None:
    size: ViewportSize = {"width": width, "height": 900}
    context = window(viewport=size, color_scheme=scheme)
    for path, title in PAGES.items():
        visit = Visit.begin(context, url + path)
        expect(visit.page.locator("h1")).to_have_text(title)
        assert visit.errors == []
        levels = visit.page.locator("h1, h2, h3, h4").evaluate_all(
            "headings => headings.map(heading => heading.tagName)"
        )
        assert levels == ["H1", *["H2"] * (len(levels) - 1)]
        cell = visit.page.get_by_role("gridcell")
        for table in visit.page.get_by_test_id("stDataFrame").filter(has=cell).all():
            first = table.get_by_role("gridcell").all_inner_texts()[:3]  # one may mark the row
            assert re.search(r"\d", "".join(first)), "a phone shows no number"
        main = visit.page.get_by_test_id("stMain")
        assert main.evaluate("main => main.scrollWidth <= main.clientWidth")
        background = visit.page.get_by_test_id("stApp").evaluate(
            "app => getComputedStyle(app).backgroundColor"
        )
        assert (background == "rgb(255, 255, 255)") == (scheme == "light")
        visit.end()
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", [*PAGES, "concessionaria?concessionaria=Driva+Motors+Campinas"])
def test_everybody_can_read_a_page(
    window: Window, url: str, path: str, scheme: Literal["light", "dark"]
) -> None:
    context = window(viewport=DESK, color_scheme=scheme)
    visit = Visit.begin(context, url + path)
    pale = visit.page.evaluate(PALE)
    nodes = context.new_cdp_session(visit.page).send("Accessibility.getFullAXTree")["nodes"]
    context.close()
    assert pale == {}
    named: dict[str, list[str]] = defaultdict(list)
    for node in nodes:
        if not node["ignored"]:
            named[node["role"]["value"]].append(node.get("name", {}).get("value", ""))
    operated = ("button", "link", "checkbox", "radio", "combobox", "spinbutton", "grid", "image")
    for role in (*operated, "graphics-document", "heading"):
        assert "" not in named[role], role
    # What a chart shows is said, with its numbers; a sparkline is beside its own.
    cards = {"Faturamento", "Vendas", "Ticket médio", "Desconto"}
    charts = [name for name in named["graphics-document"] if name not in cards]
    assert all(re.search(r"\. .*\d", name) for name in charts), charts
    assert charts or path == "concessionaria"
    # No word is Streamlit's own; one with a blank at an end is said before or after others.
    words = json.loads((ROOT / "analyze/dashboard/streamlit.json").read_text()).keys() - {"Logo"}
    said = {name for role in operated for name in named[role]}
    assert said.isdisjoint(words)
    before = tuple(word for word in words if word.endswith(" "))
    assert [name for name in said if name.startswith(before)] == []


# The words of a page whose contrast is below 4.5 to 1, and the marks below 3 to 1, the least that
# WCAG 2.2 asks for. A mark has a fill or an outline that is seen.
PALE = """() => {
  const numbers = color => color.match(/[\\d.]+/g).map(Number)
  const rgba = color => {
    if (color == "none") return [0, 0, 0, 0]
    const [r, g, b, a = 1] = numbers(color)
    return color.startsWith("color(") ? [r * 255, g * 255, b * 255, a] : [r, g, b, a]
  }
  const over = (top, below) => below.map((value, i) => top[i] * top[3] + value * (1 - top[3]))
  const light = color => {
    const linear = v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4
    const [r, g, b] = color.map(v => linear(v / 255))
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
  const contrast = (element, ...colors) => {
    const around = []
    for (let e = element; e; e = e.parentElement) around.unshift(getComputedStyle(e))
    const below = around.reduce((color, s) => over(rgba(s.backgroundColor), color), [255, 255, 255])
    return Math.max(...colors.map(([color, alpha]) => {
      const ink = rgba(color)
      ink[3] *= around.reduce((opacity, s) => opacity * s.opacity, alpha)
      const [dark, bright] = [light(over(ink, below)), light(below)].sort((a, b) => a - b)
      return (bright + 0.05) / (dark + 0.05)
    }))
  }
  const pale = {}
  const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  while (words.nextNode()) {
    const element = words.currentNode.parentElement
    const { width } = element.getBoundingClientRect()
    // What is written on a cell of a grid is not on the page's background.
    if (!words.currentNode.data.trim() || width < 2 || !element.checkVisibility()
        || element.closest("script, style, canvas, [aria-hidden=true], [disabled]")) continue
    const { fill, color } = getComputedStyle(element)
    const found = contrast(element, [element.closest("svg") ? fill : color, 1])
    if (found < 4.5) pale[words.currentNode.data] = found
  }
  const marks = ":is(.mark-rect, .mark-shape, .mark-symbol, .mark-line) path"
  for (const mark of document.querySelectorAll(`[data-testid=stVegaLiteChart] ${marks}`)) {
    if (mark.closest(".role-legend, .background") || !mark.getBoundingClientRect().width) continue
    const { fill, stroke, fillOpacity, strokeOpacity } = getComputedStyle(mark)
    const found = contrast(mark, [fill, fillOpacity], [stroke, strokeOpacity])
    if (found < 3) pale[mark.getAttribute("aria-label") ?? mark.outerHTML] = found
  }
  return pale
}"""


def test_the_numbers_are_those_of_gold(gold: Project, visit: Visit) -> None:
    before = "data_venda >= '2024-01-01' and data_venda < '2025-01-01'"
    assert_the_numbers_are_golds(gold, visit, LAST_YEAR, before)
    visit.press("90d")
    visit.choose("regiao", "Sul")
    visit.choose("veiculo", "Driva Tiê 1.0")
    members = "DIM_CIDADES.regiao = 'Sul' and nome_veiculo = 'Driva Tiê 1.0'"
    assert_the_numbers_are_golds(
        gold,
        visit,
        f"data_venda >= '2025-10-03' and data_venda < '2026-01-01' and {members}",
        f"data_venda >= '2025-07-05' and data_venda < '2025-10-03' and {members}",
    )


def assert_the_numbers_are_golds(gold: Project, visit: Visit, scope: str, before: str) -> None:
    """The overview shows the measures of some sales, and their growth since those before."""

    def measured(condition: str) -> tuple[Any, ...]:
        return gold.warehouse(
            f"""select sum(valor_venda), count(*), avg(valor_venda),
                    100 * sum(desconto) / sum(preco_tabela)
                from GOLD.FCT_VENDAS
                join SILVER.DIM_CONCESSIONARIAS using (concessionaria_id)
                join SILVER.DIM_CIDADES using (cidade_id)
                join SILVER.DIM_VEICULOS using (veiculo_id)
                where {condition}"""
        )[0]

    total, count, mean, discount = measured(scope)
    unit, word = (1e9, "bi") if total > 1e9 else (1e6, "mi")
    assert visit.numbers() == [
        f"R$ {brazilian(float(total) / unit, 1).removesuffix(',0')} {word}",
        brazilian(count),
        f"R$ {brazilian(mean)}",
        f"{brazilian(discount, 2)}%",
    ]
    growth = 100 * (float(total) / float(measured(before)[0]) - 1)
    delta = visit.page.get_by_test_id("stMetricDelta").first.inner_text()
    assert f"{brazilian(growth, 1)}%" in delta.replace("+", "")


def test_the_period_total_has_every_sale(gold: Project, visit: Visit) -> None:
    visit.press("total")
    assert visit.numbers()[1] == brazilian(SALES)
    assert visit.page.get_by_test_id("stMetricDelta").count() == 0
    assert gold.warehouse("select count(*) from GOLD.FCT_VENDAS") == [(SALES,)]


def test_a_file_has_the_rows_of_the_table(gold: Project, context: BrowserContext, url: str) -> None:
    visit = Visit.begin(context, f"{url}concessionarias")
    rows = visit.download("concessionarias")
    visit.end()
    expected = gold.warehouse(
        f"""select nome_concessionaria, sum(valor_venda), count(*) from GOLD.FCT_VENDAS
            join SILVER.DIM_CONCESSIONARIAS using (concessionaria_id)
            where {LAST_YEAR} group by 1 order by 2 desc"""
    )
    assert [
        (row["Concessionária"].lstrip("'"), row["Faturamento"], row["Vendas"]) for row in rows
    ] == [(name, str(total).replace(".", ","), str(count)) for name, total, count in expected]
    assert all(re.fullmatch(r"-?\d+,\d{3}", row["Crescimento"]) for row in rows)


def test_filters_stay_and_are_in_the_address(context: BrowserContext, visit: Visit) -> None:
    visit.press("30d")
    visit.choose("regiao", "Sudeste")
    visit.choose("estado", "SP", "RJ")
    chosen = {"periodo": ["30d"], "regiao": ["Sudeste"], "estado": ["SP", "RJ"]}
    numbers = visit.numbers()
    for path in ("veiculos", "dados", ""):
        visit.open(path)
        assert visit.parameters() == chosen
    assert visit.numbers() == numbers
    # The address alone is enough for another viewer.
    other = Visit.begin(context, visit.page.url)
    assert other.numbers() == numbers
    assert other.parameters() == chosen
    with other.changing():
        other.page.get_by_role("button", name="Limpar filtros").click()
    assert other.parameters() == {"periodo": ["30d"]}
    assert other.numbers() != numbers
    other.end()


def test_a_range_of_days_goes_before_the_period(
    gold: Project, context: BrowserContext, url: str
) -> None:
    visit = Visit.begin(context, f"{url}?datas=2024-02-29&datas=2024-03-01")
    assert visit.numbers()[1] == brazilian(
        gold.warehouse(
            "select count(*) from GOLD.FCT_VENDAS"
            " where cast(data_venda as date) in ('2024-02-29', '2024-03-01')"
        )[0][0]
    )
    assert "27 de fev. de 2024 a 28 de fev. de 2024" in visit.says()
    visit.end()


def test_the_last_of_period_and_days_holds(context: BrowserContext, url: str) -> None:
    visit = Visit.begin(context, f"{url}?datas=2025-05-01&datas=2025-05-05")
    assert visit.lit() == ["pt"]
    visit.press("7d")
    assert (visit.lit(), visit.parameters()) == (["7d", "pt"], {"periodo": ["7d"]})
    assert visit.says().startswith("25 de dez. de 2025 a 31 de dez. de 2025 ·")
    with visit.changing():
        visit.page.locator(".st-key-datas").get_by_role("spinbutton").first.click()
        visit.page.keyboard.type("05052025")
        visit.page.locator("h1").click()
    assert (visit.lit(), visit.parameters()) == (["pt"], {"datas": ["2025-05-05"]})
    assert visit.says() == "5 de mai. de 2025 · variações ante 4 de mai. de 2025"
    visit.end()


def test_back_undoes_what_the_viewer_did_last(context: BrowserContext, url: str) -> None:
    visit = Visit.begin(context, f"{url}?datas=2025-05-01&datas=2025-05-05")
    visit.press("30d")  # and with it no days
    visit.choose("estado", "SP")
    visit.open("veiculos")
    seen = []
    for _ in range(3):
        with visit.changing():
            visit.page.go_back()
        seen.append((urlsplit(visit.page.url).path, visit.parameters(), visit.says()[:5]))
    assert seen == [
        ("/", {"periodo": ["30d"], "estado": ["SP"]}, "2 de "),
        ("/", {"periodo": ["30d"]}, "2 de "),
        ("/", {"datas": ["2025-05-01", "2025-05-05"]}, "1 de "),
    ]
    visit.end()


@pytest.mark.parametrize(
    ("asked", "left", "kept"),
    [
        ("estado=RR", "estado = RR", {}),
        ("concessionaria=*x*", "concessionaria = *x*", {}),
        ("estado=SP&regiao=Norte", "estado = SP", {"regiao": ["Norte"]}),
        ("estado=SP&estado=XX", "estado = XX", {"estado": ["SP"]}),
        ("datas=2030-01-01&datas=2030-02-01", "datas = 2030-01-01, 2030-02-01", {}),
        ("datas=2025-02-01&datas=2025-01-01", "datas = 2025-02-01, 2025-01-01", {}),
        ("periodo=7d&datas=2025-05-05", "periodo = 7d", {"datas": ["2025-05-05"]}),
        (
            "estados=SP&lang=fr&periodo=1",
            "estados = SP; lang = fr; periodo = 1",
            {"estados": ["SP"]},
        ),
    ],
)
def test_what_an_address_asks_in_vain_is_said(
    context: BrowserContext, url: str, asked: str, left: str, kept: dict[str, list[str]]
) -> None:
    visit = Visit.begin(context, f"{url}vendedores?{asked}")
    note = visit.page.get_by_test_id("stAlertContentWarning")
    assert f"ficou de fora: {left}." in plain(note.inner_text())
    assert visit.parameters() == kept
    visit.press("90d")
    assert note.count() == 0
    visit.end()


def test_no_sale_is_a_sentence(context: BrowserContext, url: str) -> None:
    visit = Visit.begin(context, f"{url}?datas=2023-01-01&estado=PI")
    expect(visit.page.get_by_text("Nenhuma venda com estes filtros")).to_be_visible()
    assert visit.errors == []
    visit.end()


def test_the_language_changes_texts_numbers_and_dates(visit: Visit) -> None:
    total = visit.numbers()[1]
    visit.press("en")
    assert visit.parameters() == {"lang": ["en"]}
    assert visit.page.locator("h1").inner_text() == "Overview"
    assert visit.numbers()[1] == total.replace(".", ",")
    assert "Jan 1, 2025 to Dec 31, 2025" in visit.text()
    trend = visit.page.locator(CHART).last
    assert "Feb 2025" in (trend.text_content() or "")
    visit.page.get_by_text("Table by state").click()
    assert re.fullmatch(r"\d+\.\d\d", visit.download("estados", separator=",")[0]["Revenue"])
    visit.open("dados", "Data")
    assert "not run" in (visit.page.locator(CHART).first.text_content() or "")
    assert "business rule" in {row["Kind"] for row in visit.download("verificacoes", ",")}
    visit.open("", "Overview")
    visit.press("pt")
    assert "fev 2025" in (visit.page.locator(CHART).last.text_content() or "")


def shapes(visit: Visit, mark: str) -> Locator:
    """Return the shapes of one mark on the map."""
    return visit.page.locator(f".st-key-map g.mark-{mark} path")


def test_the_map_paints_27_states_and_the_cities(gold: Project, overview: Visit) -> None:
    states = shapes(overview, "shape")
    assert states.count() == 27
    frame = overview.page.locator(f".st-key-map {CHART}").bounding_box()
    assert frame
    sizes = [box for i in range(27) if (box := states.nth(i).bounding_box())]
    # A ring that turns the wrong way paints all but the state.
    assert all(3 < box["width"] < frame["width"] * 0.5 for box in sizes)
    assert all(3 < box["height"] < frame["height"] * 0.5 for box in sizes)
    assert max(box["x"] + box["width"] for box in sizes) - min(box["x"] for box in sizes) > 300
    fills = [states.nth(i).get_attribute("fill") for i in range(27)]
    selling = gold.warehouse("select distinct sigla from GOLD.ANALISE_VENDAS_CIDADE where id != -1")
    empty = [fill for fill in fills if fill and fill.startswith("#8b9aa5")]
    assert len(empty) == 27 - len(selling)
    assert len(set(fills)) > 10
    legend = overview.page.locator(".st-key-map g.role-legend").bounding_box()
    assert legend
    assert legend["y"] > max(box["y"] + box["height"] for box in sizes)
    cities = gold.warehouse("select count(*) from GOLD.ANALISE_VENDAS_CIDADE where id != -1")[0][0]
    assert shapes(overview, "symbol").count() == cities


def test_a_name_is_shown_as_it_is(context: BrowserContext, url: str) -> None:
    chosen = urlencode({"concessionaria": HOSTILE, "veiculo": HOSTILE, "datas": "2025-05-05"})
    for path in ("concessionarias", "veiculos", "vendedores"):
        visit = Visit.begin(context, f"{url}{path}?{chosen}")
        assert f"5 de mai. de 2025 · {HOSTILE} · {HOSTILE}" in visit.says()
        made = "a[href*=example], em, strong, b, code, del, img, .katex"
        assert visit.page.get_by_test_id("stMain").locator(made).count() == 0
        assert "example" not in "".join(
            asked for asked in visit.requests if not asked.startswith(url)
        )
        # The chart of one bar, which is one.
        if path != "vendedores":
            box = visit.page.locator(f"{CHART} .mark-rect path").first.bounding_box()
            assert box
            assert box["height"] > 8
        if path == "concessionarias":
            assert "A maior" in visit.text()
        visit.end()


def test_two_of_one_name_are_two(gold: Project, context: BrowserContext, url: str) -> None:
    visit = Visit.begin(context, f"{url}vendedores?{urlencode({'concessionaria': HOSTILE})}")
    assert "variações" not in visit.says()  # there are none on this page
    ids = gold.source("select id_vendedores from vendedores where id_concessionarias = 2")
    names = {f"Ana Costa · {number}" for (number,) in ids}
    assert {row["Vendedor"] for row in visit.download("vendedores")} == names
    assert visit.page.locator(f"{CHART} .role-axis-label text").count() == len(names) > 1
    visit.end()


def test_a_state_on_the_map_filters(visit: Visit) -> None:
    with visit.changing():
        visit.page.locator(".st-key-map [aria-label*='Estado: Mato Grosso;']").click()
    assert visit.parameters() == {"estado": ["MT"]}


def test_a_dealership_has_a_page(gold: Project, visit: Visit) -> None:
    visit.choose("concessionaria", CAMPINAS)
    visit.open("concessionaria", CAMPINAS)
    team = visit.download("equipe")
    here = f"nome_concessionaria = '{CAMPINAS}' and {LAST_YEAR}"
    joined = """GOLD.FCT_VENDAS join SILVER.DIM_VENDEDORES using (vendedor_id)
        join SILVER.DIM_CONCESSIONARIAS
            on FCT_VENDAS.concessionaria_id = DIM_CONCESSIONARIAS.concessionaria_id"""
    assert [(row["Vendedor"], row["Vendas"]) for row in team] == [
        (name, str(count))
        for name, count in gold.warehouse(
            f"""select nome_vendedor, count(*) from {joined}
                where {here} group by 1 order by sum(valor_venda) desc"""
        )
    ]
    # Customers whose first sale here was in the period, and the sales to known ones.
    ((first, known),) = gold.warehouse(
        f"""select count(distinct case when primeira >= '2025-01-01' then cliente_id end), count(*)
            from (select FCT_VENDAS.*, nome_concessionaria, min(data_venda) over (
                partition by FCT_VENDAS.concessionaria_id, cliente_id
            ) as primeira from {joined}) where {here} and cliente_id != -1"""
    )
    said = "Vendas: {}. A primeira do cliente nesta concessionária: {} ("
    assert said.format(brazilian(known), brazilian(first)) in visit.text()
    month = "data_venda >= '{0}-12-01' and data_venda < '{1}-01-01'"
    for text, condition in (
        (r"31 de dez. de 2025: R\$ {}; vendas: {}\.", month.format(2025, 2026)),
        (r"Nos mesmos dias do ano anterior: R\$ {} \(.*\); vendas: {}\.", month.format(2024, 2025)),
    ):
        ((total, count),) = gold.warehouse(
            f"""select sum(valor_venda), count(*) from {joined}
                where nome_concessionaria = '{CAMPINAS}' and {condition}"""
        )
        millions = brazilian(float(total) / 1e6, 1).removesuffix(",0")
        assert re.search(text.format(f"{millions} mi", brazilian(count)), visit.text())
    with visit.changing():
        visit.page.get_by_text("As últimas vendas").click()
    sold = visit.download("ultimas_vendas")
    assert [row["Venda"] for row in sold] == [
        str(key)
        for (key,) in gold.warehouse(
            f"""select venda_id from {joined} where {here}
                order by data_venda desc, venda_id desc limit 500"""
        )
    ]


def test_a_row_leads_to_a_dealership_and_a_salesperson(context: BrowserContext, url: str) -> None:
    visit = Visit.begin(context, f"{url}concessionarias?periodo=90d")
    visit.page.get_by_test_id("stDataFrame").first.click(position={"x": 16, "y": 52})
    expect(visit.page.locator("h1")).to_have_text("Driva Motors São Paulo")
    settle(visit.page)
    assert urlsplit(visit.page.url).path == "/concessionaria"
    assert visit.parameters() == {"periodo": ["90d"], "concessionaria": ["Driva Motors São Paulo"]}
    best = visit.download("equipe")[0]
    with visit.changing():
        visit.page.get_by_test_id("stDataFrame").first.click(position={"x": 16, "y": 52})
    assert visit.parameters()["vendedor"] == [best["Vendedor"]]
    assert visit.numbers()[1] == brazilian(int(best["Vendas"]))
    # The address alone is enough for another viewer.
    other = Visit.begin(context, visit.page.url)
    assert other.numbers() == visit.numbers()
    other.end()
    visit.end()


def test_a_bar_and_a_city_lead_to_a_dealership(context: BrowserContext, url: str) -> None:
    visit = Visit.begin(context, f"{url}concessionarias")
    visit.page.locator(f".st-key-maiores {CHART} .mark-rect path").nth(3).click()
    expect(visit.page.locator("h1")).to_have_text(CAMPINAS)
    visit.end()
    visit = Visit.begin(context, f"{url}?estado=SP")
    assert shapes(visit, "shape").count() == 1
    visit.page.locator(".st-key-map [aria-label*='Cidade: Campinas;']").click()
    expect(visit.page.locator("h1")).to_have_text(CAMPINAS)
    visit.end()


def test_a_dealership_is_chosen_on_its_page(context: BrowserContext, url: str) -> None:
    visit = Visit.begin(context, f"{url}concessionaria")
    visit.page.locator(".st-key-escolha input").fill(CAMPINAS)
    visit.page.get_by_role("option", name=CAMPINAS, exact=True).click()
    expect(visit.page.locator("h1")).to_have_text(CAMPINAS)
    visit.end()


@pytest.mark.parametrize(
    ("asked", "days"),
    [
        ("periodo=90d", "5 de jul. de 2025 a 2 de out. de 2025"),
        ("periodo=90d&ano=true", "3 de out. de 2024 a 31 de dez. de 2024"),
        ("periodo=mtd", "1 de nov. de 2025 a 30 de nov. de 2025"),
        ("periodo=mtd&ano=true", "1 de dez. de 2024 a 31 de dez. de 2024"),
        # Two periods that share days.
        ("datas=2024-06-01&datas=2025-07-31&ano=true", "1 de jun. de 2023 a 31 de jul. de 2024"),
    ],
)
def test_the_comparison_is_chosen(
    gold: Project, context: BrowserContext, url: str, asked: str, days: str
) -> None:
    visit = Visit.begin(context, f"{url}?{asked}")
    assert visit.says().endswith(f"variações ante {days}")
    if "datas" in asked:
        sums = [
            gold.warehouse(
                "select sum(valor_venda) from GOLD.FCT_VENDAS"
                f" where data_venda >= '{first}' and data_venda < '{end}'"
            )[0][0]
            for first, end in (("2024-06-01", "2025-08-01"), ("2023-06-01", "2024-08-01"))
        ]
        growth = brazilian(100 * (float(sums[0]) / float(sums[1]) - 1), 1)
        assert f"{growth}%" in visit.page.get_by_test_id("stMetricDelta").first.inner_text()
    visit.end()


def test_the_state_of_the_data_is_shown(gold: Project, context: BrowserContext, url: str) -> None:
    visit = Visit.begin(context, f"{url}dados")
    text = visit.text()
    count = "select count(*), count(case when situacao = 'ok' then 1 end) from GOLD.QUALIDADE_DADOS"
    ((checks, passed),) = gold.warehouse(count)
    assert f"{passed} de {checks}" in text
    assert "Horário de Brasília (America/Sao_Paulo)" in text
    assert "Vendas até 31 de dez. de 2025, " in text
    assert "Passa do limite de 36 h: a última venda." in text
    for licence in ("CC BY 4.0", "SIL Open Font License 1.1", "Apache 2.0"):
        assert licence in text
    found = {row["O que se exige"]: row for row in visit.download("verificacoes")}
    assert {row["Situação"] for row in found.values()} == {"ok", "aviso"}
    assert found["Nenhuma venda é posterior à carga."]["Linhas"] == "2"
    [build] = visit.download("execucoes")
    ((statements,),) = gold.warehouse("select instrucoes from GOLD.EXECUCOES")
    assert build["Construído"] == "escolhido"
    assert build["Linhas novas"] == ""
    assert statements is None
    cells = visit.cells()
    visit.end()
    bookmark = gold.bookmarks["public-vendas"]
    assert cells[cells.index("vendas") :][:3] == ["vendas", str(bookmark), str(bookmark)]
    assert cells[cells.index("FCT_VENDAS") + 1] == str(SALES)


def test_measures_are_defined_as_dbt_describes_them(gold: Project, visit: Visit) -> None:
    described = {
        text
        for (text,) in gold.warehouse(
            "select comment from INFORMATION_SCHEMA.COLUMNS where table_schema = 'GOLD'"
        )
    }
    portuguese = json.loads((ROOT / "analyze/dashboard/portuguese.json").read_text())
    assert portuguese.keys() <= described
    for language, button, texts in (
        ("pt", "Definições", portuguese.values()),
        ("en", "Definitions", portuguese.keys()),
    ):
        if language != "pt":
            visit.press(language)
        visit.page.get_by_role("button", name=button).click()
        dialog = visit.page.get_by_role("dialog")
        for text in texts:
            expect(dialog.get_by_text(text)).to_be_visible()
        assert "sum(valor_venda) / count(valor_venda)" in dialog.inner_text()
        visit.page.keyboard.press("Escape")
        expect(dialog).to_have_count(0)


def test_the_keyboard_reaches_the_filters(visit: Visit) -> None:
    reached = set()
    for _ in range(40):
        visit.page.keyboard.press("Tab")
        assert visit.page.evaluate(
            "!document.activeElement.matches('[data-testid=stSidebarNavLink]')"
            " || parseFloat(getComputedStyle(document.activeElement).outlineWidth) >= 2"
        )
        reached.add(
            visit.page.evaluate(
                "document.activeElement.closest('[class*=st-key-]')?.className.match("
                "/st-key-(\\w+)/)?.[1] || document.activeElement.textContent.trim()"
            )
        )
    assert {
        "periodo",
        "datas",
        "ano",
        "regiao",
        "estado",
        "concessionaria",
        "veiculo",
        "lang",
    } <= reached
    assert "Veículos" in " ".join(reached)


def test_a_sparkline_has_a_name(overview: Visit) -> None:
    names = overview.page.get_by_test_id("stMetricChart").evaluate_all(
        "charts => charts.map(chart => chart.ariaLabel)"
    )
    assert names == ["Faturamento", "Vendas", "Ticket médio", "Desconto"]


def test_it_asks_for_aggregates_of_gold_as_the_reporter(
    gold: Project, context: BrowserContext
) -> None:
    outcome = "update GOLD.QUALIDADE_DADOS set situacao = '{}' where verificacao = '{}'"
    check = "fct_vendas_not_in_the_future"
    gold.warehouse(outcome.format("falha", check))
    with (
        overheard(gold.snowflake_port) as (port, sent),
        serving(gold.with_variables(LOCAL_SNOWFLAKE_PORT=str(port))) as address,
    ):
        visit = Visit.begin(context, address)
        assert visit.page.locator("html").get_attribute("lang") == "pt-BR"
        assert "Uma verificação falhou, em GOLD.FCT_VENDAS: “Nenhuma venda é" in visit.text()
        visit.choose("estado", "SP")
        for path in PAGES:
            visit.open(path)
        assert visit.download("verificacoes")[0]["Situação"] == "falha"
        # What has failed is open, with its query.
        expect(visit.page.get_by_test_id("stCode").first).to_be_visible()
        visit.open("")
        visit.choose("concessionaria", CAMPINAS)
        visit.open("concessionaria", CAMPINAS)
        with visit.changing():
            visit.page.get_by_text("As últimas vendas").click()
        visit.end()
    gold.warehouse(outcome.format("aviso", check))
    logins = [request.path for request in sent if "login-request" in request.path]
    assert logins
    assert all("roleName=DRIVA_REPORTER" in path for path in logins)
    statements = {json.loads(request.body or "{}").get("sqlText") for request in sent} - {None}
    assert len(statements) > 10
    for statement in statements:
        query = sqlglot.parse_one(statement, dialect="snowflake")
        assert isinstance(query, exp.Select | exp.Union), statement
        assert {table.db for table in query.find_all(exp.Table)} == {"GOLD"}, statement
        if "FCT_VENDAS" in statement:
            assert query.find(exp.Count, exp.Max, exp.Limit), statement


def test_a_warehouse_that_is_gone_is_a_sentence(gold: Project, visit: Visit) -> None:
    visit.choose("estado", "BA")  # nothing of it is known from another test
    # One that answers late is not gone.
    server = psutil.Process(int((gold.folder / ".local/snowflake/server.pid").read_text()))
    server.suspend()
    Timer(12, server.resume).start()
    visit.press("90d")
    assert visit.page.get_by_test_id("stAlertContentError").count() == 0
    # The first viewer after a restart sees numbers.
    assert gold.local_stack("down").code == 0
    gold.up()
    visit.press("30d")
    assert visit.page.get_by_test_id("stAlertContentError").count() == 0
    assert gold.local_stack("down").code == 0
    visit.page.get_by_role("radio", name="7d", exact=True).click()
    gone = visit.page.get_by_text("O armazém de dados não responde")
    expect(gone).to_be_visible(timeout=30_000)
    assert visit.page.get_by_test_id("stException").count() == 0
    gold.up()
    visit.open("veiculos")
    visit.open("")
    with visit.changing():
        visit.page.get_by_role("button", name="Limpar filtros").click()
    week = gold.warehouse(
        "select count(*) from GOLD.FCT_VENDAS "
        "where data_venda >= '2025-12-25' and data_venda < '2026-01-01'"
    )
    assert visit.numbers()[1] == brazilian(week[0][0])
    assert "Uncaught app execution" not in (gold.folder / "dashboard.log").read_text()


def test_targets_are_a_card_and_are_told_of_each_place(
    gold: Project, context: BrowserContext, url: str
) -> None:
    sold = dict(
        gold.source(
            "select id_concessionarias, sum(valor_pago) from vendas"
            " where id_concessionarias in (1, 3)"
            " and data_venda >= '2025-11-01' and data_venda < '2025-12-01' group by 1"
        )
    )
    # Four fifths of both together: the first has all of its target, the other less.
    both = sum(sold.values()) / Decimal("0.8")
    rows = (f"2025-11-01,1,{sold[1]:.2f},", f"2025-11-01,3,{both - sold[1]:.2f},")
    header = "mes,concessionaria_id,meta_faturamento,meta_quantidade"
    (gold.folder / "transform/seeds/metas.csv").write_text("\n".join([header, *rows, ""]))
    gold.build("--select=metas metas_vendas")
    visit = Visit.begin(context, f"{url}?datas=2025-11-01&datas=2025-11-30")
    card = visit.page.get_by_test_id("stMetric").last
    expect(card).to_contain_text("Da meta")
    expect(card).to_contain_text("80,0%")
    expect(visit.page.get_by_text("Metas de nov. 2025: ")).to_be_visible()
    visit.open("concessionarias")
    first = gold.warehouse(
        "select nome_concessionaria from SILVER.DIM_CONCESSIONARIAS where concessionaria_id = 1"
    )[0][0]
    [row] = [row for row in visit.download("concessionarias") if row["Concessionária"] == first]
    assert row["Da meta"] == "1,000"
    visit.end()


def test_what_is_not_built_yet_is_a_sentence(
    gold: Project, context: BrowserContext, url: str
) -> None:
    with gold.snowflake() as connection:
        connection.cursor().execute("drop table GOLD.FCT_VENDAS")
    visit = Visit.begin(context, f"{url}?datas=2024-05-05")
    expect(visit.page.get_by_text("As tabelas do painel ainda não existem")).to_be_visible()
