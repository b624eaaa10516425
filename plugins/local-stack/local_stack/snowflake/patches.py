"""Changes to fakesnow's modules, made when this one is imported.

Each has a name, a reason, and a case in tests/test_patches.py that fails on the day that fakesnow
needs it no longer. A patch that does not find what it changes raises, and names itself.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from string import Template
from types import ModuleType
from typing import Any

import fakesnow.arrow
import fakesnow.cursor
import fakesnow.info_schema
import fakesnow.rowtype
import fakesnow.transforms.transforms
import pyarrow as pa

# The package's function of the same name hides the module.
server: Any = importlib.import_module("fakesnow.server")

# Statements between the server's look at their type and the cursor's run.
_TREES_KEPT = 32


@dataclass(frozen=True)
class Patch:
    """What stood in one of fakesnow's modules before, and what stands there now."""

    name: str
    module: ModuleType
    attribute: str
    original: Any
    replacement: Any


PATCHES: list[Patch] = []


def patches(module: ModuleType, *attributes: str) -> Callable[[Callable[[Any], Any]], None]:
    """Replace attributes of a module by what the decorated function makes of each.

    Raises:
        ImportError: an attribute, or a text in it, is not there.
    """

    def apply(change: Callable[[Any], Any]) -> None:
        try:
            if not attributes:
                raise LookupError(f"nothing like it in {module.__name__}")
            for attribute in attributes:
                original = getattr(module, attribute)
                replacement = change(original)
                setattr(module, attribute, replacement)
                PATCHES.append(Patch(change.__name__, module, attribute, original, replacement))
        except (AttributeError, LookupError) as lost:
            raise ImportError(
                f"fakesnow {version('fakesnow')} is not what the patch {change.__name__} in "
                f"{__name__} was written for ({lost}): correct the patch, or delete it if its case "
                "in tests/test_patches.py holds without it"
            ) from lost

    return apply


def replaced(text: str, *changes: tuple[str, str]) -> str:
    """Return a text with each first part replaced by its second.

    Raises:
        LookupError: a first part is not in it.
    """
    for before, after in changes:
        if before not in text:
            raise LookupError(f"no {before!r} in it")
        text = text.replace(before, after)
    return text


def in_quotes(text: str) -> str:
    """Return a text as it stands between apostrophes."""
    return text.replace("'", "''")


class NamesInQuotes(Template):
    """A statement with names between apostrophes."""

    def substitute(self, *_: Any, **names: Any) -> str:
        return super().substitute({key: in_quotes(str(name)) for key, name in names.items()})


@patches(fakesnow.rowtype, "duckdb_to_sf_type")
def all_types_have_a_name(types: dict[str, str]) -> dict[str, str]:
    """DuckDB's small integers and UUIDs are types of Snowflake's too.

    fakesnow has no name for them and raises NotImplementedError (rowtype.py, as_column_info).
    """
    return {**types, "TINYINT": "fixed", "SMALLINT": "fixed", "FLOAT": "real", "UUID": "text"}


@patches(fakesnow.transforms, "numeric_agg_implicit_cast")
def sums_are_exact(_: Any) -> Any:
    """Money is summed and averaged as it is.

    fakesnow casts to DOUBLE, so that text counts as numbers, and a sum of cents is a binary
    fraction: https://github.com/tekumara/fakesnow/pull/326
    """
    return lambda expression: expression


@patches(
    fakesnow.cursor,
    *(name for name, value in vars(fakesnow.cursor).items() if isinstance(value, Template)),
)
def answers_may_have_apostrophes(answer: Template) -> Template:
    """A name with an apostrophe is quoted in the answer to CREATE and DROP.

    fakesnow puts it into a string of SQL as it is (cursor.py, SQL_CREATED_TABLE and others).
    """
    return NamesInQuotes(answer.template)


@patches(fakesnow.transforms.transforms, "SQL_DESCRIBE_TABLE")
def any_table_is_described(describe: Template) -> Template:
    """A table is described wherever it is, whatever its name.

    fakesnow asks the current database, and temporary tables live in another
    (transforms.py, SQL_DESCRIBE_TABLE).
    """
    everywhere = ("FROM _fs_information_schema", "FROM _fs_global._fs_information_schema")
    return NamesInQuotes(replaced(describe.template, everywhere))


@patches(fakesnow.info_schema, "SQL_CREATE_INFORMATION_SCHEMA_TABLES_VIEW")
def views_are_among_the_tables(create: Template) -> Template:
    """information_schema.tables has views, which dbt's documentation asks it for.

    fakesnow lists what is in duckdb_tables only (info_schema.py). A database keeps its view of
    them in its file, so an older one is replaced.
    """
    tables_and_views = """from (
        select database_name, schema_name, table_name, estimated_size, 'BASE TABLE' as table_type
        from duckdb_tables
        union all
        select database_name, schema_name, view_name, null, 'VIEW' from duckdb_views
    ) tables"""
    return Template(
        replaced(
            create.template,
            ("create view if not exists", "create or replace view"),
            ("'BASE TABLE' AS", "tables.table_type AS"),
            ("from duckdb_tables tables", tables_and_views),
        )
    )


@patches(fakesnow.arrow, "timestamp_to_sf_struct")
def null_timestamps_are_null(as_struct: Any) -> Any:
    """A NULL among timestamps is NULL for a client.

    fakesnow sends a struct of NULLs in fields that may not be NULL, and clients read 1970
    (arrow.py, timestamp_to_sf_struct).
    """

    def with_nulls(ts: pa.ChunkedArray) -> pa.Array:
        structs = as_struct(ts)
        fields = [pa.field(field.name, field.type) for field in structs.type]
        children = [structs.field(i).fill_null(0) for i in range(structs.type.num_fields)]
        mask = ts.combine_chunks().is_null()
        return pa.StructArray.from_arrays(children, fields=fields, mask=mask)

    return with_nulls


@patches(server, "gcs_stage_info")
def staged_files_are_copied(_: Any) -> Any:
    """A client copies a staged file by itself, as it has the server's file system.

    fakesnow has it sent by HTTP, read whole into memory, into a folder of its own
    (server.py, query_request and bucket_upload).
    """
    return lambda _request, _expression, put: put["stageInfo"]


@patches(server, "parse_one")
def statements_are_parsed_once(parse: Any) -> Any:
    """The tree from which the server reads a statement's type is the cursor's, too.

    fakesnow parses for each (server.py, query_request; cursor.py, execute).
    """
    return lru_cache(maxsize=_TREES_KEPT)(parse)
