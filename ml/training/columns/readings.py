"""Candidate readings of a file's columns: what training code may have made of them before fitting.

A CSV file does not tell whether "2024-05-17" was a date, 02134 a text, a town a category or "?" a gap. Each
reading is one possibility that the file's cells suggest; the estimator is asked with them
(:mod:`ml.training.estimator.find_convention`).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from functools import partial

import pandas as pd
from pandas.api import types

from ml.data.parsing import NUMBER, with_point
from ml.data.value_words import quote
from ml.data.yes_no import no_and_yes, truth_of
from ml.training.columns import variants as to
from ml.training.columns.known_levels import KnownLevels
from ml.training.columns.training_table import TrainingTable, is_text
from ml.training.columns.variants import CLEAN, CONTAINER, FILL, GAPS, TYPE, Change, Reading

DATE = r"\s*\d{4}-\d{2}-\d{2}([T ].*)?\s*"
FEW_DATES = 200  # rows that tell whether a column holds dates
# What people tell pandas.read_csv to take for gaps, or replace by them, beside what it takes for such by itself
UNUSUAL_GAPS = frozenset({"?", "-", "--", "---", ".", "..", "*", "na", "N.A.", "n.a.", "unknown", "Unknown", "UNKNOWN"})
MOST_ODD_TEXTS = 3  # in a column of numbers that may be gaps
LONGEST_ODD_TEXT = 20


def native_of(table: TrainingTable, known: KnownLevels) -> dict[str, Change]:
    """Columns that a library takes as categories are such in every reading."""
    return {name: to.to_category(levels) for name, levels in known.native.items() if name in table.frame}


def readings_of(table: TrainingTable, columns: Sequence[str], known: KnownLevels) -> list[Reading]:
    """Readings that a file suggests; none for a frame in memory, which has its types already."""
    if table.path is None:
        return []
    series = {name: table.frame[name] for name in columns if is_text(table.frame[name])}
    texts = {name: [str(cell) for cell in each.dropna().unique().tolist()] for name, each in series.items()}
    free = {name: cells for name, cells in texts.items() if name not in known.native}
    numbers = [name for name in columns if name not in texts and name not in known.native]
    return [
        *_cleanings(texts, known),
        *_types(table, free, numbers, known),
        *_fills(table, texts, known),
        *_empties(table, columns),
        *_containers(free),
    ]


def _cleanings(texts: Mapping[str, list[str]], known: KnownLevels) -> Iterator[Reading]:
    padded = [name for name, cells in texts.items() if any(cell != cell.strip() for cell in cells)]
    if padded:
        yield Reading("texts without spaces at their ends", CLEAN, dict.fromkeys(padded, to.to_stripped))
    for mark in sorted(UNUSUAL_GAPS):
        held = [
            name
            for name, cells in texts.items()
            if any(cell.strip() == mark for cell in cells) and not known.knows(name, mark)
        ]
        if held:
            marks = frozenset({mark})
            changes = {name: to.to_gaps(marks) for name in held}
            yield Reading(f"{quote(mark)} as a gap", GAPS, changes, gaps=dict.fromkeys(held, marks))


def _types(
    table: TrainingTable, texts: Mapping[str, list[str]], numbers: Sequence[str], known: KnownLevels
) -> Iterator[Reading]:
    odd = {name: _odd_texts(cells) for name, cells in texts.items()}
    for name, gaps in odd.items():
        if gaps is not None:
            named = "".join(f", {quote(gap) if gap else 'cells of spaces'} as a gap" for gap in sorted(gaps))
            change = {name: to.to_numbers(gaps)}
            yield Reading(f"{name} as numbers{named}", TYPE, change, gaps={name: gaps - {""}}, rival=name, typed=True)
    commas = [name for name, cells in texts.items() if _have_commas(cells)]
    if commas:
        change = dict.fromkeys(commas, to.to_numbers((), commas=True))
        yield Reading(f"{', '.join(commas)} with decimal commas", TYPE, change, commas=frozenset(commas))
    flags = {name: pair for name, cells in texts.items() if (pair := _flags(cells))}
    pairs = {name: pair for name, pair in flags.items() if not known.knows(name, pair[1])}
    if pairs:
        change = {name: to.to_flags(*pair) for name, pair in pairs.items()}
        yield Reading(f"{', '.join(pairs)} as 0 and 1", TYPE, change)
    padded = [name for name in numbers if name in table.padded]
    if padded:
        words = f"{', '.join(padded)} as texts with their leading zeros"
        yield Reading(words, TYPE, dict.fromkeys(padded, to.to_written), rival="written")
        words = f"{', '.join(padded)} as texts without leading zeros"
        yield Reading(words, TYPE, dict.fromkeys(padded, to.to_digits), rival="written")
    dates = [name for name, cells in texts.items() if _are_dates(cells)]
    if dates:
        yield Reading(f"{', '.join(dates)} as dates", TYPE, {name: to.to_dates() for name in dates}, typed=True)
    whole = [name for name in numbers if _is_whole(table.frame[name])]
    if set(whole) - set(padded):
        yield Reading("whole numbers as texts", TYPE, dict.fromkeys(whole, to.to_written), rival="written")


def _odd_texts(cells: Sequence[str]) -> frozenset[str] | None:
    """Texts among numbers, "" for spaces, where they are so few that they are gaps; None where it is no such column."""
    numbers = [cell for cell in cells if NUMBER.fullmatch(cell.strip())]
    odd = {cell.strip() for cell in cells} - {cell.strip() for cell in numbers}
    few = len(odd) <= MOST_ODD_TEXTS and all(len(text) <= LONGEST_ODD_TEXT for text in odd)
    return frozenset(odd) if few and len(numbers) > len(odd) else None


def _have_commas(cells: Sequence[str]) -> bool:
    """True when all cells are numbers, some of them with a decimal comma."""
    points = [with_point(cell.strip()) for cell in cells]
    whole = all(
        cell.strip() != point or cell.strip().removeprefix("-").isdecimal()
        for cell, point in zip(cells, points, strict=True)
    )
    return whole and any(cell.strip() != point for cell, point in zip(cells, points, strict=True))


def _flags(cells: Sequence[str]) -> tuple[str, str] | None:
    """The words for no and yes, where a column has no others and both can be read when records are scored."""
    pair = no_and_yes(cells) if len(cells) == 2 else None
    return pair if pair and truth_of(pair[0]) is False and truth_of(pair[1]) is True else None


def _are_dates(cells: Sequence[str]) -> bool:
    few = pd.Series(cells[:FEW_DATES], dtype="str")
    return len(few) > 0 and bool(few.str.fullmatch(DATE).all())


def _is_whole(series: pd.Series) -> bool:
    """True when a column holds whole numbers; with gaps pandas reads them as floats."""
    if types.is_bool_dtype(series) or not types.is_numeric_dtype(series):
        return False
    return types.is_integer_dtype(series) or (series.notna().any() and not (series.dropna() % 1).any())


def _has_truths(table: TrainingTable, name: str) -> bool:
    """True for a column of truth values and gaps, as pandas reads them."""
    return name in table.frame and table.frame[name].dtype == object and not is_text(table.frame[name])


def _fills(table: TrainingTable, texts: Mapping[str, list[str]], known: KnownLevels) -> Iterator[Reading]:
    """Texts with which training code may have filled gaps."""
    gaps = [name for name in texts if table.frame[name].isna().any()]
    make = partial(Reading, stage=FILL, rival="fill")
    levels = {name: level for name in gaps if (level := known.filling(name, texts[name])) is not None}
    if levels:
        words = ", ".join(f"gaps of {name} as {quote(level)}" for name, level in levels.items())
        yield make(words, changes={name: to.to_filled(level) for name, level in levels.items()}, fills=levels)
    free = [name for name in gaps if name not in known.levels]
    if free:
        change = to.to_filled("")
        yield make("gaps of texts as empty texts", changes=dict.fromkeys(free, change), fills=dict.fromkeys(free, ""))
    none = [name for name in gaps if known.gaps.get(name) not in ("nan", "filled")]
    if none:
        yield make("gaps of texts as None", changes=dict.fromkeys(none, to.to_none))
    truths = [name for name, gap in known.gaps.items() if gap == "none" and _has_truths(table, name)]
    if truths:  # truth values of a database
        yield make(f"gaps of {', '.join(truths)} as None", changes=dict.fromkeys(truths, to.to_none))


def _empties(table: TrainingTable, columns: Sequence[str]) -> Iterator[Reading]:
    """Types of a column without any value, which a file does not tell."""
    empty = [name for name in columns if table.frame[name].isna().all()]
    if empty:
        for words, gap in (("Python objects", math.nan), ("None", None)):
            change = dict.fromkeys(empty, to.to_empty_objects(gap))
            yield Reading(f"columns without a value as {words}", TYPE, change, rival="empty")


def _containers(texts: Mapping[str, list[str]]) -> Iterator[Reading]:
    if texts:
        for words, change in (("categories", to.to_text_category), ("Python objects", to.to_object)):
            yield Reading(f"texts as {words}", CONTAINER, dict.fromkeys(texts, change), rival="container")
