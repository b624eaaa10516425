"""VARIANT, ARRAY and OBJECT: https://docs.snowflake.com/en/sql-reference/functions-semistructured.

They are JSON in DuckDB.
"""

from __future__ import annotations

from sqlglot import Expr, exp

from local_stack.snowflake.errors import unsupported
from local_stack.snowflake.rewrites.calls import Rules, arguments, call, native

# Functions of one name, whose arguments are in sqlglot's order.
_SAME: dict[type[Expr], str] = {
    exp.ArraySlice: "array_slice",
    exp.ArrayToString: "array_to_string",
    exp.ArrayAppend: "array_append",
    exp.ArrayPrepend: "array_prepend",
    exp.ArrayInsert: "array_insert",
    exp.ArrayDistinct: "array_distinct",
    exp.ArrayCompact: "array_compact",
    exp.ArrayReverse: "array_reverse",
    exp.ArrayMin: "array_min",
    exp.ArrayMax: "array_max",
    exp.ArrayOverlaps: "arrays_overlap",
    exp.ArrayIntersect: "array_intersection",
    exp.ArrayExcept: "array_except",
    exp.ArrayRemove: "array_remove",
    exp.ArrayRemoveAt: "array_remove_at",
    exp.ArrayConcat: "array_cat",
    exp.Flatten: "array_flatten",
    exp.GenerateSeries: "array_generate_range",
    exp.CheckJson: "check_json",
    exp.JSONKeys: "object_keys",
    exp.StripNullValue: "strip_null_value",
}
# sqlglot knows none of these.
_NAMED = {
    f"{verb}_{kind}"
    for verb in ("IS", "AS")
    for kind in ("INTEGER", "DOUBLE", "REAL", "VARCHAR", "CHAR", "BOOLEAN", "ARRAY", "OBJECT")
} | {"IS_DECIMAL"}


def same(node: Expr) -> Expr:
    """Call the macro of the same name."""
    return call(_SAME[type(node)], *(a for a in arguments(node) if not isinstance(a, exp.Boolean)))


def array(node: exp.Array) -> Expr:
    """An ARRAY holds values of any type."""
    return native("json_array", *map(member, node.expressions))


def member(value: Expr) -> Expr:
    """Say what a value is among others."""
    return value if isinstance(value, exp.Literal) else call("member", value)


def aggregated(node: exp.ObjectAgg) -> Expr:
    """An OBJECT holds values of any type, and no key twice.

    Raises:
        ProgrammingError: it is one of a window.
    """
    if isinstance(node.parent, exp.Window):
        raise unsupported("OBJECT_AGG with OVER")
    node.set("expression", member(node.expression))
    key = node.this
    has_two = exp.GT(
        this=exp.Count(this=key.copy()),
        expression=exp.Count(this=exp.Distinct(expressions=[key.copy()])),
    )
    repeated = call("duplicate_key", native("mode", key.copy()))
    return exp.Case(ifs=[exp.If(this=has_two, true=repeated)], default=node.copy())


def type_of(node: exp.Typeof) -> Expr:
    """The type of what a VARIANT is made of, which it does not keep."""
    value = node.this
    if isinstance(value, exp.Anonymous) and value.name == "_sf.to_variant":
        return call("typeof_value", *value.expressions)
    return call("typeof", value)


def swapped(node: exp.ArrayContains | exp.ArrayPosition) -> Expr:
    """The value comes first."""
    name = "array_contains" if isinstance(node, exp.ArrayContains) else "array_position"
    return call(name, node.expression, node.this)


def sorted_array(node: exp.SortArray) -> Expr:
    """Sort ascending."""
    if node.args.get("asc") is not None:
        raise unsupported(f"more than one argument in {node.sql('snowflake')}")
    return call("array_sort", node.this)


def zipped(node: exp.ArraysZip) -> Expr:
    """Two ARRAYs become one."""
    if len(node.expressions) != 2:
        raise unsupported(f"ARRAYS_ZIP of {len(node.expressions)} arrays")
    return call("arrays_zip", *node.expressions)


def inserted(node: exp.ObjectInsert) -> Expr:
    """A key more; one that is there must be said to be updated."""
    is_update = node.args.get("update_flag") or exp.false()
    return call("object_insert", node.this, node.args["key"], node.args["value"], is_update)


def named(node: exp.Anonymous) -> Expr:
    """Functions that sqlglot leaves as they are."""
    name, given = node.name.upper(), node.expressions
    if name in _NAMED:
        return call(name.lower(), *given)
    if name == "OBJECT_DELETE":
        changed: Expr = given[0]
        for key in given[1:]:
            changed = call("object_delete", changed, key)
        return changed
    if name == "OBJECT_PICK":
        picked = [call("object_pick", given[0].copy(), key) for key in given[1:]]
        return picked[0] if len(picked) == 1 else native("json_merge_patch", *picked)
    return node


def parsed(node: exp.ParseJSON) -> Expr:
    """JSON from a text, which may be wrong."""
    if node.args.get("safe"):
        return node
    return call("parse_json", node.this)


def table_of(node: exp.Lateral | exp.TableFromRows) -> Expr:
    """FLATTEN and its like are tables of their arguments."""
    function = node.this
    named = isinstance(function, exp.Anonymous) and function.name.upper() in _TABLES
    if named or isinstance(function, exp.SplitToTable):
        name = function.name.lower() if named else "split_to_table"
        made = call(name, *arguments(function))
        return exp.Table(this=made, alias=node.args.get("alias"))
    if not isinstance(function, exp.Explode):
        return node
    given: dict[str, Expr | None] = dict.fromkeys(("INPUT", "PATH", "OUTER", "RECURSIVE", "MODE"))
    for key, argument in zip(given, (function.this, *function.expressions), strict=False):
        if isinstance(argument, exp.Kwarg):
            given[argument.name.upper()] = argument.expression
        else:
            given[key] = argument
    mode = given["MODE"].name.upper() if given["MODE"] else "BOTH"
    is_recursive = _is_true(given["RECURSIVE"])
    if is_recursive and (mode != "BOTH" or _is_true(given["OUTER"])):
        raise unsupported("FLATTEN with RECURSIVE => TRUE and a MODE, or OUTER")
    if is_recursive:
        path = given["PATH"].name if given["PATH"] else ""
        dot = "." if path and not path.startswith("[") else ""
        made = call("flatten_recursive", given["INPUT"] or exp.null(), path, dot)
        return exp.Table(this=made, alias=node.args.get("alias"))
    made = call(
        "flatten",
        given["INPUT"] or exp.null(),
        given["PATH"] or "",
        given["OUTER"] or exp.false(),
        mode,
    )
    return exp.Table(this=made, alias=node.args.get("alias"))


def _is_true(option: Expr | None) -> bool:
    return option is not None and option.name.upper() != "FALSE" and option.this is not False


_TABLES = ("STRTOK_SPLIT_TO_TABLE",)


# Where what a path leads to is taken for what it holds.
_OPERATIONS = (
    exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Like, exp.ILike, exp.Between, exp.In,
    exp.DPipe, exp.Concat, exp.Length, exp.Upper, exp.Lower, exp.Add, exp.Sub, exp.Mul, exp.Div,
    exp.Sum, exp.Trim, exp.Replace, exp.SplitPart, exp.Substring, exp.Left, exp.Right,
)  # fmt: skip


def operand(node: exp.JSONExtract) -> Expr:
    """What a path leads to is a VARIANT, which operations take for what it holds."""
    parent = node.parent
    is_text = isinstance(parent, exp.Coalesce) and any(
        isinstance(other, exp.Literal) and other.is_string for other in parent.iter_expressions()
    )
    return call("varchar", node.copy()) if isinstance(parent, _OPERATIONS) or is_text else node


def element(node: exp.Bracket) -> Expr:
    """An element of an ARRAY, or of an OBJECT."""
    if len(node.expressions) != 1 or isinstance(node.expressions[0], exp.Slice):
        return node
    [key] = node.expressions
    if not isinstance(key, exp.Literal):
        taken: Expr = call("get", node.this, key)
    else:
        path = f'$."{key.name}"' if key.is_string else f"$[{key.name}]"
        taken = native("json_extract", node.this, path)
    return call("varchar", taken) if isinstance(node.parent, _OPERATIONS) else taken


def object_of(node: exp.Struct) -> Expr:
    """A key keeps its case, and its value may be of any type."""
    if isinstance(node, exp.Struct) and not node.expressions:
        return exp.cast(exp.Literal.string("{}"), "JSON")
    keys = set()
    for pair in node.expressions:
        if isinstance(pair, exp.PropertyEQ) and isinstance(pair.this, exp.Identifier):
            pair.set("this", exp.Literal.string(pair.this.name))
        if isinstance(pair, exp.PropertyEQ | exp.JSONKeyValue):
            if isinstance(pair.this, exp.Literal) and pair.this.name in keys:
                return call("duplicate_key", pair.this.copy())
            keys.add(pair.this.name)
            pair.set("expression", member(pair.expression))
    return node


RULES: Rules = {
    exp.JSONExtract: operand,
    exp.Bracket: element,
    exp.JSONObject: object_of,
    exp.ObjectAgg: aggregated,
    exp.Struct: object_of,
    exp.ToVariant: lambda node: call("to_variant", node.this),
    exp.Typeof: type_of,
    **dict.fromkeys(_SAME, same),
    exp.Array: array,
    exp.ArrayContains: swapped,
    exp.ArrayPosition: swapped,
    exp.SortArray: sorted_array,
    exp.ArraysZip: zipped,
    exp.ObjectInsert: inserted,
    exp.ParseJSON: parsed,
    exp.Lateral: table_of,
    exp.TableFromRows: table_of,
    exp.GetIgnoreCase: lambda node: call("get_ignore_case", node.this, node.expression),
}
