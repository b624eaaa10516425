"""`meltano run forecast`, and `meltano invoke forecast:backtest`."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import time
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import numpy as np

from sales_forecast.backtest import FEWEST_SCORED, Result, run
from sales_forecast.coherence import to_cents
from sales_forecast.models import HORIZON, MODEL, NOTHING, SHOWN, YEAR
from sales_forecast.series import Array, Panel, TooShortError, first_day, panel
from sales_forecast.warehouse import FORECASTS, QUALITY, WarehouseError, connected, read, write

# Below this there is nothing to average.
FEWEST_MONTHS = 3
COLUMNS = (
    *("series", "shown", "MASE", "model", "seasonal", "drift"),
    *("80 %", "95 %", "seasonal", "", "drift", ""),
)


def main() -> None:
    """Run the command that the first argument names."""
    parser = ArgumentParser("sales-forecast", description=__doc__)
    parser.add_argument("command", choices=("write", "backtest"), help="backtest writes nothing")
    command = parser.parse_args().command
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    began = time.monotonic()
    try:
        with connected() as connection:
            sold, newest = read(connection)
            if newest is None:
                raise TooShortError(
                    "There are no sales with a date yet: load them first, `meltano run elt`"
                )
            series = panel(sold, newest)
            if series.months < FEWEST_MONTHS:
                raise TooShortError(
                    f"Only {series.months} months are over, and a forecast takes {FEWEST_MONTHS}: "
                    "wait for the next one"
                )
            say(
                f"{series.months} months until {last_month(series):%Y-%m}, "
                f"{len(series.keys)} series of units and of revenue"
            )
            result = run(series, say)
            print(*table(series, result), sep="\n", flush=True)
            if command == "write":
                made_at = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
                forecasts = list(forecast_rows(series, result, made_at))
                write(
                    connection,
                    last_month(series),
                    forecasts,
                    [*quality_rows(series, result, made_at)],
                )
                shown = Counter(int(choice) for choice in result.last.choice)
                say(
                    f"{len(forecasts)} rows in {FORECASTS}: of {len(series.values)} series "
                    f"{shown[MODEL]} are forecasts, {shown[NOTHING]} sell nothing, and the others "
                    f"are baselines; {QUALITY} says why. {time.monotonic() - began:.0f} s"
                )
    except (TooShortError, WarehouseError) as error:
        sys.exit(str(error))


def stop(number: int, _: object) -> None:
    """End, and the processes that fit models with it: they would outlive this one, and wait.

    Raises:
        SystemExit: so that what is being written is rolled back.
    """
    if multiprocessing.parent_process():  # this is one of them, which has what this one has
        os._exit(128 + number)
    for process in multiprocessing.active_children():
        process.kill()
    print("Stopped before the end: run it again.", file=sys.stderr, flush=True)
    sys.exit(128 + number)


def say(text: str) -> None:
    """Print a line at once."""
    print(text, flush=True)


def last_month(series: Panel) -> Any:
    """Return the first day of the last month that is known."""
    return first_day(series.first + series.months - 1)


def forecast_rows(series: Panel, result: Result, made_at: datetime) -> Iterator[dict[str, Any]]:
    """Yield the rows of PREVISAO_VENDAS."""
    last = result.last
    for measure, name in enumerate(series.measures):
        rows = series.rows(measure)
        for ahead in range(HORIZON):
            cents = to_cents(last.published[rows, ahead], series.parts)
            for i, (key, forecast) in enumerate(zip(series.keys, cents, strict=True)):
                row = rows.start + i
                choice = int(last.choice[row])
                yield {
                    "ultimo_mes": last_month(series),
                    "mes": first_day(series.first + series.months + ahead),
                    "nivel": key.level,
                    "chave": key.key,
                    "nome": key.name,
                    "medida": name,
                    "previsto": forecast,
                    **limits(forecast, last.widths[0, :, row, ahead]),
                    "modelo": model_name(choice, int(last.base.months[row])),
                    "supera_referencia": choice == MODEL,
                    "gerado_em": made_at,
                }


def limits(forecast: Decimal, widths: Array) -> dict[str, Decimal | None]:
    """Return the limits of both intervals; NULL of one that cannot be told."""
    found: dict[str, Decimal | None] = {}
    for level, width in zip((80, 95), widths, strict=True):
        known = None if np.isnan(width) else Decimal(f"{width:.2f}")
        found[f"minimo_{level}"] = None if known is None else max(forecast - known, Decimal(0))
        found[f"maximo_{level}"] = None if known is None else forecast + known
    return found


def quality_rows(series: Panel, result: Result, made_at: datetime) -> Iterator[dict[str, Any]]:
    """Yield the rows of PREVISAO_QUALIDADE."""
    last = result.last
    for row, score in enumerate(result.scores):
        measure, i = divmod(row, len(series.keys))
        key, choice, months = series.keys[i], int(last.choice[row]), int(last.base.months[row])
        yield {
            "ultimo_mes": last_month(series),
            "nivel": key.level,
            "chave": key.key,
            "nome": key.name,
            "medida": series.measures[measure],
            "modelo": model_name(choice, months),
            "supera_referencia": choice == MODEL,
            "motivo": reason(choice, months, score.scored),
            "meses": months,
            "comparacoes": score.scored,
            "mase_modelo": ratio(score.mase[0]),
            "mase_sazonal": ratio(score.mase[1]),
            "mase_tendencia": ratio(score.mase[2]),
            "mase_publicado": ratio(score.published),
            **{
                f"cobertura_{level}{of}": ratio(score.coverage[j, k])
                for j, of in enumerate(("", "_sazonal", "_tendencia"))
                for k, level in enumerate((80, 95))
            },
            "gerado_em": made_at,
        }


def model_name(choice: int, months: int) -> str:
    """Return what is shown, in the words of the tables."""
    return SHOWN[choice] if choice != MODEL or months >= 2 * YEAR else f"{SHOWN[MODEL]} curta"


def reason(choice: int, months: int, scored: int) -> str:
    """Return why, in the words of the tables."""
    if choice == NOTHING:
        return "há mais tempo sem vendas do que nunca antes"
    if months < YEAR:
        return "menos de um ano de história"
    if scored < FEWEST_SCORED:
        return "história curta demais para comparar"
    if choice == MODEL:
        return "o modelo errou menos do que as duas referências"
    return "esta referência errou menos do que o modelo"


def ratio(value: float) -> Decimal | None:
    """Return a number of four decimals; None of one that cannot be told."""
    return None if np.isnan(value) else Decimal(f"{value:.4f}")


def table(series: Panel, result: Result) -> Iterator[str]:
    """Yield how the back-test came out, by level and measure: means of the series that still sell.

    MASE of what would have been published, of the model alone, and of the baselines; then how many
    of 100 months were within the intervals of 80 and 95 %.
    """
    yield f"{'':<26}" + "".join(f"{name:>9}" for name in COLUMNS)
    for measure, name in enumerate(series.measures):
        for level in dict.fromkeys(key.level for key in series.keys):
            rows = [
                series.rows(measure).start + i
                for i, key in enumerate(series.keys)
                if key.level == level
            ]
            choices = result.last.choice[rows].tolist()
            line = f"{level:<15}{name:<11}{len(rows):>9}{choices.count(MODEL):>9}"
            scores = [
                result.scores[row]
                for row, choice in zip(rows, choices, strict=True)
                if choice != NOTHING and result.scores[row].scored
            ]
            if scores:
                mase = np.mean([(score.published, *score.mase) for score in scores], axis=0)
                shares = 100 * np.nanmean([score.coverage for score in scores], axis=0).ravel()
                line += "".join(f"{value:9.3f}" for value in mase)
                line += "".join(f"{value:9.1f}" for value in shares)
            yield line
