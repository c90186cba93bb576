"""JSON records as a table: its columns are the names of all records, its lines the records themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import IO

from ml.data.schema import Schema
from ml.files.header.match_columns import NOT_THIS, Matched, match_columns, missing_of
from ml.files.readers.json_records import json_records, names_in
from ml.files.text.dialect import Dialect


@dataclass(frozen=True)
class RecordTable:
    """Records that are being read."""

    header: tuple[str, ...]
    """Names that the records have, in the order in which they come first."""
    lines: Iterator[object]
    """The records, as JSON has them."""
    renamed: Mapping[str, str] = field(default_factory=dict)
    """The model's name, where it differs."""
    dialect: Dialect = field(default_factory=Dialect)
    """Format of the file; nothing of it is guessed."""
    matched: Matched = field(default_factory=Matched)
    """Feature that each name gives."""
    twice: Mapping[str, str] = field(default_factory=dict)
    """Empty: an object has each name once."""

    @property
    def notes(self) -> list[str]:
        """Remarks on the file, a sentence each."""
        return self.matched.notes

    @property
    def names(self) -> list[str]:
        """The model's name of each column."""
        return [self.renamed.get(name, name) for name in self.header]


def open_records(file: IO[bytes], form: str, schema: Schema, columns: Mapping[str, str] | None = None) -> RecordTable:
    """Open a file of records. It is read twice: once for the names in any record, once for the records.

    Names are those of the features, as in a request: no name that only reads alike is taken for one.

    Parameters
    ----------
    file : seekable binary file
    form : {"json", "ndjson"}
    columns : mapping of str to str, optional
        Name to feature, as somebody chose; to "" where it is to be left out.

    Raises
    ------
    Unreadable, NoRecords, BadColumns
    """
    file.seek(0)
    header = names_in(json_records(file, form))
    file.seek(0)
    return table_of(header, json_records(file, form), form, schema, columns)


def table_of(
    header: tuple[str, ...], records: Iterator[object], form: str, schema: Schema,
    columns: Mapping[str, str] | None = None,
) -> RecordTable:  # fmt: skip
    """The table of records with these names; BadColumns where `columns` do not match them."""
    given = dict(columns or {})
    if given:
        match_columns(schema, header, given)  # which refuses a header that cannot be one
    renamed = {name: feature or NOT_THIS.format(name=name) for name, feature in given.items()}
    names = [renamed.get(name, name) for name in header]
    columns_of = {name: schema.features[schema.position[name]].name for name in names if name in schema.position}
    matched = Matched(columns_of, renamed, missing_of(schema, {*columns_of.values(), *names}))
    return RecordTable(header, records, renamed, Dialect(form), matched)
