"""Evidence against a model's probabilities over time: the e-process of the calibration alarm on a logarithmic axis.

No plot of the catalogue: it is drawn from what came of decisions, not from a hold-out.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence

from ml.plots.palette import COLOURS
from ml.plots.theme import Figure, figure, hover, note
from ml.plots.traces import compared, line
from ml.text.number_words import count, decimal
from ml.translation import text

LEAST, MOST = 0.01, 1e6  # evidence between which it is drawn


def evidence_over_time(path: Sequence[Sequence[float]], alarm: float) -> Figure:
    """The evidence after each outcome, and the line at which the alarm goes off.

    Parameters
    ----------
    path : sequence of (float, float)
        Seconds since 1970, rising, and the decimal logarithm of the evidence then.
    alarm : float
        Evidence at which the alarm goes off.
    """
    low, high = math.log10(LEAST), math.log10(MOST)
    when = [dt.datetime.fromtimestamp(at, dt.UTC).isoformat(timespec="seconds") for at, _ in path]
    values = [min(max(log, low), high) for _, log in path]
    evidence = line(
        when,
        values,
        COLOURS[0],
        width=2,
        shape="hv",
        customdata=[evidence_text(10**log) for _, log in path],
        hovertemplate=hover(text("{date}: {evidence}", date="%{x|%Y-%m-%d}", evidence="%{customdata}")),
    )
    top = max(math.log10(alarm) + 0.5, *values)
    ticks = list(range(math.ceil(min(-0.5, *values)), math.floor(top) + 1))
    return figure(
        [compared([when[0], when[-1]], [math.log10(alarm)] * 2), evidence],
        height=300,
        xaxis={"title": {"text": text("When outcomes became certain")}, "tickformat": "%Y-%m-%d", "nticks": 4},
        yaxis={
            "range": [min(-0.5, *values) - 0.1, top + 0.1],
            "tickvals": ticks,
            "ticktext": [evidence_text(10.0**tick) for tick in ticks],
            "title": {"text": text("Evidence")},
        },
        annotations=[note(text("alarm"), 0, math.log10(alarm), xref="paper", xanchor="left", yanchor="bottom")],
    )


def evidence_words(evidence: float, alarm: float) -> str:
    """Sentence: the evidence now and at which it goes off."""
    return text(
        "Now {evidence}; the alarm goes off at {alarm}. Were the probabilities right, it would reach that in one of "
        "{alarm} cases at most, however often one looks.",
        evidence=evidence_text(evidence),
        alarm=count(alarm),
    )


def evidence_text(evidence: float) -> str:
    """Evidence in words: "0.02", "1.4", "250", "over 1,000,000"."""
    if evidence > MOST:
        return text("over {n}", n=count(MOST))
    if evidence < LEAST:
        return text("under {n}", n=decimal(LEAST, 2))
    return decimal(evidence, 2) if evidence < 1 else decimal(evidence, 1) if evidence < 10 else count(round(evidence))
