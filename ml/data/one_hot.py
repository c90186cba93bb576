"""One-hot groups: one choice as several columns of 0 and 1, as ``pandas.get_dummies`` makes them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

ONE = {"1", "true"}


@dataclass(frozen=True)
class OneHot:
    """One-hot columns of one choice: at most one is 1 in a record."""

    name: str
    """Name of the choice, accepted in place of the columns: "town" for ``town_Linz``, ``town_Graz``."""
    label: str
    """Displayed name."""
    columns: tuple[str, ...]
    """Names of the features."""
    labels: tuple[str, ...]
    """The choice for which each column is 1."""
    rest: str = ""
    """The choice for which all columns are 0; empty where one always is 1."""
    default: str = ""
    """The choice with which the form starts."""

    @property
    def choices(self) -> tuple[str, ...]:
        """All choices, in the order in which they are shown."""
        return (*self.labels, *([self.rest] if self.rest else []))

    def columns_of(self, choice: str | None) -> dict[str, int | None]:
        """The columns' values for a choice; all None for None."""
        return {
            column: None if choice is None else int(label == choice)
            for column, label in zip(self.columns, self.labels, strict=True)
        }

    def choice_of(self, values: Mapping[str, Any]) -> str:
        """The choice of the columns' values; empty where they are blank or have no choice.

        A value is 0 or 1, as a number, a truth value or text; what is left out is not known.
        """
        flags = [str(values.get(column, "")).strip().removesuffix(".0").lower() for column in self.columns]
        chosen = [label for label, text in zip(self.labels, flags, strict=True) if text in ONE]
        if len(chosen) == 1:
            return chosen[0]
        return self.rest if not chosen and "" not in flags and "none" not in flags else ""


def gathered(groups: Iterable[OneHot], values: Mapping[str, str]) -> dict[str, str]:
    """A record's texts with each choice under its own name, beside its columns."""
    return dict(values) | {one.name: one.choice_of(values) for one in groups}
