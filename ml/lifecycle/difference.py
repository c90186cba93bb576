"""Difference between two versions of a model in what they ask for and answer, for whoever makes one live."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ml.bundle.bundle import Bundle
from ml.errors import LikelyError
from ml.lifecycle.registry import Registry


@dataclass(frozen=True)
class Difference:
    """Differences that programs and people notice when one version takes the place of another."""

    new: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    """Labels of features that only the later version asks for, that only the earlier one asks for, and that both ask
    for as another kind of value."""
    outcomes: tuple[str, ...] | None = None
    """Labels of the later version's outcomes, where they are others; None where they are the same."""


def difference(models: Path, earlier: str, later: str) -> Difference:
    """The difference between two versions, by their keys; none where one of them cannot be opened."""
    registry = Registry(Path(models))
    try:
        return _between(registry.load(earlier), registry.load(later))
    except LikelyError:
        return Difference()


def _between(earlier: Bundle, later: Bundle) -> Difference:
    before, after = ({each.name: each for each in one.schema.features} for one in (earlier, later))
    names = [[(each.name, each.label) for each in one.outcomes.items] for one in (earlier, later)]
    return Difference(
        tuple(after[name].label for name in after if name not in before),
        tuple(before[name].label for name in before if name not in after),
        tuple(after[name].label for name in after if name in before and after[name].kind != before[name].kind),
        None if names[0] == names[1] else tuple(label for _, label in names[1]),
    )
