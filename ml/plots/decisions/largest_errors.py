"""Table ``mistakes``: largest errors; each row opens its record on the Prediction page."""

from __future__ import annotations

from ml.bundle.bundle import Bundle
from ml.plots.option import Choices, Option
from ml.plots.plot import PROBABILITIES, Plot, Study, View
from ml.plots.shared_options import chosen
from ml.plots.table import TextTable
from ml.slices.largest_errors import ALARM, BOTH, MISSED, LargestErrors, largest_errors
from ml.text.number_words import count, percent
from ml.text.words import points_text
from ml.translation import mark, text

MOST = 12


def _sorts(bundle: Bundle, outcome: str) -> Choices:
    label = bundle.outcomes[outcome].label
    with_it, without = text("With “{outcome}”", outcome=label), text("Without “{outcome}”", outcome=label)
    return [(BOTH, text("All records")), (MISSED, with_it), (ALARM, without)]


OPTIONS = (Option("sort", mark("Records"), _sorts),)


def compute(study: Study) -> LargestErrors:
    """The records with the largest distance between probability and truth."""
    return largest_errors(study.bundle, study.answers, study.outcome, chosen(study.options["sort"]), MOST)


def draw(result: LargestErrors, view: View) -> TextTable:
    """A row for each record: what the model said, what was true, and what led the model there."""
    columns = zip(result.record, result.probability, result.was, result.reasons, strict=True)
    said = text("Said for “{outcome}”", outcome=view.label)
    return TextTable(
        heads=(text("Record"), said, text("In truth"), text("What led it there")),
        rows=[
            (count(record), percent(share), was, reasons or text("no value alone"))
            for record, share, was, reasons in columns
        ],
        links=result.link,
    )


def say(result: LargestErrors, view: View) -> str:
    """Sentence: size of the largest errors, and the number on the wrong side of one half."""
    return text(
        "The model was most wrong on record {record}: it said {said} for “{outcome}”; in truth: {was}. On {n} of {all} "
        "records it was more than {points} off. A record that is far off may be a wrong entry as well as a hard case. "
        "What led it there are the model's reasons, not causes.",
        record=count(result.record[0]),
        said=percent(result.probability[0]),
        outcome=view.label,
        was=result.was[0],
        n=count(result.wrong),
        all=count(result.records),
        points=points_text(50),
    )


PLOT = Plot(
    key="mistakes",
    question=mark("On which records was the model most wrong?"),
    method=mark("Largest errors"),
    page="performance",
    section="errors",
    result=LargestErrors,
    compute=compute,
    draw=draw,
    say=say,
    needs=PROBABILITIES,
    named=("was", "reasons", "unusual"),
    options=OPTIONS,
    revision=4,
    wide=True,
)
