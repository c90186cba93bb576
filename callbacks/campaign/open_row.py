"""A row of a campaign or a list on the Prediction page."""

from __future__ import annotations

import re
from collections.abc import Mapping

from callbacks.campaign.backend import CampaignBackend, words
from layouts.predict.finder import OpenedRecord
from layouts.shared import url
from ml.bundle.record_book import BookRecord
from ml.data.feature import text_of
from ml.data.records import read_records
from ml.errors import LikelyError
from ml.locale import localized
from ml.service import Bundle
from ml.translation import mark, text

ROW = re.compile(rf"{url.CAMPAIGN}([0-9a-f]{{32}})\.(\d{{1,9}})")
GONE = mark("This record is no longer stored: its campaign was removed when its time was over. The form starts empty.")
NAMES = 2  # columns that tell who somebody is, in the words about the record


def open_row(backend: CampaignBackend, bundle: Bundle, named: str) -> OpenedRecord | None:
    """The record that an address names by its campaign or list and its number there; None where it names none.

    Parameters
    ----------
    bundle : Bundle
        The version whose form is opened.
    named : str
        "campaign:<job>.<row>", the row from 1.
    """
    match = ROW.fullmatch(named)
    if match is None:
        return None
    job, row = match[1], int(match[2])
    try:
        record = backend.rows.record(job, row - 1)
    except LikelyError as error:
        return OpenedRecord(words=f"{text(GONE)} {words(error)}")
    if record is None:
        return OpenedRecord(words=text(GONE))
    campaign, cells, values = record
    who = [cells[at] for at in backend.rows.columns(job).people[:NAMES] if cells[at]]
    listed, number = campaign.kind == "list", localized(f"{row:,}")
    of = {"file": campaign.options.get("name") or text("the file"), "n": number}
    where = text("{file}, place {n} on the list", **of) if listed else text("{file}, record {n}", **of)
    said = " · ".join([*who, where])
    query = {"job": campaign.options["of"], "list": job} if listed else {"job": job}
    address = url.href("campaign", campaign.model.partition("@")[0], **query)
    back = text("Back to the list") if listed else text("Back to the campaign"), address
    return OpenedRecord(BookRecord(named, _known(values, bundle)), said, back)


def _known(values: Mapping[str, str], bundle: Bundle) -> dict[str, str]:
    """The row's values as typed record values; as they stand in the file where the record could not be scored."""
    texts = {name: text for name, text in values.items() if name in bundle.schema.position and text}
    (row,) = read_records(bundle.schema.with_blanks, [texts], extra=True).rows
    typed = texts if row is None else dict(zip(bundle.schema.names, map(text_of, row), strict=True))
    return {name: typed[name] for name in texts}
