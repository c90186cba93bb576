"""Feedback: decisions that were given, what came of them, and both joined. Shared by pages, API and command line."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from auth.access import allowed, require
from auth.caller import caller_id, signed_in_as
from auth.permissions import Permission
from feedback.check_event import check_about, check_event, unknown_decision
from feedback.errors import BadEvent, UnknownDecision
from feedback.joined import Amendments, DecisionWithOutcomes, join
from feedback.looked_up import DecisionLookup
from feedback.niced_process import NicedProcess
from feedback.sealing import Sealer
from feedback.worth import worth_of_acting
from ml.errors import LikelyError, UnknownModel
from ml.service import Bundle, Service
from ml.translation import text
from store.db import Store
from store.outcome_records import (
    PAGE,
    VOID,
    Decision,
    Event,
    decision_id,
    new_answer_id,
    new_event_id,
)
from store.outcomes.events import EventKeyTaken

OnDecisions = Callable[[Sequence[tuple[Decision, Any]]], object]  # decisions, each with its values


class Feedback:
    """Records decisions of pages and events, and gives both back; values and notes only where there is a sealer.

    Parameters
    ----------
    on_decisions : callable
        Called with decisions of pages and their values, after they are stored.
    flush : callable
        Stores what this machine has recorded and not stored yet.
    niced : NicedProcess, optional
        Where results of many decisions are computed; in this process by default.
    """

    def __init__(
        self, service: Service, store: Store, sealer: Sealer | None, *, on_decisions: OnDecisions = lambda _: None,
        flush: Callable[[], object] = lambda: None, niced: NicedProcess | None = None,
    ) -> None:  # fmt: skip
        self.service, self.store, self.sealer, self.niced = service, store, sealer, niced
        self._on_decisions = on_decisions
        self.look_up = DecisionLookup(store, flush)

    # ---- decisions ---------------------------------------------------------------------------------
    def store_decision(
        self, bundle: Bundle, probabilities: Mapping[str, float] | None, values: Any, record: str, *,
        cut_offs: Mapping[str, float], group: str, campaign: str,
    ) -> Decision:  # fmt: skip
        """Store what a person sees at this moment as a decision, and return it.

        Parameters
        ----------
        bundle : Bundle
            The version that answered.
        probabilities : mapping of str to float, or None
            By outcome, as shown.
        values : mapping
            The record's values that belong to these probabilities.
        record : str
            The record's id; empty where it has none.
        cut_offs : mapping of str to float
            By outcome, of the same answer as the probabilities.
        group, campaign : str
            See :class:`store.outcome_records.Decision`.

        Raises
        ------
        StoreUnavailable
        """
        now, mark = time.time(), decision_id(new_answer_id(), 0)
        worth = worth_of_acting(bundle, probabilities, cut_offs)
        sealed = self.sealer.seal(values, mark) if self.sealer is not None else None
        by_outcome = None if probabilities is None else dict(probabilities)
        decision = Decision(
            mark, bundle.key, record, PAGE, caller_id(), now, by_outcome, cut_offs, worth, now, group, campaign, sealed
        )  # fmt: skip
        self.store.outcomes.decisions.append([decision])
        self._on_decisions([(decision, values)])
        return decision

    def decision(self, decision_id: str) -> Decision:
        """A decision of a model that the caller may tell outcomes of; UnknownDecision where there is none."""
        stored = self.store.outcomes.decisions.get(decision_id)
        if stored is None or not allowed(Permission.OUTCOMES, stored.model.partition("@")[0]):
            raise unknown_decision(decision_id)
        return stored

    def values(self, decision: Decision) -> Any:
        """The values that a decision was made of; None where they are not kept."""
        return self.sealer.open(decision.sealed, decision.id) if self.sealer is not None else None

    # ---- events ------------------------------------------------------------------------------------
    def note(
        self, model: str, kind: str, *, decision: str = "", record: str = "", outcome: str = "",
        value: float | None = None, reason: str = "", note: str = "", happened: float = 0.0, due: float | None = None,
        door: str = PAGE, key: str | None = None, refers: str = "", campaign: str = "",
    ) -> Event:  # fmt: skip
        """Store one event and return it as it is stored; parameters as of :class:`store.outcome_records.Event`.

        Raises
        ------
        BadEvent
        UnknownModel, LikelyError
            The caller may not tell outcomes of the model.
        StoreUnavailable
        """
        event = Event(
            new_event_id(), model, kind, decision, record, outcome, value, reason, note, happened, 0.0, due, "", door,
            key, refers, campaign,
        )  # fmt: skip
        return self.note_all([self.checked(event)])[0]

    def note_all(self, checked: Sequence[Event]) -> list[Event]:
        """Store events of the current caller that :meth:`checked` gave, all or none; notes are sealed.

        Raises
        ------
        BadEvent
            A key is one of another event.
        StoreUnavailable
        """
        by = caller_id()
        checked = [self._sealed(replace(each, by=by)) for each in checked]
        try:
            stored = self.store.outcomes.events.append(checked)
        except EventKeyTaken as error:
            message = text("The key {key} came before, with another event.", key=repr(str(error)[:80]))
            raise BadEvent(
                message, text("Send a key of its own for each event, and the same one only to repeat it.")
            ) from None
        return stored

    def undo(self, event: str, *, key: str | None = None) -> Event:
        """Take an event of the current caller back; UnknownDecision where they told none of this id."""
        stored = self.store.outcomes.events.get(event)
        if stored is None or stored.by != caller_id() or not allowed(Permission.OUTCOMES, stored.model):
            raise UnknownDecision(text("There is no note {event} of yours.", event=repr(event[:80])))
        return self.note(
            stored.model, VOID, decision=stored.decision, record=stored.record, refers=stored.id, door=PAGE, key=key,
            campaign=stored.campaign,
        )  # fmt: skip

    def note_of(self, event: Event) -> str:
        """The note of an event in plain text; empty where there is none, or it is not kept."""
        held = self.sealer.open(event.note, event.id) if self.sealer is not None else None
        return held if isinstance(held, str) else ""

    # ---- both --------------------------------------------------------------------------------------
    def came_by_record(
        self, model: str, as_of: float | None = None, *, since: float = 0.0
    ) -> Iterator[list[DecisionWithOutcomes]]:
        """Decisions of a model and their outcomes as known at a time; a batch has all decisions about its records.

        So any number of decisions is read with little memory. Within a part they are in the order in which they were
        made, and without their values. They were made from `since` until `as_of` (now by default), seconds since 1970;
        the model is named without a version.
        """
        tables = self.store.outcomes
        for decisions in tables.decisions.by_record(model, since=since, until=as_of):
            events = tables.events.about(
                model, {each.record for each in decisions}, [each.id for each in decisions], as_of
            )  # fmt: skip
            yield list(join(decisions, events, self.amendments(model, events, as_of)))

    def amendments(self, model: str, events: Sequence[Event], as_of: float | None = None) -> Amendments:
        """Corrections and voids of events of a model, as known at a time."""
        return Amendments(self.store.outcomes.events.amending(model, [each.id for each in events], as_of))

    # ---- checks ------------------------------------------------------------------------------------
    def checked(self, event: Event) -> Event:
        """The event with what its decision tells of it.

        Raises
        ------
        BadEvent
            It cannot be an event.
        UnknownDecision
            There is none of this id, and no model is named.
        LikelyError
            The caller may not tell outcomes of the model.
        """
        check_about(event)
        decision = self.look_up.decision(event.decision) if event.decision else None
        if decision is not None and event.model not in ("", decision.model.partition("@")[0]):
            raise BadEvent(text("The decision {decision} is one of another model.", decision=repr(event.decision)))
        model = event.model or (decision.model.partition("@")[0] if decision else "")
        if not model:
            raise unknown_decision(event.decision)
        require(Permission.OUTCOMES, model)
        event = replace(event, model=model, record=event.record or (decision.record if decision else ""))
        if decision is None and model not in self.look_up.once("names", self.service.registry.names):
            raise UnknownModel(text("There is no model {name}.", name=repr(model[:80])))
        check_event(event, self._outcomes(decision.model if decision else model))
        return event

    def referring(self, event: Event) -> Event:
        """The event with what the one that it refers to tells: model, decision, record and campaign, where it has none.

        So whoever looks for a record finds what was corrected and taken back, too, and erases it.

        Raises
        ------
        BadEvent
            There is no such event of the model, or the caller may not tell outcomes of it; or a person is no manager,
            and somebody else told it. Programs keep in step with what people change elsewhere, so they may.
        """
        about = self.look_up.event(event.refers)
        if about is None or event.model not in ("", about.model) or not allowed(Permission.OUTCOMES, about.model):
            message = text("There is no event {event} that this could be about.", event=repr(event.refers))
            raise BadEvent(message, text("Send in refers the id that the answer gave when the event was told."))
        if signed_in_as() and about.by != caller_id() and not allowed(Permission.FILES, about.model):
            message = text("The event {event} was told by somebody else.", event=repr(event.refers))
            raise BadEvent(message, text("Who told it can correct it or take it back, and so can a manager."))
        own = {
            name: getattr(event, name) or getattr(about, name) for name in ("model", "decision", "record", "campaign")
        }
        return replace(event, **own)

    def positive(self, decision: str, model: str) -> str:
        """The positive outcome of the version that decided, else of the live one; empty where both are gone."""
        earlier = self.look_up.decision(decision) if decision else None
        bundle = self._bundle(earlier.model if earlier else model)
        return bundle.outcomes.positive if bundle else ""

    def _outcomes(self, key: str) -> tuple[str, ...]:
        """Names of the outcomes: of the version, else of the live one; none where both are gone."""
        bundle = self._bundle(key)
        return tuple(bundle.outcomes.names) if bundle else ()

    def _bundle(self, key: str) -> Bundle | None:
        def load() -> Bundle | None:
            for name in (key, key.partition("@")[0]):
                with suppress(LikelyError):
                    return self.service.registry.load(name)
            return None

        return self.look_up.once(("bundle", key), load)

    def _sealed(self, event: Event) -> Event:
        if not event.note:
            return event
        return replace(event, note=self.sealer.seal(event.note, event.id) if self.sealer is not None else "")
