"""A customer of a seller's list on the Prediction page: claimed for the page, with the values of the list's file."""

from __future__ import annotations

from dataclasses import replace

from callbacks.campaign.open_row import open_row
from callbacks.finder import open_record
from callbacks.outcomes import PLACE, OutcomeServices
from layouts.predict.finder import OpenedRecord
from layouts.predict.outcome_row import Claim
from layouts.shared import url
from ml.bundle.record_book import RecordBooks
from ml.service import Bundle
from ml.translation import mark, text
from store.errors import StoreUnavailable

NOT_YOURS = mark("This customer is on none of your lists. The form starts empty.")
HELD = mark("{name} is with this customer at the moment. The form starts empty.")
ANOTHER = mark("This customer is on a list of another model. The form starts empty.")


def open_customer(
    services: OutcomeServices, bundle: Bundle, named: str, books: RecordBooks | None
) -> tuple[OpenedRecord | None, Claim | None]:  # fmt: skip
    """The customer that an address names by list and row, and the claim on them; None where it names none.

    Parameters
    ----------
    bundle : Bundle
        The version whose form is opened.
    named : str
        "today:<list>.<row>", the row of the campaign's file from 1.
    books : RecordBooks, optional
        Where the customer is found by id when the list's file is gone.
    """
    place = PLACE.fullmatch(named)
    if place is None:
        return None, None
    job, row = place[1], int(place[2])
    try:
        opened = services.desk.open(job, row)
    except StoreUnavailable:
        return None, None
    back = text("Back to Today"), url.href("today")
    if opened is None:
        return OpenedRecord(words=text(NOT_YOURS), back=back), None
    if opened.held_by is not None:
        return OpenedRecord(words=text(HELD, name=opened.held_by), back=back), None
    assigned = opened.entry.assignment
    if assigned.model.partition("@")[0] != bundle.name:
        return OpenedRecord(words=text(ANOTHER), back=back), None
    record = open_row(services.backend, bundle, f"{url.CAMPAIGN}{job}.{assigned.rank}") if services.backend else None
    if (record is None or record.entry is None) and assigned.record:  # the file is gone after its time
        record = open_record(services.service, books or RecordBooks(), bundle.key, assigned.record, "")
    if record is None or record.entry is None:
        services.desk.leave(job, row, opened.page)
        return OpenedRecord(words=record.words if record else "", back=back), None
    entry = replace(record.entry, id=named, row=None)
    return OpenedRecord(entry, record.words, back), Claim(job, row, opened.page) if opened.page else None
