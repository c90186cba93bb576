"""Route of outcomes: programs tell what came of decisions, as JSON or as a table."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

from flask import Flask, request
from werkzeug.http import parse_options_header

from api.contract.outcomes import OutcomesQuery
from api.http.errors import check_count
from api.http.file_tables import is_table
from api.http.multipart import is_multipart
from api.http.query import BadParameter, takes
from api.http.read_records import read_body
from api.http.uploads import open_upload
from api.http.validated import names_of, read_query
from feedback.errors import BadEvent
from feedback.outcome_import.fields import OutcomeReport
from feedback.outcome_import.importer import KNOWN, OPEN, OutcomeImporter, open_words
from feedback.outcome_import.layout import layout_in, open_outcomes
from feedback.outcome_import.outcome_event import event_of, problem_of, read_outcome
from feedback.service import Feedback
from ml.decision.crm_columns import SYSTEMS, CrmColumns, crm_columns
from ml.errors import InvalidRecord, LikelyError, NoRecords, Problem
from ml.files.readers.json_text import SEND
from ml.files.text.read_options import ReadOptions
from store.outcome_records import API, FILE, Event

LONGEST_ID = 40  # characters of the id of a decision or an event
MOST_STAGES = 20  # that a response lists


def register(app: Flask, feedback: Feedback, most: int) -> None:
    """Add the route, which takes at most so many events in one request."""

    @app.post("/api/v1/outcomes")
    @takes(*names_of(OutcomesQuery))
    def tell_outcomes() -> dict[str, Any]:
        """Store what came of decisions."""
        content_type = request.content_type or ""
        if is_table(content_type) or is_multipart(content_type):
            return _tell_table(feedback, most)
        if request.args:
            raise BadParameter("Parameters are for tables.", "In JSON each event names its model.")
        raws = read_body(request.get_data(cache=False), content_type, most, lambda: OutcomeReport.model_fields)
        return {"stored": _receipts(feedback.note_all(events_of(feedback, raws, API)))}


def events_of(feedback: Feedback, raws: Sequence[object], door: str) -> list[Event]:
    """Events of raw records; InvalidRecord with what is wrong with each."""
    events, problems = list[Event](), list[Problem]()
    with feedback.look_up.fetched(_texts_of(raws, "decision"), _texts_of(raws, "refers")):
        for at, raw in enumerate(raws):
            try:
                events.append(event_of(feedback, read_outcome(raw), door))
            except LikelyError as error:
                if not isinstance(error, BadEvent) and len(raws) == 1:
                    raise
                problems.append(problem_of(at, error))
    if problems:
        raise InvalidRecord(problems)
    return events


def _texts_of(raws: Sequence[object], name: str) -> set[str]:
    """Texts that records have in a field, which are not validated yet."""
    given = (raw.get(name) for raw in raws if isinstance(raw, dict))
    return {each.strip() for each in given if isinstance(each, str) and len(each) <= LONGEST_ID}


def systems_of(feedback: Feedback, model: str) -> Mapping[str, CrmColumns]:
    """Columns of each CRM: those in the model's card, or the usual ones where no model is named.

    Raises
    ------
    UnknownModel, NotAllowed, BrokenModel
    """
    return crm_columns(feedback.service.model(model).card) if model else SYSTEMS


def _tell_table(feedback: Feedback, most: int) -> dict[str, Any]:
    """Store the outcomes of a table, all of them or none, and count the rows that have none."""
    upload = open_upload(tuple(names_of(OutcomesQuery)))
    query = read_query(OutcomesQuery, upload.options)
    given = {"encoding": parse_options_header(request.content_type or "")[1].get("charset", "")} | dict(upload.options)
    file, options = io.BytesIO(b"".join(upload.blocks)), ReadOptions.from_mapping(given)
    if not file.getbuffer().nbytes:
        raise NoRecords("There is nothing in the body.", SEND)
    systems = systems_of(feedback, query.model)
    layout = layout_in(file, options, systems, query.as_, bounded=True)
    cells = islice(open_outcomes(file, options, systems, bounded=True).lines, most + 1)
    lines = [(number, line) for number, line in enumerate(cells, 1) if any(map(str.strip, line))]
    check_count(len(lines), most, "a table of any size as a job: POST /api/v1/outcomes/jobs")
    importer = OutcomeImporter(feedback, layout, systems, query.model.partition("@")[0], FILE)
    read = importer.read(lines)
    if problems := [line.problem for line in read if line.problem is not None]:
        raise InvalidRecord(problems)
    stored = importer.store(read)
    stages = dict(open_words(layout, lines, read).most_common(MOST_STAGES))
    states = [line.state for line in read]
    counts = {"known": states.count(KNOWN), "open": states.count(OPEN), "open_stages": stages}
    return {"stored": _receipts(stored), "system": layout.system} | counts


def _receipts(stored: Sequence[Event]) -> list[dict[str, Any]]:
    return [{"id": each.id, "known": each.known} for each in stored]
