"""Data of the Performance page for one outcome: threshold table, headline measures, the cut-off in use."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Protocol

from ml.metrics.evaluation import EvaluatedVersion, evaluation_of
from ml.metrics.headline import Averages, Headline, averages, headline
from ml.metrics.threshold_table import ThresholdTable, threshold_table_of

REVISION = 2  # raised when a result's fields or their meaning change
MOST_EXTRA = 3


class OverviewService(Protocol):
    """Gives the cut-off in use and keeps results: :class:`ml.service.Service`, which stands above the metrics."""

    def cut_off(self, bundle: Any, outcome: str) -> float:
        """The cut-off in use."""

    def result(self, key: tuple[Any, ...], make: Callable[[], Any]) -> Any:
        """A result from the cache, or made."""


@dataclass(frozen=True)
class Overview:
    """Threshold table, headline and cut-offs of one outcome."""

    table: ThresholdTable
    headline: Headline
    in_use: float
    """The cut-off in use: what the operator chose, else the card's."""
    row: int
    """Row of the table with which the page opens."""
    extra: tuple[float, ...]
    """Cut-offs that were asked to be among its rows."""


def overview(
    service: OverviewService, bundle: EvaluatedVersion, outcome: str, cut_off: float | None = None
) -> Overview:
    """Gather the data of one outcome that the page shows before the plots.

    Parameters
    ----------
    bundle : Bundle
    cut_off : float or None
        The page opens with it, 0 to 1; None is the one in use.

    Raises
    ------
    UnknownOutcome, NoProbabilities, OneOutcomeOnly
    """
    label = bundle.outcomes[outcome].label
    in_use, opens, extra = opening_cut_offs(service, bundle, outcome, cut_off)
    table = table_of(service, bundle, outcome, extra)
    key = (bundle.key, "headline", REVISION, outcome)
    figures = service.result(key, lambda: asdict(headline(evaluation_of(bundle).of(outcome), label)))
    return Overview(table, Headline(**figures), in_use, table.at(opens), extra)


def table_of(
    service: OverviewService, bundle: EvaluatedVersion, outcome: str, extra: tuple[float, ...]
) -> ThresholdTable:
    """The threshold table with these cut-offs among its rows; errors as :func:`overview`.

    Only the table of the cut-off in use is kept in the cache: cut-offs from addresses must not fill it.
    """
    usual = extra == (service.cut_off(bundle, outcome),)
    return threshold_table_of(bundle, outcome, extra, service.result if usual else None)


def opening_cut_offs(
    service: OverviewService, bundle: EvaluatedVersion, outcome: str, cut_off: float | None = None
) -> tuple[float, float, tuple[float, ...]]:
    """The cut-off in use, the cut-off with which the page opens, and both as extra rows of its table.

    Parameters and errors as :func:`overview`.
    """
    in_use = service.cut_off(bundle, outcome)
    opens = in_use if cut_off is None else cut_off
    return in_use, opens, tuple(sorted({in_use, opens}))


def averages_of(service: OverviewService, bundle: EvaluatedVersion) -> Averages:
    """The measures of each outcome at the estimator's own labels, and their averages."""
    key = (bundle.key, "averages", REVISION)
    return Averages(**service.result(key, lambda: asdict(averages(evaluation_of(bundle)))))


def read_cut_off(raw: object) -> float | None:
    """Parse a cut-off from a browser or an address; None where it is not a number from 0 to 1."""
    try:
        value = float(raw) if isinstance(raw, (str, int, float)) else math.nan
    except (ValueError, OverflowError):
        return None
    return value if 0 <= value <= 1 else None


def read_extra(raw: object) -> tuple[float, ...]:
    """Parse the extra cut-offs of a page's table, which it sends back with each request."""
    sent: Sequence[object] = raw[:MOST_EXTRA] if isinstance(raw, list) else ()
    return tuple(value for value in map(read_cut_off, sent) if value is not None)
