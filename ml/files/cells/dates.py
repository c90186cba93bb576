"""Dates as people write them, read as ISO text; one order of day and month for a whole column."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

ISO = re.compile(r"\d{4}-\d{2}-\d{2}([T ].*)?", re.ASCII)
DMY, MDY, YMD = "dmy", "mdy", "ymd"
PIVOT = 69  # two digits from it on are of the last century, as POSIX has it
FIRST_SERIAL, LAST_SERIAL = 10_000, 109_574  # days since 1899-12-30: 1927 to 2199
_DAY_ZERO = dt.date(1899, 12, 30)
_TIME = (
    r"(?:[T,]?\s*(?P<hour>\d{1,2})[:.h](?P<minute>\d{2})(?:[:.](?P<second>\d{2})(?P<part>[.,]\d{1,6})?)?\s*"
    r"(?P<half>[AaPp]\.?[Mm]\.?)?\s*(?P<zone>Z|UTC|GMT|(?:GMT|UTC)?[+-]\d{2}:?\d{2})?)?"
)
_WEEKDAY = r"(?:[^\W\d_]{2,}\.?,\s*|[^\W\d_]{2,3}\.?\s+)?"
_NUMBERS = re.compile(rf"{_WEEKDAY}(\d{{1,4}})(\. |[./\- ])(\d{{1,2}})\2(\d{{1,4}})\.?{_TIME}", re.ASCII)
_WORDS = re.compile(
    rf"(?:[^\W\d_]+\.?,?\s+)?(\d{{1,2}})(?:\.|st|nd|rd|th|er|º)?[\s\-]*(?:de\s+)?([^\W\d_]{{3,}})\.?,?[\s\-]*(?:de\s+)?(\d{{4}}|\d{{2}}){_TIME}"
)
_AMERICAN = re.compile(rf"(?:[^\W\d_]+\.?,?\s+)?([^\W\d_]{{3,}})\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?,?\s+(\d{{4}}){_TIME}")
_EASTERN = re.compile(r"(\d{4})[年년]\s?(\d{1,2})[月월]\s?(\d{1,2})[日일]", re.ASCII)
_COMPACT = re.compile(r"(19|20)(\d\d)(\d\d)(\d\d)", re.ASCII)
_SERIAL = re.compile(r"(\d{5,6})(?:[.,](\d+))?", re.ASCII)
_MONTHS = (
    "january januar janvier enero gennaio januari janeiro jänner stycznia jan janv ene gen sty",
    "february februar février febrero febbraio februari fevereiro lutego feb febr fev fév févr lut",
    "march märz mars marzo maart março marca mar mär mrz mrt",
    "april avril abril aprile kwietnia apr avr abr kwi",
    "may mai mayo maggio mei maio maj maja mag",
    "june juni juin junio giugno junho czerwca jun giu cze",
    "july juli juillet julio luglio julho lipca jul juil lug lip",
    "august août agosto augustus augusti sierpnia aug aoû ago sie",
    "september septembre septiembre settembre setembro września sep sept set wrz",
    "october oktober octobre octubre ottobre outubro października oct okt ott out paź",
    "november novembre noviembre novembro listopada nov lis",
    "december dezember décembre diciembre dicembre dezembro desember grudnia dec dez déc dic des gru",
)  # fmt: skip


def _plain(word: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", word.casefold()) if not unicodedata.combining(c))


_NUMBER_OF = {_plain(word): at for at, words in enumerate(_MONTHS, start=1) for word in words.split()}


def order_of(texts: Iterable[str]) -> tuple[str | None, bool]:
    """The order of day and month in which a column writes its dates, and whether the column tells it.

    None where no date needs an order: written as 2025-12-31, with the month as a word, or none at all. Where the
    column holds both orders for sure, it tells nothing.
    """
    first = second = both = 0
    for text in texts:
        match = _NUMBERS.fullmatch(" ".join(text.split()))
        if match is None or len(match[1]) > 2:
            continue
        one, mark, two = int(match[1]), match[2], int(match[3])
        first += one > 12 or mark[0] == "."  # no country that writes dates with points puts the month first
        second += two > 12
        both += 1
    if not both:
        return None, True
    if bool(first) == bool(second):
        return None, False
    return (DMY if first else MDY), True


@lru_cache(maxsize=8192)
def date_text(text: str, order: str | None, serials: bool = False) -> str | None:
    """A date as ISO text, with its time of day where it has one; None where it is none, or needs an order.

    Parameters
    ----------
    order : {"dmy", "mdy", "ymd"} or None
    serials : bool
        Whether whole numbers are days as Excel counts them.
    """
    written = " ".join(text.split())
    if ISO.fullmatch(written):
        return written
    for form, read in ((_NUMBERS, _of_numbers), (_WORDS, _of_words), (_AMERICAN, _of_words)):
        match = form.fullmatch(written)
        if match:
            return _with_time(read(match, order), match)
    compact = _COMPACT.fullmatch(written)
    if compact:
        return _iso(int(compact[1] + compact[2]), int(compact[3]), int(compact[4]))
    eastern = _EASTERN.fullmatch(written)
    if eastern:
        return _iso(*map(int, eastern.groups()))
    return _of_serial(written) if serials else None


def _of_numbers(match: re.Match[str], order: str | None) -> str | None:
    one, two, three = match[1], match[3], match[4]
    if len(one) == 4:
        return _iso(int(one), int(two), int(three)) if len(three) <= 2 else None
    if len(three) not in (2, 4) or len(one) > 2:
        return None
    if order == YMD:
        return _iso(_year(one), int(two), int(three)) if len(three) == 2 else None
    if order == DMY:
        return _iso(_year(three), int(two), int(one))
    return _iso(_year(three), int(one), int(two)) if order == MDY else None


def _of_words(match: re.Match[str], _: str | None) -> str | None:
    day, month = (match[1], match[2]) if match[1].isdecimal() else (match[2], match[1])
    number = _NUMBER_OF.get(_plain(month))
    return None if number is None else _iso(_year(match[3]), number, int(day))


def _of_serial(text: str) -> str | None:
    match = _SERIAL.fullmatch(text)
    if match is None or not FIRST_SERIAL <= int(match[1]) <= LAST_SERIAL:
        return None
    day = _DAY_ZERO + dt.timedelta(days=int(match[1]))
    seconds = round(float(f"0.{match[2]}") * 86_400) if match[2] else 0
    if not seconds:
        return day.isoformat()
    return (dt.datetime.combine(day, dt.time()) + dt.timedelta(seconds=seconds)).isoformat(" ")


def _year(text: str) -> int:
    year = int(text)
    return year if len(text) == 4 else year + (1900 if year >= PIVOT else 2000)


def _iso(year: int, month: int, day: int) -> str | None:
    try:
        return dt.date(year, month, day).isoformat()
    except ValueError:
        return None


def _with_time(day: str | None, match: re.Match[str]) -> str | None:
    if day is None or match["hour"] is None:
        return day
    hour = int(match["hour"])
    if match["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if match["half"][0] in "pP" else 0)
    part = (match["part"] or "").replace(",", ".")
    zone = (match["zone"] or "").removeprefix("GMT").removeprefix("UTC").replace("Z", "") or "+00:00"
    zone = zone if match["zone"] else ""
    return f"{day} {hour:02}:{match['minute']}:{match['second'] or '00'}{part}{zone}"
