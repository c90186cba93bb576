"""The three drawings of the one-page PDF, as vectors: made from the very results behind the plots.

Each draws into a box on the page, in points, which maps numbers to places.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ml.plots.insights.permutation_importance import ranked
from ml.plots.palette import colour_of
from ml.plots.profit_words import amount
from ml.report.contents import Report
from ml.text.number_words import percent, shortened
from ml.text.words import number_text
from ml.translation import text

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas


INK, QUIET, LINE = "#1b212b", "#59636f", "#dfe3e8"
PLAIN, BOLD = "Report", "Report-Bold"  # the names of our embedded fonts
SMALL = 7.0
MOST_BARS = 6
SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)


@dataclass(frozen=True)
class ChartBox:
    """Plot area of a chart: its place in points from the page's lower left, and the data ranges of its axes."""

    canvas: Canvas
    left: float
    bottom: float
    width: float
    height: float
    x: tuple[float, float] = (0.0, 1.0)
    y: tuple[float, float] = (0.0, 1.0)

    def across(self, value: float) -> float:
        """The place of a number on the horizontal axis."""
        return self.left + self.width * (value - self.x[0]) / (self.x[1] - self.x[0])

    def up(self, value: float) -> float:
        """The place of a number on the vertical axis."""
        return self.bottom + self.height * (value - self.y[0]) / (self.y[1] - self.y[0])

    def text(
        self, x: float, y: float, words: str, *, to: str = "left", bold: bool = False, colour: str = QUIET
    ) -> None:
        """Write a text that begins, ends or is centred at a point."""
        self.canvas.setFillColor(colour)
        self.canvas.setFont(BOLD if bold else PLAIN, SMALL)
        {"left": self.canvas.drawString, "right": self.canvas.drawRightString, "middle": self.canvas.drawCentredString}[
            to
        ](x, y, words)

    def line(
        self, xs: Sequence[float], ys: Sequence[float], colour: str, width: float = 1.4, dash: Sequence[int] = ()
    ) -> None:
        """A line through points."""
        path = self.canvas.beginPath()
        path.moveTo(self.across(xs[0]), self.up(ys[0]))
        for x, y in zip(xs[1:], ys[1:], strict=True):
            path.lineTo(self.across(x), self.up(y))
        self.canvas.setStrokeColor(colour)
        self.canvas.setLineWidth(width)
        self.canvas.setDash(list(dash))
        self.canvas.drawPath(path)
        self.canvas.setDash([])

    def band(self, xs: Sequence[float], low: Sequence[float], high: Sequence[float], colour: Any) -> None:
        """The area between two lines."""
        path = self.canvas.beginPath()
        path.moveTo(self.across(xs[0]), self.up(low[0]))
        for x, y in [*zip(xs[1:], low[1:], strict=True), *zip(xs[::-1], high[::-1], strict=True)]:
            path.lineTo(self.across(x), self.up(y))
        path.close()
        self.canvas.setFillColor(colour)
        self.canvas.drawPath(path, stroke=0, fill=1)

    def dot(self, x: float, y: float, colour: str) -> None:
        """A point with a white rim."""
        self.canvas.setFillColor(colour)
        self.canvas.setStrokeColor("#ffffff")
        self.canvas.setLineWidth(1)
        self.canvas.circle(self.across(x), self.up(y), 3, fill=1)

    def share_axis(self, title: str) -> None:
        """Below: 0 to 100 %."""
        for share in SHARES:
            self.text(self.across(share), self.bottom - 10, percent(share), to="middle")
        self.text(self.left + self.width / 2, self.bottom - 21, title, to="middle")

    def grid(self, ticks: Sequence[float], texts: Sequence[str]) -> None:
        """Lines across, and their numbers on the left."""
        for tick, words in zip(ticks, texts, strict=True):
            self.line(self.x, (tick, tick), LINE, 0.5)
            self.text(self.left - 4, self.up(tick) - 2.4, words, to="right")


def roc(canvas: Canvas, report: Report, result: Any, place: tuple[float, float, float, float]) -> None:
    """The ROC curve, its area, and where the cut-off stands."""
    left, bottom, width, height = place
    box = ChartBox(canvas, left + 26, bottom + 24, width - 32, height - 30)
    box.grid(SHARES, [percent(share) for share in SHARES])
    box.share_axis(text("False alarms among all others"))
    box.line((0, 1), (0, 1), QUIET, 0.8, (2, 2))
    box.line(
        result.false_positive_rate, result.true_positive_rate, colour_of(report.view.outcomes, report.view.outcome)
    )
    box.text(
        box.across(0.97),
        box.up(0.14),
        text("AUC {value}", value=number_text(round(result.area, 3))),
        to="right",
        bold=True,
        colour=INK,
    )
    box.text(box.across(0.97), box.up(0.05), text("dashed: guessing; dot: the cut-off"), to="right")
    if report.overview:
        columns, row = report.overview.table.columns, report.overview.row
        box.dot(columns["false_positive_rate"][row] or 0.0, columns["recall"][row] or 0.0, INK)


def profit(canvas: Canvas, report: Report, result: Any, place: tuple[float, float, float, float]) -> None:
    """Profit by cut-off with its interval; the best cut-off and the one in use."""
    left, bottom, width, height = place
    low, high = min(0.0, *result.low), max(0.0, *result.high)
    ticks = steps(low, high)
    box = ChartBox(
        canvas, left + 42, bottom + 24, width - 50, height - 30, y=(min(low, ticks[0]), high + 0.12 * (high - low))
    )
    colour = colour_of(report.view.outcomes, report.view.outcome)
    box.grid(ticks, [number_text(tick) for tick in ticks])
    box.share_axis(text("Act from this probability"))
    box.band(result.cut_off, result.low, result.high, _pale(colour))
    box.line(result.cut_off, result.profit, colour)
    box.line((report.cut_off, report.cut_off), box.y, QUIET, 0.8, (2, 2))
    right = report.cut_off > 0.8
    box.text(
        box.across(report.cut_off) + (-3 if right else 3),
        box.bottom + 3,
        text("cut-off"),
        to="right" if right else "left",
    )
    if result.best is not None:
        x, y = result.cut_off[result.best], result.profit[result.best]
        box.dot(x, y, colour)
        to = "left" if x < 0.3 else "right" if x > 0.7 else "middle"
        box.text(
            box.across(x), box.up(y) + 6, text("best: {amount}", amount=amount(y, result)), to=to, bold=True, colour=INK
        )


def calibration(canvas: Canvas, report: Report, result: Any, place: tuple[float, float, float, float]) -> None:
    """Reliability diagram with intervals, beside the diagonal of perfect calibration."""
    left, bottom, width, height = place
    box = ChartBox(canvas, left + 26, bottom + 24, width - 32, height - 30)
    colour = colour_of(report.view.outcomes, report.view.outcome)
    box.grid(SHARES, [percent(share) for share in SHARES])
    box.share_axis(text("Probability of “{outcome}”", outcome=shortened(report.view.label, 18)))
    box.line((0, 1), (0, 1), QUIET, 0.8, (2, 2))
    for said, low, high in zip(result.said, result.low, result.high, strict=True):
        box.line((said, said), (low, high), colour, 0.8)
    if len(result.said) > 1:
        box.line(result.said, result.came, colour, 1)
    for said, came in zip(result.said, result.came, strict=True):
        box.dot(said, came, colour)


def importance(canvas: Canvas, report: Report, result: Any, place: tuple[float, float, float, float]) -> None:
    """The features that matter most: a bar each, its name above."""
    left, bottom, width, height = place
    rows = ranked(result, report.view)[:MOST_BARS]
    most = max(1e-9, *(row.mean for row in rows), 0.0)
    step = height / MOST_BARS
    box = ChartBox(canvas, left, bottom, width, height, x=(0.0, most))
    canvas.setStrokeColor(LINE)
    for at, row in enumerate(rows):
        top = bottom + height - at * step
        box.text(left, top - 8, shortened(row.label, 40), colour=INK)
        box.text(left + width, top - 8, number_text(round(row.mean, 3)), to="right", bold=True, colour=INK)
        canvas.setFillColor(LINE)
        canvas.rect(left, top - 16, width, 4, stroke=0, fill=1)
        canvas.setFillColor(colour_of(report.view.outcomes, report.view.outcome))
        canvas.rect(left, top - 16, max(0.0, box.across(row.mean) - left), 4, stroke=0, fill=1)


def steps(low: float, high: float) -> list[float]:
    """Round numbers from low to high, four to eight of them, 0 among them where it lies between."""
    if high <= low:
        return [low]
    raw = (high - low) / 5
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(power * each for each in (1, 2, 5, 10) if power * each >= raw)
    return [round(at * step, 9) for at in range(math.ceil(low / step), math.floor(high / step) + 1)]


def _pale(colour: str) -> Any:
    from reportlab.lib.colors import Color

    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return Color(red, green, blue, alpha=0.16)
