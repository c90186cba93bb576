"""Plot ``rules``: surrogate tree, the model in a few rules."""

from __future__ import annotations

from textwrap import wrap

from ml.decision.cut_offs import card_cut_off
from ml.insights.surrogate import Surrogate, surrogate
from ml.plots.columns import Column, Columns, records
from ml.plots.option import Option
from ml.plots.plot import PROBABILITIES, Plot, Rows, Study, View
from ml.plots.theme import Figure, figure, note, percent_ticks
from ml.plots.traces import row_bars
from ml.text.cut_off_words import cut_off_text
from ml.text.few_words import few_words
from ml.text.number_words import count, part_words, percent
from ml.translation import mark, text

WIDE = 40  # characters in a line that fit on a phone
LINE, BAR = 17, 34  # pixels

CUT = Option(
    "cut_off",
    mark("Cut-off"),
    default=lambda bundle, outcome: card_cut_off(bundle.card, outcome),
    low=0.0,
    high=1.0,
    help=mark("For how often rules and model agree."),
)


def compute(study: Study) -> Surrogate:
    """Surrogate rules for the outcome, with their fidelity."""
    cut_off = study.options["cut_off"]
    if cut_off is None:  # the field was emptied
        cut_off = card_cut_off(study.bundle.card, study.outcome)
    return surrogate(study.bundle, study.outcome, float(cut_off))


def draw(result: Surrogate, view: View) -> Figure:
    """A bar a rule, the highest probability on top, with the rule above it."""
    texts = [wrap(rule, WIDE) for rule in result.rules]
    tops, total = [], 0
    for lines in texts:
        tops.append(total)
        total += BAR + LINE * (len(lines) + 1)
    middles = [top + LINE * (len(lines) + 1) + BAR / 3 for top, lines in zip(tops, texts, strict=True)]
    words = [_seen(result, place, view) for place in range(len(texts))]
    names = [
        note("<br>".join([*lines, f"<b>{percent(value)}</b> · {part_words(records, result.total)}"]), 0, top)
        | {"xanchor": "left", "yanchor": "top", "align": "left"}
        for lines, value, records, top in zip(texts, result.probability, result.records, tops, strict=True)
    ]
    end = min(1.0, 1.05 * max(*result.probability, 1e-6)) if len(result.probability) > 1 else 1.0
    return figure(
        [row_bars(list(result.probability), view.colour, words, y=middles, width=14)],
        height=int(80 + total * 1.06),
        annotations=names,
        xaxis={"title": {"text": text("Mean probability of “{outcome}”", outcome=view.label)}, "range": [0, end]}
        | percent_ticks(0, end),
        yaxis={"visible": False, "range": [total, -4]},
    )


def say(result: Surrogate, view: View) -> str:
    """Sentence: the rule with the highest probability, and the fidelity of the rules."""
    if result.fidelity is None or len(result.rules) == 1:
        return text(
            "No rule parts the records: the model gives nearly all of them the same probability of “{outcome}”.",
            outcome=view.label,
        )
    most = text(
        "Most likely “{outcome}”: {rule} – {share} on average.",
        outcome=view.label,
        rule=result.rules[0],
        share=percent(result.probability[0]),
    )
    return f"{most}{few_words(result.records[0])} {_trust(result, result.fidelity)}"


def _trust(result: Surrogate, fidelity: float) -> str:
    """Fidelity of the rules to the model, in words."""
    slots = {"n": count(len(result.rules)), "share": percent(max(0.0, fidelity))}
    slots |= {"agreed": percent(result.agreement), "cut_off": cut_off_text(result.cut_off)}
    if fidelity >= 0.8:
        return text(
            "These {n} rules stand for the model well: they explain {share} of the variance of its probabilities on "
            "the hold-out (R²), and agree with it on {agreed} of the records at the cut-off {cut_off}.",
            **slots,
        )
    if fidelity >= 0.5:
        return text(
            "These {n} rules are a rough picture of the model only: they explain {share} of the variance of its "
            "probabilities on the hold-out (R²), and agree with it on {agreed} of the records at the cut-off "
            "{cut_off}.",
            **slots,
        )
    return text(
        "These {n} rules do not stand for the model: they explain {share} of the variance of its probabilities on the "
        "hold-out (R²), and agree with it on {agreed} of the records at the cut-off {cut_off}.",
        **slots,
    )


def rows(result: Surrogate, _view: View) -> Rows:
    """One row a rule."""
    columns = (result.rules, result.probability, result.observed, result.records)
    return ["rule", "mean probability", "share with the outcome", "records"], [
        list(cells) for cells in zip(*columns, strict=True)
    ]


def _seen(result: Surrogate, place: int, view: View) -> str:
    seen = result.observed[place]
    slots = {"share": percent(result.probability[place]), "outcome": view.label}
    if seen is None:
        return text("The model says {share} “{outcome}”;<br>none of the hold-out is here", **slots)
    return text(
        "The model says {share} “{outcome}”;<br>in truth {seen} of {n} in the hold-out",
        **slots,
        seen=percent(seen),
        n=count(result.records[place]),
    )


def columns(_result: Surrogate, view: View) -> Columns:
    """Columns of the table beside the figure: headings and formats."""
    return {
        "rule": Column(text("Profile")),
        "mean probability": Column(text("Mean probability"), percent),
        "share with the outcome": Column(text("Share with “{outcome}”", outcome=view.label), percent),
        "records": records(),
    }


PLOT = Plot(
    key="rules",
    question=mark("Which profiles are likely?"),
    method=mark("Surrogate tree"),
    page="insights",
    section="effects",
    result=Surrogate,
    compute=compute,
    draw=draw,
    say=say,
    columns=columns,
    ranked=True,
    named=("rules",),
    revision=2,
    rows=rows,
    needs=PROBABILITIES,
    options=(CUT,),
)
