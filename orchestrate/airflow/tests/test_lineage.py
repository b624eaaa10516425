"""Which tables a task has moved."""

from __future__ import annotations

import lineage
import pytest

STREAMS = ["public-vendas", "public-clientes", "driva-reconciliacao"]


@pytest.mark.parametrize(
    ("filters", "passing"),
    [
        ([], STREAMS),
        (["public-vendas"], ["public-vendas"]),
        (["public-*"], ["public-vendas", "public-clientes"]),
        (["!public-vendas"], ["public-clientes", "driva-reconciliacao"]),
        (["public-*", "!*-vendas"], ["public-clientes"]),
        (["nada"], []),
    ],
)
def test_a_filter_lets_streams_pass_as_meltano_does(filters: list[str], passing: list[str]) -> None:
    assert [stream for stream in STREAMS if lineage._passes(filters, stream)] == passing
