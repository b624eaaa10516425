"""Who looks at the dashboard, and which part of GOLD they see.

Where viewers sign in, SEGURANCA.ACESSOS says which dealerships are whose: every statement of
`warehouse.query` passes `restricted`, which knows each table. A table that is not in `TABLES` has
no rows for who may not see all.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any, NamedTuple, NoReturn

import streamlit as st

from dashboard.language import plain, t, unknown

# How long a sign-in holds, and for how long what ACESSOS has said.
SIGNED_IN = timedelta(hours=12)
TTL = timedelta(minutes=1)
# The rows of a viewer, whose name is bound.
ROWS = "select concessionaria_id, rede from SEGURANCA.ACESSOS where lower(trim(usuario)) = ?"
# What has been signed out of; cookies end with the process that has signed them.
_signed_out: set[tuple[object, object]] = set()


class Part(NamedTuple):
    """What of a table is shown to who may see some dealerships.

    Attributes:
        of: what has a row's dealership; None where rows are nobody's.
        shown: the columns that say nothing of other dealerships.
        hidden: those that do, such as a share of the network; they are NULL.
    """

    of: str | None
    shown: tuple[str, ...] = ("*",)
    hidden: tuple[str, ...] = ()

    def select(self, table: str, dealerships: tuple[int, ...]) -> str:
        """Return what is read in place of the table."""
        hidden = (f"case when false then {name} end as {name}" for name in self.hidden)
        part = f"select {', '.join((*self.shown, *hidden))} from GOLD.{table}"
        marks = ", ".join("?" * len(dealerships))
        return f"({part} where {self.of} in ({marks}))" if self.of else f"({part})"


_FORECAST_OF = "case when nivel = 'concessionaria' then try_cast(chave as number(38, 0)) end"
# Rank and share tell what others sell, and what salespeople have sold elsewhere is others', too.
TABLES = {
    "FCT_VENDAS": Part("concessionaria_id"),
    "FCT_VENDAS_MENSAIS": Part("concessionaria_id"),
    "VENDAS_CANCELADAS": Part("concessionaria_id"),
    "ANALISE_VENDAS_CONCESSIONARIA": Part(
        "id",
        (
            *("id", "concessionaria", "cidade", "estado", "sigla", "regiao", "quantidade"),
            *("total", "valor_medio", "desconto_percentual", "vendas_sem_preco_tabela"),
        ),
        ("participacao_estado", "participacao_rede", "posicao_estado", "posicao"),
    ),
    "ANALISE_VENDAS_CONCESSIONARIA_MES": Part(
        "concessionaria_id",
        (
            *("concessionaria_id", "concessionaria", "estado", "sigla", "regiao", "mes_venda"),
            *("quantidade", "total", "valor_medio", "total_mes_anterior", "variacao_mensal"),
            *("total_mesmo_mes_ano_anterior", "variacao_anual", "media_movel"),
        ),
        ("participacao_estado", "participacao_rede", "posicao"),
    ),
    "ANALISE_VENDAS_VENDEDOR": Part(
        "concessionaria_id",
        ("id", "vendedor", "concessionaria_id", "concessionaria"),
        (
            *("quantidade", "total", "valor_medio", "media_concessionaria", "variacao_media"),
            *("posicao_concessionaria", "posicao"),
        ),
    ),
    "ANALISE_VENDAS_CIDADE": Part(
        None,
        ("id", "cidade", "estado", "sigla", "regiao", "latitude", "longitude"),
        ("quantidade", "total", "valor_medio"),
    ),
    "ANALISE_VENDAS_VEICULO": Part(
        None,
        ("id", "veiculo", "tipo", "valor_sugerido"),
        (
            *("quantidade", "total", "valor_medio", "preco_tabela_medio", "desconto_percentual"),
            *("vendas_sem_preco_tabela", "participacao_rede", "posicao"),
        ),
    ),
    "METAS_VENDAS": Part("concessionaria_id"),
    "PREVISAO_VENDAS": Part(_FORECAST_OF),
    "PREVISAO_QUALIDADE": Part(_FORECAST_OF),
    "CARGAS": Part(
        None,
        (
            *("tabela", "conferido_em", "carregado_em"),
            *("limite_aviso_horas", "limite_alerta_horas"),
        ),
        ("marcador", "linhas"),
    ),
    "EXECUCOES": Part(
        None,
        (
            *("execucao_id", "inicio", "fim", "escopo", "situacao", "passos", "instrucoes"),
            *("segundos", "instrucoes_carga", "segundos_carga", "carregado_ate"),
        ),
        ("linhas_novas", "linhas_relidas", "linhas_excluidas", "estado"),
    ),
    # The rows that a check has found may be anybody's.
    "QUALIDADE_DADOS": Part(
        None,
        (
            *("execucao_id", "executado_em", "verificacao", "descricao", "tipo", "tabela"),
            *("coluna", "severidade", "situacao"),
        ),
        ("linhas", "mensagem", "consulta", "percentual", "limite_percentual"),
    ),
}
# A sign-in leads to the first page: the address that was asked for waits for it in the browser.
KEEP = """<script>
if (location.pathname + location.search != "/" && !location.search.includes("entrada="))
  sessionStorage.setItem("asked", location.href)
</script>"""
GO_ON = """<script>
const asked = sessionStorage.getItem("asked")
sessionStorage.removeItem("asked")
if (asked && asked != location.href) location.replace(asked)
</script>"""
# A text, or a table.
_TABLE = re.compile(r"'[^']*'|\bGOLD\.(\w+)", re.IGNORECASE)
_TEXT = re.compile(r"'[^']*'")
# What is read besides: a schema in capitals, as we write them, or one of ours in any way.
_OTHER = re.compile(
    r"\b(?!GOLD\.\w+(?!\w|\s*\.))[A-Z_]{3,}\s*\.|\"\s*\.|\.\s*\""
    r"|(?i:\b(raw|bronze|silver|qualidade|seguranca|information_schema)\s*\.)"
)


class RefusedError(Exception):
    """A sentence for a viewer who sees nothing.

    Attributes:
        may_sign_in: whether a sign-in would help.
    """

    def __init__(self, sentence: str, *, may_sign_in: bool = False) -> None:
        super().__init__(sentence)
        self.may_sign_in = may_sign_in


def restricted(
    statement: str, dealerships: tuple[int, ...] | None
) -> tuple[str, tuple[int, ...] | None]:
    """Return a statement that reads only what belongs to some dealerships, and its bound values.

    Args:
        statement: a select on tables of GOLD, each written with its schema.
        dealerships: their ids; None for all.
    """
    without_text = _TEXT.sub("''", statement)
    if other := _OTHER.search(without_text):
        raise ValueError(f"{other[0]!r} is not written as a table of GOLD: {statement}")
    if dealerships is None:
        return statement, None
    values: list[int] = []

    def part_of(match: re.Match[str]) -> str:
        if match[1] is None:
            return match[0]
        table = match[1].upper()
        part = TABLES.get(table)
        if part is None:
            return f"(select * from GOLD.{table} where false)"
        values.extend(dealerships if part.of else ())
        return part.select(table, dealerships)

    return _TABLE.sub(part_of, statement), tuple(values)


def viewer() -> str | None:
    """Return who looks, as ACESSOS names them; None where nobody signs in, and all is shown.

    Raises:
        RefusedError: nobody has signed in, or not in a way that counts.
    """
    if _is_configured("auth"):
        return named(st.user.to_dict(), st.secrets["auth"]["claim"], time.time())
    if _is_configured("connections"):  # the server's, without a sign-in
        return None
    return _lower(str(st.user.get("user_name") or "")) or _refuse_unknown()  # inside Snowflake


def named(claims: Mapping[str, Any], claim: str, now: float) -> str:
    """Return the name in what the provider has said of a viewer.

    Raises:
        RefusedError: there is none that counts.
    """
    if not claims.get("is_logged_in"):
        raise RefusedError(t("Entre com a sua conta para ver o painel."), may_sign_in=True)
    issued = claims.get("iat")
    if (
        not isinstance(issued, int | float)
        or now - issued > SIGNED_IN.total_seconds()
        or _key(claims) in _signed_out
    ):
        raise RefusedError(t("A sua entrada terminou. Entre de novo."), may_sign_in=True)
    name = claims.get(claim)
    if not isinstance(name, str) or not name:
        _refuse_unknown()
    if claim == "email" and claims.get("email_verified") is not True:
        raise RefusedError(
            t("O provedor não confirma que este e-mail é seu: {name}.", name=plain(str(name)))
        )
    return _lower(str(name))


def dealerships(name: str, rows: Iterable[tuple[Any, Any]]) -> tuple[int, ...] | None:
    """Return the dealerships that a viewer's rows of ACESSOS name; None for all.

    Args:
        name: the viewer's.
        rows: concessionaria_id and rede.

    Raises:
        RefusedError: there are none.
    """
    kept = list(rows)
    if any(str(rede).lower() == "true" for _, rede in kept):
        return None
    ids = sorted({int(number) for number, _ in kept if not unknown(number)})
    if not ids:
        raise RefusedError(
            t(
                "{name} ainda não vê nenhuma concessionária. Peça o acesso a quem cuida do painel.",
                name=plain(name),
            )
        )
    return tuple(ids)


def show_refusal(refusal: RefusedError) -> None:
    """Show the page of who sees nothing: why, and what to do."""
    st.title("Driva Motors", anchor=False)
    failed = {
        "sem-resposta": t("O provedor das contas não responde. Tente de novo em alguns minutos."),
        "recusada": t(
            "A entrada não se completou. Tente de novo; se falhar outra vez, quem cuida do painel"
            " acha o motivo no terminal dele."
        ),
    }.get(str(st.query_params.get("entrada")))
    if failed:
        st.error(failed, icon=":material/error:")
    st.info(str(refusal), icon=":material/lock:")
    if refusal.may_sign_in:
        st.html(KEEP, unsafe_allow_javascript=True)
        st.button(t("Entrar"), icon=":material/login:", on_click=st.login)
    elif _is_configured("auth"):
        st.button(t("Sair"), icon=":material/logout:", on_click=sign_out)


def show_viewer() -> None:
    """Show who has signed in, and how to sign out."""
    name = viewer()
    if name and _is_configured("auth"):
        st.html(GO_ON, unsafe_allow_javascript=True)
        st.caption(plain(name))
        st.button(t("Sair"), icon=":material/logout:", on_click=sign_out, width="stretch")


def sign_out() -> None:
    """End the sign-in, in all of the browser's windows, and wherever its cookie may be."""
    _signed_out.add(_key(st.user.to_dict()))
    st.logout()


def _key(claims: Mapping[str, Any]) -> tuple[object, object]:
    return claims.get("sub"), claims.get("iat")


def _lower(name: str) -> str:
    """Return a name in lower case, of A to Z only: other letters become what they are not."""
    return name.encode().lower().decode()


def _refuse_unknown() -> NoReturn:
    raise RefusedError(t("O provedor não diz quem você é. Fale com quem cuida do painel."))


def _is_configured(section: str) -> bool:
    try:
        return section in st.secrets
    except FileNotFoundError:
        return False
