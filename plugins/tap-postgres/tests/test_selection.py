"""Patterns are taken apart as Meltano does, and what has no place of its own is refused."""

from __future__ import annotations

from typing import Any

import pytest
from driva_tap_postgres.selection import (
    Pattern,
    SelectionError,
    check_keys,
    check_names,
    check_selection,
    choices,
    news,
    pattern_of,
    up_to_date,
)


@pytest.mark.parametrize(
    ("pattern", "stream", "column", "matches"),
    [
        ("public-vendas", "public-vendas", "id", True),
        ("public-*.*", "public-vendas", "id", True),
        ("public-vendas.id_*", "public-vendas", "id_vendas", True),
        ("public-vendas.id_*", "public-vendas", "data_venda", False),
        ("public-vendas.ID", "public-vendas", "id", False),
        (r"public-a\.b.*", "public-a.b", "c", True),
        ("public-a.b.*", "public-a.b", "c", False),
        (r"public-a\.b", "public-a.b", "c", True),
        ("public-a.c.d", "public-a", "c.d", False),
        ("public-a.c?d", "public-a", "c.d", True),
    ],
)
def test_patterns(pattern: str, stream: str, column: str, matches: bool) -> None:
    for text in (pattern, f"!{pattern}"):
        assert Pattern.parse(text).matches(stream, column) is matches
        assert Pattern.parse(text).excludes is text.startswith("!")


def entry(name: str, *columns: str, key: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return what discovery finds of a table."""
    metadata: list[dict[str, Any]] = [{"breadcrumb": [], "metadata": {}}]
    metadata += [{"breadcrumb": ["properties", c], "metadata": {}} for c in columns]
    properties = {column: {"type": "string"} for column in columns}
    schema = {"properties": properties}
    return {
        "tap_stream_id": name,
        "key_properties": list(key),
        "schema": schema,
        "metadata": metadata,
    }


def test_a_table_that_the_catalog_does_not_know_has_what_is_declared() -> None:
    declared = {"public-*": {"replication-method": "INCREMENTAL", "table-key-properties": ["a"]}}
    patterns = ["public-*.*", "!public-v.b", "!public-fora.*"]
    found = [entry("public-v", "a", "b"), entry("public-fora", "a")]
    known, out = up_to_date(patterns, declared, [], found)
    assert known["replication_method"] == "INCREMENTAL"
    assert known["key_properties"] == ["a"]
    assert [item["metadata"]["selected"] for item in known["metadata"]] == [True, True, False]
    assert [item["metadata"]["selected"] for item in out["metadata"]] == [False, False]


@pytest.mark.parametrize(
    ("pattern", "missing"),
    [
        (r"public-a\.b.*", None),
        ("public-a.b.*", "table public.a"),
        (r"public-a\.b.x", "column public.a.b.x"),
        ("!public-x", None),
    ],
)
def test_what_is_selected_must_be_there(pattern: str, missing: str | None) -> None:
    found = [entry("public-a.b", "c")]
    if missing is None:
        check_selection([pattern], found)
    else:
        with pytest.raises(SelectionError, match=missing):
            check_selection([pattern], found)


@pytest.mark.parametrize(
    ("selected", "words"),
    [
        ({"public-a": ["id"], "public-b-a": ["id", "ID2"]}, None),
        ({"public-a": [], "loja-a": []}, "public.a and loja.a would be one table"),
        ({"public-A": [], "public-a": []}, "public.A and public.a would be one table"),
        ({"public-a": ["Nome", "nome"]}, "public.a.Nome would be one with nome"),
        ({"public-a": ["_Sdc_Sequence"]}, "public.a._Sdc_Sequence has a name that is the target's"),
    ],
)
def test_names(selected: dict[str, list[str]], words: str | None) -> None:
    if words is None:
        check_names(selected)
    else:
        with pytest.raises(SelectionError, match=words):
            check_names(selected)


@pytest.mark.parametrize(
    ("method", "key", "replication_key", "words"),
    [
        ("INCREMENTAL", ["id"], "id", None),
        ("FULL_TABLE", [], None, None),
        (
            "INCREMENTAL",
            [],
            "id",
            "no primary key.*{ replication-key: id, table-key-properties: .id. }",
        ),
        ("INCREMENTAL", ["id"], None, "no replication key.*`public-a: { replication-key: … }`"),
        ("INCREMENTAL", ["id"], "x", "column public.a.x is a key in `metadata`, and not selected"),
        ("FULL_TABLE", ["x"], None, "column public.a.x is a key in `metadata`, and not selected"),
    ],
)
def test_keys(method: str, key: list[str], replication_key: str | None, words: str | None) -> None:
    given = ("public-a", method, key, replication_key, ["id", "v"])
    if words is None:
        check_keys(*given)
    else:
        with pytest.raises(SelectionError, match=words):
            check_keys(*given)


@pytest.mark.parametrize(
    ("patterns", "chosen"),
    [
        (["public-vendas.a"], [True, True, None]),
        (["public-vendas.a", "!public-vendas.nova"], [True, True, False]),
        (["public-vendas.*", "!public-*.a"], [True, False, True]),
        (["public-outra.*"], []),
        (["!public-vendas.a"], [True, False, None]),
    ],
)
def test_a_column_is_selected_or_excluded_or_nobody_has_decided(
    patterns: list[str], chosen: list[bool | None]
) -> None:
    of_vendas = entry("public-vendas", "id", "a", "nova", key=("id",))
    assert list(choices(patterns, of_vendas).values()) == chosen
    new = {"nova": "- 'public-vendas.nova'"} if None in chosen else {}
    assert news(patterns, of_vendas) == new


@pytest.mark.parametrize(
    "column",
    [
        "cor",
        "Cor do Veículo",
        "a.b",
        "a*",
        "[a]",
        "$1",
        "it's",
        'a"b',
        "a\\b",
        "a: #b",
        "!a",
        "ç" * 31,
    ],
)
@pytest.mark.parametrize("stream", ["public-vendas", r"filial-a.b", "minha-filial-it's [1]"])
def test_what_is_to_be_written_means_the_column(stream: str, column: str) -> None:
    [line] = news([pattern_of(stream, "other")], entry(stream, column)).values()
    pattern = line.removeprefix("- '").removesuffix("'")
    assert "'" not in pattern  # and so YAML takes it as it is
    assert Pattern.parse(pattern).matches(stream, column)


def test_a_column_that_may_have_been_renamed_is_named() -> None:
    found = [entry("public-vendas", "id", "preco_pago", key=("id",)), entry("public-estados", "x")]
    with pytest.raises(SelectionError) as error:
        check_selection(["public-vendas.id", "public-vendas.valor_pago", "public-estados.y"], found)
    assert "column public.estados.y, column public.vendas.valor_pago." in str(error.value)
    written = (
        "write its new name in its place: - 'public-estados.x' or - 'public-vendas.preco_pago'."
    )
    assert written in str(error.value)
