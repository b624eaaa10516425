"""The charts. Most colours are the theme's (.streamlit/config.toml), light and dark."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import altair as alt
import pandas as pd

from dashboard.language import d3_locale, language, money, number, t, translated

# Readable on both themes' backgrounds.
BORDER = "#8b9aa5"
EMPTY = "#8b9aa533"
CIRCLE = "#efa93f"
CIRCLE_BORDER = "#5c3b04"
BAR = 20  # pixels a row
MARGIN = 24  # pixels around all rows, beside axis and legend
DATES = {"day": "%d %b %Y", "week": "%d %b %Y", "month": "%b %Y"}
LETTER = 7  # pixels a letter of the text beside a bar
NAMES = alt.Axis(
    labelLimit=alt.ExprRef("containerSize()[0] * 0.4"),
    labelOverlap=False,
    labelFlush=False,
    ticks=False,
    domain=False,
)


# The 27 states as GeoJSON, each with its sigla as id: @svg-maps/brazil 2.0.0 (CC BY 4.0), brought
# back from Mercator to degrees. Its outer rings are clockwise, as Vega wants them.
STATES: list[dict[str, Any]] = json.loads(
    Path(__file__).with_name("brazil.json").read_text(encoding="utf-8")
)["features"]


def finished(chart: Any) -> Any:
    """Return a chart with numbers and dates in the viewer's language."""
    return chart.configure(locale=d3_locale()).configure_view(strokeWidth=0)


def short(name: str) -> str:
    """Return the expression that writes an axis' reais in a few digits."""
    words = ("bi", "mi", "mil") if language() == "pt" else ("B", "M", "K")
    space = " " if language() == "pt" else ""
    parts = "".join(
        f"abs({name}) >= {limit} ? format({name} / {limit}, ',.3~r') + '{space}{word}' : "
        for limit, word in zip((1e9, 1e6, 1e3), words, strict=True)
    )
    return f"{parts}format({name}, ',')"


def rounded_up(value: float) -> float:
    """Return the next number of one digit and zeros, for the end of a scale."""
    digit = 10.0 ** math.floor(math.log10(max(value, 1)))
    return math.ceil(max(value, 1) / digit) * digit


def time(unit: str) -> alt.Axis:
    """Return the axis of days, weeks or months; a day is written once."""
    shape: dict[str, Any] = {"format": "%b %Y"}
    if unit == "day":
        shape = {"format": "%d %b", "tickCount": "day"}
    return alt.Axis(grid=False, labelOverlap=True, **shape)


def brazil(by_state: pd.DataFrame, by_city: pd.DataFrame) -> Any:
    """Draw the states shaded and the cities as circles, both by revenue.

    Args:
        by_state: total and quantidade by sigla (the index).
        by_city: cidade, latitude, longitude (degrees), total and quantidade.
    """
    sums = by_state[["total", "quantidade"]].replace({math.nan: None}).to_dict("index")
    features = [
        state
        | {
            "total": (found := sums.get(state["id"], {})).get("total"),
            "faturamento": money(found.get("total")),
            "vendas": number(found.get("quantidade", 0)),
        }
        for state in STATES
    ]
    tooltips = [
        alt.Tooltip("faturamento:N", title=t("Faturamento")),
        alt.Tooltip("vendas:N", title=t("Vendas")),
    ]
    most = rounded_up(by_state["total"].fillna(0).max())
    chosen = alt.selection_point(name="state", fields=["id"])
    shapes = (
        alt.Chart(alt.InlineData(values=[]))
        .mark_geoshape(stroke=BORDER, strokeWidth=0.6, cursor="pointer")
        .encode(
            color=alt.Color(
                "total:Q",
                # Linear, all but São Paulo are pale.
                scale=alt.Scale(type="sqrt", domain=[0, most]),
                legend=alt.Legend(
                    title=t("Faturamento por estado"),
                    orient="bottom",
                    labelExpr=short("datum.value"),
                    values=[0, most],
                    gradientLength=160,
                ),
            ),
            tooltip=[alt.Tooltip("properties.estado:N", title=t("Estado")), *tooltips],
        )
        .add_params(chosen)
    )
    # A column of its own, or Vega-Lite would make one legend of both.
    placed = by_city.dropna(subset=["latitude", "longitude"]).assign(
        valor=by_city["total"],
        faturamento=lambda rows: rows["total"].map(money),
        vendas=lambda rows: rows["quantidade"].map(number),
    )
    circles = (
        alt.Chart(placed)
        .mark_circle(color=CIRCLE, stroke=CIRCLE_BORDER, strokeWidth=0.8, opacity=0.9)
        .encode(
            longitude="longitude:Q",
            latitude="latitude:Q",
            size=alt.Size("valor:Q", scale=alt.Scale(range=[12, 420]), legend=None),
            tooltip=[alt.Tooltip("cidade:N", title=t("Cidade")), *tooltips],
        )
    )
    chart = finished((shapes + circles).project("mercator").properties(height=470))
    chart = chart.configure_scale(invalid={"color": {"value": EMPTY}})  # a state without sales
    # At last: each step above copies all that the chart holds.
    chart.layer[0].data.values = features
    return chart


def bars(rows: pd.DataFrame, name: str, value: str, label: str, tick: str | None = None) -> Any:
    """Draw a ranking: a bar a row with its label, and a tick to compare it with.

    Args:
        rows: in the order to draw.
        name: column of the names.
        value: column of the bars' lengths.
        label: column of the text beside each bar.
        tick: column of the ticks' places.
    """
    lengths = [value, tick] if tick else [value]
    data = rows[[name, label, *lengths]].assign(fim=rows[lengths].max(axis="columns").fillna(0))
    beside = LETTER * data[label].str.len().max()
    room = alt.Scale(domainMin=0, range=[0, alt.ExprRef(f"max(width - {beside}, 40)")])
    # The theme's three colours, in this order.
    colors = alt.Scale(domain=["bar", "tick", "label"])

    def part(kind: str, column: str) -> Any:
        chart = alt.Chart(data).transform_calculate(part=f"'{kind}'")
        return chart.encode(
            x=alt.X(f"{column}:Q", title=None, axis=None, scale=room),
            y=alt.Y(f"{name}:N", sort=None, title=None, axis=NAMES),
            color=alt.Color("part:N", scale=colors, legend=None),
        )

    parts = part("bar", value).mark_bar(cornerRadiusEnd=2, height={"band": 0.72})
    if tick:
        parts += part("tick", tick).mark_tick(thickness=3, size=BAR * 0.8, opacity=1)
    parts += part("label", "fim").mark_text(align="left", dx=6).encode(text=f"{label}:N")
    return finished(parts.properties(height=BAR * len(data) + MARGIN))


def trend(rows: pd.DataFrame, unit: str, window: int) -> Any:
    """Draw revenue over time as bars, and its moving average as a line.

    Args:
        rows: inicio and fim (first moment, and that of the next), total, quantidade, media (NULL
            where there is none), completo (whether the day, week or month is over).
        unit: day, week or month.
        window: of how many of them the average is.
    """
    data = rows.assign(
        meio=rows["inicio"] + (rows["fim"] - rows["inicio"]) / 2,
        faturamento=rows["total"].map(money),
        movel=rows["media"].map(money),
        vendas=rows["quantidade"].map(number),
    )
    mean = t("Média móvel")
    units = {"day": t("dias"), "week": t("semanas"), "month": t("meses")}[unit]
    names = [t("Faturamento"), f"{mean} ({window} {units})"]
    color = alt.Color(
        "serie:N",
        scale=alt.Scale(domain=names),
        legend=alt.Legend(
            title=None, orient="top", columns=1, symbolType="square", symbolOpacity=1
        ),
    )
    columns = (
        alt.Chart(data.assign(serie=names[0]))
        .mark_rect(xOffset=0.5, x2Offset=-0.5)
        .encode(
            x=alt.X("inicio:T", title=None, axis=time(unit)),
            x2="fim:T",
            y2=alt.datum(0),
            y=alt.Y(
                "total:Q",
                title=t("Faturamento (R$)"),
                axis=alt.Axis(labelExpr=short("datum.value"), tickCount=5),
            ),
            color=color,
            opacity=alt.condition("datum.completo", alt.value(0.6), alt.value(0.3)),
            tooltip=[
                alt.Tooltip("inicio:T", title=t("Início"), format=DATES[unit]),
                alt.Tooltip("faturamento:N", title=t("Faturamento")),
                alt.Tooltip("vendas:N", title=t("Vendas")),
                alt.Tooltip("movel:N", title=mean),
            ],
        )
    )
    line = (
        alt.Chart(data.assign(serie=names[1]))
        .mark_line(strokeWidth=2.5)
        .encode(x="meio:T", y="media:Q", color=color)
    )
    return finished((columns + line).properties(height=280))


def prices(rows: pd.DataFrame) -> Any:
    """Draw what was paid beside the list price: a line between two points a vehicle.

    Args:
        rows: veiculo, valor_medio, preco_tabela_medio, desconto_texto.
    """
    paid, listed = t("Preço pago"), t("Preço de tabela")
    data = rows.assign(
        pago=rows["valor_medio"].map(money), tabela=rows["preco_tabela_medio"].map(money)
    )
    y = alt.Y("veiculo:N", sort=None, title=None, axis=NAMES)
    x = alt.X(
        "preco:Q",
        title=t("Preço médio (R$)"),
        axis=alt.Axis(labelExpr=short("datum.value"), tickCount=5),
        scale=alt.Scale(zero=False),
    )
    tooltips = [
        alt.Tooltip("veiculo:N", title=t("Veículo")),
        alt.Tooltip("pago:N", title=paid),
        alt.Tooltip("tabela:N", title=listed),
        alt.Tooltip("desconto_texto:N", title=t("Desconto")),
    ]
    rule = (
        alt.Chart(data)
        .mark_rule(strokeWidth=3, color=BORDER, opacity=0.6)
        .encode(x=alt.X("valor_medio:Q"), x2="preco_tabela_medio:Q", y=y)
    )
    ends = pd.concat(
        [
            data.assign(preco=data["valor_medio"], serie=paid),
            data.assign(preco=data["preco_tabela_medio"], serie=listed),
        ]
    )
    points = (
        alt.Chart(ends)
        .mark_point(size=90, filled=True, opacity=1)
        .encode(
            x=x,
            y=y,
            color=alt.Color(
                "serie:N",
                scale=alt.Scale(domain=[paid, listed]),
                legend=alt.Legend(title=None, orient="top", columns=1),
            ),
            shape=alt.Shape(
                "serie:N",
                scale=alt.Scale(domain=[paid, listed], range=["circle", "diamond"]),
                legend=alt.Legend(title=None, orient="top", columns=1),
            ),
            tooltip=tooltips,
        )
    )
    return finished((rule + points).properties(height=BAR * 1.4 * len(data) + MARGIN + 100))


def calendar(rows: pd.DataFrame, unit: str) -> Any:
    """Draw units by vehicle over time as shaded cells.

    Args:
        rows: inicio and fim (first moment, and that of the next), veiculo, quantidade, in the
            vehicles' order.
        unit: day, week or month.
    """
    data = rows.assign(vendas=rows["quantidade"].map(number))
    chart = (
        alt.Chart(data)
        .mark_rect()
        .encode(
            x=alt.X("inicio:T", title=None, axis=time(unit)),
            x2="fim:T",
            y=alt.Y("veiculo:N", sort=None, title=None, axis=NAMES),
            color=alt.Color(
                "quantidade:Q",
                scale=alt.Scale(domainMin=0),
                legend=alt.Legend(title=t("Vendas"), orient="top", gradientLength=160),
            ),
            tooltip=[
                alt.Tooltip("veiculo:N", title=t("Veículo")),
                alt.Tooltip("inicio:T", title=t("Início"), format=DATES[unit]),
                alt.Tooltip("vendas:N", title=t("Vendas")),
            ],
        )
    )
    return finished(chart.properties(height=BAR * 1.4 * data["veiculo"].nunique() + MARGIN + 90))


def outcomes(rows: pd.DataFrame) -> Any:
    """Draw the runs' checks as stacked bars.

    Args:
        rows: execucao (its moment as text, in the order to draw), situacao, verificacoes.
    """
    order = list(map(translated, ["ok", "aviso", "alerta", "falha", "erro", "não executada"]))
    chart = (
        alt.Chart(rows.assign(situacao=rows["situacao"].map(translated)))
        .mark_bar(size=BAR)
        .encode(
            x=alt.X(
                "execucao:O",
                sort=None,
                title=None,
                axis=alt.Axis(labelAngle=-40, labelExpr="slice(datum.label, 0, -3)"),
            ),
            y=alt.Y("verificacoes:Q", title=t("Verificações")),
            color=alt.Color(
                "situacao:N",
                scale=alt.Scale(
                    domain=order,
                    range=["#4497b0", "#f3c877", "#e8952a", "#c8500a", "#7a2a00", BORDER],
                ),
                legend=alt.Legend(title=None, orient="top", columns=3),
            ),
            tooltip=[
                alt.Tooltip("execucao:O", title=t("Execução")),
                alt.Tooltip("situacao:N", title=t("Situação")),
                alt.Tooltip("verificacoes:Q", title=t("Verificações")),
            ],
        )
    )
    return finished(chart.properties(height=300))


def forecast(history: pd.DataFrame, ahead: pd.DataFrame) -> Any:
    """Draw revenue by month as a line, and what is forecast as a dashed one within its intervals.

    Args:
        history: inicio and total of months that are over.
        ahead: mes, previsto, and minimo_80, maximo_80, minimo_95, maximo_95 (NULL where unknown).
    """
    names = [t("Faturamento"), t("Previsão")]
    color = alt.Color(
        "serie:N",
        scale=alt.Scale(domain=names),
        legend=alt.Legend(
            title=None, orient="top", columns=2, symbolType="square", symbolOpacity=1
        ),
    )
    x = alt.X("mes:T", title=None, axis=time("month"))
    axis = alt.Axis(labelExpr=short("datum.value"), tickCount=5)
    titles = {
        f"{end}_{level}": f"{word} ({level}%)"
        for level in (80, 95)
        for end, word in (("minimo", t("Mínimo")), ("maximo", t("Máximo")))
    }
    limits = list(titles)
    ahead = ahead[["mes", "previsto", *limits]]
    sold = history.rename(columns={"inicio": "mes", "total": "previsto"})[["mes", "previsto"]]
    # The dashed line begins where the other one ends.
    coming = pd.concat([sold.tail(1), ahead])
    data = pd.concat([sold.assign(serie=names[0]), coming.assign(serie=names[1])])
    for name in ("previsto", *limits):
        data[f"{name}_texto"] = data[name].map(money)
    bands = [
        alt.Chart(ahead.assign(serie=names[1]))
        .mark_area(opacity=opacity, line=False)
        .encode(x=x, y=f"minimo_{level}:Q", y2=f"maximo_{level}:Q", color=color)
        for level, opacity in ((95, 0.18), (80, 0.28))
    ]
    lines = (
        alt.Chart(data)
        .mark_line(strokeWidth=2.5, point=True)
        .encode(
            x=x,
            y=alt.Y("previsto:Q", title=t("Faturamento (R$)"), axis=axis),
            color=color,
            strokeDash=alt.StrokeDash(
                "serie:N", scale=alt.Scale(domain=names, range=[[1, 0], [5, 4]]), legend=None
            ),
            tooltip=[
                alt.Tooltip("mes:T", title=t("Mês"), format=DATES["month"]),
                alt.Tooltip("serie:N", title=t("Série")),
                alt.Tooltip("previsto_texto:N", title=t("Valor")),
                *(alt.Tooltip(f"{name}_texto:N", title=titles[name]) for name in limits),
            ],
        )
    )
    return finished(alt.layer(*bands, lines).properties(height=260))
