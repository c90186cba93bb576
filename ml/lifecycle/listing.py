"""Listing of a model's versions: state, figures of performance, and when each was live."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ml.bundle.bundle import Bundle, created
from ml.errors import LikelyError
from ml.lifecycle.history import read_history
from ml.lifecycle.registry import NAME, Registry, versions_in
from ml.lifecycle.state import TimelineEvent, events_of, held, live_of, was_live
from ml.metrics.delong import auc_interval
from ml.metrics.evaluation import evaluation_of

QUICK = 1_000  # rows of a hold-out that are scored for the list even where the estimator itself serves


@dataclass(frozen=True)
class VersionFacts:
    """One existing version.

    Attributes
    ----------
    fingerprint : str
    created : str
        ISO 8601, or empty where unknown.
    state : {"live", "held", "was live", "never live"}
        "held" was made with --hold and has never been live.
    fault : str or None
        The reason why it does not serve; all that follows is None then.
    served_by : str or None
        "compiled" or "scikit-learn".
    holdout : int or None
        Rows of the hold-out.
    right : float or None
        Accuracy on the hold-out, 0 to 1; None where scoring it would take long.
    outcome : str or None
        The positive outcome.
    roc_auc : tuple of float or None, length 3, or None
        Of that outcome: value, low and high end of the 95 % interval (DeLong).
    """

    fingerprint: str
    created: str
    state: str
    fault: str | None = None
    served_by: str | None = None
    holdout: int | None = None
    right: float | None = None
    outcome: str | None = None
    roc_auc: tuple[float, float | None, float | None] | None = None


@dataclass(frozen=True)
class Listing:
    """Versions and timeline of a model: `live` is the pointer's fingerprint or None, `unreadable` are line numbers."""

    name: str
    live: str | None
    versions: tuple[VersionFacts, ...]
    events: tuple[TimelineEvent, ...]
    unreadable: tuple[int, ...]


def list_versions(models: Path, name: str) -> Listing:
    """List every version of a model, live or not, and its history.

    Raises
    ------
    UnknownModel
        When there is neither a version nor a history of that name.
    """
    folder, registry = Path(models) / name, Registry(Path(models))
    if not NAME.fullmatch(name):
        registry.live(name)  # raises, and names the known ones
    history, there = read_history(folder), versions_in(folder)
    if not there and not history.entries:
        registry.live(name)
    live = live_of(models, name)
    events = events_of(history.entries, live)
    found = [_facts(registry, name, fingerprint, _state(fingerprint, live, events)) for fingerprint in there]
    found.sort(key=lambda each: (each.created, each.fingerprint))
    return Listing(name, live, tuple(found), tuple(events), history.unreadable)


def _state(fingerprint: str, live: str | None, events: Sequence[TimelineEvent]) -> str:
    if fingerprint == live:
        return "live"
    if fingerprint in held(events):
        return "held"
    return "was live" if fingerprint in was_live(events) else "never live"


def _facts(registry: Registry, name: str, fingerprint: str, state: str) -> VersionFacts:
    found = VersionFacts(fingerprint, created(registry.folder / name / fingerprint), state)
    try:
        bundle = registry.load(f"{name}@{fingerprint}")
        _ = bundle.predictor  # opening it is the check
        return replace(found, **_figures(bundle))
    except LikelyError as error:
        return replace(found, fault=str(error))
    except Exception as error:  # noqa: BLE001 - an estimator may raise anything, and the others are to be listed
        return replace(found, fault=f"{type(error).__name__}: {error}"[:300])


def _figures(bundle: Bundle) -> dict[str, Any]:
    rows = int(bundle.card["rows"]["hold-out"])
    found: dict[str, Any] = {"served_by": bundle.card["path"]["kind"], "holdout": rows}
    if found["served_by"] != "compiled" and bundle.scores is None and rows > QUICK:
        return found
    evaluation = evaluation_of(bundle)
    right = evaluation.labels == evaluation.truth
    found["right"] = float(right.all(axis=1).mean() if bundle.outcomes.exclusive else right.mean())
    found["outcome"] = bundle.outcomes.positive
    answers = evaluation.of(bundle.outcomes.positive)
    if answers.probabilities is not None and 0 < answers.truth.mean() < 1:
        found["roc_auc"] = auc_interval(answers.truth, answers.probabilities)
    return found
