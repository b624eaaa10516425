"""How far the data can be trusted: freshness, checks, runs and their cost, bookmarks, licences."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import charts, trust, warehouse
from dashboard.language import clock, moment, number, percent, plain, short_day, t, translated
from dashboard.layout import card, columns, draw, heading, table
from dashboard.trust import OUTCOMES

OPENED = 20  # checks that found something and are shown one by one
COLOURS = {"erro": "red", "falha": "red", "alerta": "orange", "aviso": "gray"}


def show() -> None:
    """Show the page."""
    heading(
        t("Dados"), t("Até onde se pode confiar nos números. Horários: {clock}.", clock=clock())
    )
    checks, runs, sales = warehouse.checks(), warehouse.runs(), warehouse.newest()
    numbers(checks, runs, sales)
    worst = trust.worst_first(checks)
    with card(t("O que não está em ordem")):
        found = worst[worst["situacao"].isin(COLOURS)]
        if 0 < len(worst) == int((worst["situacao"] == "ok").sum()):
            st.success(t("Todas as verificações passaram."), icon=":material/check_circle:")
        elif worst.empty:
            st.caption(t("Nenhuma verificação foi feita ainda."))
        for row in found.head(OPENED).to_dict("records"):
            one_check(row)
        if len(found) > OPENED:
            more = number(len(found) - OPENED)
            st.caption(t("E mais {count}, na tabela abaixo.", count=more))
    with card(t("Verificações por tabela")):
        by_table(worst)
    with card(t("Últimas execuções")):
        runs = runs.sort_values("executado_em")
        runs["execucao"] = [moment(at, "HH:mm:ss") for at in runs["executado_em"]]
        if runs.empty:
            st.caption(t("Nenhuma verificação foi feita ainda."))
        else:
            last = runs[runs["executado_em"] == runs["executado_em"].max()]
            counts = last.set_index("situacao")["verificacoes"]
            said = [f"{number(counts[o])} {translated(o)}" for o in OUTCOMES if o in counts]
            draw(
                charts.outcomes(runs),
                t("Barras: verificações por execução e situação"),
                t("Na última: {outcomes}.", outcomes=", ".join(said)),
            )
    with card(t("Duração e custo")):
        st.caption(
            t(
                "O que cada execução carregou e construiu, as instruções que enviou ao Snowflake "
                "e o tempo que levou."
            )
        )
        builds = warehouse.builds()
        for column in ("escopo", "situacao"):
            builds[column] = builds[column].map(translated)
        shown = columns(
            "inicio",
            "escopo",
            "situacao",
            "linhas_novas",
            "linhas_relidas",
            "linhas_excluidas",
            "instrucoes",
            "segundos_carga",
            "segundos",
        )
        table(builds, shown, "execucoes", t("Duração e custo"))
    left, right = st.columns(2)
    with card(t("Marcadores da carga"), left):
        st.caption(
            t("Até que id cada tabela foi lida da origem, e quantas linhas dela ainda estão lá.")
        )
        shown = columns("tabela", "marcador", "linhas", "carregado_em")
        table(warehouse.loads(), shown, "cargas", t("Marcadores da carga"))
    with card(t("Linhas em GOLD"), right):
        st.caption(t("O que o painel lê."))
        table(warehouse.row_counts(), columns("tabela", "linhas"), "gold", t("Linhas em GOLD"))
    with card(t("Licenças")):
        st.markdown(
            t(
                "Mapa: [@svg-maps/brazil](https://github.com/VictorCazanave/svg-maps) 2.0.0, de "
                "Victor Cazanave, [CC BY 4.0](https://creativecommons.org/licenses/by/4.0/), "
                "convertido para graus. Letras: Source Sans 3 e Source Code Pro, da Adobe, "
                "[SIL Open Font License 1.1](https://openfontlicense.org); ícones: Material "
                "Symbols, do Google, [Apache 2.0](https://www.apache.org/licenses/LICENSE-2.0). "
                "Coordenadas dos municípios: IBGE."
            )
        )


def numbers(checks: pd.DataFrame, runs: pd.DataFrame, sales: pd.Series[pd.Timestamp]) -> None:
    """Show when what was last, and how many checks are in order."""
    passed = int((checks["situacao"] == "ok").sum())
    with st.container(key="cards"):
        for label, value, explanation in (
            (t("Última execução"), runs["executado_em"].max(), None),
            (
                t("Vendas novas em"),
                sales["ultima_carga"],
                t("Uma execução que não acha vendas novas na origem não muda este horário."),
            ),
            (t("Última venda"), sales["ultima_venda"], None),
        ):
            at = moment(value).partition(" ")[2]
            st.metric(
                label,
                short_day(value),
                at or None,
                help=explanation,
                delta_color="off",
                delta_arrow="off",
                border=True,
                height="stretch",
            )
        st.metric(
            t("Verificações em ordem"),
            t("{passed} de {all}", passed=number(passed), all=number(len(checks))),
            border=True,
            height="stretch",
        )


def one_check(row: dict[Hashable, Any]) -> None:
    """Show what a check demands and has found, and the query for all of it."""
    outcome = str(row["situacao"])
    where = row["tabela"] if not row["coluna"] else f"{row['tabela']}.{row['coluna']}"
    title = plain(f"{translated(str(row['descricao'] or row['verificacao']))} {where}")
    with st.expander(
        f":{COLOURS[outcome]}-badge[{translated(outcome)}] {title}",
        expanded=outcome in trust.FAILED,
        key=f"check_{row['verificacao']}",
    ):
        found = t("Linhas: {count}", count=number(row["linhas"]))
        if pd.notna(row["percentual"]):
            share = percent(float(str(row["percentual"])) / 100, 3)
            found += " · " + t("{share} da tabela", share=share)
        st.caption(plain(f"{found} · {row['verificacao']} · {moment(row['executado_em'])}"))
        if row["mensagem"]:
            st.markdown(plain(str(row["mensagem"])))
        if row["consulta"]:
            st.code(str(row["consulta"]), language="sql", wrap_lines=True)


def by_table(worst: pd.DataFrame) -> None:
    """Show how many checks of each table came out how, and those of a table that is marked."""
    counts = pd.crosstab(worst["tabela"], worst["situacao"])
    counts = counts.reindex(columns=list(OUTCOMES), fill_value=0)
    counts["verificacoes"] = counts.sum(axis="columns")
    counts = counts.sort_values(list(OUTCOMES[:-1]), ascending=False, kind="stable").reset_index()
    st.caption(t("Marque uma tabela para ver só as verificações dela."))
    shown = columns("tabela", "verificacoes", *OUTCOMES)
    event = table(
        counts,
        shown,
        "verificacoes_por_tabela",
        t("Verificações por tabela"),
        on_select="rerun",
        selection_mode="single-row",
    )
    if marked := [row for row in event.selection.rows if row < len(counts)]:
        worst = worst[worst["tabela"] == counts["tabela"].iloc[marked[0]]]
    worst = worst.assign(percentual=worst["percentual"].astype(float) / 100)
    for column in ("situacao", "descricao", "tipo"):
        worst[column] = worst[column].map(lambda text: translated(text) if text else text)
    shown = columns(
        "situacao",
        "linhas",
        "percentual",
        "descricao",
        "tabela",
        "coluna",
        "tipo",
        "mensagem",
        "executado_em",
        "consulta",
    )
    table(
        worst,
        shown,
        "verificacoes",
        t("Verificações"),
        column_config={shown["descricao"].title: st.column_config.Column(width="large")},
    )
