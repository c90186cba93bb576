"""Outcomes of an estimator: its classes, under the names and labels that a person gave."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ml.data.array_types import native
from ml.data.feature import text_of
from ml.data.labels import label_of
from ml.data.outcomes import Outcome, Outcomes
from ml.errors import InvalidData
from ml.predict.estimator_output import classes_of_outputs
from ml.training.target import yes_class
from ml.training.trained import outcomes_of


def described_outcomes(
    estimator: Any, truth: Sequence[str], labels: Mapping[str, str], positive: str | None, meanings: Mapping[str, Any]
) -> Outcomes:
    """Outcomes of an estimator, exclusive for one truth column, independent for several.

    Parameters
    ----------
    estimator : fitted classifier
    truth : sequence of str
        Columns of the truth: one for exclusive outcomes, several for independent ones.
    labels : mapping of str to str
        Label of an outcome, by its name or class.
    positive : str, optional
        The outcome that pages open with.
    meanings : mapping of str to class
        Words that stand for classes.

    Raises
    ------
    InvalidData
        When the estimator gives another number of outputs, or knows no such class.
    """
    if len(truth) > 1:
        return _independent(estimator, truth, labels, positive, meanings)
    classes = list(map(native, _classes(estimator)))
    names = _named(classes, meanings)
    _refuse_unknown([*labels, *([] if positive is None else [positive])], names)
    by_name = {name: text for text, name in names.items()} | {text: text for text in names}
    by_outcome = {by_name[name]: label for name, label in labels.items()}
    if not by_outcome and not meanings and {text_of(value) for value in classes} in ({"0", "1"}, {"false", "true"}):
        question = label_of(truth[0])
        by_outcome = {text: question if text in ("1", "true") else f"{question}: no" for text in names}
    items = outcomes_of(
        estimator, None, {value: by_outcome[text_of(value)] for value in classes if text_of(value) in by_outcome}
    )
    named = tuple(
        replace(item, name=names[item.name], label=item.label if item.name in by_outcome else names[item.name])
        for item in items.items
    )
    return Outcomes(named, True, named[-1].name if positive is None else names[by_name[positive]])


def _named(classes: Sequence[Any], meanings: Mapping[str, Any]) -> dict[str, str]:
    """The name of each class by its text: the first word that stands for it, else the text."""
    names = {text_of(value): text_of(value) for value in classes}
    for word, value in meanings.items():
        if text_of(value) not in names:
            raise InvalidData(
                f"{word!r} is said to mean {value!r}, which is no class of the estimator.",
                f"Its classes: {', '.join(names)}.",
            )
        if names[text_of(value)] == text_of(value):
            names[text_of(value)] = word
    twice = [name for name, count in Counter(names.values()).items() if count > 1 and len(names) == len(classes)]
    if twice:
        raise InvalidData(
            f"More than one class of the estimator would be called {', '.join(map(repr, twice))}.",
            "Say a word of its own for each.",
        )
    return names


def _refuse_unknown(wanted: Sequence[str], names: Mapping[str, str]) -> None:
    for name in wanted:
        if name not in names and name not in names.values():
            raise InvalidData(
                f"No outcome is called {name!r}.", f"The model's outcomes: {', '.join(dict.fromkeys(names.values()))}."
            )


def _classes(estimator: Any) -> Sequence[Any]:
    classes = getattr(estimator, "classes_", None)
    if classes is None:
        raise InvalidData(
            f"{type(estimator).__name__} does not say which classes it knows (classes_).",
            "Add a fitted classifier; one of your own sets classes_ in fit, as scikit-learn asks.",
        )
    if isinstance(classes, list) and classes and np.ndim(classes[0]) == 1:
        raise InvalidData(
            f"The estimator gives {len(classes)} labels a record, and --truth names 1.",
            "Name one column a label: --truth A --truth B, in the order of its training.",
        )
    return list(classes)


def _independent(
    estimator: Any, truth: Sequence[str], labels: Mapping[str, str], positive: str | None, meanings: Mapping[str, Any]
) -> Outcomes:
    names = [text.strip() for text in truth]
    _refuse_unknown([*labels, *([] if positive is None else [positive])], {name: name for name in names})
    outputs = classes_of_outputs(estimator, len(names))
    items = tuple(
        Outcome(name, labels.get(name, label_of(name)), column, yes_class(name, list(map(native, classes)), meanings))
        for name, column, classes in zip(names, truth, outputs, strict=True)
    )
    return Outcomes(items, False, positive or names[0])
