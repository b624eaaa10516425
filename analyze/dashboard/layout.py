"""What the pages share: headings, tables, downloads, and arithmetic on the measures."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import takewhile
from typing import Any

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import filters
from dashboard.language import NOTHING, language, moment, money, number, percent, signed, t
from dashboard.warehouse import MEASURES, Scope

Column = tuple[str, Callable[[Any], str]]


def heading(title: str, scope: Scope) -> None:
    """Show a page's title, and below it what is chosen."""
    st.title(title, anchor=False)
    st.caption(filters.summary(scope))


def stop_if_empty(rows: pd.DataFrame) -> None:
    """End the page with a sentence if no sale is chosen."""
    if rows.empty:
        st.info(
            t("Nenhuma venda com estes filtros. Amplie o período ou limpe os filtros."),
            icon=":material/search_off:",
        )
        st.stop()


def measures(rows: pd.DataFrame) -> pd.Series[float]:
    """Add the measures of all rows up, and derive from the sums."""
    return derived(rows[list(MEASURES)].sum().to_frame().T).iloc[0]


def derived(rows: pd.DataFrame) -> pd.DataFrame:
    """Add valor_medio, preco_medio and desconto_percentual (a share of one) to the measures.

    A mean counts the sales with a price only, as GOLD's analyses do.
    """
    return rows.assign(
        valor_medio=rows["total"] / rows["com_valor"].where(rows["com_valor"] > 0),
        preco_medio=rows["preco_tabela"] / rows["com_desconto"].where(rows["com_desconto"] > 0),
        desconto_percentual=rows["desconto"] / rows["preco_tabela"].where(rows["preco_tabela"] > 0),
    )


def change(now: Any, before: Any) -> Any:
    """Return how much more it is now than before, as a share of before; NULL if that is zero."""
    if isinstance(before, pd.Series):
        return now / before.where(before > 0) - 1
    return now / before - 1 if before else None


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


@contextmanager
def card(title: str, place: DeltaGenerator | None = None) -> Iterator[None]:
    """Frame what follows under a title; in a column (`place`), as high as its neighbour."""
    frame = place.container(border=True, height="stretch") if place else st.container(border=True)
    with frame:
        st.subheader(title, anchor=False)
        yield


def columns(*names: str) -> dict[str, Column]:
    """Return the titles of some columns, and how to write their values."""
    known: dict[str, Column] = {
        "posicao": (t("Posição"), number),
        "estado": (t("Estado"), str),
        "lugar": (t("Cidade"), str),
        "concessionaria": (t("Concessionária"), str),
        "vendedor": (t("Vendedor"), str),
        "veiculo": (t("Veículo"), str),
        "tipo": (t("Tipo"), str),
        "quantidade": (t("Vendas"), number),
        "total": (t("Faturamento"), money),
        "participacao": (t("Participação"), percent),
        "crescimento": (t("Crescimento"), signed),
        "media": (t("Média da concessionária"), money),
        "acima": (t("Ante a média"), signed),
        "valor_medio": (t("Ticket médio"), money),
        "preco_medio": (t("Preço de tabela"), money),
        "desconto_percentual": (t("Desconto"), percent),
        "situacao": (t("Situação"), str),
        "descricao": (t("O que se exige"), str),
        "tabela": (t("Tabela"), str),
        "coluna": (t("Coluna"), str),
        "linhas": (t("Linhas"), number),
        "mensagem": (t("O que se achou"), str),
        "executado_em": (t("Execução"), moment),
        "marcador": (t("Marcador"), number),
        "linhas_origem": (t("Linhas na origem"), number),
        "carregado_em": (t("Carga"), moment),
    }
    return {name: known[name] for name in names}


def table(rows: pd.DataFrame, shown: dict[str, Column], name: str, **options: Any) -> Any:
    """Show a table, and below it the same as a file.

    Numbers sort as numbers and read as the viewer writes them; so they do in the file, which a
    spreadsheet opens with a double click.

    Args:
        rows: what to show.
        shown: its columns, as `columns` returns them.
        name: of the file, and the table's key.
        options: more for st.dataframe, whose answer is returned.
    """
    titles = {column: title for column, (title, _) in shown.items()}
    titled = rows[list(shown)].rename(columns=titles)
    written = titled.style.format(dict(shown.values()))
    answer = st.dataframe(
        written, hide_index=True, width="stretch", placeholder=NOTHING, key=name, **options
    )
    marks = {"sep": ";", "decimal": ","} if language() == "pt" else {"sep": ",", "decimal": "."}
    st.download_button(
        t("Baixar CSV"),
        titled.to_csv(index=False, **marks).encode("utf-8-sig"),
        file_name=f"{name}.csv",
        mime="text/csv",
        icon=":material/download:",
        on_click="ignore",
        key=f"csv_{name}",
    )
    return answer
