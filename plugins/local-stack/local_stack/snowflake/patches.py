"""Changes to fakesnow's modules, made when this one is imported.

Each has a name, a reason, and a case in tests/test_patches.py that fails on the day that fakesnow
needs it no longer. A patch that does not find what it changes raises, and names itself.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from string import Template
from types import ModuleType
from typing import Any

import fakesnow.arrow
import fakesnow.cursor
import fakesnow.info_schema
import fakesnow.rowtype
import fakesnow.transforms.stage
import pyarrow as pa

from local_stack.snowflake.errors import unsupported


@dataclass(frozen=True)
class Patch:
    """What stood in one of fakesnow's modules before, and what stands there now."""

    name: str
    module: ModuleType
    attribute: str
    original: Any
    replacement: Any


PATCHES: list[Patch] = []

# fakesnow makes a folder for what clients upload (transforms/stage.py); here that is elsewhere.
Path(fakesnow.transforms.stage.LOCAL_BUCKET_PATH).rmdir()
# fakesnow takes its results so (cursor.py, _execute).
warnings.filterwarnings("ignore", message="Arrow output on a DB-API result")


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


class Types(dict[str, str]):
    """Snowflake's types by DuckDB's; what is missing is an error that names it."""

    def get(self, kind: str, *_: Any) -> str:
        if kind not in self:
            raise unsupported(f"a result of the type {kind}")
        return self[kind]


@patches(fakesnow.rowtype, "duckdb_to_sf_type")
def all_types_have_a_name(types: dict[str, str]) -> dict[str, str]:
    """DuckDB's other integers and UUIDs are types of Snowflake's too; what is none is named.

    fakesnow has no name for them and raises NotImplementedError (rowtype.py, as_column_info).
    """
    integers = ("TINYINT", "SMALLINT", "UTINYINT", "USMALLINT", "UINTEGER", "UHUGEINT")
    return Types({**types, **dict.fromkeys(integers, "fixed"), "FLOAT": "real", "UUID": "text"})


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


# Those of https://docs.snowflake.com/en/sql-reference/info-schema/columns that fakesnow has not.
_MORE_COLUMNS = ", ".join(
    [
        "case when starts_with(columns.data_type, 'TIME') then 9 end as DATETIME_PRECISION",
        "'NO' as IS_SELF_REFERENCING",
        "null::BIGINT as INTERVAL_PRECISION",
        *(
            f"null::VARCHAR as {name}"
            for name in (
                *("INTERVAL_TYPE", "CHARACTER_SET_CATALOG", "CHARACTER_SET_SCHEMA"),
                *("CHARACTER_SET_NAME", "COLLATION_CATALOG", "COLLATION_SCHEMA", "DOMAIN_CATALOG"),
                *("DOMAIN_SCHEMA", "DOMAIN_NAME", "UDT_CATALOG", "UDT_SCHEMA", "UDT_NAME"),
                *("SCOPE_CATALOG", "SCOPE_SCHEMA", "SCOPE_NAME", "MAXIMUM_CARDINALITY"),
                *(
                    "DTD_IDENTIFIER",
                    "IDENTITY_MAXIMUM",
                    "IDENTITY_MINIMUM",
                    "SCHEMA_EVOLUTION_RECORD",
                ),
            )
        ),
    ]
)


@patches(fakesnow.info_schema, "SQL_CREATE_GLOBAL_INFORMATION_SCHEMA_COLUMNS_VIEW")
def whole_numbers_are_numbers(create: str) -> str:
    """A column of any of DuckDB's integers is a NUMBER(38, 0).

    fakesnow knows BIGINT as one (info_schema.py), and a CREATE TABLE AS has others.
    """
    integers = ("BIGINT", "HUGEINT", "INTEGER", "SMALLINT", "TINYINT", "UBIGINT", "UINTEGER")
    return replaced(
        create,
        ("create view if not exists", "create or replace view"),
        ("columns.data_type='BIGINT'", f"columns.data_type in {integers}"),
        ("null::VARCHAR as DATA_TYPE_ALIAS", f"null::VARCHAR as DATA_TYPE_ALIAS, {_MORE_COLUMNS}"),
    )


# Of what notes.py writes as DuckDB's comment.
_OWNER = "coalesce(try_cast(comment as json) ->> 'owner', 'ACCOUNTADMIN')"
_CREATED = (
    "coalesce(try_cast(try_cast(comment as json) ->> 'created' as timestamptz), to_timestamp(0))"
)


@patches(fakesnow.info_schema, "SQL_CREATE_INFORMATION_SCHEMA_TABLES_VIEW")
def views_are_among_the_tables(create: Template) -> Template:
    """information_schema.tables has views, which dbt's documentation asks it for, owners and times.

    fakesnow lists what is in duckdb_tables only, of 1970 (info_schema.py). A database keeps its
    view of them in its file, so an older one is replaced.
    """
    tables_and_views = f"""from (
        select database_name, schema_name, table_name, estimated_size, 'BASE TABLE' as table_type,
            {_OWNER} as owner, {_CREATED} as created
        from duckdb_tables
        union all
        select database_name, schema_name, view_name, null, 'VIEW', {_OWNER}, {_CREATED}
        from duckdb_views
    ) tables left join _fs_global._fs_information_schema._altered altered
        using (database_name, schema_name, table_name)"""
    altered = "coalesce(greatest(altered_on, created), created)"
    return Template(
        replaced(
            create.template,
            ("create view if not exists", "create or replace view"),
            ("'BASE TABLE' AS", "tables.table_type AS"),
            # DuckDB tells the size of a database, and not that of a table.
            ('0 AS "BYTES"', 'null::bigint AS "BYTES"'),
            ("'SYSADMIN' AS \"TABLE_OWNER\"", 'tables.owner AS "TABLE_OWNER"'),
            ('to_timestamp(0)::timestamptz AS "CREATED"', 'tables.created AS "CREATED"'),
            ('to_timestamp(0)::timestamptz AS "LAST_ALTERED"', f'{altered} AS "LAST_ALTERED"'),
            ('to_timestamp(0)::timestamptz AS "LAST_DDL"', 'tables.created AS "LAST_DDL"'),
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
