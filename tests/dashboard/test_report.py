"""The report of a month, of what the sample network has sold."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from pypdf import PdfReader

from tests.conftest import Project, free_port

OF_THE_MONTH = "data_venda >= '2025-11-01' and data_venda < '2025-12-01'"


class Mailbox:
    """Keeps what is sent to it."""

    def __init__(self) -> None:
        self.messages: list[Message] = []

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, _: Any, __: Any, envelope: Any
    ) -> str:
        """Take a message."""
        self.messages.append(message_from_bytes(envelope.content, policy=default))
        return "250 Message accepted for delivery"


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, int]]:
    """A mail server, and its port."""
    box, port = Mailbox(), free_port()
    server = Controller(box, hostname="127.0.0.1", port=port)
    server.start()
    yield box, port
    server.stop()


def written(network: Project, *words: str) -> tuple[Path, Path]:
    """Write a report; return its HTML and its PDF."""
    done = network.succeed("invoke", "dashboard:report", *words)
    html, pdf = (network.folder / name for name in re.findall(r"output/\S+", done.output))
    return html, pdf


def test_the_report_says_what_the_source_has_sold(network: Project) -> None:
    [(count, total)] = network.source(
        f"select count(*), sum(valor_pago) from vendas where {OF_THE_MONTH}"
    )
    [(before,)] = network.source(
        "select sum(valor_pago) from vendas"
        " where data_venda >= '2025-10-01' and data_venda < '2025-11-01'"
    )
    for language, name, money, sales, change in (
        (
            "pt",
            "novembro de 2025",
            f"R$ {total:,.2f}".translate(str.maketrans(",.", ".,")),
            f"{count} vendas",
            f"{100 * (total / before - 1):+.1f}% ante out. de 2025".replace(".", ",", 1),
        ),
        (
            "en",
            "November 2025",
            f"R$ {total:,.2f}",
            f"{count} sales",
            f"{100 * (total / before - 1):+.1f}% against Oct 2025",
        ),
    ):
        html, pdf = written(network, "2025-11", f"--language={language}")
        document, pages = html.read_text(), PdfReader(pdf).pages
        printed = re.sub(r"\s+", " ", "".join(page.extract_text() for page in pages))
        for text in (name, money, sales, change):
            assert text in re.sub(r"\s+", " ", document)
            assert text in printed
        assert len(pages) == 4
        # It needs no other file, and asks nobody.
        assert (
            re.findall(r"""(?:src|href)=["']?(?!#)[^"'>]*|url\((?!data:|#)[^)]*""", document) == []
        )


def test_the_report_says_what_of_the_targets_is_reached(network: Project) -> None:
    [(sold,)] = network.source(
        f"select sum(valor_pago) from vendas where id_concessionarias = 1 and {OF_THE_MONTH}"
    )
    file = network.folder / "transform/seeds/metas.csv"
    file.write_text(f"{file.read_text().splitlines()[0]}\n2025-11-01,1,{4 * sold},\n")
    network.build()
    html, pdf = written(network, "2025-11")
    assert len(PdfReader(pdf).pages) == 4
    assert re.search(r"Metas de nov\. 2025: R\$.*: 25,0%\.", html.read_text())


def test_a_name_is_text_and_not_part_of_the_document(network: Project) -> None:
    name = "</td><script>alert(1)</script><img src=http://127.0.0.1:9/x>"
    network.change(f"update veiculos set nome = '{name}' where id_veiculos = 1")
    network.succeed("run", "--full-refresh", "el")
    network.build()
    html, pdf = written(network, "2025-11")
    assert "<script" not in html.read_text()
    assert "<img" not in html.read_text()
    assert len(PdfReader(pdf).pages) == 4


@pytest.mark.parametrize(
    ("month", "said"),
    [
        ("2025-13", "2025-13 não é um mês: escreva 2025-12, por exemplo."),
        ("dezembro", "dezembro não é um mês: escreva 2025-12, por exemplo."),
        ("2051-01", "Não há vendas de 2051-01: as que há vão de "),
    ],
)
def test_a_month_that_is_none_is_refused(network: Project, month: str, said: str) -> None:
    done = network.meltano("invoke", "dashboard:report", month)
    assert done.code == 1
    assert said in done.output
    assert "Traceback" not in done.output


def test_the_schedule_sends_the_last_month_by_mail(
    network: Project, mailbox: tuple[Mailbox, int]
) -> None:
    box, port = mailbox
    to = network.with_variables(
        DASHBOARD_REPORT_URL=f"mailto://127.0.0.1:{port}/?from=driva@example.com&to=ana@example.com"
    )
    to.succeed("run", "report")
    [message] = box.messages
    assert message["To"] == "ana@example.com"
    assert "Relatório de dezembro de 2025" in message["Subject"]
    attached = [part.get_filename() for part in message.walk() if part.get_filename()]
    assert attached == ["driva-motors-2025-12-pt.html", "driva-motors-2025-12-pt.pdf"]


def test_what_cannot_be_sent_is_said_and_stays(network: Project) -> None:
    for address, said in (
        ("", "DASHBOARD_REPORT_URL is not set"),
        ("nothing://x", "DASHBOARD_REPORT_URL has an address that Apprise cannot read"),
        (f"json://127.0.0.1:{free_port()}", "it is in the files above. Apprise says: A Connection"),
    ):
        done = network.with_variables(DASHBOARD_REPORT_URL=address).meltano(
            "invoke", "dashboard:send-report", "2025-11"
        )
        assert done.code == (1 if address else 0)
        assert said in done.output
        assert "Traceback" not in done.output
