"""How far the data can be trusted: freshness, checks, runs and their cost, bookmarks, licences."""

from __future__ import annotations

import streamlit as st

from dashboard import charts, warehouse
from dashboard.language import moment, number, short_day, t, translated
from dashboard.layout import card, columns, table

# The outcomes of a check, the worst first.
OUTCOMES = ("erro", "falha", "alerta", "aviso", "não executada", "ok")


def show() -> None:
    """Show the page."""
    st.title(t("Dados"), anchor=False)
    st.caption(t("Até onde se pode confiar nos números. Horários em UTC."))
    checks, runs, sales = warehouse.checks(), warehouse.runs(), warehouse.freshness()
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
                at,
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
    with card(t("Verificações")):
        if 0 < passed == len(checks):
            st.success(t("Todas as verificações passaram."), icon=":material/check_circle:")
        worst = checks.assign(
            ordem=checks["situacao"].map(OUTCOMES.index),
            percentual=checks["percentual"].astype(float) / 100,
        )
        for column in ("situacao", "descricao", "tipo"):
            worst[column] = worst[column].map(translated)
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
        )
        table(
            worst.sort_values(["ordem", "tabela"]),
            shown,
            "verificacoes",
            column_config={shown["descricao"].title: st.column_config.Column(width="large")},
        )
    with card(t("Últimas execuções")):
        runs = runs.sort_values("executado_em")
        runs["execucao"] = [moment(at, "HH:mm:ss") for at in runs["executado_em"]]
        st.altair_chart(
            charts.outcomes(runs), alt=t("Barras: verificações por execução e situação")
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
        table(builds, shown, "execucoes")
    left, right = st.columns(2)
    with card(t("Marcadores da carga"), left):
        st.caption(
            t("Até que id cada tabela foi lida da origem, e quantas linhas dela ainda estão lá.")
        )
        shown = columns("tabela", "marcador", "linhas", "carregado_em")
        table(warehouse.loads(), shown, "cargas")
    with card(t("Linhas em GOLD"), right):
        st.caption(t("O que o painel lê."))
        table(warehouse.row_counts(), columns("tabela", "linhas"), "gold")
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
