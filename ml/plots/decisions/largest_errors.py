"""Table of the largest errors; each row opens its record on the Prediction page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ml.plots.option import Choices, Option
from ml.plots.plot import PROBABILITIES, Plot, Study, View
from ml.plots.shared_options import chosen
from ml.plots.table import Table
from ml.slices.largest_errors import ALARM, BOTH, MISSED, LargestErrors, largest_errors
from ml.text.number_words import count, percent

if TYPE_CHECKING:
    from ml.bundle.bundle import Bundle

MOST = 12


def _sorts(bundle: Bundle, outcome: str) -> Choices:
    label = bundle.outcomes[outcome].label
    return [(BOTH, "All records"), (MISSED, f"With “{label}”"), (ALARM, f"Without “{label}”")]


OPTIONS = (Option("sort", "Records", _sorts),)


def compute(study: Study) -> LargestErrors:
    """The records with the largest distance between probability and truth."""
    return largest_errors(study.bundle, study.answers, study.outcome, chosen(study.options["sort"]), MOST)


def draw(result: LargestErrors, view: View) -> Table:
    """A row for each record: what the model said, what was true, and what led the model there."""
    columns = zip(result.record, result.probability, result.was, result.reasons, strict=True)
    return Table(
        heads=("Record", f"Said for “{view.label}”", "In truth", "What led it there"),
        rows=[
            (count(record), percent(said), was, reasons or "no value alone") for record, said, was, reasons in columns
        ],
        links=result.link,
    )


def say(result: LargestErrors, view: View) -> str:
    """Sentence: size of the largest errors, and the number on the wrong side of one half."""
    said, was = percent(result.probability[0]), result.was[0]
    return (
        f"The model was most wrong on record {count(result.record[0])}: it said {said} for “{view.label}”; in truth: "
        f"{was}. On {count(result.wrong)} of {count(result.records)} records it was more than 50 points off. "
        f"A record that is far off may be a wrong entry as well as a hard case. What led it there are the model's "
        f"reasons, not causes."
    )


PLOT = Plot(
    key="mistakes",
    question="On which records was the model most wrong?",
    method="Largest errors",
    page="performance",
    section="errors",
    result=LargestErrors,
    compute=compute,
    draw=draw,
    say=say,
    needs=PROBABILITIES,
    options=OPTIONS,
    revision=3,
    wide=True,
)
