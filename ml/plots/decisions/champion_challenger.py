"""Plot ``challenger``: champion and challenger, two versions of the model on the same hold-out."""

from __future__ import annotations

from ml.bundle.bundle import Bundle
from ml.errors import NothingToShow
from ml.lifecycle.versions import others
from ml.plots.columns import Column, Columns, ends, yes_no
from ml.plots.option import Choices, Option
from ml.plots.plot import Plot, Study, View
from ml.plots.row_layout import MARGIN, height_of, named_rows, rows_axis, spans, upright
from ml.plots.shared_options import AT_CUT_OFF, chosen, cut_off_of, measure_text
from ml.plots.theme import Figure, figure
from ml.plots.traces import dots
from ml.slices.challenger import ChallengerComparison, challenge
from ml.slices.segments import LABELS
from ml.text.number_words import count, p_value_text, with_span
from ml.text.words import number_text
from ml.translation import in_row, mark, text


def _versions(bundle: Bundle, _: str) -> Choices:
    return [(version.fingerprint, version.choice) for version in others(bundle)]


OPTIONS = (Option("version", mark("Compare with"), _versions), AT_CUT_OFF)


def compute(study: Study) -> ChallengerComparison:
    """Comparison of the chosen version with this one."""
    fingerprint = chosen(study.options["version"])
    if not fingerprint or study.version is None:
        raise NothingToShow(
            text("This model has one version only."),
            text(
                "Train or add it again: the versions of before stay and can be compared. With {option} the new one is "
                "not live yet.",
                option="--hold",
            ),
        )
    other = study.version(fingerprint)
    return challenge(study.bundle, other, study.answers, study.outcome, cut_off_of(study))


def draw(result: ChallengerComparison, view: View) -> Figure:
    """A dot and its interval for each measure; to the right of the line the challenger is better."""
    signs = [1.0 if better == "high" else -1.0 for better in result.better]
    gains = [_times(sign, value) for sign, value in zip(signs, result.difference, strict=True)]
    ends = [
        sorted([_times(sign, low), _times(sign, high)], key=lambda end: end or 0.0)
        for sign, low, high in zip(signs, result.low, result.high, strict=True)
    ]
    low, high = ([end[at] for end in ends] for at in (0, 1))
    reach = 1.1 * max([0.01, *(abs(value) for value in (*gains, *low, *high) if value is not None)])
    places = [at for at, gain in enumerate(gains) if gain is not None]
    words = [_words(result, at) for at in places]
    differences = dots([gains[at] for at in places], places, words, color=view.colour)
    changes = [_change(result, at) for at in range(len(gains))]
    names = [text(LABELS[key]) for key in result.measures]
    return figure(
        [upright(0.0, len(gains)), spans(low, high), differences],
        margin=MARGIN,
        height=height_of(len(gains)) + 10,
        annotations=named_rows(names, changes, [""] * len(gains), -reach),
        xaxis={"range": [-reach, reach], "nticks": 5, "title": {"text": text("← worse        better →")}},
        yaxis=rows_axis(len(gains)),
    )


def say(result: ChallengerComparison, _view: View) -> str:
    """Sentence: records that only one version decides correctly, which measures differ beyond chance, and caveats."""
    names = {"other": result.challenger, "this": result.champion}
    made = text("Version {other} beside {this}, on {n} records.", **names, n=count(result.records))
    return f"{made} {_decided(result)} {_sure(result)} {_seen(result)}"


def _decided(result: ChallengerComparison) -> str:
    if not result.only_first + result.only_second:
        return text("Both are right and wrong on the very same records.")
    return text(
        "Only the other one decides {other} of them rightly, only this one {this} (McNemar's test, {p_value}).",
        other=count(result.only_second),
        this=count(result.only_first),
        p_value=p_value_text(result.p_value),
    )


def _sure(result: ChallengerComparison) -> str:
    """Words for the measures whose difference is beyond chance, as one family."""
    many = count(len(result.measures))
    words = [
        text("{measure} (better)", measure=text(LABELS[key]))
        if (gap or 0.0) * (1 if way == "high" else -1) > 0
        else text("{measure} (worse)", measure=text(LABELS[key]))
        for key, gap, way, beyond in zip(result.measures, result.difference, result.better, result.beyond, strict=True)
        if beyond
    ]
    if not words:
        return text("No difference is more than chance would make (corrected for looking at {n} measures).", n=many)
    return text(
        "The other one differs beyond chance, corrected for looking at {n} measures: {measures}.",
        n=many,
        measures=in_row(words),
    )


def _seen(result: ChallengerComparison) -> str:
    if result.same_holdout:
        return text("Both were made with this hold-out.")
    if result.newer:
        return text(
            "The other version was made later, and with another hold-out: it may have seen these records in training, "
            "and then it looks better than it is."
        )
    return text(
        "The other version was made with another hold-out: it may have seen these records in training, and then it "
        "looks better than it is."
    )


def _change(result: ChallengerComparison, at: int) -> str:
    key = result.measures[at]
    return f"{measure_text(key, result.first[at])} → {measure_text(key, result.second[at])}"


def _words(result: ChallengerComparison, at: int) -> str:
    known = [(end or 0.0) for end in (result.difference[at], result.low[at], result.high[at])]
    difference, low, high = (number_text(round(value, 4)) for value in known)
    difference = text("difference {value}", value=with_span(difference, low, high))
    return f"<b>{text(LABELS[result.measures[at]])}</b><br>{_change(result, at)}<br>{difference}"


def _times(sign: float, value: float | None) -> float | None:
    return None if value is None else sign * value


def columns(result: ChallengerComparison, _view: View) -> Columns:
    """Columns of the table beside the figure: headings and formats."""
    return {
        "measures": Column(text("Measure"), lambda key: text(LABELS[key])),
        "first": Column(result.champion, _number),
        "second": Column(result.challenger, _number),
        "difference": Column(text("Difference"), _number),
        **ends(_number),
        "beyond": Column(text("Beyond chance"), yes_no),
    }


def _number(value: float) -> str:
    return number_text(round(value, 4))


PLOT = Plot(
    key="challenger",
    question=mark("Is another version better?"),
    method=mark("Champion and challenger"),
    page="performance",
    section="versions",
    result=ChallengerComparison,
    compute=compute,
    draw=draw,
    say=say,
    columns=columns,
    options=OPTIONS,
    revision=2,
    fits=lambda bundle: bool(others(bundle)),
)
