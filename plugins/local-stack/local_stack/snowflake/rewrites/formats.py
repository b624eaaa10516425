"""Formats of dates and of numbers, as DuckDB has them.

https://docs.snowflake.com/en/sql-reference/date-time-input-output
https://docs.snowflake.com/en/sql-reference/sql-format-models
"""

from __future__ import annotations

import re

from sqlglot import Expr, exp

from local_stack.snowflake.errors import unsupported
from local_stack.snowflake.rewrites.calls import call

# In any case; the longest first. A directive that sqlglot has put there stays.
_ELEMENTS = {
    "YYYY": "%Y", "YY": "%y", "MMMM": "%B", "MON": "%b", "MM": "%m", "DD": "%d", "DY": "%a",
    "HH24": "%H", "HH12": "%I", "AM": "%p", "PM": "%p", "MI": "%M", "SS": "%S",
    "FF3": "%g", "FF6": "%f", "FF9": "%f000", "FF": "%f000",
}  # fmt: skip
_TOKEN = re.compile(
    r'"(?P<text>(?:[^"]|"")*)"|(?P<directive>%f_[a-z]+|%-?[A-Za-z])|(?P<element>FF\d?|TZ[HMD]|'
    + "|".join(sorted(_ELEMENTS, key=len, reverse=True))
    + r")",
    re.IGNORECASE,
)
# sqlglot's for elements in capitals; DuckDB pads what has two digits.
_DIRECTIVES = {
    "%-d": "%d", "%-m": "%m", "%e": "%d", "%w": "%a",
    "%f_three": "%g", "%f_six": "%f", "%f_nine": "%f000",
}  # fmt: skip
_NUMBER = re.compile(
    r'(?P<before>"[^"]*")?(?P<fill>FM)?B?(?P<leading>S)?(?P<dollar>\$)?(?P<whole>[90][90,G]*)'
    r'(?:[.D](?P<decimals>[90]*))?(?P<trailing>S|MI)?(?P<after>"[^"]*")?',
    re.IGNORECASE,
)
_NUMBERS = re.compile(r"[09X$]|TM|(?<!\w)E+(?!\w)", re.IGNORECASE)


def is_numeric(pattern: str) -> bool:
    """Tell a format of numbers from one of dates."""
    plain = re.sub(r'"[^"]*"|FF\d|HH(12|24)', "", pattern, flags=re.IGNORECASE)
    return bool(_NUMBERS.search(plain)) and not re.search("Y|D[DY]|SS|%", plain, re.IGNORECASE)


def of_dates(pattern: str, parses: bool = False) -> str:
    """Return a format for strftime, or for strptime.

    Raises:
        ProgrammingError: it has an element that is not there in DuckDB's.
    """

    def translated(match: re.Match[str]) -> str:
        if match["text"] is not None:
            return match["text"].replace('""', '"')
        if parses and match[0].upper().startswith(("%F", "FF")):
            return "%f"
        if directive := match["directive"]:
            if directive.startswith("%f_") and directive not in _DIRECTIVES:
                raise unsupported(f"the element FF of the format '{pattern}', but with 3, 6 or 9")
            return _DIRECTIVES.get(directive, directive)
        element = match["element"].upper()
        if element not in _ELEMENTS:
            raise unsupported(f"the element {element} of the format '{pattern}'")
        return _ELEMENTS[element]

    return _TOKEN.sub(translated, pattern)


def number_text(value: Expr, pattern: str) -> Expr:
    """Return an expression for TO_CHAR of a number.

    Raises:
        ProgrammingError: it has elements that are not there.
    """
    if re.fullmatch(r"TM9?", pattern, re.IGNORECASE):
        return call("varchar", value)
    found = _NUMBER.fullmatch(pattern)
    if not found:
        raise unsupported(f"the format '{pattern}' of a number")
    groups = {name: (text or "").upper() for name, text in found.groupdict().items()}
    whole = re.sub("[,G]", "", groups["whole"])
    zeros = len(whole) - whole.find("0") if "0" in whole else 0
    decimals, dollar = len(groups["decimals"]), groups["dollar"]
    is_grouped = whole != groups["whole"]
    if is_grouped and not re.fullmatch("[90]{1,3}([,G][90]{3})+", groups["whole"]):
        raise unsupported(f"the format '{pattern}' of a number")
    width = len(dollar + groups["whole"]) + decimals + (decimals > 0) + (not groups["trailing"])
    text: Expr = call(
        "number_text", value, len(whole), zeros, decimals, is_grouped, dollar,
        groups["leading"] or groups["trailing"], bool(groups["trailing"]),
        0 if groups["fill"] else width,
    )  # fmt: skip
    for name in ("before", "after"):
        if found[name]:
            literal = exp.Literal.string(found[name].strip('"'))
            text = exp.DPipe(
                this=literal if name == "before" else text,
                expression=text if name == "before" else literal,
            )
    return text
