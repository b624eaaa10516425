"""What a dealership is to sell, as somebody writes it into a file."""

from __future__ import annotations

from decimal import Decimal

from tests.conftest import Project


def write(network: Project, *rows: str) -> None:
    """Write the file of the targets."""
    header = "mes,concessionaria_id,meta_faturamento,meta_quantidade"
    file = network.folder / "transform/seeds/metas.csv"
    file.write_text("\n".join([header, *rows, ""]))


def test_a_target_is_measured_by_what_the_source_has_sold(network: Project) -> None:
    assert network.warehouse("select count(*) from GOLD.METAS_VENDAS") == [(0,)]
    [(count, total)] = network.source(
        "select count(*), sum(valor_pago) from vendas where id_concessionarias = 1"
        " and data_venda >= '2025-11-01' and data_venda < '2025-12-01'"
    )
    write(network, f"2025-11-01,1,{2 * total},{4 * count}", "2025-12-01,1,,7")
    network.build()
    assert network.warehouse(
        "select mes::varchar, quantidade, total, atingimento_faturamento, atingimento_quantidade"
        " from GOLD.METAS_VENDAS where mes = '2025-11-01'"
    ) == [("2025-11-01", count, total, Decimal(50), Decimal(25))]


def test_a_target_that_cannot_be_read_is_said_with_its_row(network: Project) -> None:
    before = network.warehouse("select count(*) from GOLD.FCT_VENDAS")
    rows = (
        "01/12/2025,1,100,1",
        '2025-12-01,2,"1.250.000,50",',
        "2025-12-01,3,950.000,10",
    )
    write(network, *rows)
    done = network.build(fails=True)
    for said in (
        "01/12/2025; 1; 100; 1: mes deve ser o primeiro dia do mês, como 2025-12-01",
        "1.250.000,50; : meta_faturamento deve ser um número maior que zero, como 1250000.50",
        "950.000; 10: meta_faturamento deve ser um número maior que zero, como 1250000.50",
    ):
        assert said in done.output
    assert network.warehouse("select count(*) from GOLD.FCT_VENDAS") == before


def test_a_spreadsheets_byte_order_mark_is_read_and_another_encoding_is_said(
    network: Project,
) -> None:
    write(network, "2025-11-01,1,100,1")
    file = network.folder / "transform/seeds/metas.csv"
    text = file.read_text()
    file.write_bytes(text.replace("\n", "\r\n").encode("utf-8-sig"))
    network.dbt("build", "--select", "metas", "metas_can_be_read")
    file.write_bytes(text.replace("2025-11-01", "março").encode("latin-1"))
    assert "transform/seeds/metas.csv is not in UTF-8" in network.build(fails=True).output
    # One of somebody's own, in a folder of theirs and described nowhere, is as they like it.
    own = network.folder / "transform/seeds/minha/feriados.csv"
    own.parent.mkdir()
    own.write_text("dia,nome\n2026-01-01,Ano Novo\n")
    file.write_text(text)
    network.build()
    assert network.warehouse("select nome from SILVER.FERIADOS") == [("Ano Novo",)]
    header = "mes,concessionaria_id,meta_faturamento,meta_quantidade"
    for odd, first in (
        (text.replace(",", ";"), repr(header.replace(",", ";"))),  # Excel's CSV in Brazil
        (text.replace(",meta_quantidade", ""), repr(header.removesuffix(",meta_quantidade"))),
        ("", "empty"),
    ):
        file.write_text(odd)
        said = f"transform/seeds/metas.csv: the first line is to be {header}, with commas, and is "
        assert said + first in network.build(fails=True).output
