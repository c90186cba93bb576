"""What a plot is. The plots themselves: one file each; all of them: ``catalogue.py``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from ml.outcomes import Outcomes
from ml.palette import colour_of

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from ml.bundle import Bundle
    from ml.evaluation import Evaluation

Page = Literal["insights", "performance"]
Need = Literal["probabilities"]


@dataclass(frozen=True)
class View:
    """Through whose eyes a result is drawn: the outcome that the page is about.

    Attributes
    ----------
    outcomes : Outcomes
        All outcomes of the model.
    outcome : str
        Name of the one that the page is about.
    """

    outcomes: Outcomes
    outcome: str

    @property
    def index(self) -> int:
        """Column of the outcome."""
        return self.outcomes.index(self.outcome)

    @property
    def label(self) -> str:
        """What people call the outcome."""
        return self.outcomes[self.outcome].label

    @property
    def colour(self) -> str:
        """The outcome's colour, the same everywhere."""
        return colour_of(self.outcomes, self.outcome)

    @property
    def records(self) -> str:
        """Records with the outcome, in words: records that are “virginica”, records with “Credit card”."""
        return f"records that are “{self.label}”" if self.outcomes.exclusive else f"records with “{self.label}”"


@dataclass(frozen=True)
class Plot:
    """One row of the catalogue.

    Attributes
    ----------
    key : str
        Names the plot in page ids, URLs and cache keys.
    title : str
    question : str
        The question that it answers: the subtitle.
    page : {"insights", "performance"}
    result : type
        The frozen dataclass that `compute` gives: fields of JSON values only, for it is cached.
    compute : callable (bundle, evaluation, outcome name) -> result
        May raise any LikelyError, which is then shown in the plot's place.
    draw : callable (result, view) -> go.Figure
        Draws the result and nothing else: no model, no metric.
    say : callable (result, view) -> str
        What the figure shows, in words, from the same numbers.
    needs : frozenset of {"probabilities"}
        What the model must offer.
    per_outcome : bool
        True: one result an outcome. False: one result holds all outcomes, and the drawing picks.
    revision : int
        Raised when the result's fields or their meaning change, so that no old result is drawn.
    """

    key: str
    title: str
    question: str
    page: Page
    result: type
    compute: Callable[[Bundle, Evaluation, str], Any]
    draw: Callable[[Any, View], go.Figure]
    say: Callable[[Any, View], str]
    needs: frozenset[Need] = frozenset()
    per_outcome: bool = True
    revision: int = 1
