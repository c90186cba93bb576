"""Listing of a model's versions: state, figures of performance, and when each was live."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from ml.bundle.bundle import Bundle
from ml.errors import LikelyError
from ml.lifecycle.commit import known_history, known_versions, made_at
from ml.lifecycle.model_folder import NAME
from ml.lifecycle.registry import Registry
from ml.lifecycle.state import TimelineEvent, events_of, held, live_of, was_live
from ml.metrics.delong import auc_interval
from ml.metrics.evaluation import evaluation_of

QUICK = 1_000  # rows of a hold-out that are scored for the list even where the estimator itself serves


@dataclass(frozen=True)
class VersionFacts:
    """One existing version."""

    fingerprint: str
    created: str
    """ISO 8601, or empty where unknown."""
    state: str
    """"held" was made with --hold and has never been live. One of "live", "held", "was live" and "never live"."""
    fault: str | None = None
    """The reason why it does not serve; all that follows is None then, and while it is being worked out."""
    served_by: str | None = None
    """"compiled" or "scikit-learn"."""
    holdout: int | None = None
    """Rows of the hold-out."""
    right: float | None = None
    """Accuracy on the hold-out, 0 to 1; None where scoring it would take long."""
    outcome: str | None = None
    """The positive outcome."""
    roc_auc: tuple[float, float | None, float | None] | None = None
    """ROC AUC of that outcome: value, low and high end of the 95 % interval (DeLong). Length 3."""


@dataclass(frozen=True)
class Listing:
    """Versions and timeline of a model."""

    name: str
    live: str | None
    """The pointer's fingerprint."""
    versions: tuple[VersionFacts, ...]
    """The oldest first."""
    events: tuple[TimelineEvent, ...]
    unreadable: tuple[int, ...]
    """Numbers of lines of the history."""
    total: int
    """All versions, those that are not listed included."""


Figures = Callable[[str], Mapping[str, Any] | None]
"""Gives the figures of a version by its key, see :func:`version_figures`; None while they are being worked out."""


def list_versions(models: Path, name: str, figures: Figures | None = None, most: int | None = None) -> Listing:
    """List the versions of a model, live or not, and its history.

    Parameters
    ----------
    figures : callable, optional
        By default they are worked out.
    most : int, optional
        Versions that are listed, the newest and the live one; all by default.

    Raises
    ------
    UnknownModel
        When there is neither a version nor a history of that name.
    """
    models = Path(models)
    registry = Registry(models)
    if not NAME.fullmatch(name):
        registry.live(name)  # raises, and names the known ones
    history, there = known_history(models, name), known_versions(models, name)
    if not there and not history.entries:
        registry.live(name)
    live = live_of(models, name)
    events = events_of(history.entries, live)
    plain = [VersionFacts(each, made_at(models, name, each), _state(each, live, events)) for each in there]
    plain.sort(key=lambda each: (each.created, each.fingerprint))
    shown = [each for each in plain if each in plain[-(most or len(plain)) :] or each.fingerprint == live]
    figures = figures or partial(version_figures, registry)
    facts = [_with_figures(each, f"{name}@{each.fingerprint}", figures) for each in shown]
    return Listing(name, live, tuple(facts), tuple(events), history.unreadable, len(there))


def _state(fingerprint: str, live: str | None, events: Sequence[TimelineEvent]) -> str:
    if fingerprint == live:
        return "live"
    if fingerprint in held(events):
        return "held"
    return "was live" if fingerprint in was_live(events) else "never live"


def _with_figures(facts: VersionFacts, key: str, figures: Figures) -> VersionFacts:
    try:
        figures_of_key = dict(figures(key) or {})
    except LikelyError as error:
        return replace(facts, fault=str(error))
    except Exception as error:  # noqa: BLE001 - an estimator may raise anything, and the others are to be listed
        return replace(facts, fault=f"{type(error).__name__}: {error}"[:300])
    area = figures_of_key.pop("roc_auc", None)
    return replace(facts, **figures_of_key, roc_auc=tuple(area) if area else None)


def version_figures(registry: Registry, key: str) -> dict[str, Any]:
    """Figures of a version on its hold-out, as JSON: `served_by`, `holdout`, `right`, `outcome` and `roc_auc`.

    Raises whatever opening the version raises: that is the check whether it serves.
    """
    bundle = registry.load(key)
    _ = bundle.predictor
    return _figures(bundle)


def figures_now(models: Path, key: str) -> dict[str, Any]:
    """Like :func:`version_figures`, with a registry of its own, so that nothing stays open."""
    return version_figures(Registry(Path(models)), key)


def _figures(bundle: Bundle) -> dict[str, Any]:
    rows = int(bundle.card["rows"]["hold-out"])
    fields: dict[str, Any] = {"served_by": bundle.card["path"]["kind"], "holdout": rows}
    if fields["served_by"] != "compiled" and bundle.scores is None and rows > QUICK:
        return fields
    evaluation = evaluation_of(bundle)
    right = evaluation.labels == evaluation.truth
    fields["right"] = float(right.all(axis=1).mean() if bundle.outcomes.exclusive else right.mean())
    fields["outcome"] = bundle.outcomes.positive
    answers = evaluation.of(bundle.outcomes.positive)
    if answers.probabilities is not None and 0 < answers.truth.mean() < 1:
        fields["roc_auc"] = auc_interval(answers.truth, answers.probabilities)
    return fields
