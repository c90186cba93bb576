"""A report as one HTML file that needs nothing else: no network, no server, no other file.

plotly.js stands in it once, compressed; the page inflates it itself. The file forbids itself every
address (Content-Security-Policy), so nothing that is written in it can call home.
"""

from __future__ import annotations

import base64
import datetime as dt
import gzip
from collections.abc import Sequence
from functools import cache
from html import escape
from pathlib import Path

from ml.bundle.model_card import HEADS, NOT_SAID, card_facts, schema_facts
from ml.plots.table import TextTable
from ml.report.contents import Chapter, Report, ReportPlot
from ml.report.summary import MeasureLine, cut_off_words, first, lines, outcome_rows, paragraphs
from ml.text.number_words import percent
from ml.translation import mark, reader_language, text

HERE = Path(__file__).parent
LIBRARY = "<!--plotly.js-->"  # placeholder of the compressed library, which cached reports are kept without
POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:"
WRITTEN = {
    key: head for key, head in HEADS.items() if key != "default"
}  # a file has no form, and so no column of starting values
OWN_DECISIONS = mark("As the model itself decides, whatever the cut-off.")


def with_library(written: str) -> bytes:
    """The file: what :func:`html_report` wrote, with the library in its place."""
    return written.replace(LIBRARY, library(), 1).encode()


@cache
def library() -> str:
    """plotly.js, compressed by gzip and written in base64: 4.8 MB become 2 MB; the browser inflates it."""
    from plotly.offline import get_plotlyjs

    packed = base64.b64encode(gzip.compress(get_plotlyjs().encode(), 9, mtime=0)).decode()
    return f'<script type="application/gzip" id="plotly">{packed}</script>'


def html_report(report: Report) -> str:
    """The report without the library.

    Returns
    -------
    str
        HTML with :data:`LIBRARY` where the library belongs.
    """
    title = f"{report.bundle.title}: “{report.view.label}”"
    chapters = [chapter for chapter in report.chapters if chapter.plots or chapter.lead]
    body = [
        _head(report),
        _index(chapters, report),
        _answers(report),
        _summary(report),
        _headline(report),
        *([_outcomes(report)] if report.several or report.overview is None else []),
        *map(_chapter, chapters),
        _card(report),
        _schema(report),
    ]
    return (
        f'<!doctype html>\n<html lang="{reader_language()}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{escape(title)}</title>\n<style>\n{_own('html_report.css')}</style>\n</head>\n<body>\n"
        + "\n".join(body)
        + f"\n{LIBRARY}\n<script>\n{_own('html_report.js')}</script>\n</body>\n</html>\n"
    )


@cache
def _own(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")


def _head(report: Report) -> str:
    made = dt.datetime.now(dt.UTC).date().isoformat()
    facts = f"{report.bundle.key} · {cut_off_words(report)} · {text('Report of {date}', date=made)}"
    return (
        f"<header>\n<p class=eyebrow>{escape(report.view.label)}</p>\n<h1>{escape(report.bundle.title)}</h1>\n"
        f"<p class=quiet>{escape(facts)}</p>\n</header>"
    )


def _index(chapters: Sequence[Chapter], report: Report) -> str:
    outcomes = [("outcomes", text("All outcomes"))] if report.several or report.overview is None else []
    rest = [("card", text("Card and limits")), ("schema", text("Schema"))]
    named = [
        ("answers", text("In short")),
        ("headline", text("Headline")),
        *outcomes,
        *((each.key, each.title) for each in chapters),
        *rest,
    ]
    links = "".join(f'<a href="#{key}">{escape(title)}</a>' for key, title in named)
    return f'<nav aria-label="{escape(text("In this report"))}">{links}</nav>'


def _answers(report: Report) -> str:
    """The three questions of a manager, each with its plain answer."""
    parts = [
        f"<div><h3>{escape(question)}</h3>\n<p><strong>{escape(first)}</strong></p>\n"
        + "".join(f"<p>{escape(sentence)}</p>" for sentence in rest)
        + "</div>"
        for question, (first, *rest) in report.answers
    ]
    return _section("answers", text("In short"), "", f"<div class=answers>{''.join(parts)}</div>")


def _summary(report: Report) -> str:
    words = "\n".join(f"<p>{escape(said)}</p>" for said in paragraphs(report))
    tiles = "".join(map(_tile, first(report)))
    return f'<section id="summary">\n<div class=words>\n{words}\n</div>\n<div class=tiles>{tiles}</div>\n</section>'


def _tile(line: MeasureLine) -> str:
    between = f"<span>{escape(line.between)}</span>" if line.between else ""
    return f"<div><span>{escape(line.label)}</span><strong>{escape(line.value)}</strong>{between}</div>"


def _headline(report: Report) -> str:
    rows = [
        f'<tr data-measure="{escape(line.key)}"><th scope="row">{escape(line.label)}'
        f"<small>{escape(line.definition)}</small></th>"
        + "".join(f"<td>{escape(cell)}</td>" for cell in (line.value, line.between, line.trivial))
        + "</tr>"
        for line in lines(report)
    ]
    heads = (
        text("Measure"), text("Value"), text("{level} interval", level=percent(0.95)), text("Without a model")
    )  # fmt: skip
    return _section("headline", text("Headline"), "", _table(heads, rows))


def _outcomes(report: Report) -> str:
    header, body = outcome_rows(report)
    rows = [_row(cells) for cells in body]
    return _section("outcomes", text("All outcomes"), text(OWN_DECISIONS), _table(header, rows))


def _chapter(chapter: Chapter) -> str:
    return _section(chapter.key, chapter.title, chapter.lead, "".join(_plot(each) for each in chapter.plots), "plots")


def _plot(shown: ReportPlot) -> str:
    """A plot with its question and its sentence; one that cannot be drawn says why in one line."""
    plot, plotted = shown.plot, shown.drawn
    head = f"<h3>{escape(text(plot.question))}</h3>"
    if plotted is None:
        why = f"<p>{escape(shown.refusal)}</p>"
        return f'<article class=refused data-refused="{escape(plot.key)}">{head}{why}</article>\n'
    if isinstance(plotted.figure, TextTable):
        whole = _table(plotted.figure.heads, [_row(row) for row in plotted.figure.rows])
        words = f"<p class=quiet>{escape(text(plot.method))}</p>{whole}<p>{escape(plotted.sentence)}</p>"
        return f'<article data-listed="{escape(plot.key)}">{head}{words}</article>\n'
    height = plotted.figure.layout.height or 360
    drawing = f'<div class=figure id="figure-{escape(plot.key)}" style="height:{height}px"></div>'
    data = f'<script type="application/json" data-plot="{escape(plot.key)}">{_json(plotted.figure.to_json())}</script>'
    return (
        f"<article>{head}<p class=quiet>{escape(text(plot.method))}</p>{drawing}<p>{escape(plotted.sentence)}</p>{data}"
        "</article>\n"
    )


def _json(written: str) -> str:
    """JSON that no text in it can end before its end."""
    return written.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _card(report: Report) -> str:
    facts = [
        f"<dt>{escape(label)}</dt><dd{' class=quiet' if said == text(NOT_SAID) else ''}>{escape(said)}</dd>"
        for label, said in card_facts(report.bundle)
    ]
    return _section("card", text("Card and limits"), "", f"<dl>{''.join(facts)}</dl>")


def _schema(report: Report) -> str:
    rows = [_row([schema_facts(feature)[key] for key in WRITTEN]) for feature in report.bundle.schema.features]
    return _section(
        "schema",
        text("Schema"),
        text("What the model asks for."),
        _table([text(head) for head in WRITTEN.values()], rows),
    )


def _section(key: str, title: str, lead: str, body: str, kind: str = "text") -> str:
    words = f"<p class=quiet>{escape(lead)}</p>\n" if lead else ""
    return f'<section id="{key}" class="{kind}">\n<h2>{escape(title)}</h2>\n{words}{body}\n</section>'


def _table(heads: Sequence[str], rows: Sequence[str]) -> str:
    named = "".join(f'<th scope="col">{escape(head)}</th>' for head in heads)
    return f"<div class=wide><table><thead><tr>{named}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"


def _row(cells: Sequence[str]) -> str:
    rest = "".join(f"<td>{escape(cell)}</td>" for cell in cells[1:])
    return f'<tr><th scope="row">{escape(cells[0])}</th>{rest}</tr>'
