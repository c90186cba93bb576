"""The Performance page's plots of money, segments, versions and errors: one row each, in their order."""

from __future__ import annotations

from ml.challenger import Challenger
from ml.groups import Groups
from ml.mistakes import Mistakes
from ml.money import Money
from ml.plots import (
    challenger,
    groups,
    mistakes,
    profit,
    profit_share,
    segment_pairs,
    segments,
    worst_segments,
)
from ml.plots.plot import PROBABILITIES, Mark, Plot
from ml.segment_pairs import Pairs
from ml.segments import Segments
from ml.worst import Worst

DECISIONS: tuple[Plot, ...] = (
    Plot(
        key="profit",
        title="Profit by cut-off",
        question="From which probability does acting pay most?",
        page="performance",
        result=Money,
        compute=profit.compute,
        draw=profit.draw,
        say=profit.say,
        needs=PROBABILITIES,
        options=profit.MONEY,
        mark=Mark("cut_off"),
    ),
    Plot(
        key="profit-share",
        title="Profit by share",
        question="How many records should we act on?",
        page="performance",
        result=Money,
        compute=profit.compute,
        draw=profit_share.draw,
        say=profit_share.say,
        needs=PROBABILITIES,
        options=profit.MONEY,
        mark=Mark("selected"),
    ),
    Plot(
        key="segments",
        title="Segments",
        question="Is the model as good everywhere?",
        page="performance",
        result=Segments,
        compute=segments.compute,
        draw=segments.draw,
        say=segments.say,
        options=segments.OPTIONS,
        revision=2,
    ),
    Plot(
        key="segment-pairs",
        title="Segments by two features",
        question="Is the model as good in every corner?",
        page="performance",
        result=Pairs,
        compute=segment_pairs.compute,
        draw=segment_pairs.draw,
        say=segment_pairs.say,
        rows=segment_pairs.rows,
        options=segment_pairs.OPTIONS,
        revision=2,
    ),
    Plot(
        key="worst-segments",
        title="Worst segments",
        question="Where does the model err most?",
        page="performance",
        result=Worst,
        compute=worst_segments.compute,
        draw=worst_segments.draw,
        say=worst_segments.say,
        options=worst_segments.OPTIONS,
    ),
    Plot(
        key="groups",
        title="Groups compared",
        question="Are groups treated alike?",
        page="performance",
        result=Groups,
        compute=groups.compute,
        draw=groups.draw,
        say=groups.say,
        rows=groups.rows,
        options=groups.OPTIONS,
        revision=2,
    ),
    Plot(
        key="challenger",
        title="Champion and challenger",
        question="Is another version better?",
        page="performance",
        result=Challenger,
        compute=challenger.compute,
        draw=challenger.draw,
        say=challenger.say,
        options=challenger.OPTIONS,
    ),
    Plot(
        key="mistakes",
        title="Largest errors",
        question="On which records was the model most wrong?",
        page="performance",
        result=Mistakes,
        compute=mistakes.compute,
        draw=mistakes.draw,
        say=mistakes.say,
        needs=PROBABILITIES,
        options=mistakes.OPTIONS,
        revision=2,
    ),
)
