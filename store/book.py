"""The book of a model: its records, searchable by id or by part of a text.

A new book is filled beside the present one and replaces it in one transaction: a search sees one of the two as a
whole, and no other writer waits for a long file.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Connection, ScalarSelect, and_, delete, func, insert, select

from store.connection.deadline import long_statements
from store.database_table import DatabaseTable
from store.tables import book_records, book_values, books

BATCH = 2_000
_LAST = "\U0010ffff"  # the last code point: "x" + it sorts after every text that begins with "x"
_INSIDE: dict[str, Callable[..., ColumnElement[int]]] = {
    "postgresql": func.strpos,
    "sqlite": func.instr,
}


class BookTable(DatabaseTable):
    """The table of books, by the name of their model."""

    def fill(self, model: str, rows: Iterable[tuple[str, str, str, str]]) -> int:
        """Replace the model's book by a new one; an empty one changes nothing.

        Parameters
        ----------
        rows : iterable of (id, folded id, searched text, record)
            Ids are unique; ids and texts are case-folded as the search words are; the record is an opaque text
            that is given back.

        Returns
        -------
        int
            Number of records in the new book.
        """
        book, size, source = uuid.uuid4().hex, 0, iter(rows)
        try:
            while batch := list(islice(source, BATCH)):
                self._write(book, size, batch)
                size += len(batch)
            if size:
                self._exchange(model, book, size)
        except BaseException:
            self._drop(book)
            raise
        return size

    def clear(self, model: str) -> bool:
        """Remove the book of a model; False where it has none."""
        with long_statements(), self._transaction() as connection:
            return _forget(connection, model)

    def size(self, model: str) -> int | None:
        """Number of records in the book; None where there is no book."""
        size: int | None = self._scalar(select(books.c.size).where(books.c.model == model))
        return size

    def find(self, model: str, folded: str, words: Sequence[str], limit: int) -> list[str]:
        """Find records, the best match first: this id, ids with this prefix, texts that contain all words.

        `folded` is the typed text as a whole; it and the words are case-folded.
        """
        column, places = book_records.c, dict[tuple[str, int], None]()
        with self._connection() as connection:
            inside = _INSIDE[connection.dialect.name]
            steps: tuple[tuple[Sequence[ColumnElement[bool]], ColumnElement[Any]], ...] = (
                ([column.folded == folded], column.folded),
                ([column.folded.between(folded, folded + _LAST)], column.folded),
                ([inside(column.text, word) > 0 for word in words], column.number),
            )
            for conditions, order in steps:
                if len(places) < limit:
                    query = select(column.book, column.number).where(column.book == _book(model), *conditions)
                    rows = connection.execute(query.order_by(order).limit(limit))
                    places |= dict.fromkeys((row.book, row.number) for row in rows)
            records = (_record(connection, *place) for place in list(places)[:limit])
            return [record for record in records if record is not None]

    def get(self, model: str, record_id: str) -> str | None:
        """The record with exactly that id, or None."""
        return self._one(book_records.c.book == _book(model), book_records.c.id == record_id)

    def random(self, model: str) -> str | None:
        """Any record of the book; None where it has none."""
        size = self.size(model)
        number = random.randrange(size) if size else 0  # noqa: S311 - nothing is kept secret by it
        return self._one(book_records.c.book == _book(model), book_records.c.number == number)

    def _one(self, *conditions: ColumnElement[bool]) -> str | None:
        same = and_(book_values.c.book == book_records.c.book, book_values.c.number == book_records.c.number)
        record: str | None = self._scalar(select(book_values.c.record).join(book_records, same).where(*conditions))
        return record

    def _write(self, book: str, first: int, batch: Sequence[tuple[str, str, str, str]]) -> None:
        searched, kept = [], []
        for number, (record_id, folded, text, record) in enumerate(batch, start=first):
            place = {"book": book, "number": number}
            searched.append(place | {"id": record_id, "folded": folded, "text": text})
            kept.append(place | {"record": record})
        with long_statements(), self._transaction() as connection:
            connection.execute(insert(book_records), searched)
            connection.execute(insert(book_values), kept)

    def _exchange(self, model: str, book: str, size: int) -> None:
        with long_statements(), self._transaction() as connection:
            _forget(connection, model)
            connection.execute(insert(books).values(model=model, book=book, size=size))

    def _drop(self, book: str) -> None:
        with long_statements(), self._transaction() as connection:
            for table in (book_records, book_values):
                connection.execute(delete(table).where(table.c.book == book))


def _book(model: str) -> ScalarSelect[str]:
    """Subquery for the present book of a model: within one statement it cannot change."""
    return select(books.c.book).where(books.c.model == model).scalar_subquery()


def _forget(connection: Connection, model: str) -> bool:
    for table in (book_records, book_values):
        connection.execute(delete(table).where(table.c.book == _book(model)))
    return connection.execute(delete(books).where(books.c.model == model)).rowcount > 0


def _record(connection: Connection, book: str, number: int) -> str | None:
    query = select(book_values.c.record).where(book_values.c.book == book, book_values.c.number == number)
    return connection.scalar(query)  # None where the book was exchanged meanwhile
