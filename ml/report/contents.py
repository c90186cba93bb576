"""Contents of a report, independent of its format: the same results and figures as the pages show.

Nothing is computed for a report alone: figures are those of the catalogue, numbers those of the table
of counts at the cut-off in use.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from ml.bundle.bundle import Bundle
from ml.decision.cut_offs import CUT_OFF
from ml.decision.payoff import payoff_of
from ml.errors import LikelyError, NoProbabilities
from ml.metrics.headline import Averages
from ml.metrics.overview import Overview, averages_of, overview
from ml.metrics.profit import ProfitCurve
from ml.plots.catalogue import plots_of
from ml.plots.cut_off_mark import marked
from ml.plots.drawn_plots import Drawn, drawn
from ml.plots.insight_questions import INSIGHT_QUESTIONS, answer_sentences
from ml.plots.plot import Plot, Section, View
from ml.plots.table import TextTable
from ml.service import Service
from ml.translation import mark, text

NO_WORTH = mark("The card does not say what a decision is worth, so nothing is said of money.")


@dataclass(frozen=True)
class ReportPlot:
    """One plot of a report: drawn, or why not."""

    plot: Plot
    drawn: Drawn | None = None
    refusal: str = ""


@dataclass(frozen=True)
class Chapter:
    """Some plots under one heading."""

    key: str
    """Names it inside the file."""
    title: str
    lead: str
    """A sentence under the heading; may be empty."""
    plots: tuple[ReportPlot, ...]


@dataclass(frozen=True)
class Report:
    """One outcome of one version."""

    bundle: Bundle
    view: View
    """The outcome."""
    cut_off: float
    """The one in use, 0 to 1."""
    overview: Overview | None
    """None where there is no threshold table; then `refusal` says why."""
    refusal: str
    averages: Averages
    """All outcomes, as the estimator itself decides."""
    answers: tuple[tuple[str, tuple[str, ...]], ...] = field(default=())
    """The three with which the Insights page opens."""
    chapters: tuple[Chapter, ...] = field(default=())

    @property
    def plots(self) -> Iterator[ReportPlot]:
        """All plots, in their order."""
        return (entry for chapter in self.chapters for entry in chapter.plots)

    def result(self, key: str) -> Any:
        """The result behind a plot that was drawn; None where it was not."""
        return next((each.drawn.result for each in self.plots if each.plot.key == key and each.drawn), None)

    @property
    def money(self) -> ProfitCurve | None:
        """Profit of acting; None where the card has no payoff."""
        money: ProfitCurve | None = self.result("profit")
        return money

    @property
    def several(self) -> bool:
        """True when there are outcomes beside this one; of two exclusive ones each is the other's mirror image."""
        outcomes = self.view.outcomes
        return len(outcomes) > 2 or (len(outcomes) == 2 and not outcomes.exclusive)


def report_contents(service: Service, name_or_key: str, outcome: str | None = None) -> Report:
    """Everything that a report shows.

    Parameters
    ----------
    outcome : str or None
        Name of an outcome; None is the positive one.

    Raises
    ------
    UnknownModel, BrokenModel, UnknownOutcome
    """
    bundle = service.model(name_or_key)
    name = bundle.outcomes.positive if outcome is None else outcome
    view = View(bundle.outcomes, bundle.outcomes[name].name)
    cut_off = service.cut_off(bundle, name)
    try:
        figures, refusal = overview(service, bundle, name), ""
    except LikelyError as error:
        figures, refusal = None, f"{error.message} {error.hint}".strip()
    report = Report(bundle, view, cut_off, figures, refusal, averages_of(service, bundle))
    chapters = tuple(
        Chapter(key, title, lead, tuple(_report_plot(service, report, each) for each in plots))
        for key, title, lead, plots in _plan(bundle, name)
    )
    answers = tuple((text(each.question), answer_sentences(service, bundle, each, name)) for each in INSIGHT_QUESTIONS)
    return replace(report, answers=answers, chapters=chapters)


def _plan(bundle: Bundle, outcome: str) -> list[tuple[str, str, str, tuple[Plot, ...]]]:
    """Key, title, lead and plots of each chapter: those of the pages, in their order, by the section of each plot."""
    worth = payoff_of(bundle.card, outcome) is not None
    money = ("money", text("Money"), "" if worth else text(NO_WORTH), _of("money") if worth else ())
    curves = ("curves", text("Curves"), "", _of("curves"))
    leads = text("What the model looks at. These are its reasons, not causes.")
    return [
        *((money, curves) if worth else (curves, money)),
        ("segments", text("Segments"), "", _of("segments")),
        ("versions", text("Versions and errors"), "", _of("versions", "errors")),
        ("insights", text("Insights"), leads, plots_of("insights")),
    ]


def _of(*sections: Section) -> tuple[Plot, ...]:
    return tuple(plot for plot in plots_of("performance") if plot.section in sections)


def _report_plot(service: Service, report: Report, plot: Plot) -> ReportPlot:
    """A plot as the page shows it when it opens at the cut-off in use."""
    options = {CUT_OFF: report.cut_off} if any(option.key == CUT_OFF for option in plot.options) else {}
    try:
        plotted = drawn(service, report.bundle.key, plot.key, report.view.outcome, options)
    except NoProbabilities as error:
        return ReportPlot(plot, refusal=error.message)  # what to do is said once, in the summary
    except LikelyError as error:
        return ReportPlot(plot, refusal=f"{error.message} {error.hint}".strip())
    if plot.mark and report.overview and not isinstance(plotted.figure, TextTable):
        marked(plotted.figure, plot.mark, report.overview.table, report.overview.row)
    return ReportPlot(plot, plotted)
