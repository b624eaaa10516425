"""What the pages share: headings, tables, downloads, and arithmetic on the measures."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import takewhile
from typing import Any, NamedTuple

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import charts, filters, trust
from dashboard.language import (
    NOTHING,
    moment,
    money,
    number,
    percent,
    period,
    plain,
    short_money,
    signed,
    t,
)
from dashboard.spreadsheet import csv_file
from dashboard.warehouse import QUOTIENTS, SUMS, Scope

MOVERS = 5


class Column(NamedTuple):
    """A column of a table.

    Attributes:
        title: its name.
        write: returns a value as the viewer reads it.
        digits: decimals in a file, as many as are shown; None where it has no numbers.
    """

    title: str
    write: Callable[[Any], str] = str
    digits: int | None = None


def heading(title: str, about: str) -> None:
    """Show a page's title, what it is about, and how far its numbers can be trusted."""
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
    ):
        st.title(title, anchor=False, width="content")
        if st.button(t("Definições"), icon=":material/menu_book:", type="tertiary"):
            trust.define()
    with st.container(gap="xsmall"):
        st.caption(plain(about))
        trust.show()


def about(title: str, scope: Scope, is_compared: bool = False) -> None:
    """Show the heading of a page about sales: which, and what they are compared with."""
    heading(title, filters.summary(scope, is_compared))


def stop_if_empty(rows: pd.DataFrame) -> None:
    """End the page with a sentence if no sale is chosen."""
    if rows.empty:
        st.info(
            t("Nenhuma venda com estes filtros. Amplie o período ou limpe os filtros."),
            icon=":material/search_off:",
        )
        st.stop()


def grouped(rows: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Add the sums up by some columns; one without anything to add is NULL, as in the warehouse."""
    return rows.groupby(by)[list(SUMS)].sum(min_count=1)


def derived(rows: pd.DataFrame) -> pd.DataFrame:
    """Add the quotients of the sums, a percentage as a share of one."""
    quotients = QUOTIENTS.items()
    return rows.assign(**{name: ratio(rows[part], rows[of]) for name, (part, of) in quotients})


def measures(rows: pd.DataFrame) -> pd.Series[float]:
    """Return the sums of all rows and their quotients."""
    return derived(rows[list(SUMS)].sum(min_count=1).to_frame().T).iloc[0]


def ratio(part: Any, whole: Any) -> Any:
    """Return what a part is of a whole, as a share of one; NULL if the whole is zero."""
    if isinstance(whole, pd.Series):
        return part / whole.where(whole != 0)
    return part / whole if whole else None


def change(now: Any, before: Any) -> Any:
    """Return how much more it is now than before, as a share of before."""
    return ratio(now - before, before)


def rank(totals: pd.Series[float]) -> pd.Series[int]:
    """Return places from 1; equal totals share one, and those without a total have the last."""
    return totals.rank(ascending=False, method="min", na_option="bottom").astype(int)


def named(rows: pd.DataFrame, members: pd.DataFrame) -> pd.DataFrame:
    """Join what is known of the members by their id, which is the index of the rows.

    What has no name, or is newer than the members' last reading, is shown with a dash.
    """
    known = members.set_index("id")
    return rows.join(known).fillna(dict.fromkeys(known, NOTHING))


def brief(names: pd.Series[str]) -> list[str]:
    """Leave out the words that all names begin with: "Driva Motors"."""
    words = [name.split() for name in names]
    shared = len(list(takewhile(lambda place: len(set(place)) == 1, zip(*words, strict=False))))
    return [" ".join(rest[shared:] or rest) for rest in words]


def rest(
    rows: pd.DataFrame, drawn: int, title: str, name: str, value: str
) -> pd.Series[Any] | None:
    """Return those beyond the drawn rows as one row more for `charts.bars`; None without any.

    Its bar is the mean of them, as each of the bars is one: the sum would dwarf all others.
    """
    left = rows.iloc[drawn:]
    if left.empty:
        return None
    mean, total = left[value].mean(), left[value].sum()
    words = t("média {mean}, soma {sum}", mean=short_money(mean), sum=short_money(total))
    return pd.Series({name: f"{title} ({number(len(left))})", value: mean, "rotulo": words})


def leading(
    rows: pd.DataFrame, name: str, value: str, write: Callable[[Any], str] = short_money
) -> str:
    """Say who is the first of ranked rows, and what share of all the first three have."""
    values, first = rows[value], rows.iloc[0]
    if len(rows) == 1:
        return t("{name}: {value}.", name=first[name], value=write(first[value]))
    said = t(
        "{name} vem primeiro, com {value}: {share} do total.",
        name=first[name],
        value=write(first[value]),
        share=percent(ratio(first[value], values.sum())),
    )
    if len(rows) > 3:
        share = percent(ratio(values.head(3).sum(), values.sum()))
        said += " " + t("Os três primeiros somam {share}.", share=share)
    return said


def trending(rows: pd.DataFrame, unit: str) -> str:
    """Say what the best, the worst and the mean of the periods are that are over."""
    whole = rows[rows["completo"]]
    if whole.empty:
        whole = rows
    high, low = whole.loc[whole["total"].idxmax()], whole.loc[whole["total"].idxmin()]
    best = t(
        "Maior: {value} ({when}).",
        value=short_money(high["total"]),
        when=period(high["inicio"], unit),
    )
    if len(whole) == 1:
        return best
    return " ".join(
        (
            best,
            t(
                "Menor: {value} ({when}).",
                value=short_money(low["total"]),
                when=period(low["inicio"], unit),
            ),
            t("Média: {value}.", value=short_money(whole["total"].mean())),
        )
    )


def draw(chart: Any, name: str, sentence: str, **options: Any) -> Any:
    """Show a chart below a sentence that says it in numbers, also to whoever does not see it."""
    st.caption(plain(sentence))
    return st.altair_chart(chart, alt=f"{name}. {sentence}", **options)


def moved(now: pd.DataFrame, before: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return who has sold more than in the other period, and who less, the largest change first."""
    rows = pd.DataFrame({"total": now["total"], "antes": before["total"]}).fillna(0)
    rows["diferenca"] = rows["total"] - rows["antes"]
    rows["crescimento"] = change(rows["total"], rows["antes"])
    rows = rows.sort_values("diferenca")
    return rows[rows["diferenca"] > 0][::-1], rows[rows["diferenca"] < 0]


def movers(now: pd.DataFrame, before: pd.DataFrame, members: pd.DataFrame, name: str) -> None:
    """Show who has sold how much more, and how much less, than in the other period."""
    rise, fall = (named(rows, members) for rows in moved(now, before))
    left, right = st.columns(2)
    for title, place, rows in (
        (t("Maiores altas"), left, rise),
        (t("Maiores quedas"), right, fall),
    ):
        with card(title, place):
            if rows.empty:
                st.caption(t("Nenhuma."))
                continue
            growth = rows["crescimento"].map(signed)
            rows["rotulo"] = rows["diferenca"].map(partial(short_money, sign=True)) + "  " + growth
            rows["tamanho"] = rows["diferenca"].abs()
            first = rows.head(MOVERS)
            first = first.assign(**{name: brief(first[name]) if len(first) > 1 else first[name]})
            draw(
                charts.bars(first, name, "tamanho"),
                title,
                t(
                    "{name}: {value}. Ao todo {count}, {sum}.",
                    name=first[name].iloc[0],
                    value=first["rotulo"].iloc[0].replace("  ", ", "),
                    count=number(len(rows)),
                    sum=short_money(rows["diferenca"].sum(), sign=True),
                ),
            )


def opening(name: str, rows: pd.DataFrame, act: Callable[[Any], None]) -> dict[str, Any]:
    """Return the options of a table or a chart whose rows are opened by `act`, given their key."""

    def opened() -> None:
        selection = st.session_state[name].selection
        if "rows" in selection:  # a table's
            keys = [rows.index[place] for place in selection["rows"] if place < len(rows)]
        else:
            keys = [key for key in rows.index if {"chave": str(key)} in selection["row"]]
        if keys:
            act(keys[0])

    return {"on_select": opened}


@contextmanager
def card(title: str, place: DeltaGenerator | None = None) -> Iterator[None]:
    """Frame what follows under a title; in a column (`place`), as high as its neighbour."""
    frame = place.container(border=True, height="stretch") if place else st.container(border=True)
    with frame:
        st.header(plain(title), anchor=False)
        yield


def columns(*names: str) -> dict[str, Column]:
    """Return the titles of some columns, and how to write their values."""
    known = {
        "posicao": Column(t("Posição"), number, 0),
        "estado": Column(t("Estado")),
        "lugar": Column(t("Cidade")),
        "concessionaria": Column(t("Concessionária")),
        "vendedor": Column(t("Vendedor")),
        "veiculo": Column(t("Veículo")),
        "tipo": Column(t("Tipo")),
        "quantidade": Column(t("Vendas"), number, 0),
        "total": Column(t("Faturamento"), money, 2),
        "participacao": Column(t("Participação"), percent, 3),
        "crescimento": Column(t("Crescimento"), signed, 3),
        "atingimento": Column(t("Da meta"), percent, 3),
        "media": Column(t("Média da concessionária"), money, 2),
        "acima": Column(t("Ante a média"), signed, 3),
        "valor_medio": Column(t("Ticket médio"), money, 2),
        "preco_tabela_medio": Column(t("Preço de tabela"), money, 2),
        "desconto_percentual": Column(t("Desconto"), percent, 3),
        "situacao": Column(t("Situação")),
        "descricao": Column(t("O que se exige")),
        "tabela": Column(t("Tabela")),
        "coluna": Column(t("Coluna")),
        "linhas": Column(t("Linhas"), number, 0),
        "percentual": Column(t("Da tabela"), partial(percent, digits=3), 5),
        "mensagem": Column(t("O que se achou")),
        "executado_em": Column(t("Execução"), moment),
        "consulta": Column(t("Consulta")),
        "verificacoes": Column(t("Verificações"), number, 0),
        "erro": Column(t("erro"), number, 0),
        "falha": Column(t("falha"), number, 0),
        "alerta": Column(t("alerta"), number, 0),
        "aviso": Column(t("aviso"), number, 0),
        "não executada": Column(t("não executada"), number, 0),
        "ok": Column(t("ok"), number, 0),
        "inicio": Column(t("Começo"), moment),
        "escopo": Column(t("Construído")),
        "linhas_novas": Column(t("Linhas novas"), number, 0),
        "linhas_relidas": Column(t("Relidas"), number, 0),
        "linhas_excluidas": Column(t("Excluídas"), number, 0),
        "instrucoes": Column(t("Instruções"), number, 0),
        "segundos_carga": Column(t("Carga, em segundos"), partial(number, digits=1), 3),
        "segundos": Column(t("Construção, em segundos"), partial(number, digits=1), 3),
        "venda_id": Column(t("Venda"), str),
        "data_venda": Column(t("Data"), moment),
        "cliente_id": Column(t("Cliente"), str),
        "valor_venda": Column(t("Preço pago"), money, 2),
        "preco_tabela": Column(t("Preço de tabela"), money, 2),
        "marcador": Column(t("Marcador"), number, 0),
        "carregado_em": Column(t("Carga"), moment),
    }
    return {name: known[name] for name in names}


def table(
    rows: pd.DataFrame, shown: dict[str, Column], name: str, title: str, **options: Any
) -> Any:
    """Show a table, and below it the same as a file.

    Numbers sort as numbers and read as the viewer writes them; so they do in the file, which a
    spreadsheet opens with a double click.

    Args:
        rows: what to show.
        shown: its columns, as `columns` returns them.
        name: of the file, and the table's key.
        title: what it is, for who does not see it.
        options: more for st.dataframe, whose answer is returned.
    """
    titles = {name: column.title for name, column in shown.items()}
    titled = rows[list(shown)].rename(columns=titles)
    written = titled.style.format({title: write for title, write, _ in shown.values()})
    answer = st.dataframe(
        written,
        hide_index=True,
        width="stretch",
        placeholder=NOTHING,
        key=name,
        alt=title,
        **options,
    )
    st.download_button(
        t("Baixar CSV"),
        csv_file(titled, {title: digits for title, _, digits in shown.values()}),
        file_name=f"{name}.csv",
        mime="text/csv",
        icon=":material/download:",
        on_click="ignore",
        key=f"csv_{name}",
    )
    return answer
