"""The book of a model: records that one finds by id, by part of a text, or by chance.

The book is what somebody loaded with ``python -m ml records``. A model without one lends its
hold-out as a sample, so that the page has records from the first day.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from ml.bundle.bundle import Bundle
from ml.data.columns import rows_of, size, take
from ml.data.schema import Row, Schema, text_of
from ml.data.texts import fold
from ml.runtime.memo import Memo

LONGEST_ID = 200  # characters; an id stands in addresses
LONGEST_SEARCH = 200
LONGEST_FOLDED = 1_000  # one letter may unfold into many
SHOWN = 3  # texts beside an id in a list
LONGEST_SHOWN = 80
SEARCHED = ("text", "category")


@dataclass(frozen=True)
class Entry:
    """One record of a book.

    Attributes
    ----------
    id : str
    values : mapping of str to str
        Feature name to text; what is not known is left out.
    texts : tuple of str
        What is searched beside the id, as people read it.
    also : tuple of str
        The same of what the model does not know, such as a name.
    row : int or None
        Number of the row where the record is one of the hold-out.
    """

    id: str
    values: Mapping[str, str]
    texts: tuple[str, ...] = ()
    row: int | None = None
    also: tuple[str, ...] = ()


class Shelf(Protocol):
    """Where books are kept, by name of the model: the store. Records are JSON there."""

    def fill(self, model: str, rows: Iterable[tuple[str, str, str, str]]) -> int:
        """Put a new book in the place of the former one; how many records it has."""

    def clear(self, model: str) -> bool:
        """Remove the book; False where there is none."""

    def size(self, model: str) -> int | None:
        """How many records the book has; None where there is no book."""

    def find(self, model: str, folded: str, words: Sequence[str], limit: int) -> list[str]:
        """Records that fit, the best first."""

    def get(self, model: str, record_id: str) -> str | None:
        """The record of that very id."""

    def random(self, model: str) -> str | None:
        """Any record."""


class Book(Protocol):
    """Records of one model."""

    sample: bool

    def __len__(self) -> int:
        """How many records."""

    def find(self, text: str, limit: int = 8) -> list[Entry]:
        """Records that fit, the best first: this very id, ids that begin so, then texts that hold every word."""

    def get(self, record_id: str) -> Entry | None:
        """The record of that very id."""

    def random(self) -> Entry | None:
        """Any record."""


class Books:
    """The book of each model: the one on the shelf, else the sample that its version brings.

    Parameters
    ----------
    shelf : callable, optional
        Opens the shelf when somebody first looks for a record.
    """

    def __init__(self, shelf: Callable[[], Shelf] | None = None) -> None:
        self._shelf = shelf
        self._samples = Memo(SampleBook)

    def of(self, bundle: Bundle) -> Book:
        """The book of a version's model; raises what the shelf raises."""
        if self._shelf is not None:
            shelf = self._shelf()
            kept = shelf.size(bundle.name)
            if kept is not None:
                return KeptBook(shelf, bundle.name, kept)
        return self._samples(bundle)


class KeptBook:
    """A book on the shelf."""

    sample = False

    def __init__(self, shelf: Shelf, model: str, records: int) -> None:
        self._shelf, self._model, self._records = shelf, model, records

    def __len__(self) -> int:
        return self._records

    def find(self, text: str, limit: int = 8) -> list[Entry]:
        """See :class:`Book`."""
        folded = fold(text[:LONGEST_SEARCH])
        return [_read(kept) for kept in self._shelf.find(self._model, folded, folded.split(), limit)] if folded else []

    def get(self, record_id: str) -> Entry | None:
        """See :class:`Book`."""
        kept = self._shelf.get(self._model, record_id) if can_be_id(record_id) else None
        return None if kept is None else _read(kept)

    def random(self) -> Entry | None:
        """See :class:`Book`."""
        kept = self._shelf.random(self._model)
        return None if kept is None else _read(kept)


class SampleBook:
    """The hold-out of a version; its rows are named by number, from 1."""

    sample = True

    def __init__(self, bundle: Bundle) -> None:
        self._schema, self._block = bundle.schema, bundle.holdout.block
        rows = rows_of(bundle.schema, self._block)
        self._searched = [searched(str(at), texts_of(bundle.schema, row)) for at, row in enumerate(rows, start=1)]

    def __len__(self) -> int:
        return size(self._block)

    def find(self, text: str, limit: int = 8) -> list[Entry]:
        """See :class:`Book`."""
        folded = fold(text[:LONGEST_SEARCH])
        if not folded:
            return []
        begins = (at for at, inside in enumerate(self._searched) if inside.startswith(folded))
        holds = (at for at, inside in enumerate(self._searched) if all(word in inside for word in folded.split()))
        exact = [self._place(folded)] if self._place(folded) is not None else []
        found: dict[int, None] = {}
        for at in (place for places in (exact, begins, holds) for place in places if place is not None):
            found[at] = None
            if len(found) == limit:
                break
        return [self._entry(at) for at in found]

    def get(self, record_id: str) -> Entry | None:
        """See :class:`Book`."""
        at = self._place(record_id)
        return None if at is None else self._entry(at)

    def random(self) -> Entry | None:
        """See :class:`Book`."""
        return self._entry(random.randrange(len(self))) if len(self) else None  # noqa: S311 - no secret

    def _place(self, record_id: str) -> int | None:
        if not (record_id.isascii() and record_id.isdecimal() and len(record_id) < LONGEST_ID):
            return None
        at = int(record_id) - 1
        return at if 0 <= at < len(self) and str(at + 1) == record_id else None

    def _entry(self, at: int) -> Entry:
        row = rows_of(self._schema, take(self._block, [at]))[0]
        return Entry(str(at + 1), values_of(self._schema, row), texts_of(self._schema, row), at)


def can_be_id(text: str) -> bool:
    """Whether a text can name a record: it must pass through an address and any database."""
    return bool(text) and len(text) <= LONGEST_ID and text.isprintable()


def searched(record_id: str, texts: Sequence[str]) -> str:
    """What is searched of a record: each text in a line of its own, for no word reaches over two."""
    return "\n".join(map(fold, (record_id, *texts)))


def values_of(schema: Schema, row: Row) -> dict[str, str]:
    """The known values of a row, by name, as the form takes them."""
    texts = {name: text_of(value) for name, value in zip(schema.names, row, strict=True)}
    return {name: text for name, text in texts.items() if text}


def texts_of(schema: Schema, row: Row) -> tuple[str, ...]:
    """What of a row is text to people: texts, and the labels of choices."""
    found = []
    for feature, value in zip(schema.features, row, strict=True):
        if feature.kind in SEARCHED and value not in (None, ""):
            found.append(feature.labels.get(text_of(value), text_of(value)))
    return tuple(found)


def as_row(entry: Entry) -> tuple[str, str, str, str]:
    """An entry as a shelf keeps it: id, folded id, searched text, JSON."""
    kept = json.dumps({"id": entry.id, "values": dict(entry.values), "texts": entry.texts, "also": entry.also})
    return entry.id, fold(entry.id)[:LONGEST_FOLDED], searched(entry.id, (*entry.also, *entry.texts)), kept


def beside(entry: Entry, text: str = "") -> str:
    """What a list shows beside the id: a few of its texts, first those in which a typed word stands."""
    words = fold(text).split()
    texts = sorted((*entry.also, *entry.texts), key=lambda each: not any(word in fold(each) for word in words))
    return " · ".join(each[:LONGEST_SHOWN] for each in texts[:SHOWN])


def _read(kept: str) -> Entry:
    read = json.loads(kept)
    return Entry(read["id"], read["values"], tuple(read["texts"]), also=tuple(read["also"]))
