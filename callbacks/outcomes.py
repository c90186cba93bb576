"""Callbacks of what came of a decision: it is told by a press on the Prediction page, and read in the history."""

from __future__ import annotations

import re
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from dash import Dash, Input, Output, no_update
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate
from pydantic import BeforeValidator

from auth.access import allowed
from auth.permissions import Permission
from callbacks.campaign.backend import CampaignBackend
from callbacks.history_words import event_words, own_note, own_notes, read_own, replaced, told_lines
from feedback.desk.history import history
from feedback.desk.noting import Press, Shown, note, take_back
from feedback.desk.service import Desk
from feedback.outcome_import.fields import LATEST
from jobs.work.score_campaign import record_id_of
from layouts.predict import history as lines
from layouts.predict import outcome_row
from layouts.predict.history import OwnNote
from layouts.shared import ids, url
from layouts.shared.form_messages import FormRequest
from layouts.shared.html_tree import tree_of
from layouts.shared.request_model import RequestModel
from layouts.shared.static_html import message_attributes
from ml.data.validation.field_types import Probability
from ml.decision.decide import acts
from ml.errors import InvalidRecord, LikelyError
from ml.files.table import ReadPlan
from ml.service import Bundle, Service
from ml.translation import mark, text
from store.errors import StoreUnavailable
from store.outcome_records import LONGEST_KEY, LONGEST_NOTE, LONGEST_REASON, LONGEST_RECORD

Kind = Literal["", "came", "missed", "no_answer", "call_back", "override", "undo", "next"]
NOTED: dict[str, str] = {"next": mark("Nobody is left to call."), "undo": mark("Taken back.")}
NO_RESULT = mark("Nothing was noted: these values have no result.")
LATE = 600.0  # seconds that a press may take on its way
PLACE = re.compile(rf"{url.TODAY}([0-9a-f]{{32}})\.(\d{{1,12}})")
ROW = re.compile(rf"{url.CAMPAIGN}([0-9a-f]{{32}})\.(\d{{1,9}})")


class Act(RequestModel):
    """Request of the row's script."""

    kind: Kind = ""
    key: str = ""
    """Made for each press."""
    scenario: Any = None
    """Content of the form when it was pressed, as a request with its record."""
    cut_offs: dict[str, Probability] | None = None
    """Cut-offs of the result on the page, by outcome: others may be in use since."""
    outcome: str = ""
    reason: str = ""
    note: str = ""
    due: float | None = None
    own: Annotated[tuple[OwnNote, ...], BeforeValidator(read_own)] = ()
    """Earlier events of the record by the reader, the earliest first."""


@dataclass(frozen=True)
class OutcomeServices:
    """The services behind the callbacks of outcomes and of the Today page."""

    service: Service
    desk: Desk
    backend: CampaignBackend | None


def register(app: Dash, services: OutcomeServices) -> None:
    """Note what is told, and show the history of the record in the form."""
    app.callback(
        Output(ids.OUTCOME_SAID, "attributes"),
        Input(ids.OUTCOME_ACT, "data"),
        prevent_initial_call=True,
    )(lambda act: message_attributes(answer(services, act)))
    app.callback(
        Output(ids.HISTORY, "tree"),
        Input(ids.HISTORY_ASKED, "data"),
        prevent_initial_call=True,
    )(lambda asked: show_history(services, asked))


def answer(services: OutcomeServices, sent: Any) -> dict[str, Any]:
    """Answer to a press (:class:`Act`): its key, words, and the reader's events of the record so far.

    As all that a browser sends, the press may be anything.
    """
    act = Act.read(sent)
    said: dict[str, Any] = {"key": act.key}
    if not act.kind or not 0 < len(act.key) <= LONGEST_KEY:
        raise PreventUpdate
    try:
        if act.kind == "next":
            return said | _next(services)
        own = _taken_back(services, act) if act.kind == "undo" else _noted(services, act)
        return said | own
    except InvalidRecord:
        return said | {"words": text(NO_RESULT), "failed": True}
    except LikelyError as error:
        return said | {"words": str(error), "failed": True}


def _next(services: OutcomeServices) -> dict[str, Any]:
    entry = services.desk.next()
    if entry is None:
        return {"words": text(NOTED["next"]), "failed": True}
    return {"words": "", "go": address_of(services, entry.assignment)}


def address_of(services: OutcomeServices, assignment: Any) -> str:
    """Address of a customer of a list: by the model's name while the version that scored is live."""
    model = services.service.model
    key = assignment.model.partition("@")[0]
    with suppress(LikelyError):  # of this version no more is here: the live one answers
        if model(key).key != assignment.model:
            key = model(assignment.model).key
    record = f"{url.TODAY}{assignment.list}.{assignment.row}"
    return url.href("predict", key, record=record, outcome=assignment.outcome)


def _taken_back(services: OutcomeServices, act: Act) -> dict[str, Any]:
    *left, last = act.own or (OwnNote("", ""),)
    take_back(services.desk, last.event, act.key)
    return {"words": text(NOTED["undo"]), "own": [vars(each) for each in left]}


def _noted(services: OutcomeServices, act: Act) -> dict[str, Any]:
    shown, outcome = shown_of(services, FormRequest.read(act.scenario), act)
    value = None
    if act.kind == "override" and shown.probabilities is not None:
        value = 0.0 if acts(shown.probabilities[outcome], shown.cut_offs[outcome]) else 1.0
    before = replaced(act.kind, outcome, act.own, exclusive=shown.bundle.outcomes.exclusive)
    press = Press(
        act.kind,  # type: ignore[arg-type]
        act.key,
        outcome,
        act.reason[:LONGEST_REASON],
        act.note.strip()[:LONGEST_NOTE],
        _due(act),
        value,
        act.own[-1].decision if act.own else "",
        before[-1].event if before else "",
    )
    event = note(services.desk, shown, press)
    own = [*(each for each in act.own if each not in before), own_note(event)]
    words = text("Noted: {what}", what=event_words(shown.bundle, event))
    return {"words": words, "own": [vars(each) for each in own]}


def _due(act: Act) -> float | None:
    if act.kind != "call_back":
        return None
    due = act.due
    if due is None or not 0 < due <= LATEST:
        raise BadTime(text("No time was given for the call back."), text("Choose a day and a time."))
    if due < time.time() - LATE:
        raise BadTime(text("The time for the call back has passed already."), text("Choose a day and a time."))
    return due


class BadTime(LikelyError):
    """A call-back has no time, or one that cannot be."""

    code = "bad_time"


def shown_of(services: OutcomeServices, request: FormRequest, act: Act) -> tuple[Shown, str]:
    """Result that a page shows for a request, and its outcome; LikelyError where the values have no result."""
    bundle = services.service.model(request.model)
    record, place = identified(services, bundle, request.record_id, request.row)
    names = bundle.outcomes.names
    outcome = act.outcome if act.outcome in names else bundle.outcomes.positive
    if bundle.offers != "probabilities":
        services.service.score(bundle.key, [request.record])
        return Shown(bundle, None, request.record, services.service.cut_offs(bundle), record, place), outcome
    seen = act.cut_offs if act.cut_offs and set(act.cut_offs) == set(names) else None
    scored = services.service.score_with_blanks(
        bundle.key, request.record, request.chosen(bundle.outcomes), request.ranking, seen
    )
    probabilities = dict(zip(names, map(float, scored.probabilities), strict=True))
    cut_offs = dict(zip(names, scored.cut_offs, strict=True))
    return Shown(bundle, probabilities, request.record, cut_offs, record, place), outcome


def identified(
    services: OutcomeServices, bundle: Bundle, record_id: str, row: int | None
) -> tuple[str, tuple[str, int] | None]:  # fmt: skip
    """The record id of the form under which decisions are stored; and its list and row, where it stands on a call list.

    Records of the sample are known by their version too, for each numbers its own. A record of a file without ids is
    known by its place.
    """
    of_list = PLACE.fullmatch(record_id)
    if of_list:
        place = of_list[1], int(of_list[2])
        entry = services.desk.table.entry(*place)
        if entry is not None and any(each.list == place[0] for each in services.desk.lists()):
            return entry.assignment.record or record_id, place
        return record_id, None
    of_file = ROW.fullmatch(record_id)
    if of_file and services.backend:
        return _of_file(services.backend, bundle, of_file[1], int(of_file[2])) or record_id, None
    if row is not None and record_id:
        return f"{bundle.key.partition('@')[2]} {record_id}", None
    return record_id[:LONGEST_RECORD], None


def _of_file(backend: CampaignBackend, bundle: Bundle, job: str, row: int) -> str:
    """Id of the record of a row of a campaign or a list; empty where its file has none, or is gone."""
    try:
        entry = backend.rows.record(job, row - 1)
        if entry is None:
            return ""
        of, cells, _ = entry
        campaign = of if of.kind == "campaign" else backend.jobs.get(of.options["of"])
    except LikelyError:
        return ""
    at = record_id_of(bundle, ReadPlan.from_json(campaign.options["reading"], bundle.schema))
    return "" if at is None else cells[at + (0 if of.kind == "campaign" else 1)][:LONGEST_RECORD]


def show_history(services: OutcomeServices, sent: Any) -> Any:
    """The history of the record in the form, as the script asks for it when the record is another, or was told of."""
    request = FormRequest.read(sent)
    try:
        bundle = services.service.model(request.model)
    except LikelyError:
        return no_update
    past = history_of(services, bundle, request.record_id, request.row)
    return "" if past is None else tree_of(past)


def history_of(services: OutcomeServices, bundle: Bundle, record_id: str, row: int | None) -> Component | None:
    """The history of a record; None where there is none, and while the store is away."""
    if not record_id:
        return None
    try:
        record, _ = identified(services, bundle, record_id, row)
        entries = history(services.desk, bundle, record)
        return lines.history(told_lines(bundle, entries), own_notes(bundle, entries))
    except StoreUnavailable:
        return None


def desk_of(services: OutcomeServices, bundle: Bundle, request: FormRequest, claim: outcome_row.Claim | None) -> Any:
    """Row in which outcomes are reported; None for readers who may not report any."""
    from layouts.predict.page import seller_screen

    if not allowed(Permission.OUTCOMES, bundle.name):
        return None
    past = history_of(services, bundle, request.record_id, request.row)
    return outcome_row.OutcomeRowContext(past, claim, seller=claim is not None or seller_screen(bundle))
