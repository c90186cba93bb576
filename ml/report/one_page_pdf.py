"""The summary of a version on one page of A4, to hand round: words, headline numbers, three vector drawings.

What does not fit is shortened at a word, never cut through. reportlab is loaded when the first PDF
is made.
"""

from __future__ import annotations

import io
from functools import cache
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph

from ml.bundle.model_card import NOT_SAID, card_facts
from ml.plots.catalogue import find
from ml.report import charts
from ml.report.charts import BOLD, INK, LINE, PLAIN, QUIET
from ml.report.contents import Report
from ml.report.summary import MeasureLine, cut_off_words, first, paragraphs
from ml.text.cut_off_words import COUNTS
from ml.text.number_words import count, percent
from ml.translation import mark, reader_language, text

FONTS = Path(__file__).parent / "fonts"
WIDE, HIGH = A4
SIDE, TOP, FOOT = 48.0, 46.0, 40.0  # points
INNER = WIDE - 2 * SIDE
GAP = 24.0
TALL, SHORT = 66.0, 42.0  # a tile with and without the trivial model's value
# Our fonts hold Latin, Greek and Cyrillic letters; these signs have a twin in them.
MARKS = {"\u2066": "", "\u2069": ""}  # of direction, which reportlab would draw
TWINS = str.maketrans(MARKS | {"−": "–", "→": "–", "≥": "from ", "≤": "to ", "≈": "about ", "\u2009": "\u00a0"})
CELLS = {"true_positive": mark("found"), "false_negative": mark("missed"), "false_positive": mark("false alarms"),
         "true_negative": mark("rightly left")}  # fmt: skip


def one_page_pdf(report: Report) -> bytes:
    """The PDF."""
    _fonts()
    target = io.BytesIO()
    canvas = _Canvas(target, pagesize=A4, initialFontName=PLAIN, lang=reader_language())
    canvas.setTitle(f"{report.bundle.title}: {report.view.label}")
    canvas.setAuthor("Likely")
    canvas.setSubject(report.bundle.key)
    top = _head(canvas, report, HIGH - TOP)
    top = _words(canvas, report, top - 14)
    top = _tiles(canvas, report, top - 14)
    foot = _foot(canvas, report)
    _drawings(canvas, report, top - 20, foot + 16)
    canvas.showPage()
    canvas.save()
    return target.getvalue()


class _Canvas(Canvas):
    """A canvas that writes only what its fonts can show."""

    def drawString(self, x: float, y: float, text: str, **more: Any) -> None:  # noqa: N802 - reportlab's name
        super().drawString(x, y, _writable(text), **more)

    def drawRightString(self, x: float, y: float, text: str, **more: Any) -> None:  # noqa: N802
        super().drawRightString(x, y, _writable(text), **more)

    def drawCentredString(self, x: float, y: float, text: str, **more: Any) -> None:  # noqa: N802
        super().drawCentredString(x, y, _writable(text), **more)


@cache
def _fonts() -> None:
    pdfmetrics.registerFont(TTFont(PLAIN, FONTS / "NotoSans-Regular.ttf"))
    pdfmetrics.registerFont(TTFont(BOLD, FONTS / "NotoSans-Bold.ttf"))
    pdfmetrics.registerFontFamily(PLAIN, normal=PLAIN, bold=BOLD, italic=PLAIN, boldItalic=BOLD)


@cache
def _known() -> frozenset[int]:
    return frozenset(pdfmetrics.getFont(PLAIN).face.charToGlyph)


def _writable(text: str) -> str:
    """The text with every letter that our fonts lack as "?"."""
    return "".join(each if ord(each) in _known() else "?" for each in str(text).translate(TWINS))


def _flow(canvas: Canvas, words: str, top: float, size: float, most: float, **style: Any) -> float:
    """Wrap words into lines below `top`, at most `most` high, cut at a word; gives their lower edge."""
    fixed = {"fontName": PLAIN, "fontSize": size, "leading": size * 1.42, "textColor": HexColor(INK)}
    look = ParagraphStyle("", **(fixed | style))
    words, shown = _writable(words), None
    while words:
        block = Paragraph(escape(words) if shown is None else escape(shown), look)
        height: float = block.wrap(INNER, 10_000)[1]
        if height <= most + 0.01:
            block.drawOn(canvas, SIDE, top - height)
            return top - height
        words = words.rsplit(" ", 1)[0] if " " in words else ""
        shown = f"{words} …" if words else None
    return top


def _head(canvas: Canvas, report: Report, top: float) -> float:
    bottom = _flow(canvas, report.view.label, top, 9, 13)
    bottom = _flow(canvas, report.bundle.title, bottom, 19, 55, fontName=BOLD)
    canvas.setFillColor(QUIET)
    canvas.setFont(PLAIN, 8)
    canvas.drawString(SIDE, bottom - 12, f"{report.bundle.key}  ·  {cut_off_words(report)}")
    _rule(canvas, bottom - 20)
    return bottom - 20


def _rule(canvas: Canvas, y: float) -> None:
    canvas.setStrokeColor(LINE)
    canvas.setLineWidth(0.7)
    canvas.line(SIDE, y, WIDE - SIDE, y)


def _words(canvas: Canvas, report: Report, top: float) -> float:
    for said in paragraphs(report):
        top = _flow(canvas, said, top, 9.2, 52) - 4
    return top + 4


def _tiles(canvas: Canvas, report: Report, top: float) -> float:
    """The few measures that stand out: number, interval, and what one has without a model."""
    shown = first(report)
    width = (INNER - GAP * 3 / 2) / 4
    for at, line in enumerate(shown):
        _tile(canvas, line, SIDE + at * (width + GAP / 2), top, width, TALL if report.overview else SHORT)
    return top - (TALL if report.overview else SHORT) if shown else top


def _tile(canvas: Canvas, line: MeasureLine, left: float, top: float, width: float, height: float) -> None:
    canvas.setFillColor("#f4f6f8")
    canvas.roundRect(left, top - height, width, height, 5, stroke=0, fill=1)
    canvas.setFillColor(QUIET)
    canvas.setFont(PLAIN, 7.5)
    canvas.drawString(left + 9, top - 14, line.label)
    canvas.setFillColor(INK)
    canvas.setFont(BOLD, 17)
    canvas.drawString(left + 9, top - 33, line.value)
    canvas.setFillColor(QUIET)
    canvas.setFont(PLAIN, 7)
    canvas.drawString(left + 9, top - 45, line.between)
    alone = line.trivial.partition(", ")
    canvas.drawString(left + 9, top - 57, text("without a model {value}", value=alone[0]) if line.trivial else "")


def _drawings(canvas: Canvas, report: Report, top: float, bottom: float) -> None:
    """Two drawings above, importance and the four counts below; each fills its part of what is left."""
    width, height = (INNER - GAP) / 2, (top - bottom - GAP) / 2
    upper = [("profit", charts.profit), ("roc", charts.roc), ("calibration", charts.calibration)]
    drawings = [(key, draw, report.result(key)) for key, draw in upper]
    shown = [(key, draw, result) for key, draw, result in drawings if result is not None][:2]
    places = [(SIDE, top - height), (SIDE + width + GAP, top - height)] if shown else []
    for (key, draw, result), (left, low) in zip(reversed(shown), places, strict=False):
        _title(canvas, key, left, low + height)
        draw(canvas, report, result, (left, low, width, height - 28))
    low = bottom if shown else top - height
    result = report.result("importance")
    if result is not None:
        rise = text("Rise of the {measure} with the values of a feature shuffled", measure=text(result.measure))
        _named(canvas, text(find("importance").question), rise, SIDE, low + height)
        charts.importance(canvas, report, result, (SIDE, low, width, height - 32))
    _four(canvas, report, SIDE + width + GAP, low + height, width)


def _title(canvas: Canvas, key: str, left: float, top: float) -> None:
    plot = find(key)
    _named(canvas, text(plot.question), text(plot.method), left, top)


def _named(canvas: Canvas, question: str, method: str, left: float, top: float) -> None:
    canvas.setFillColor(INK)
    canvas.setFont(BOLD, 9.5)
    canvas.drawString(left, top - 9, question)
    canvas.setFillColor(QUIET)
    canvas.setFont(PLAIN, 8)
    canvas.drawString(left, top - 20, method)


def _four(canvas: Canvas, report: Report, left: float, top: float, width: float) -> None:
    """Records of the hold-out by decision and truth, at the cut-off in use."""
    if report.overview is None:
        return
    columns, row = report.overview.table.columns, report.overview.row
    _named(canvas, text("What becomes of the records of the hold-out?"), text("At the cut-off"), left, top)
    side, tall = (width - 62) / 2, 46.0
    for at, words in enumerate((text("Acted on"), text("Left alone"))):
        canvas.drawCentredString(left + 62 + side * (at + 0.5), top - 40, words)
    for at, words in enumerate((text("With it"), text("Without it"))):
        canvas.drawString(left, top - 50 - tall * (at + 0.5) - 2, words)
    for at, (name, words) in enumerate(CELLS.items()):
        # true positives, false negatives; false positives, true negatives: the page's order
        x, y = left + 62 + side * (at % 2), top - 48 - tall * (at // 2 + 1)
        canvas.setFillColor("#e9effb" if name in (COUNTS[0], COUNTS[3]) else "#f4f6f8")
        canvas.rect(x + 1.5, y + 1.5, side - 3, tall - 3, stroke=0, fill=1)
        canvas.setFillColor(INK)
        canvas.setFont(BOLD, 13)
        canvas.drawCentredString(x + side / 2, y + tall / 2, count(columns[name][row] or 0.0))
        canvas.setFillColor(QUIET)
        canvas.setFont(PLAIN, 7.5)
        canvas.drawCentredString(x + side / 2, y + tall / 2 - 13, text(words))


def _foot(canvas: Canvas, report: Report) -> float:
    """Draw the footer: out-of-scope uses and provenance of the model; gives its upper edge."""
    facts = dict(card_facts(report.bundle))
    shown = (text("Limits"), text("Data"), text("Owner"))
    stated = [f"{label}: {facts[label]}" for label in shown if facts[label] != text(NOT_SAID)]
    version_made = text("Version made: {date}.", date=facts[text("Made")])
    if report.overview:
        ends = text("Intervals are {level}; without a model no two records are told apart.", level=percent(0.95))
        version_made = f"{version_made} {ends}"
    _rule(canvas, FOOT + 66)
    top = FOOT + 60
    for said in [*stated, version_made]:
        top = _flow(canvas, said, top, 7.2, 31) - 2
    return FOOT + 66
