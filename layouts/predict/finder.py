"""Record finder above the form: whose values these are, a search by id or text, a random record, or a new one.

A combobox (``layouts/shared/combobox_choices.py``) whose choice fills the form: ``assets/ts/predict/finder.ts``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from dash import dcc
from dash.development.base_component import Component
from pydantic import AfterValidator, BeforeValidator

from layouts import html
from layouts.shared import ids
from layouts.shared.combobox_choices import MATCHES, listed_options, matches
from layouts.shared.field_texts import kept_text
from layouts.shared.html_input import HtmlInput
from layouts.shared.request_model import RequestModel
from layouts.shared.static_html import message, static_html
from ml.bundle.record_book import LONGEST_SEARCH, BookRecord, beside
from ml.data.one_hot import gathered
from ml.data.schema import Schema
from ml.data.texts import fold
from ml.translation import mark, plural, text

SILENT = mark("Records cannot be searched at the moment. Scores are not affected.")
LIMIT = 8
MOST_RECENT = 5
NEW = mark("New record")
INVENTED = mark("New record, with invented values")


def _ids(given: Any) -> Any:
    return tuple(each for each in given[:MOST_RECENT] if isinstance(each, str)) if isinstance(given, list) else given


class RecordSearch(RequestModel):
    """Request of the finder's script."""

    text: Annotated[str, AfterValidator(lambda typed: typed[:LONGEST_SEARCH])] = ""
    """Typed text; empty where the box was only entered."""
    chance: bool = False
    """True when any record will do."""
    recent: Annotated[tuple[str, ...], BeforeValidator(_ids)] = ()
    """Ids of the records that were opened last, which are listed while nothing is typed."""


@dataclass(frozen=True)
class OpenedRecord:
    """The record with which a page opens, and the words about it; no entry for a new one."""

    entry: BookRecord | None = None
    words: str = ""
    back: tuple[str, str] = ("", "")
    """Words and address of the way back to where the record was opened; empty where it was opened here."""


def finder(model: str, opened: OpenedRecord, *, blanks: bool) -> Component:
    """Record in the form, the search box with its list, and the two buttons.

    A new record may be blank with `blanks`; else it starts with invented values.
    """
    new = text(NEW if blanks else INVENTED)
    box = HtmlInput(
        id=ids.FINDER_BOX,
        type="text",
        className="form-control",
        autoComplete="off",
        maxLength=LONGEST_SEARCH,
        placeholder=text("Find by id or text"),
    )
    named = _named(text("Records"))
    listed = html.Ul(id=ids.FINDER_LIST, className="finder-list", role="listbox", hidden=True, **named)
    buttons = (("random", text("Random")), ("new", text("New")))
    tools = [html.Button(words, type="button", className="tool-button", **{"data-find": do}) for do, words in buttons]
    label = html.Label(text("Find a record"), htmlFor=ids.FINDER_BOX, className="field-label")
    key = html.Kbd("/", title=text("Press / to search"), **{"aria-hidden": "true"})
    name = html.H2(opened.words if opened.entry else new, id=ids.RECORD_NAME, className="record-name")
    changed = html.Span("", id=ids.RECORD_CHANGED, className="record-changed")
    said = "" if opened.entry else opened.words
    words = html.P(said, id=ids.FINDER_WORDS, className="finder-words", role="status")
    said_back, address = opened.back
    back = [html.A(said_back, href=address, className="record-back")] if address else []
    parts = [
        html.Div([*back, name, changed, words], className="record"),
        label,
        html.Div([box, key, listed], className="finder-box", **{"data-search": ids.RECORD_SEARCH}),
        html.Div(tools, className="finder-tools"),
    ]
    data = {"data-model": model, "data-new": new}
    return static_html(html.Section(parts, id=ids.FINDER, className="finder", **_named(text("Find a record")), **data))


def stores() -> list[Component]:
    """The request of a search, and the response to it."""
    return [dcc.Store(id=ids.RECORD_SEARCH), message(MATCHES, ids.RECORD_MATCHES)]


def _named(words: str) -> dict[str, str]:
    return {"aria-label": words}


def hit(schema: Schema, entry: BookRecord, *, sample: bool) -> dict[str, Any]:
    """A record, or one of the sample, as the script fills the form with it."""
    return {
        "id": entry.id,
        "row": "" if entry.row is None else str(entry.row),
        "words": chosen(entry, sample=sample),
        "record": kept_record(schema, entry),
    }


def kept_record(schema: Schema, entry: BookRecord | None) -> dict[str, str]:
    """A record's values as the form's fields hold them; empty for none."""
    if entry is None:
        return {}
    values = gathered(schema.one_hot, entry.values)
    return {feature.name: kept_text(feature, values.get(feature.name, "")) for feature in schema.features}


def found(
    search: RecordSearch,
    words: str,
    schema: Schema | None = None,
    entries: Sequence[BookRecord] = (),
    *,
    sample: bool = False,
) -> dict[str, Any]:
    """Response to the script, see :func:`layouts.shared.combobox_choices.matches`.

    The first record is surely the one that was typed where it is the only one or has that very id.
    """
    listed = listed_options(ids.FINDER_LIST, [_option(entry, search.text) for entry in entries])
    hits = [] if schema is None else [hit(schema, entry, sample=sample) for entry in entries]
    sure = len(entries) == 1 or any(fold(entry.id) == fold(search.text) for entry in entries[:1])
    return matches(search.serial, hits, listed, words, sure=sure, marked=0)


def _option(entry: BookRecord, typed: str) -> list[Any]:
    """A record in the list; what was typed decides which of its texts are shown."""
    return [
        html.Span(entry.id, className="finder-id"),
        " ",
        html.Span(beside(entry, typed), className="finder-beside"),
        " ",
    ]


def chosen(entry: BookRecord, *, sample: bool) -> str:
    """Words about the record in the form: its id, and facts about it that are no features."""
    named = text("Sample record {id}", id=entry.id) if sample else text("Record {id}", id=entry.id)
    return " · ".join([named, *entry.also[:2]])


def unknown(record_id: str) -> str:
    """Words where the address names a record that does not exist."""
    return text("There is no record “{id}”: the form starts empty.", id=record_id[:40])


def renumbered(record_id: str) -> str:
    """Words where the address names a sample record of another version."""
    return text(
        "Sample record {id} belongs to another version, which numbers its records differently: the form starts empty.",
        id=record_id[:40],
    )


def counted(hits: int, typed: str, records: int, *, sample: bool) -> str:
    """Words about a search: the number of matches, or of records that can be searched."""
    if not typed.strip():
        if sample:
            return plural(
                "{n} sample record: type an id or part of a text.",
                "{n} sample records: type an id or part of a text.",
                records,
            )
        return plural(
            "{n} record: type an id or part of a text.", "{n} records: type an id or part of a text.", records
        )
    if not hits:
        return text("No record has “{typed}”.", typed=typed[:40])
    if hits >= LIMIT:
        return plural("The first record that fits.", "The first {n} records that fit.", hits)
    return plural("{n} record", "{n} records", hits)
