"""Types of a plot: its input (Study), its display state (View), and its declaration (Plot)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Literal

from ml.bundle.bundle import Bundle
from ml.data.outcomes import Outcomes
from ml.metrics.evaluation import Evaluation, OneVsRest, evaluation_of
from ml.plots.columns import Columns
from ml.plots.option import Option, Setting
from ml.plots.palette import colour_of
from ml.plots.table import TextTable
from ml.plots.theme import Figure
from ml.translation import text

Page = Literal["insights", "performance"]
Section = Literal["curves", "money", "segments", "versions", "errors", "features", "effects", "data"]
Need = Literal["probabilities"]
PROBABILITIES: frozenset[Need] = frozenset({"probabilities"})
Rows = tuple[Sequence[str], Sequence[Sequence[Any]]]


@dataclass(frozen=True)
class Study:
    """Input of a plot's computation: one version, one outcome, and the plot's options."""

    bundle: Bundle
    outcome: str
    """Name of the outcome of the page."""
    options: Mapping[str, Setting] = field(default_factory=dict)
    """Each option of the plot with ``computed``, checked."""
    version: Callable[[str], Bundle] | None = None
    """Another version of the same model, by its fingerprint; may raise BrokenModel, UnknownModel."""

    @property
    def evaluation(self) -> Evaluation:
        """The evaluation of the hold-out, computed once a process."""
        return evaluation_of(self.bundle)

    @property
    def answers(self) -> OneVsRest:
        """Truth and predictions of the outcome on all rows of the hold-out."""
        return self.evaluation.of(self.outcome)

    @property
    def label(self) -> str:
        """Label of the outcome."""
        return self.bundle.outcomes[self.outcome].label


@dataclass(frozen=True)
class CutOffMark:
    """Position of the page's cut-off in a figure: each name is a column of the threshold table."""

    x: str
    """Without `y` the mark is a line across the figure; "cut_off" is the cut-off itself."""
    y: str = ""
    """With it the mark is a point."""


@dataclass(frozen=True)
class View:
    """Display state of a result: the outcome of the page, and the plot's options."""

    outcomes: Outcomes
    """All outcomes of the model."""
    outcome: str
    """Name of the outcome of the page."""
    options: Mapping[str, Setting] = field(default_factory=dict)
    """All options of the plot, checked."""
    holdout: int = 0
    """Records in the hold-out; 0 where unused."""

    @property
    def index(self) -> int:
        """Column of the outcome."""
        return self.outcomes.index(self.outcome)

    @property
    def label(self) -> str:
        """Label of the outcome."""
        return self.outcomes[self.outcome].label

    @property
    def colour(self) -> str:
        """The outcome's colour, the same everywhere."""
        return colour_of(self.outcomes, self.outcome)

    @property
    def records(self) -> str:
        """Records with the outcome, in words: records that are “virginica”, records with “Credit card”."""
        if self.outcomes.exclusive:
            return text("records that are “{outcome}”", outcome=self.label)
        return text("records with “{outcome}”", outcome=self.label)


@dataclass(frozen=True)
class Plot:
    """One plot of the catalogue: the `PLOT` that its file declares."""

    key: str
    """Names the plot in page ids, URLs and cache keys."""
    question: str
    """The question that it answers: the title of its card, of a picture and in a report. A message, by ``mark``."""
    method: str
    """The name of the method, as the field calls it: the subtitle. A message, by ``mark``."""
    page: Page
    result: type
    """The frozen dataclass that `compute` gives: fields of JSON values only, for it is cached."""
    compute: Callable[[Study], Any]
    """May raise any LikelyError, which is shown in the plot's place. Called as (study) -> result."""
    draw: Callable[[Any, View], Figure | TextTable]
    """Draws the result and nothing else: no model, no metric. Called as (result, view) -> Figure or TextTable."""
    say: Callable[[Any, View], str]
    """The figure in words, from the same numbers. Called as (result, view) -> str."""
    section: Section = "curves"
    """Heading of the Performance or of the Insights page under which it stands, and of a report."""
    needs: frozenset[Need] = frozenset()
    """Required of the model. Items: "probabilities"."""
    per_outcome: bool = True
    """True: one result an outcome. False: one result holds all outcomes, and `draw` picks one."""
    revision: int = 1
    """Raised when the result's fields or their meaning change, so that no old result is drawn."""
    options: tuple[Option, ...] = ()
    """Options of this plot."""
    mark: CutOffMark | None = None
    """Position of the page's cut-off in the figure."""
    named: tuple[str, ...] = ()
    """Fields of the result, texts or lists of texts, that hold words of ours ("under 30", "not known") beside the
    model's own: they are kept for all readers, and said in the reader's language."""
    rows: Callable[[Any, View], Rows] = lambda result, _: result_columns(result)
    """The plot's data as a table, for CSV; by default the result's lists as columns. Called as (result, view) ->
    (header, rows)."""
    columns: Callable[[Any, View], Columns] = lambda *_: {}
    """Which of these columns a page shows beside the figure, and in which words. None where a table is drawn. Called as
    (result, view) -> mapping of header to Column."""
    ranked: bool = False
    """True where the rows begin with what matters most: of very many, a page shows the first."""
    wide: bool = False
    """True when the plot needs the whole width of the page."""
    fits: Callable[[Bundle], bool] = lambda _: True
    """False where a version has nothing of what the plot shows: then its page has no card of it."""


def result_columns(result: Any) -> Rows:
    """The result's lists of the greatest length as columns, with single values repeated on every row."""
    values = {row.name: getattr(result, row.name) for row in fields(result)}
    flat = {name: value for name, value in values.items() if not isinstance(value, dict)}
    lists = {name: value for name, value in flat.items() if _is_flat(value)}
    most = max((len(value) for value in lists.values()), default=1)
    columns = {name: value for name, value in lists.items() if len(value) == most}
    columns |= {name: [value] * most for name, value in flat.items() if not isinstance(value, (list, tuple))}
    return list(columns), [list(row) for row in zip(*columns.values(), strict=True)]


def _is_flat(value: Any) -> bool:
    return isinstance(value, (list, tuple)) and not any(isinstance(item, (list, tuple, dict)) for item in value)
