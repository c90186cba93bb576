"""Description of a model by a person, for what its data cannot tell: a TOML file, checked before it is used."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, get_args

from ml.data.feature import Feature, Widget
from ml.data.parsing import RefusedValue, read_value
from ml.decision.crm_columns import CARD as CRM
from ml.decision.outcome_words import CARD as OUTCOME_WORDS
from ml.decision.outcome_words import OVERRIDES, WORDS
from ml.decision.ripening_time import CARD as RIPENING
from ml.errors import InvalidData

NUMBERS = (int, float)
RIPENS = ("after", "silence")
OUTCOME = ("label", *RIPENS, *WORDS)  # what may be told of an outcome
Form = tuple[tuple[type, ...], str]
LIMITS: dict[str, Form] = {
    "number": (NUMBERS, "a number"),
    "integer": (NUMBERS, "a number"),
    "date": ((dt.date,), "a date such as 2024-05-17, without quotes"),
}
FORMS: dict[str, Form] = {
    **dict.fromkeys(("label", "unit", "help", "group"), ((str,), "a text")),
    **dict.fromkeys(("aliases", "suggestions", "missing"), ((list, tuple), "a list of texts")),
    **dict.fromkeys(("lever", "required", "personal"), ((bool,), "true or false")),
    "step": (NUMBERS, "a number"),
}


@dataclass(frozen=True)
class Description:
    """Content of a description file."""

    title: str = ""
    description: str = ""
    """Empty where the file does not say."""
    outcomes: dict[str, Any] = field(default_factory=dict)
    """Outcome to its label, or to ``{"label": text, "came": "Bought", "missed": "Not", "after": "30 days", "silence":
    "no"}``, each of them optional; as :mod:`ml.decision.outcome_words` and :mod:`ml.decision.ripening_time` read
    them."""
    features: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Column to fields of :class:`ml.data.feature.Feature`; :func:`check_described` looks at these."""
    constraints: list[str] = field(default_factory=list)
    """Constraints between two features, as :func:`ml.data.constraints.read_constraints` reads them."""
    payoff: dict[str, Any] = field(default_factory=dict)
    """Payoff of decisions, as :func:`ml.decision.payoff.payoff_of` reads it."""
    cut_offs: dict[str, Any] = field(default_factory=dict)
    """Outcome to the probability from which we act on it. Values are floats."""
    actions: dict[str, Any] = field(default_factory=dict)
    """Actions in words, as :func:`ml.decision.decide.actions` reads them."""
    overrides: dict[str, Any] = field(default_factory=dict)
    """Reasons to decide otherwise, as :func:`ml.decision.outcome_words.override_reasons` reads them."""
    crm: dict[str, Any] = field(default_factory=dict)
    """System to columns and words of its exports, as :func:`ml.decision.crm_columns.crm_columns` reads them."""
    truth: dict[str, Any] = field(default_factory=dict)
    """Meaning of a word in the truth column: a class of the estimator, or yes and no of an independent outcome. Values
    are classes."""
    about: dict[str, Any] = field(default_factory=dict)
    """Goes into the card as it is."""

    def card(self) -> dict[str, Any]:
        """The part that goes into the card."""
        parts = {"payoff": self.payoff, "cut_offs": self.cut_offs, "actions": self.actions, OVERRIDES: self.overrides}
        parts |= {CRM: self.crm, RIPENING: self._only(RIPENS), OUTCOME_WORDS: self._only(WORDS)}
        return self.about | {name: given for name, given in parts.items() if given}

    def labels(self) -> dict[str, str]:
        """Labels of outcomes, of those that have one."""
        return {name: given["label"] for name, given in self._told() if "label" in given}

    def _only(self, keys: tuple[str, ...]) -> dict[str, dict[str, str]]:
        """Descriptions of outcomes under some keys, without the outcomes that have none of these."""
        chosen = {name: {key: given[key] for key in keys if key in given} for name, given in self._told()}
        return {name: given for name, given in chosen.items() if given}

    def _told(self) -> list[tuple[str, Mapping[str, str]]]:
        """Description of each outcome: a text alone is its label."""
        outcomes = self.outcomes.items()
        return [(name, {"label": given} if isinstance(given, str) else given) for name, given in outcomes]

    def dates(self) -> dict[str, str | None]:
        """Columns that are said to hold dates, and their time zone where one is told."""
        return {name: given.get("zone") for name, given in self.features.items() if given.get("kind") == "date"}

    def texts(self) -> list[str]:
        """Columns whose cells are texts even where they look like numbers: 02134 is no 2134."""
        return [
            name for name, given in self.features.items() if given.get("kind") == "text" or given.get("dtype") == "str"
        ]


def read_description(path: Path | None) -> Description:
    """Read the file; without one, an empty description.

    Raises
    ------
    InvalidData
        When the file is no TOML, or says something that nobody asked for, or in another form.
    """
    if path is None:
        return Description()
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InvalidData(f"{path} cannot be read as TOML: {error}.") from None
    return read_described(given, path.name)


def read_described(given: Mapping[str, Any], source: str) -> Description:
    """:func:`read_description` for content in memory; `source` names it in errors."""
    known = {row.name: type(getattr(Description(), row.name)) for row in fields(Description)}
    strangers = sorted(set(given) - set(known))
    if strangers:
        raise InvalidData(f"{source} describes {', '.join(strangers)}.", f"Known: {', '.join(known)}.")
    for name, value in given.items():
        _demand(source, name, value, known[name])
    for name, value in given.get("outcomes", {}).items():
        _check_outcome(source, f"outcomes.{name}", value)
    for name, value in given.get("features", {}).items():
        _demand(source, f"features.{name}", value, dict)
    return Description(**given)


def check_described(feature: Feature, given: Mapping[str, Any]) -> None:
    """Refuse what a person wrote of a feature where it is not of the form that the field has.

    Raises
    ------
    InvalidData
    """
    nothing: Form = ((), f"left out: a {feature.kind} has no limits")
    forms = FORMS | dict.fromkeys(("low", "high"), LIMITS.get(feature.kind, nothing))
    for key, (wanted, form) in forms.items():
        value = given.get(key)
        if value is not None and (not isinstance(value, wanted) or (isinstance(value, bool) and wanted == NUMBERS)):
            raise InvalidData(f"{key} of {feature.name!r} is {value!r}.", f"It is {form}.")
    if feature.widget is not None and feature.widget not in get_args(Widget):
        known = ", ".join(get_args(Widget))
        raise InvalidData(f"{feature.name!r} is described with the widget {feature.widget!r}.", f"Known: {known}.")
    if given.get("default") is not None:
        try:
            read_value(feature, given["default"])
        except RefusedValue as problem:
            raise InvalidData(f"The default of {feature.name!r}: {problem.message}", problem.hint) from None


def _check_outcome(source: str, where: str, given: object) -> None:
    if not isinstance(given, Mapping):
        _demand(source, where, given, str)
        return
    if strangers := sorted(set(given) - set(OUTCOME)):
        raise InvalidData(f"{where} in {source} says {', '.join(strangers)}.", f"Known: {', '.join(OUTCOME)}.")
    for name, value in given.items():
        _demand(source, f"{where}.{name}", value, str)


def _demand(file: str, name: str, value: object, wanted: type) -> None:
    if not isinstance(value, wanted):
        form = "a table" if issubclass(wanted, dict) else "a list" if issubclass(wanted, list) else "a text"
        raise InvalidData(f"{name} in {file} is {value!r}.", f"It is written as {form}.")
