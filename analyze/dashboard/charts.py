"""The charts. Most colours are the theme's (.streamlit/config.toml), light and dark."""

from __future__ import annotations

import json
import math
import textwrap
from pathlib import Path
from typing import Any

import altair as alt
import pandas as pd
import streamlit as st

from dashboard.language import d3_locale, language, money, number, percent, t, translated

# Readable on both themes' backgrounds.
BORDER = "#73828d"
EMPTY = "#8b9aa533"
CIRCLE = "#efa93f"
CIRCLE_BORDER = "#5c3b04"
BAR = 20  # pixels a row
MARGIN = 24  # pixels around all rows, beside axis and legend
DATES = {
    "day": "%d %b %Y",
    "week": "%d %b %Y",
    "month": "%b %Y",
    "quarter": "%b %Y",
    "year": "%Y",
}
LETTER = 7  # pixels a letter of the text beside a bar
SHORT = 200  # days that are written as days on an axis
TICK = 75  # pixels for a word on an axis of time; d3 writes more of them than it is asked for
LINE = 22  # letters of a name in a line: a phone has room for as many
NAMES = alt.Axis(
    labelLimit=alt.ExprRef("max(containerSize()[0] * 0.42, 140)"),
    labelExpr="slice(split(datum.label, '\\n'), 0, 2)",
    labelLineHeight=12,
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


def in_lines(names: pd.Series[str]) -> pd.Series[str]:
    """Break names into lines; two that differ still do."""
    broken = (
        textwrap.wrap(name, LINE, replace_whitespace=False, drop_whitespace=False) for name in names
    )
    return pd.Series(["\n".join(lines) for lines in broken], names.index, dtype=object)


def row_height(names: pd.Series[str]) -> int:
    """Return the pixels of a row, which a name of two lines needs more of."""
    return BAR + 12 if names.str.contains("\n").any() else BAR


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


def time(unit: str, first: pd.Timestamp, end: pd.Timestamp) -> alt.Axis:
    """Return the axis of the periods between two days, of as many words as there is room for."""
    days = (end - first).days
    shape = "%Y" if unit == "year" else "%d %b" if days < SHORT else "%b %Y"
    length = {"day": 1, "week": 7, "month": 30, "quarter": 91, "year": 365}
    count = max(days // (length[unit] if days < SHORT else max(length[unit], 30)), 1)
    least = min(3, count)
    ticks = alt.ExprRef(f"clamp(floor(width / (width < 500 ? 2 : 1) / {TICK}), {least}, {count})")
    return alt.Axis(grid=False, labelOverlap=True, format=shape, tickCount=ticks)


def axis_of(rows: pd.DataFrame, unit: str) -> alt.Axis:
    """Return the axis of rows with inicio and fim; the moment after the last one has no word."""
    end = rows["fim"].max()
    axis = time(unit, rows["inicio"].min(), end)
    axis.labelFlush = False  # a word that is pushed inside covers its neighbour
    axis.labelExpr = f"datum.value < toDate('{end.isoformat()}') ? datum.label : ''"
    return axis


def apart(places: pd.DataFrame) -> pd.DataFrame:
    """Return the places whose names do not cover one another, the largest first."""
    places = places.sort_values("total", ascending=False)
    width, height = (
        max(places[axis].max() - places[axis].min(), 1) for axis in ("longitude", "latitude")
    )
    kept: list[tuple[float, float]] = []
    is_kept = []
    for x, y in zip(places["longitude"], places["latitude"], strict=True):
        free = all(abs(x - a) > width * 0.28 or abs(y - b) > height * 0.07 for a, b in kept)
        is_kept.append(free)
        kept += [(x, y)] * free
    return places[is_kept]


def brazil(by_state: pd.DataFrame, by_city: pd.DataFrame, is_whole: bool = True) -> Any:
    """Draw the states shaded and the cities as circles, both by revenue.

    Args:
        by_state: total, quantidade and, where there are targets, atingimento by sigla (the index).
        by_city: cidade, sigla, latitude, longitude (degrees), and the same.
        is_whole: draw all of Brazil, not only the states with sales.
    """
    targeted = ["atingimento"] if "atingimento" in by_state else []
    shown = by_state[["total", "quantidade", *targeted]]
    sums = shown.replace({math.nan: None}).to_dict("index")
    features = [
        state
        | {
            "total": (found := sums.get(state["id"], {})).get("total"),
            "faturamento": money(found.get("total")),
            "vendas": number(found.get("quantidade", 0)),
            "da_meta": percent(found.get("atingimento")),
        }
        for state in STATES
        if is_whole or state["id"] in sums
    ]
    tooltips = [
        alt.Tooltip("faturamento:N", title=t("Faturamento")),
        alt.Tooltip("vendas:N", title=t("Vendas")),
    ]
    if targeted:
        tooltips.append(alt.Tooltip("da_meta:N", title=t("Da meta")))
    most = rounded_up(by_state["total"].fillna(0).max())
    # A state alone says nothing by its shade.
    is_shaded = len(features) > 1
    chosen = alt.selection_point(name="state", fields=["id"])
    visited = alt.selection_point(name="city", fields=["cidade", "sigla"])
    shade = alt.Color(
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
    )
    shapes = (
        alt.Chart(alt.InlineData(values=[]))
        .mark_geoshape(stroke=BORDER, strokeWidth=0.8, cursor="pointer")
        .encode(
            color=shade if is_shaded else alt.value(EMPTY),
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
    if targeted:
        placed["da_meta"] = placed["atingimento"].map(percent)
    cities = alt.Chart(placed).encode(longitude="longitude:Q", latitude="latitude:Q")
    largest = 420 if is_shaded else 1600
    layers = shapes + (
        cities.mark_circle(
            color=CIRCLE, stroke=CIRCLE_BORDER, strokeWidth=0.8, opacity=0.9, cursor="pointer"
        )
        .encode(
            size=alt.Size("valor:Q", scale=alt.Scale(range=[12, largest]), legend=None),
            tooltip=[alt.Tooltip("cidade:N", title=t("Cidade")), *tooltips],
        )
        .add_params(visited)
    )
    if not is_shaded:
        # The theme's colour of labels, its third.
        part = alt.Color("part:N", scale=alt.Scale(domain=["bar", "tick", "label"]), legend=None)
        layers += (
            alt.Chart(apart(placed))
            .transform_calculate(part="'label'")
            .mark_text(align="left", dx=16, fontSize=12)
            .encode(longitude="longitude:Q", latitude="latitude:Q", text="cidade:N", color=part)
        )
    chart = finished(layers.project("mercator").properties(height=470 if is_shaded else 340))
    chart = chart.configure_scale(invalid={"color": {"value": EMPTY}})  # a state without sales
    # At last: each step above copies all that the chart holds.
    chart.layer[0].data.values = features
    return chart


def bars(
    rows: pd.DataFrame,
    name: str,
    value: str,
    tick: str | None = None,
    rest: pd.Series[Any] | None = None,
) -> Any:
    """Draw a ranking: a bar a row with its label, and a tick to compare it with.

    Args:
        rows: in the order to draw, with `rotulo`, the text beside each bar, and the key of each as
            their index; those below zero are to the left.
        name: column of the names.
        value: column of the bars' lengths.
        tick: column of the ticks' places.
        rest: one more row below, for all that are not drawn.
    """
    lengths = [value, tick] if tick else [value]
    data = rows[[name, "rotulo", *lengths]].assign(chave=rows.index.astype(str), part="bar")
    if rest is not None:
        data = pd.concat([data, rest.to_frame().T.assign(chave="", part="label")])
    data[lengths] = data[lengths].astype(float)
    data = data.assign(
        fim=data[lengths].max(axis="columns").fillna(0).clip(lower=0), nome=in_lines(data[name])
    )
    # As long as each row has room for its text, which stands where its bar ends.
    low, high = min(0.0, data[lengths].min().min()), max(data[lengths].max().max(), 0.0)
    ends = ((data["fim"] - low) / ((high - low) or 1)).clip(lower=0.01)
    beside = data["rotulo"].str.len() * LETTER
    most = ", ".join(f"(width - {px}) / {end:.3f}" for px, end in zip(beside, ends, strict=True))
    room = alt.Scale(domainMin=low, range=[0, alt.ExprRef(f"max(min(width, {most}), 40)")])
    # The theme's three colours, in this order.
    colors = alt.Scale(domain=["bar", "tick", "label"])
    height = row_height(data["nome"])

    def part(kind: str, column: str) -> Any:
        chart = alt.Chart(data).transform_calculate(part=f"'{kind}'" if kind else "datum.part")
        return chart.encode(
            x=alt.X(f"{column}:Q", title=None, axis=None, scale=room),
            y=alt.Y("nome:N", sort=None, title=None, axis=NAMES),
            color=alt.Color("part:N", scale=colors, legend=None),
            description=alt.Description("nome:N"),
        )

    thickness = BAR * (0.6 if tick else 0.72) / height
    parts = part("", value).mark_bar(cornerRadiusEnd=2, height={"band": thickness})
    if tick:
        parts += part("tick", tick).mark_tick(thickness=3, size=BAR, opacity=1)
    parts += part("label", "fim").mark_text(align="left", dx=6).encode(text="rotulo:N")
    return finished(parts.properties(height=height * len(data) + MARGIN))


def pickable(chart: Any) -> Any:
    """Let a bar of `bars` be chosen: its key (`chave`) is then in the selection `row`."""
    chart.layer[0].mark.cursor = "pointer"
    return chart.add_params(alt.selection_point(name="row", fields=["chave"]))


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
            title=None,
            orient="top",
            columns=alt.ExprRef("width < 340 ? 1 : 2"),
            symbolType="square",
            symbolOpacity=1,
        ),
    )
    columns = (
        alt.Chart(data.assign(serie=names[0]))
        .mark_rect(xOffset=0.5, x2Offset=-0.5, stroke=BORDER, strokeWidth=0.5)
        .encode(
            x=alt.X("inicio:T", title=None, axis=axis_of(rows, unit)),
            x2="fim:T",
            y2=alt.datum(0),
            y=alt.Y(
                "total:Q",
                title=t("Faturamento (R$)"),
                axis=alt.Axis(labelExpr=short("datum.value"), tickCount=5),
            ),
            color=color,
            fillOpacity=alt.condition("datum.completo", alt.value(0.75), alt.value(0.3)),
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


def calendar(rows: pd.DataFrame, unit: str) -> Any:
    """Draw units by vehicle over time as shaded cells, with the numbers where there is room.

    Args:
        rows: inicio and fim (first moment, and that of the next), veiculo, quantidade, in the
            vehicles' order.
        unit: day, week, month, quarter or year.
    """
    data = rows.assign(
        vendas=rows["quantidade"].map(number),
        nome=in_lines(rows["veiculo"]),
        meio=rows["inicio"] + (rows["fim"] - rows["inicio"]) / 2,
        escura=rows["quantidade"] > rows["quantidade"].max() / 2,
    )
    height = row_height(data["nome"]) * 1.4
    y = alt.Y("nome:N", sort=None, title=None, axis=NAMES)
    cells = (
        alt.Chart(data)
        .mark_rect(stroke=BORDER, strokeWidth=0.5)
        .encode(
            x=alt.X("inicio:T", title=None, axis=axis_of(rows, unit)),
            x2="fim:T",
            y=y,
            color=alt.Color(
                "quantidade:Q",
                scale=alt.Scale(domainMin=0),
                legend=alt.Legend(
                    title=t("Vendas"), orient="top", gradientLength=160, tickMinStep=1
                ),
            ),
            tooltip=[
                alt.Tooltip("veiculo:N", title=t("Veículo")),
                alt.Tooltip("inicio:T", title=t("Início"), format=DATES[unit]),
                alt.Tooltip("vendas:N", title=t("Vendas")),
            ],
        )
    )
    letters = data["vendas"].str.len().max()
    room = f"width / {max(data['inicio'].nunique(), 1)} > {letters * LETTER + 6}"
    ink = [
        alt.condition("datum.escura", alt.value(dark), alt.value(pale))
        for dark, pale in (("#ffffff", "#16232c"), ("#0e161d", "#e6edf1"))
    ][st.context.theme.type == "dark"]
    written = (
        alt.Chart(data)
        .mark_text(opacity=alt.ExprRef(f"{room} ? 1 : 0"), fontSize=11, aria=False)
        .encode(x="meio:T", y=y, text="vendas:N", color=ink)
    )
    count = data["nome"].nunique()
    return finished((cells + written).properties(height=height * count + MARGIN + 110))


def customers(rows: pd.DataFrame, unit: str) -> Any:
    """Draw first purchases and those of customers who have come back, stacked, over time.

    Args:
        rows: inicio and fim (first moment, and that of the next), novas, de_volta.
        unit: day, week, month, quarter or year.
    """
    names = {"de_volta": t("De quem voltou"), "novas": t("Primeira compra")}
    long = rows[["inicio", "fim", *names]].melt(["inicio", "fim"], list(names), "serie", "vendas")
    long = long.assign(serie=long["serie"].map(names), escrito=long["vendas"].map(number))
    chart = (
        alt.Chart(long)
        .mark_rect(xOffset=1, x2Offset=-1, stroke=BORDER, strokeWidth=0.5)
        .encode(
            x=alt.X("inicio:T", title=None, axis=axis_of(rows, unit)),
            x2="fim:T",
            y=alt.Y(
                "vendas:Q",
                stack="zero",
                title=t("Vendas"),
                axis=alt.Axis(tickCount=4, tickMinStep=1),
            ),
            color=alt.Color(
                "serie:N",
                scale=alt.Scale(domain=list(names.values())),
                legend=alt.Legend(
                    title=None,
                    orient="top",
                    columns=alt.ExprRef("width < 340 ? 1 : 2"),
                    symbolStrokeWidth=0,
                ),
            ),
            tooltip=[
                alt.Tooltip("serie:N", title=t("Clientes")),
                alt.Tooltip("inicio:T", title=t("Início"), format=DATES[unit]),
                alt.Tooltip("escrito:N", title=t("Vendas")),
            ],
        )
    )
    return finished(chart.properties(height=240))


def outcomes(rows: pd.DataFrame) -> Any:
    """Draw the runs' checks as stacked bars.

    Args:
        rows: execucao (its moment as text, in the order to draw), situacao, verificacoes.
    """
    order = list(map(translated, ["ok", "aviso", "alerta", "falha", "erro", "não executada"]))
    chart = (
        alt.Chart(rows.assign(situacao=rows["situacao"].map(translated)))
        .mark_bar(size=BAR, stroke=BORDER, strokeWidth=1)
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
                legend=alt.Legend(title=None, orient="top", columns=3, symbolStrokeWidth=0),
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
    x = alt.X("mes:T", title=None, axis=time("month", history["inicio"].min(), ahead["mes"].max()))
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
