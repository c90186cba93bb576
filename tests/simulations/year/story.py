"""The story of a year: lists, the alarm after the world has changed, a version trained again, shadow, promotion."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

from auth.audit_log import AuditLog
from feedback.shadow.asker import Asker
from feedback.shadow.challengers import Challengers
from feedback.shadow.child import answer
from feedback.shadow.runner import ShadowRunner
from feedback.training.rows import outcome_rows
from ml.lifecycle.actions import make_live
from ml.lifecycle.state import live_of
from ml.service import Service
from ml.training.again.retrain import retrained
from ml.training.build import build_bundle
from tests.simulations.year.bank import MODEL, OUTCOME_NAME, Bank
from tests.simulations.year.judge import watch
from tests.simulations.year.world import BEGIN, CHANGE, DAY, MONTH, MONTHS

PATIENCE = 3  # months of the changed world that are waited for before training again
LATE = 5 * DAY  # so long after the year the last purchases are told


@dataclass(frozen=True)
class Story:
    """What happened.

    Attributes
    ----------
    quiet : list of bool
        Of each month before the change was over, whether there was no alarm.
    alarmed, since : float or None
        Months since the beginning of the year.
    challenger : str
        Key of the version that was trained again; empty without an alarm.
    shadow : dict or None
        Fields of ShadowJudgement, and how many decisions were answered.
    promoted : bool
    """

    quiet: list[bool]
    alarmed: float | None
    since: float | None
    challenger: str
    shadow: dict[str, Any] | None
    promoted: bool


def story(made: Bank, models: Path) -> Story:
    """Play the year through, and promote the challenger where its realised log-loss is better beyond chance."""
    quiet, alarm = [], None
    for month in range(CHANGE + PATIENCE):
        made.month(month)
        alarm = watch(made)
        if month < CHANGE:
            quiet.append(alarm is None)
    if alarm is None:
        return Story(quiet, None, None, "", None, False)
    challenger = train_again(made, models, alarm[1])
    challengers = choose(made, challenger)
    for month in range(CHANGE + PATIENCE, MONTHS):
        made.month(month)
        ask_what_waits(made, models)
    made.now += MONTH + LATE
    said = in_shadow(challengers)
    number = challenger.partition("@")[2]
    if said["verdict"] == "better":
        make_live(models, MODEL, number, why="better in shadow")
    promoted = live_of(models, MODEL) == number
    months = [(each - BEGIN) / MONTH for each in alarm]
    return Story(quiet, months[0], months[1], challenger, said, promoted)


def train_again(made: Bank, models: Path, since: float) -> str:
    """Train again on decisions since the change that the alarm names, as ``python -m ml retrain --since`` does."""
    bundle = made.service.model(MODEL)
    rows = list(outcome_rows(made.feedback, bundle, made.now, since))
    return build_bundle(retrained(bundle, rows, made.now), models, action="hold", why="the alarm")


class InProcess(Asker):
    """Asks challengers in this process, as the process of challengers does."""

    def __init__(self, service: Service) -> None:
        super().__init__(service.registry.folder)
        self._service = service

    def ask(self, live: str, challenger: str, record: Any, said: Mapping[str, float]) -> dict[str, Any]:
        return answer(self._service, {"live": live, "challenger": challenger, "record": record, "said": said})


def choose(made: Bank, challenger: str) -> Challengers:
    """Have the challenger asked about all decisions from now on."""
    found = Challengers(made.feedback, AuditLog(made.feedback.store), lambda: made.now)
    found.choose(challenger, 1.0, "The alarm went off.", by="the simulation")
    return found


def ask_what_waits(made: Bank, models: Path) -> None:
    """Ask the challenger about decisions that wait, as the runner does beside the requests."""
    sealer = made.feedback.sealer
    assert sealer is not None
    asker, lock = InProcess(made.service), models.parent / "shadow.lock"
    runner = ShadowRunner(made.feedback.store, sealer, asker, models, lock)
    with patch("feedback.shadow.runner.EXPIRE_EVERY", float("inf")):  # what is a year old by the real clock waits here
        while runner.step():
            pass


def in_shadow(challengers: Challengers) -> dict[str, Any]:
    """How the challenger does beside the live version, as the Versions page has it."""
    state = challengers.state(MODEL)
    assert state is not None
    judged: dict[str, Any] = challengers.judged(state)[OUTCOME_NAME]
    return judged | {"answered": state.counts.answered, "failed": state.counts.failed}
