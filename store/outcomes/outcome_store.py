"""Facade of the tables of one database about decisions, and about what follows from them."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Engine

from store.outcomes.alerts import AlertTable
from store.outcomes.assignments import AssignmentTable
from store.outcomes.customers import CustomerTable
from store.outcomes.decisions import DecisionTable
from store.outcomes.desk import DeskTable
from store.outcomes.episodes import EpisodeTable
from store.outcomes.erasure import OutcomeErasure
from store.outcomes.events import EventTable
from store.outcomes.feeds import FeedTable
from store.outcomes.shadow import ShadowTable


class OutcomeStore:
    """Decisions, what came of them, assignments, and the calibration alarm."""

    def __init__(self, engine: Callable[[], Engine]) -> None:
        self.engine = engine
        self.decisions, self.events = DecisionTable(engine), EventTable(engine)
        self.assignments, self.desk = AssignmentTable(engine), DeskTable(engine)
        self.shadow = ShadowTable(engine)
        self.customers = CustomerTable(engine)
        self.episodes, self.alerts = EpisodeTable(engine), AlertTable(engine)
        self.erasure, self.feeds = OutcomeErasure(engine), FeedTable(engine)
