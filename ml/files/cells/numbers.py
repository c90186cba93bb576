"""Numbers as people and spreadsheets write them: "1.234,50 €", "−1,5", "$ (1,200)", "4'583", "١٢٫٥", "12 %"."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

SPACES = " \t\u00a0\u2007\u2009\u202f\u200b\ufeff\u061c\u200e\u200f"  # the last three tell the direction of writing
# Signs of other keyboards and scripts; the Arabic mark of decimals, which parts no thousands, stays
_SIGNS = str.maketrans("−–‒－＋．，٬٪％", "----+.,'%%")
_ARABIC_POINT = "\u066b"
_SPACE = f"[{SPACES}]"
_GROUPS = {".": r"\.", ",": ",", "'": "['’]", " ": _SPACE}
_CODE = r"(?:[^\W\d_]{1,3}\.?|R\$|[\u0024\u00a3-\u00a5\u20a0-\u20c0])"  # EUR, Fr., kr, zł, R$, or a sign of money
# What makes another number of the one beside it: thousands, millions, hundredths, the side of an account (DR). It is
# asked about, and never read
_SIZES = frozenset(
    """
    k t m b c p tsd tds ths thd tys tkr mil mio mln mn mrd mld mia mds bn bln bil bio trn mlr cr lac lk ct cts тыс млн
    dr db bp bps
    """.split()  # noqa: SIM905 - the list is read by people
)
_SAME = {
    "€": "eur",
    "$": "usd",
    "£": "gbp",
    "fr": "chf",
    "sfr": "chf",
    "kč": "czk",
    "zł": "pln",
    "r$": "brl",
    "₹": "inr",
    "rs": "inr",
    "₽": "rub",
}  # fmt: skip - two names of one currency
_CURRENCIES = frozenset({*_SAME, *_SAME.values()})
_AMOUNT = re.compile(
    rf"(?P<open>\()?(?P<sign>[+-])?{_SPACE}*(?:(?P<before>{_CODE}){_SPACE}*)?(?P<sign2>[+-])?(?P<open2>\()?"
    rf"(?P<body>[0-9.,'’{SPACES}]*[0-9][.,]?(?:[eE][+-]?[0-9]+)?)"
    rf"(?:(?<=[.,])(?P<none>-{{1,2}})|(?P<sign3>-))?(?P<close2>\))?{_SPACE}*"
    rf"(?:(?P<percent>%|pct\.?|per ?cent|prozent)|(?P<after>{_CODE}))?(?P<close>\))?",
    re.IGNORECASE,
)
# A zero, as accounting formats of spreadsheets show it: "$ -"
_ZERO = re.compile(rf"(?P<before>{_CODE}){_SPACE}*-|-{_SPACE}*(?P<after>{_CODE})", re.IGNORECASE)
PLAIN = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)


class NumberReadings(NamedTuple):
    """Both readings of a text as a number: with decimal point and with decimal comma; None where it is none."""

    point: str | None
    comma: str | None
    percent: bool = False
    unit: str = ""  # the word beside it, in small letters

    @property
    def sort(self) -> str:
        """The decimal mark where only one reading is possible, "?" where two differ, "" where both agree."""
        if self.point == self.comma:
            return ""
        if self.point is not None and self.comma is not None:
            return "?"
        return "." if self.comma is None else ","


NONE = NumberReadings(None, None)


def _of_group(group: str, decimal: str) -> re.Pattern[str]:
    mark, point = _GROUPS[group], re.escape(decimal)
    return re.compile(rf"[1-9][0-9]{{0,2}}(?:{mark}[0-9]{{3}})+(?:{point}[0-9]*)?")


_WHOLE = {decimal: re.compile(rf"[0-9]+(?:{re.escape(decimal)}[0-9]*)?|{re.escape(decimal)}[0-9]+") for decimal in ".,"}
_INDIAN = re.compile(r"[0-9]{1,2}(?:,[0-9]{2})+,[0-9]{3}(?:\.[0-9]*)?")
_GROUPED = {
    decimal: [_of_group(group, decimal) for group in _GROUPS if group != decimal]
    + ([_INDIAN] if decimal == "." else [])
    for decimal in ".,"
}


@lru_cache(maxsize=8192)
def readings(text: str) -> NumberReadings:
    """Readings of a text as a number; (None, None) where it is none.

    Groups are of three digits, with a point, comma, apostrophe or any space between them; a minus may be typographic,
    stand behind, or be brackets; one sign or short name of a currency, or a percent sign, may stand beside. Dashes in
    place of decimals (``20.–``, ``20,-``) are none. A number with its size ("64k", "3 Mio") is none. Digits and marks
    may be those of any script.
    """
    written = text.strip(SPACES)
    if not written.isascii():
        written = "".join(str(unicodedata.decimal(sign, sign)) for sign in written.translate(_SIGNS))
    if written[:1] == "%":  # as Turkish and Basque write it
        written = f"{written[1:]}%"
    if _ARABIC_POINT in written:
        return readings(written.replace(_ARABIC_POINT, "."))._replace(comma=None)
    zero = _ZERO.fullmatch(written)
    if zero and _is_money(zero["before"] or zero["after"]):
        return NumberReadings("0", "0", unit=_unit(zero["before"] or zero["after"]))
    match = _AMOUNT.fullmatch(written)
    if match is None or not _brackets_fit(match):
        return NONE
    beside = list(filter(None, (match["before"], match["after"])))
    if len(beside) > 1 or not all(map(_is_currency, beside)):  # the second of two is a size: $5m
        return NONE
    signs = [match["sign"], match["sign2"], match["sign3"], (match["open"] or match["open2"]) and "-"]
    signs = list(filter(None, signs))
    if len(signs) > 1:
        return NONE
    minus = "-" if signs == ["-"] else ""
    body, exponent = _exponent(match["body"].strip(SPACES))
    values = [
        None if value is None else minus + value + exponent
        for value in (_with_point(body, "."), _with_point(body, ","))
    ]
    return NumberReadings(values[0], values[1], match["percent"] is not None, "".join(map(_unit, beside)))


def is_amount(cell: str) -> bool:
    """True when a cell is a number, and no code or telephone number."""
    cell = cell.strip()
    code = cell[:1] == "+" or (cell[:1] == "0" and cell[1:2].isdecimal())
    return not code and readings(cell)[:2] != (None, None)


def _brackets_fit(found: re.Match[str]) -> bool:
    """True without brackets, and with a pair around all or around the number beside money or a percent sign."""
    opened, closed = ([found[f"{side}{at}"] for at in ("", "2")] for side in ("open", "close"))
    if not any((*opened, *closed)):
        return True
    inside = found["before"] if opened[1] else found["after"] if closed[1] else None
    return opened.count("(") == closed.count(")") == 1 and (inside is None or _is_money(inside))


def _is_money(word: str) -> bool:
    return not word.isalpha() or _unit(word) in _CURRENCIES


def _unit(word: str) -> str:
    folded = word.casefold().removesuffix(".")
    return _SAME.get(folded, folded)


def _is_currency(word: str) -> bool:
    """True for what changes nothing of the number beside it, unlike a fraction (½), a power or a size."""
    name = word.removesuffix(".")
    return (not name.isalnum() or name.isalpha()) and name.casefold() not in _SIZES


def _exponent(body: str) -> tuple[str, str]:
    mantissa, mark, power = body.lower().partition("e")
    return mantissa, f"e{power}" if mark else ""


def _with_point(body: str, decimal: str) -> str | None:
    """The number with a decimal point and no groups."""
    if not (_WHOLE[decimal].fullmatch(body) or any(form.fullmatch(body) for form in _GROUPED[decimal])):
        return None
    return re.sub(rf"[{SPACES}'’]|\{'.' if decimal == ',' else ','}", "", body).replace(decimal, ".")
