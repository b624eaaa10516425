"""How far the numbers can be trusted, at a glance, and what each of them means."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pandas as pd
import streamlit as st

from dashboard import warehouse
from dashboard.language import ago, language, now, number, plain, said, t, translated, unknown
from dashboard.warehouse import QUOTIENTS, SUMS

# The outcomes of a check, the worst first.
OUTCOMES = ("erro", "falha", "alerta", "aviso", "não executada", "ok")
FAILED = ("erro", "falha")
# What the warehouse says in English of its columns, in Portuguese.
PORTUGUESE: dict[str, str] = json.loads(
    Path(__file__).with_name("portuguese.json").read_text(encoding="utf-8")
)
# Where the measures are described, and how those are computed that are no sum and no quotient.
DESCRIBED = {
    "quantidade": "ANALISE_VENDAS_CONCESSIONARIA",
    "total": "ANALISE_VENDAS_CONCESSIONARIA",
    "valor_medio": "ANALISE_VENDAS_CONCESSIONARIA",
    "desconto_percentual": "ANALISE_VENDAS_CONCESSIONARIA",
    "preco_tabela_medio": "ANALISE_VENDAS_VEICULO",
    "media_movel": "ANALISE_VENDAS_CONCESSIONARIA_MES",
    "participacao_rede": "ANALISE_VENDAS_CONCESSIONARIA",
    "posicao": "ANALISE_VENDAS_CONCESSIONARIA",
}
OVER = {
    "media_movel": "avg(total)",
    "participacao_rede": "100 * total / sum(total)",
    "posicao": "rank() over (order by total desc)",
}


def show() -> None:
    """Say how old sales and load are, against their limit, and whether a check has failed."""
    sales, loads = warehouse.newest(), warehouse.loads().set_index("tabela")
    sold = sales["ultima_venda"]
    if "vendas" in loads.index and not unknown(sold):
        load = loads.loc["vendas"]
        _say_age(sold, load["carregado_em"], load["limite_aviso_horas"])
    checks = worst_first(warehouse.checks())
    failed = checks[checks["situacao"].isin(FAILED)]
    if not failed.empty:
        first = failed.iloc[0]
        told = {"table": first["tabela"], "demand": translated(first["descricao"] or "")}
        sentence = (
            t(
                "Uma verificação falhou, em {table}: “{demand}” O que depende dela ficou como"
                " estava; veja a página Dados.",
                **told,
            )
            if len(failed) == 1
            else t(
                "Verificações que falharam: {count}, a primeira em {table}: “{demand}” O que"
                " depende delas ficou como estava; veja a página Dados.",
                count=number(len(failed)),
                **told,
            )
        )
        st.error(plain(sentence), icon=":material/error:")
    if odd := int((checks["situacao"] == "alerta").sum()):
        st.info(
            t("Regras descumpridas mais que de costume: {count}. Veja a página Dados.", count=odd),
            icon=":material/rule:",
        )


def _say_age(sold: pd.Timestamp, loaded: pd.Timestamp, limit: float) -> None:
    words = {"sold": said(sold), "ago": ago(loaded)}
    sentence = t("Vendas até {sold}; carregadas {ago}.", **words)
    late = [
        what
        for what, moment in ((t("a última carga"), loaded), (t("a última venda"), sold))
        if not unknown(limit) and now() - moment > timedelta(hours=float(limit))
    ]
    if late:
        sentence += " " + t(
            "Passa do limite de {hours} h: {late}.", hours=number(limit), late=", ".join(late)
        )
        st.caption(f":material/schedule: {plain(sentence)}")
    else:
        st.caption(f":material/check_circle: {plain(sentence)}")


def worst_first(checks: pd.DataFrame) -> pd.DataFrame:
    """Return the checks in the order in which they are to be looked at."""
    order = checks["situacao"].map(OUTCOMES.index)
    return checks.assign(ordem=order).sort_values(["ordem", "tabela", "verificacao"])


def define() -> None:
    """Open what each measure is, how it is computed, and where it is."""
    st.dialog(t("Definições"), width="large")(_definitions)()


def formula(name: str) -> str:
    """Return a measure's formula, in SQL."""
    if name in QUOTIENTS:
        part, whole = (SUMS[sum_] for sum_ in QUOTIENTS[name])
        return f"{'100 * ' if name.endswith('percentual') else ''}{part} / {whole}"
    return OVER.get(name) or SUMS[name]


def _definitions() -> None:
    titles = {
        "quantidade": t("Vendas"),
        "total": t("Faturamento"),
        "valor_medio": t("Ticket médio"),
        "desconto_percentual": t("Desconto"),
        "preco_tabela_medio": t("Preço de tabela"),
        "media_movel": t("Média móvel"),
        "participacao_rede": t("Participação"),
        "posicao": t("Posição"),
    }
    said_of = warehouse.descriptions().set_index(["tabela", "coluna"])["descricao"]
    for name, table in DESCRIBED.items():
        text = said_of.get((table, name.upper())) or ""
        text = PORTUGUESE.get(text, text) if language() == "pt" else text
        st.markdown(f"**{titles[name]}** — {plain(text)}")
        st.caption(f"`{formula(name)}` · `GOLD.{table}.{name.upper()}`")
