"""Search of the record finder: records are searched on the server, at each pause in typing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import Dash, Input, Output

from layouts.predict import finder
from layouts.predict.page import form_schema
from layouts.shared import ids
from layouts.shared.static_html import message_attributes
from ml.bundle.record_book import BookRecord, RecordBook, RecordBooks
from ml.errors import LikelyError
from ml.service import Service
from ml.translation import text
from store.errors import StoreUnavailable


def register(app: Dash, service: Service, books: RecordBooks) -> None:
    """Answer each search, and let the finder's script list the matches."""
    app.callback(Output(ids.RECORD_MATCHES, "attributes"), Input(ids.RECORD_SEARCH, "data"), prevent_initial_call=True)(
        lambda search: message_attributes(find_records(service, books, search))
    )


def find_records(service: Service, books: RecordBooks, search: Any) -> dict[str, Any]:
    """Records that match the typed text, or a random one.

    The search is ``{"serial": int, "model": key, "text": str, "chance": bool, "recent": ids}``; as all that a browser
    sends, it may be anything.
    """
    search = finder.RecordSearch.read(search)
    try:
        return _found(service, books, search)
    except StoreUnavailable:
        return finder.found(search, text(finder.SILENT))
    except LikelyError as error:
        return finder.found(search, str(error))


def _found(service: Service, books: RecordBooks, search: finder.RecordSearch) -> dict[str, Any]:
    bundle = service.model(search.model)
    book = books.of(bundle)
    entries = [entry for entry in _entries(book, search) if entry is not None]
    words = finder.counted(len(entries), search.text, len(book), sample=book.sample)
    return finder.found(search, words, form_schema(bundle), entries, sample=book.sample)


def _entries(book: RecordBook, search: finder.RecordSearch) -> Sequence[BookRecord | None]:
    if search.chance:
        return [book.random()]
    if search.text.strip():
        return book.find(search.text, finder.LIMIT)
    return [book.get(each) for each in search.recent]


def open_record(
    service: Service, books: RecordBooks, model: str, record_id: str, version: str = ""
) -> finder.OpenedRecord:
    """The record that an address names, or words in its place.

    `version` is the fingerprint of the version in whose sample it was found, where the address has it: each version
    numbers its own sample, so the same number is another record elsewhere.
    """
    if not record_id:
        return finder.OpenedRecord()
    try:
        bundle = service.model(model)
        book = books.of(bundle)
        if book.sample and version and bundle.key != f"{bundle.name}@{version}":
            return finder.OpenedRecord(words=finder.renumbered(record_id))
        entry = book.get(record_id)
    except StoreUnavailable:
        return finder.OpenedRecord(words=text(finder.SILENT))
    words = finder.unknown(record_id) if entry is None else finder.chosen(entry, sample=book.sample)
    return finder.OpenedRecord(entry, words)
