"""Sessions over DuckDB: fakesnow's, extended for what target-snowflake and dbt-snowflake send."""

from __future__ import annotations

import datetime
import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from string import Template
from typing import Any

import duckdb
import fakesnow.arrow
import fakesnow.cursor
import fakesnow.transforms
import pyarrow as pa
from fakesnow import info_schema, macros
from fakesnow.conn import FakeSnowflakeConnection
from fakesnow.cursor import SQL_SUCCESS, FakeSnowflakeCursor
from fakesnow.dialect import parse_one
from fakesnow.instance import GLOBAL_DATABASE_NAME, FakeSnow
from fakesnow.params import MutableParams
from fakesnow.rowtype import duckdb_to_sf_type
from fakesnow.transforms import show, transforms
from fakesnow.transforms.merge import operations
from fakesnow.transforms.options import parse_options
from snowflake.connector.errors import Error, ProgrammingError
from sqlglot import Expr, exp

from local_stack.snowflake import rewrite
from local_stack.snowflake.stage import StagedFiles, UserStage, unsupported, user_stage_path

# How long a statement waits for a table that another session's transaction has changed, and how
# long that session may be idle meanwhile before its transaction is rolled back.
LOCK_WAIT_SECONDS = 60.0
IDLE_SECONDS = 20.0
# Results kept for RESULT_SCAN; fakesnow keeps every one for ever.
RESULTS_KEPT = 32
# Enough for the sample network; DuckDB spills to disk beyond it.
MEMORY_LIMIT = "200MB"

# The rows of a MERGE, for the time that it runs.
_SOURCE = "_MERGE_SOURCE"

TableName = tuple[str, str, str]

# DuckDB's small integers are NUMBERs to a client too.
duckdb_to_sf_type.update({"TINYINT": "fixed", "SMALLINT": "fixed", "FLOAT": "real", "UUID": "text"})
# fakesnow sums and averages in binary floating point, to let text count as numbers; money is exact.
fakesnow.transforms.numeric_agg_implicit_cast = lambda expression: expression


def _in_quotes(text: str) -> str:
    return text.replace("'", "''")


class NamesInQuotes(Template):
    """A statement with names in quotes; fakesnow's own ends one at its apostrophe."""

    def substitute(self, *_: Any, **names: Any) -> str:
        return super().substitute({key: _in_quotes(str(name)) for key, name in names.items()})


for _name, _statement in list(vars(fakesnow.cursor).items()):
    if isinstance(_statement, Template):
        setattr(fakesnow.cursor, _name, NamesInQuotes(_statement.template))
# fakesnow describes tables of the current database only; temporary ones live in another.
transforms.SQL_DESCRIBE_TABLE = NamesInQuotes(
    transforms.SQL_DESCRIBE_TABLE.template.replace(
        "FROM _fs_information_schema", f"FROM {GLOBAL_DATABASE_NAME}._fs_information_schema"
    )
)

# fakesnow's information_schema.tables has no views, which dbt's documentation asks it for.
info_schema.SQL_CREATE_INFORMATION_SCHEMA_TABLES_VIEW = Template(
    info_schema.SQL_CREATE_INFORMATION_SCHEMA_TABLES_VIEW.template.replace(
        "create view if not exists", "create or replace view"
    )
    .replace("'BASE TABLE' AS", "tables.table_type AS")
    .replace(
        "from duckdb_tables tables",
        """from (
            select database_name, schema_name, table_name, estimated_size,
                'BASE TABLE' as table_type
            from duckdb_tables
            union all
            select database_name, schema_name, view_name, null, 'VIEW' from duckdb_views
        ) tables""",
    )
)

_as_struct = fakesnow.arrow.timestamp_to_sf_struct


def _timestamps(ts: pa.ChunkedArray) -> pa.Array:
    """Encode timestamps for the client, NULL as NULL; fakesnow's own gives 1970."""
    structs = _as_struct(ts)
    fields = [pa.field(field.name, field.type) for field in structs.type]
    children = [structs.field(i).fill_null(0) for i in range(structs.type.num_fields)]
    return pa.StructArray.from_arrays(children, fields=fields, mask=ts.combine_chunks().is_null())


fakesnow.arrow.timestamp_to_sf_struct = _timestamps


class Results(OrderedDict[str, tuple[Any, ...]]):
    """The newest results by query id."""

    def __setitem__(self, key: str, value: tuple[Any, ...]) -> None:
        super().__setitem__(key, value)
        if len(self) > RESULTS_KEPT:
            self.popitem(last=False)


class TableLocks:
    """One transaction at a time changes a table; others wait, as in Snowflake."""

    def __init__(self) -> None:
        self._owners: dict[TableName, LocalConnection] = {}
        self._changed = threading.Condition()  # reentrant
        # Held while a statement writes, so that it has DuckDB's memory to itself.
        self.writing = threading.Lock()

    def acquire(self, table: TableName, session: LocalConnection) -> None:
        """Wait for `table`; roll back the transaction of an idle session that stands in the way."""
        deadline = time.monotonic() + LOCK_WAIT_SECONDS
        with self._changed:
            while not self._changed.wait_for(
                lambda: self._owners.get(table, session) is session, timeout=1
            ):
                if self._owners[table].abandon_transaction(IDLE_SECONDS):
                    self.release(self._owners[table])
                elif time.monotonic() > deadline:
                    raise ProgrammingError(
                        msg=f"Statement waited {LOCK_WAIT_SECONDS:.0f} s for table {table[2]}, "
                        "which another transaction is changing.",
                        errno=625,
                        sqlstate="57014",
                    )
            self._owners[table] = session

    def release(self, session: LocalConnection) -> None:
        """Give back every table that `session` holds."""
        with self._changed:
            for table in [name for name, owner in self._owners.items() if owner is session]:
                del self._owners[table]
            self._changed.notify_all()


class LocalConnection(FakeSnowflakeConnection):
    """A session with its temporary objects and its open transaction."""

    def __init__(self, *args: Any, stage: UserStage, locks: TableLocks, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.stage = stage
        self.locks = locks
        # Snowflake's temporary objects live in a schema, DuckDB's in a namespace of their own.
        self.temporary: dict[TableName, str] = {}
        self.running = threading.Lock()
        self._last_used = time.monotonic()

    def cursor(self, *args: Any, **kwargs: Any) -> LocalCursor:
        return LocalCursor(self, self._duck_conn)

    def close(self, retry: bool = True) -> None:
        """End the session; its open transaction is rolled back."""
        super().close(retry)
        self.locks.release(self)

    @contextmanager
    def statement(self) -> Iterator[None]:
        """Run one statement at a time; outside a transaction its tables are free afterwards."""
        with self.running:
            try:
                yield
            finally:
                self._last_used = time.monotonic()
                if not self._in_transaction:
                    self.locks.release(self)

    def abandon_transaction(self, seconds: float) -> bool:
        """Roll the open transaction back if nothing has run here for that long."""
        if not self.running.acquire(blocking=False):
            return False
        try:
            if time.monotonic() - self._last_used < seconds:
                return False
            self._duck_conn.rollback()
            self._in_transaction = False
            return True
        finally:
            self.running.release()

    @contextmanager
    def atomic(self) -> Iterator[None]:
        """Make several DuckDB statements one: all of them, or none."""
        if self._in_transaction or not self._autocommit:
            yield
            return
        self._duck_conn.begin()
        try:
            yield
        except BaseException:
            self._duck_conn.rollback()
            raise
        self._duck_conn.commit()

    def full_name(self, table: exp.Table) -> TableName:
        """Return a table's name as Snowflake resolves it in this session."""
        parts = (table.args.get("catalog"), table.args.get("db"), table.this)
        defaults = (self.database, self.schema, None)
        catalog, schema, name = (
            (part.name if part.args.get("quoted") else part.name.upper()) if part else default or ""
            for part, default in zip(parts, defaults, strict=True)
        )
        return catalog, schema, name


class LocalCursor(FakeSnowflakeCursor):
    """Runs statements. Every failure is an error of Snowflake's connector."""

    _conn: LocalConnection

    def execute(
        self,
        command: str,
        params: Sequence[Any] | dict[Any, Any] | None = None,
        *args: Any,
        **kwargs: Any,
    ) -> LocalCursor:
        with self._conn.statement():
            try:
                command = rewrite.known_spelling(command)
                expression = parse_one(self._inline_variables(command))
                if answer := rewrite.fixed_answer(command):
                    self._answer(*answer)
                elif rewrite.changes_nothing(command, expression):
                    super().execute(SQL_SUCCESS)
                elif comments := rewrite.column_comments(command):
                    self._note(comments[0], None, comments[1], None)
                    super().execute(SQL_SUCCESS)
                elif not self._run_on_stage(expression):
                    super().execute(command, params, *args, **kwargs)
            except Error as error:
                rewrite.explain(error)
                raise
            except Exception as error:  # a client takes anything else for an outage and retries
                raise rewrite.failure(error, command) from error
        return self

    def _describe_last_sql(self) -> list[tuple[Any, ...]]:
        """Return DuckDB's description of the last result; fakesnow's parses it once more."""
        self._duck_conn.execute(f"DESCRIBE {self._last_sql}", self._last_params)
        return self._duck_conn.fetchall()

    def check_db_and_schema(self, expression: Expr) -> None:
        """Refuse an unqualified name without a current schema; a staged file needs none."""
        qualified = expression.copy()
        for table in list(qualified.find_all(exp.Table)):
            if user_stage_path(table.this) is not None:
                table.replace(exp.table_("STAGE", db="STAGE", catalog="STAGE"))
        super().check_db_and_schema(qualified)

    def _transform_explode(self, expression: Expr) -> list[Expr]:
        for i, select in enumerate(list(expression.find_all(exp.Select))):
            self._read_stage(select, f"_STAGED_{i}")
        self._place_temporary(expression)
        self._check_new_types(expression)
        expression = expression.transform(rewrite.exact_division, copy=False)
        expression = expression.transform(rewrite.checked_divisor, copy=False)
        expression = expression.transform(rewrite.formatted_moment, copy=False)
        if table := rewrite.written_table(expression):
            self._conn.locks.acquire(self._conn.full_name(table), self._conn)
        if isinstance(expression, exp.Merge):
            return [rewrite.native_merge(expression)]
        if isinstance(expression, exp.Create):
            expression.transform(rewrite.unenforced, copy=False)
            if parts := rewrite.contract_table(expression):
                return [exp.Tuple(expressions=list(parts))]
        return super()._transform_explode(expression)

    def _transform(self, expression: Expr, params: MutableParams | None) -> Expr:
        if isinstance(expression, exp.Tuple):  # a table and its rows
            parts = [super(LocalCursor, self)._transform(e, params) for e in expression.expressions]
            return exp.Tuple(expressions=parts)
        return super()._transform(expression, params)

    def _execute(self, transformed: Expr, params: MutableParams | None = None) -> None:
        if rewrite.is_definition(transformed) and self._conn._in_transaction:
            self._duck_conn.commit()
            self._conn._in_transaction = False
        if isinstance(transformed, exp.Query):
            self._run_one(transformed, params)
            return
        with self._conn.locks.writing:
            if isinstance(transformed, exp.Tuple):
                self._create_and_fill(*transformed.expressions)
            elif isinstance(transformed, exp.Merge):
                self._merge(transformed)
            else:
                self._run_one(transformed, params)

    def _run_one(self, transformed: Expr, params: MutableParams | None = None) -> None:
        # A DuckDB transaction writes to one database; fakesnow's notes on tables are in another.
        notes = {
            kind: transformed.args.pop(kind, None)
            for kind in ("table_comment", "col_comments", "text_lengths")
        }
        table = transformed.find(exp.Table)
        if isinstance(transformed, exp.Create) and transformed.find(exp.TemporaryProperty):
            self._duck_conn.execute(transformed.sql("duckdb"))
            super()._execute(parse_one(_created(table.name if table else "")))
            return
        super()._execute(transformed, params)
        if isinstance(transformed, exp.Transaction):
            self._conn._in_transaction = True
        elif isinstance(transformed, exp.Commit | exp.Rollback):
            self._conn._in_transaction = False
        self._note(table, **notes)

    def _note(
        self,
        table: exp.Table | None,
        table_comment: tuple[exp.Table, str | None] | None,
        col_comments: list[tuple[str, str]] | None,
        text_lengths: list[tuple[str, int]] | None,
    ) -> None:
        """Keep what DuckDB's catalog has no place for: comments and lengths of text."""
        with self._duck_conn.cursor() as notes:
            if table_comment and table_comment[1]:
                words = [*self._conn.full_name(table_comment[0]), table_comment[1]]
                notes.execute(info_schema.insert_table_comment_sql(*map(_in_quotes, words)))
            if text_lengths and table:
                catalog, schema, name = map(_in_quotes, self._conn.full_name(table))
                lengths = [(_in_quotes(column), length) for column, length in text_lengths]
                notes.execute(info_schema.insert_text_lengths_sql(catalog, schema, name, lengths))
            if col_comments and table:
                path = self._conn.full_name(table)[::-1]
                for column, comment in col_comments:
                    place = exp.column(column, *path, quoted=True).sql("duckdb")
                    text = exp.Literal.string(comment).sql("duckdb")
                    notes.execute(f"COMMENT ON COLUMN {place} IS {text}")

    def _merge(self, merge: exp.Merge) -> None:
        """Run DuckDB's own MERGE and answer with Snowflake's counts."""
        source = merge.args["using"]
        in_parquet = any(table.name.endswith("_PARQUET") for table in source.find_all(exp.Table))
        if not in_parquet:
            # DuckDB does not know how many rows JSON or a view has, and would hash the target.
            is_query = isinstance(source, exp.Subquery)
            query = source.this if is_query else exp.select("*").from_(source.copy())
            rows = query.sql("duckdb")
            self._duck_conn.execute(f"CREATE OR REPLACE TEMPORARY TABLE {_SOURCE} AS {rows}")
            merge.set("using", exp.to_table(_SOURCE, alias=source.alias))
        merge.set("returning", exp.Returning(expressions=[exp.column("merge_action")]))
        try:
            self._run_one(merge)
        except duckdb.InvalidInputException as error:
            if "more than once" not in str(error):
                raise
            raise ProgrammingError(
                msg=f"Duplicate row detected during DML action\n{error}",
                errno=100090,
                sqlstate="42P18",
            ) from error
        finally:
            with suppress(duckdb.Error):
                self._duck_conn.execute(f"DROP TABLE IF EXISTS {_SOURCE}")
        result: pa.Table = self._arrow_table
        del self._conn.results_cache[str(self._sfqid)]  # a word a row
        actions = {
            pair["values"].as_py(): pair["counts"].as_py()
            for pair in result["merge_action"].value_counts()
        }
        verbs = {"inserted": "INSERT", "updated": "UPDATE", "deleted": "DELETE"}
        counts = exp.select(
            *(
                exp.alias_(
                    exp.Literal.number(actions.get(verbs[done], 0)),
                    f"number of rows {done}",
                    quoted=True,
                )
                for done, clauses in operations(merge).items()
                if clauses
            )
        )
        counts.set("merge_counts", True)
        self._run_one(counts)

    def _check_new_types(self, expression: Expr) -> None:
        """Refuse a change of a column's type that an account refuses."""
        if not (wanted := rewrite.new_types(expression)):
            return
        catalog, schema, table = self._conn.full_name(expression.this)
        describe = transforms.SQL_DESCRIBE_TABLE.substitute(
            catalog=catalog, schema=schema, table=table
        )
        with self._duck_conn.cursor() as described:
            types = {
                name.upper(): kind for name, kind, *_ in described.execute(describe).fetchall()
            }
        for column, kind in wanted.items():
            if current := types.get(column.upper()):
                known = exp.DataType.build(current, dialect="snowflake")
                rewrite.check_new_type(column, known, kind)

    def _create_and_fill(self, create: Expr, insert: Expr) -> None:
        """Create a table with typed columns and fill it: both, or neither."""
        with self._conn.atomic():
            self._run_one(create)
            self._run_one(insert)
        super()._execute(parse_one(_created(insert.this.name)))

    def _place_temporary(self, expression: Expr) -> None:
        """Move temporary tables and views into DuckDB's namespace for them, and find them there."""
        if isinstance(expression, exp.Create) and expression.find(exp.TemporaryProperty):
            table = expression.find(exp.Table)
            if table and expression.kind in ("TABLE", "VIEW"):
                name = self._conn.full_name(table)
                self._conn.temporary[name] = ".".join(name)
        for table in expression.find_all(exp.Table):
            if not isinstance(table.this, exp.Identifier):
                continue
            name = self._conn.full_name(table)
            place = self._conn.temporary.get(name)
            if not place:
                continue
            if isinstance(expression, exp.Drop):
                del self._conn.temporary[name]
            for part, value in (("this", place), ("db", "main"), ("catalog", "temp")):
                table.set(part, exp.to_identifier(value, quoted=True))

    # -- the user stage -------------------------------------------------------------------------

    @property
    def _staged(self) -> StagedFiles:
        conn = self._conn
        return StagedFiles(conn.stage, self._duck_conn, conn.database, conn.schema)

    def _read_stage(self, select: exp.Select, view: str) -> None:
        source = select.args.get("from_") and select.args["from_"].this
        if isinstance(source, exp.Table) and (path := user_stage_path(source.this)) is not None:
            kind = self._staged.file_type(source.args.get("format"))
            self._staged.rewrite(select, self._conn.stage.files(path), kind, f"{view}_{kind}")

    def _run_on_stage(self, expression: Expr) -> bool:
        """Run PUT, LIST, REMOVE or COPY on `@~`, or a DROP of what is a file; False if none."""
        stage = self._conn.stage
        if isinstance(expression, exp.Put):
            if (path := user_stage_path(expression.args["target"])) is None:
                return False
            answer = parse_one(SQL_SUCCESS)
            answer.set("put_stage_data", stage.upload(expression, path))
            super()._execute(answer)
        elif isinstance(expression, exp.ListStage):
            if (path := user_stage_path(expression.this)) is None:
                return False
            self._answer(
                ["name", "size", "md5", "last_modified"],
                [(stage.name(file), *_facts(file)) for file in stage.files(path)],
            )
        elif isinstance(expression, exp.Command) and expression.name.upper() in ("REMOVE", "RM"):
            path = user_stage_path(exp.var(expression.expression.name.strip()))
            if path is None:
                raise unsupported("REMOVE from a stage other than @~")
            self._answer(["name", "result"], [(name, "removed") for name in stage.remove(path)])
        elif isinstance(expression, exp.Copy):
            return self._copy(expression)
        elif isinstance(expression, exp.Drop) and expression.args["kind"] == "FILE FORMAT":
            self._drop_file_format(expression)
        elif isinstance(expression, exp.Drop) and expression.args["kind"] == "DATABASE":
            self._drop_database(expression)
        else:
            return False
        return True

    def _copy(self, copy: exp.Copy) -> bool:
        source = copy.args["files"][0]
        select = source.this if isinstance(source, exp.Subquery) else None
        table = select.args["from_"].this if select else source
        if (path := user_stage_path(table.this)) is None:
            return False
        if select is None:
            raise unsupported("COPY from @~ without a SELECT of its columns")
        options = {param.this.name.upper(): param for param in copy.args.get("params", [])}
        file_format = options.pop("FILE_FORMAT", None)
        if options:
            raise unsupported(f"COPY option {', '.join(sorted(options))} on @~")
        kind = self._staged.file_type(parse_options(file_format.expressions) if file_format else {})
        target = copy.this
        stage = self._conn.stage
        loaded: list[tuple[str | int | None, ...]] = []
        with self._conn.atomic():
            for file in stage.files(path):
                rows = select.copy()
                self._staged.rewrite(rows, [file], kind, "_COPIED")
                insert = exp.Insert(this=target.copy(), expression=rows)
                for statement in self._transform_explode(insert):
                    self._execute(self._transform(statement, None))
                count = self._rowcount or 0
                loaded.append((stage.name(file), "LOADED", count, count, 1, 0, *[None] * 4))
        if not loaded:
            self._answer(["status"], [("Copy executed with 0 files processed.",)])
            return True
        self._answer(
            [
                "file",
                "status",
                "rows_parsed",
                "rows_loaded",
                "error_limit",
                "errors_seen",
                "first_error",
                "first_error_line",
                "first_error_character",
                "first_error_column_name",
            ],
            loaded,
        )
        return True

    def _drop_file_format(self, drop: exp.Drop) -> None:
        name = self._conn.full_name(drop.args["tables"][0])
        with self._duck_conn.cursor() as formats:
            dropped = formats.execute(
                "DELETE FROM _fs_global._fs_information_schema._fs_file_formats "
                "WHERE database_name = ? AND schema_name = ? AND name = ? RETURNING name",
                name,
            ).fetchall()
        if not dropped and not drop.args.get("exists"):
            raise rewrite.missing("File format", name[2])
        self._answer(["status"], [(f"{name[2]} successfully dropped.",)])

    def _drop_database(self, drop: exp.Drop) -> None:
        _, _, name = self._conn.full_name(drop.args["tables"][0])
        file = Path(str(self._conn.db_path), f"{name}.db")
        if file.exists():
            self._duck_conn.execute(f"USE {GLOBAL_DATABASE_NAME}")
            self._duck_conn.execute(f'DETACH "{name}"')
            file.unlink()
            file.with_suffix(".db.wal").unlink(missing_ok=True)
            if self._conn.database == name:
                self._conn.database = None
                self._conn.database_set = self._conn.schema_set = False
        elif not drop.args.get("exists"):
            raise rewrite.missing("Database", name)
        self._answer(["status"], [(f"{name} successfully dropped.",)])

    def _answer(self, columns: list[str], rows: Sequence[tuple[str | int | None, ...]]) -> None:
        """Make these rows the statement's result."""
        values = exp.values(list(rows) or [(None,) * len(columns)], alias="t", columns=columns)
        answer = exp.select(*(exp.column(c, quoted=True) for c in columns)).from_(values)
        if not rows:
            answer = answer.where("FALSE")
        for identifier in values.args["alias"].args["columns"]:
            identifier.set("quoted", True)
        super()._execute(answer)


class LocalSnowflake(FakeSnow):
    """The databases below `home`, each a DuckDB file, and the sessions on them."""

    def __init__(self, home: Path) -> None:
        databases = home / "databases"
        databases.mkdir(parents=True, exist_ok=True)
        self.create_database_on_connect = False
        self.create_schema_on_connect = False
        self.db_path = databases
        self.nop_regexes = None
        self.results_cache = Results()
        self.locks = TableLocks()
        self.stage = UserStage(home / "stage")
        self.stage.clear()
        self.duck_conn = duckdb.connect(
            ":memory:",
            config={
                "lambda_syntax": "ENABLE_SINGLE_ARROW",  # what sqlglot writes
                "memory_limit": MEMORY_LIMIT,
                "temp_directory": str(home / "spill"),
            },
        )
        self._attach(home / f"{GLOBAL_DATABASE_NAME}.db", GLOBAL_DATABASE_NAME)
        self.duck_conn.execute(info_schema.fs_global_creation_sql())
        self.duck_conn.execute(show.fs_global_creation_sql())
        self.duck_conn.execute("SET GLOBAL TimeZone = 'UTC'")
        for file in sorted(databases.glob("*.db")):
            self._attach(file, file.stem)
            self.duck_conn.execute(info_schema.per_db_creation_sql(file.stem))
            self.duck_conn.execute(macros.creation_sql(file.stem))

    def connect(
        self,
        database: str | None = None,
        schema: str | None = None,
        nop_regexes: list[str] | None = None,
        **kwargs: Any,
    ) -> LocalConnection:
        return LocalConnection(
            self.duck_conn.cursor(),
            self.results_cache,
            database,
            schema,
            create_database=False,
            create_schema=False,
            db_path=self.db_path,
            nop_regexes=nop_regexes,
            stage=self.stage,
            locks=self.locks,
            **kwargs,
        )

    def close(self) -> None:
        """Write everything into the database files."""
        self.duck_conn.close()

    def _attach(self, file: Path, name: str) -> None:
        path = exp.Literal.string(str(file)).sql("duckdb")
        self.duck_conn.execute(f'ATTACH {path} AS "{name}"')


def _created(table: str) -> str:
    """Return the statement that answers as Snowflake does when a table is created."""
    return fakesnow.cursor.SQL_CREATED_TABLE.substitute(name=table)


def _facts(file: Path) -> tuple[int, str, str]:
    """Return what LIST tells of a file: its size, its MD5 and when it was written."""
    written = datetime.datetime.fromtimestamp(file.stat().st_mtime, datetime.UTC)
    return (
        file.stat().st_size,
        hashlib.md5(file.read_bytes(), usedforsecurity=False).hexdigest(),
        written.strftime("%a, %d %b %Y %H:%M:%S GMT"),
    )
