"""Header of another table further down in a file: a line of names, or of years, in place of numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from ml.files.cells.dates import date_text
from ml.files.cells.numbers import is_amount
from ml.files.header.units import is_unit

_NAME = re.compile(r"[^\W\d_]{3}")  # how the name of a column begins
_YEAR = re.compile(r"(?:19|20)\d\d")
# Words that people write where they know no number: a record has them, and no header
_UNKNOWN = frozenset(
    """
    unknown none missing empty pending refused unbekannt keine keiner keines kein ohne fehlt leer offen
    verweigert inconnu inconnue aucun aucune vide manque desconocido desconocida ninguno ninguna vacío falta
    sconosciuto nessuno nessuna vuoto manca desconhecido nenhum nenhuma vazio onbekend geen leeg okänd ingen
    saknas ukendt ukjent nieznany nieznana brak neznámý žádný ismeretlen nincs necunoscut nepoznato bilinmiyor
    yok άγνωστο κανένα неизвестно нет невідомо
    """.split()  # noqa: SIM905 - the list is read by people
)


def are_names(cells: Sequence[str], numbers: Sequence[str]) -> bool:
    """True where a line names columns: words in place of all `numbers`, none twice, and no value anywhere.

    A customer has an id, a date, an address or a number in some column; and words such as "unknown" are no names.
    """
    told = [cell.strip() for cell in cells if cell.strip()]
    named = all(_NAME.match(cell) and not is_unit(cell) and cell.casefold() not in _UNKNOWN for cell in numbers)
    return named and len(set(told)) == len(told) and not any(map(_is_value, told))


def are_years(cells: Sequence[str]) -> bool:
    """True for two or more years in a row, with a word before them at most: 2023, 2024, 2025."""
    told = [cell.strip() for cell in cells if cell.strip()]
    years = told[1:] if told and not told[0][:1].isdecimal() else told
    if len(years) < 2 or not all(map(_YEAR.fullmatch, years)):
        return False
    steps = {int(after) - int(before) for before, after in pairwise(years)}
    return steps in ({1}, {-1})


def _is_value(cell: str) -> bool:
    return "@" in cell or is_amount(cell) or date_text(cell, "dmy") is not None
