"""Changes of the tables that erase one record: its entry in a book, its id among control groups, its chunk's file."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Connection, delete, func, select, update

from store.connection.deadline import long_statements
from store.database_table import DatabaseTable
from store.tables import book_records, book_values, books, chunks, control_groups, jobs


class ErasureTable(DatabaseTable):
    """Changes that the erasure of a record makes in the tables, each in one transaction."""

    def chunk_files(self, job: str) -> dict[int, str]:
        """Files of a job's finished chunks that hold records, by number."""
        query = select(chunks.c.number, chunks.c.file).where(chunks.c.job == job, chunks.c.state == "done")
        return {row.number: row.file for row in self._all(query.order_by(chunks.c.number)) if row.number}

    def replace_file(self, job: str, number: int, before: str, after: str) -> bool:
        """Let a chunk name another file; False where it names another one than before, or is gone."""
        there = update(chunks).where(chunks.c.job == job, chunks.c.number == number, chunks.c.file == before)
        return self._change(there.values(file=after)) == 1

    def change_options(self, job: str, change: Callable[[dict[str, Any]], Mapping[str, Any]]) -> None:
        """Change the options of a job."""
        with self._read_then_write() as connection:
            options = connection.scalar(select(jobs.c.options).where(jobs.c.id == job).with_for_update())
            if options is not None:
                changed = json.dumps(dict(change(json.loads(options))))
                connection.execute(update(jobs).where(jobs.c.id == job).values(options=changed))

    def exports_of(self, job: str) -> list[str]:
        """Jobs that wrote the result of another in some format."""
        rows = self._all(select(jobs.c.id, jobs.c.options).where(jobs.c.kind == "export"))
        return [row.id for row in rows if json.loads(row.options).get("of") == job]

    def control_groups_with(self, record: str, models: Callable[[str], bool]) -> list[str]:
        """Jobs whose lists kept a record back, by its id, of the models that are meant."""
        rows = self._all(select(control_groups.c.job, control_groups.c.model, control_groups.c.records))
        return [row.job for row in rows if models(row.model) and _holds(row.records, record)]

    def erase_from_control_group(self, job: str, record: str) -> None:
        """Take an id out of a control group; row and count stay."""
        with self._read_then_write() as connection:
            query = select(control_groups.c.records).where(control_groups.c.job == job)
            records = connection.scalar(query.with_for_update())
            emptied = [[row, "" if name == record else name] for row, name in json.loads(records or "[]")]
            change = update(control_groups).where(control_groups.c.job == job)
            connection.execute(change.values(records=json.dumps(emptied)))

    def erase_from_book(self, model: str, record: str) -> bool:
        """Delete a record of a model's book; False where it has none of that id.

        Numbers stay without a hole: the last record gets the number of the deleted one.
        """
        with long_statements(), self._read_then_write() as connection:
            row = connection.execute(
                select(book_records.c.book, book_records.c.number, books.c.size)
                .join(books, books.c.book == book_records.c.book)
                .where(books.c.model == model, book_records.c.id == record)
            ).first()
            if row is None:
                return False
            _delete(connection, row.book, row.number)
            return True


def _holds(records: str, record: str) -> bool:
    return any(name == record for _, name in json.loads(records))


def _delete(connection: Connection, book: str, number: int) -> None:
    for table in (book_records, book_values):
        connection.execute(delete(table).where(table.c.book == book, table.c.number == number))
        last = connection.scalar(select(func.max(table.c.number)).where(table.c.book == book))
        if last is not None and last > number:
            moved = update(table).where(table.c.book == book, table.c.number == last)
            connection.execute(moved.values(number=number))
    connection.execute(update(books).where(books.c.book == book).values(size=books.c.size - 1))
