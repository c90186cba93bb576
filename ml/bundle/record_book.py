"""Record book of a model: records found by id, by part of a text, or at random.

Books are loaded with ``python -m ml records``. A model without one has its hold-out as a sample, so
that the page has records from the first day.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from ml.bundle.bundle import Bundle
from ml.data.columns import rows_of, size, take
from ml.data.feature import text_of
from ml.data.records import LONGEST_ID
from ml.data.schema import Row, Schema
from ml.data.texts import fold
from ml.runtime.memo import Memo

LONGEST_SEARCH = 200
LONGEST_FOLDED = 1_000  # folding may expand one letter into several
SHOWN = 3  # texts beside an id in a list
LONGEST_SHOWN = 80
SEARCHED = ("text", "category")


@dataclass(frozen=True)
class BookRecord:
    """One record of a record book."""

    id: str
    values: Mapping[str, str]
    """Feature name to text; blanks are left out."""
    texts: tuple[str, ...] = ()
    """Searched texts beside the id, as displayed."""
    row: int | None = None
    """Row number of a record of the hold-out, from 0; None for others."""
    also: tuple[str, ...] = ()
    """Values of columns that the model does not have, such as a name."""


class BookStore(Protocol):
    """Storage of record books, by name of the model. Records are JSON there."""

    def fill(self, model: str, rows: Iterable[tuple[str, str, str, str]]) -> int:
        """Replace the book by a new one; return its number of records."""

    def clear(self, model: str) -> bool:
        """Remove the book; False where there is none."""

    def size(self, model: str) -> int | None:
        """Number of records in the book; None where there is no book."""

    def find(self, model: str, folded: str, words: Sequence[str], limit: int) -> list[str]:
        """Matching records, the best first."""

    def get(self, model: str, record_id: str) -> str | None:
        """The record of that very id."""

    def random(self, model: str) -> str | None:
        """Any record."""


class RecordBook(Protocol):
    """Record book of one model."""

    sample: bool

    def __len__(self) -> int:
        """Number of records."""

    def find(self, text: str, limit: int = 8) -> list[BookRecord]:
        """Matching records, the best first: the same id, ids that begin so, then texts with every word."""

    def get(self, record_id: str) -> BookRecord | None:
        """The record of that very id."""

    def random(self) -> BookRecord | None:
        """Any record."""


class RecordBooks:
    """The book of each model: the one in the store, else the sample that its version brings.

    `book_store` opens the store at the first search.
    """

    def __init__(self, book_store: Callable[[], BookStore] | None = None) -> None:
        self._book_store = book_store
        self._samples = Memo(SampleBook)

    def of(self, bundle: Bundle) -> RecordBook:
        """The book of a version's model; raises what the store raises."""
        if self._book_store is not None:
            book_store = self._book_store()
            count = book_store.size(bundle.name)
            if count is not None:
                return StoredBook(book_store, bundle.name, count)
        return self._samples(bundle)


class StoredBook:
    """A book kept in the store."""

    sample = False

    def __init__(self, book_store: BookStore, model: str, records: int) -> None:
        self._book_store, self._model, self._records = book_store, model, records

    def __len__(self) -> int:
        return self._records

    def find(self, text: str, limit: int = 8) -> list[BookRecord]:
        """See :class:`RecordBook`."""
        folded = fold(text[:LONGEST_SEARCH])
        return (
            [_book_record(stored) for stored in self._book_store.find(self._model, folded, folded.split(), limit)]
            if folded
            else []
        )

    def get(self, record_id: str) -> BookRecord | None:
        """Return the record of that id, or None."""
        stored = self._book_store.get(self._model, record_id) if can_be_id(record_id) else None
        return None if stored is None else _book_record(stored)

    def random(self) -> BookRecord | None:
        """See :class:`RecordBook`."""
        stored = self._book_store.random(self._model)
        return None if stored is None else _book_record(stored)


class SampleBook:
    """The hold-out of a version as a record book; ids are row numbers from 1."""

    sample = True

    def __init__(self, bundle: Bundle) -> None:
        self._schema, self._block = bundle.schema, bundle.holdout.block
        rows = rows_of(bundle.schema, self._block)
        self._searched = [searched(str(at), texts_of(bundle.schema, row)) for at, row in enumerate(rows, start=1)]

    def __len__(self) -> int:
        return size(self._block)

    def find(self, text: str, limit: int = 8) -> list[BookRecord]:
        """See :class:`RecordBook`."""
        folded = fold(text[:LONGEST_SEARCH])
        if not folded:
            return []
        begins = (at for at, inside in enumerate(self._searched) if inside.startswith(folded))
        holds = (at for at, inside in enumerate(self._searched) if all(word in inside for word in folded.split()))
        exact = [self._place(folded)] if self._place(folded) is not None else []
        matches: dict[int, None] = {}
        for at in (place for places in (exact, begins, holds) for place in places if place is not None):
            matches[at] = None
            if len(matches) == limit:
                break
        return [self._entry(at) for at in matches]

    def get(self, record_id: str) -> BookRecord | None:
        """Return the record of that id, or None."""
        at = self._place(record_id)
        return None if at is None else self._entry(at)

    def random(self) -> BookRecord | None:
        """See :class:`RecordBook`."""
        return self._entry(random.randrange(len(self))) if len(self) else None  # noqa: S311 - no secret

    def _place(self, record_id: str) -> int | None:
        if not (record_id.isascii() and record_id.isdecimal() and len(record_id) < LONGEST_ID):
            return None
        at = int(record_id) - 1
        return at if 0 <= at < len(self) and str(at + 1) == record_id else None

    def _entry(self, at: int) -> BookRecord:
        row = rows_of(self._schema, take(self._block, [at]))[0]
        return BookRecord(str(at + 1), value_texts(self._schema, row), texts_of(self._schema, row), at)


def can_be_id(text: str) -> bool:
    """True when a text can be the id of a record: it must pass through a URL and any database."""
    return bool(text) and len(text) <= LONGEST_ID and text.isprintable()


def searched(record_id: str, texts: Sequence[str]) -> str:
    """Searched text of a record: each text in a line of its own, so that no word spans two."""
    return "\n".join(map(fold, (record_id, *texts)))


def value_texts(schema: Schema, row: Row) -> dict[str, str]:
    """The known values of a row, by name, as the form takes them."""
    texts = {name: text_of(value) for name, value in zip(schema.names, row, strict=True)}
    return {name: text for name, text in texts.items() if text}


def texts_of(schema: Schema, row: Row) -> tuple[str, ...]:
    """Texts of a row as displayed: texts, and the labels of choices."""
    texts = []
    for feature, value in zip(schema.features, row, strict=True):
        if feature.kind in SEARCHED and value not in (None, ""):
            texts.append(feature.labels.get(text_of(value), text_of(value)))
    return tuple(texts)


def as_row(record: BookRecord) -> tuple[str, str, str, str]:
    """A record as a row of the store: id, folded id, searched text, JSON."""
    data = json.dumps({"id": record.id, "values": dict(record.values), "texts": record.texts, "also": record.also})
    return record.id, fold(record.id)[:LONGEST_FOLDED], searched(record.id, (*record.also, *record.texts)), data


def beside(record: BookRecord, text: str = "") -> str:
    """Text beside the id in a list: a few of the record's texts, matches of the typed words first."""
    words = fold(text).split()
    texts = sorted((*record.also, *record.texts), key=lambda each: not any(word in fold(each) for word in words))
    return " · ".join(each[:LONGEST_SHOWN] for each in texts[:SHOWN])


def _book_record(kept: str) -> BookRecord:
    read = json.loads(kept)
    return BookRecord(read["id"], read["values"], tuple(read["texts"]), also=tuple(read["also"]))
