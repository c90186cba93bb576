"""Texts about a call list: its forecast, and remarks for the person who uses it."""

from __future__ import annotations

from ml.bundle.bundle import Bundle
from ml.campaign.forecast import Forecast, expected_and_actual
from ml.campaign.pick import PickedCalls, room
from ml.campaign.wish import Wish
from ml.decision.decide import acts
from ml.errors import LikelyError
from ml.locale import localized, percent
from ml.metrics.evaluation import evaluation_of
from ml.translation import in_row, mark, plural, text

FEW = 30  # records of the hold-out: below, they say little


def sentence(brings: Forecast, wish: Wish, currency: str = "") -> str:
    """The forecast in one or two sentences; `currency` stands behind money."""
    if not brings.chosen:
        return text("Nobody is on this list.")
    said = [
        plural(
            "{n} call should bring {buyers} (between {low} and {high}); as many picked blindly, {chance}.",
            "{n} calls should bring {buyers} (between {low} and {high}); as many picked blindly, {chance}.",
            round(brings.calls),
            n=_count(brings.calls),
            buyers=_count(round(brings.buyers)),
            low=_count(brings.buyers_low),
            high=_count(brings.buyers_high),
            chance=_count(brings.by_chance),
        )
    ]
    if wish.in_money:
        said.append(
            text(
                "After the cost of {cost} that leaves {profit} (between {low} and {high}).",
                cost=_count(brings.cost) + _behind(currency),
                profit=_count(brings.profit) + _behind(currency),
                low=_count(brings.profit_low),
                high=_count(brings.profit_high),
            )
        )
    if brings.control:
        control = brings.control
        said.append(
            plural(
                "{n} more is kept back to compare with.",
                "{n} more are kept back to compare with.",
                control,
                n=_count(control),
            )
        )
    return " ".join(said)


def promise(brings: Forecast) -> str:
    """Verdict on the model's own number of buyers, in one sentence; empty for an empty list."""
    slots = {"own": _count(brings.buyers_model), "corrected": _count(brings.buyers)}
    if not brings.calls:
        return ""
    return text(PROMISES[brings.verdict], **slots)


PROMISES = {
    "too_much": mark("This model promises too much: by its own numbers {own}, corrected {corrected} expected."),
    "too_little": mark("This model promises too little: by its own numbers {own}, corrected {corrected} expected."),
    "held": mark("The model's promises held on the hold-out: by its own numbers {own}."),
    "too_few": mark(
        "The hold-out has too few such records to say whether the model's promises hold: by its own numbers {own}."
    ),
}


def _compared(brings: Forecast) -> list[str]:
    """Smallest effect that a control group of this size can show, in words."""
    if not brings.control or not brings.calls:
        return []
    slots = {"n": _count(brings.control), "all": _count(brings.control + brings.calls)}
    if brings.smallest_effect is None:
        return [
            text(
                "With {n} kept back of {all}, no difference can be told from chance: keep back more, or call more.",
                **slots,
            )
        ]
    points = localized(f"{100 * brings.smallest_effect:.1f}")
    return [
        text(
            "With {n} kept back of {all}, a difference below {points} points cannot be told from chance.",
            **slots,
            points=points,
        )
    ]


def notes(bundle: Bundle, wish: Wish, picked: PickedCalls, brings: Forecast, currency: str = "") -> list[str]:
    """Quotas that fall short, calls that lose or were left out, and whether the probabilities held on the hold-out."""
    said = [_short(wish, value, there) for value, there in picked.short.items()]
    unknown = [name for name, payoff in zip(wish.outcomes, wish.payoffs, strict=True) if not payoff.stated]
    if wish.in_money and unknown:
        nothing = text("Nothing is said of what {outcomes} would bring: that counts as 0.", outcomes=in_row(unknown))
        said.append(nothing)
    if brings.losing:
        lost = {"n": _count(brings.losing), "amount": f"{_money(brings.loss)}{_behind(currency)}"}
        said.append(text("{n} of the calls are expected to lose {amount} in all.", **lost))
    if brings.verdict == "too_much" and brings.losing_corrected > brings.losing:
        losing = _count(brings.losing_corrected)
        said.append(text("By the corrected numbers {n} of the calls are expected to lose.", n=losing))
    if picked.left_out and (wish.by == "cutoff" or len(picked.rows) < room(wish)):
        said.append(
            text(
                "{n} more are left out, because acting on them is expected to lose money. They are taken where you "
                "allow losses.",
                n=_count(picked.left_out),
            )
        )
    if len(wish.outcomes) == 1 and brings.lowest is not None:
        said += _kept(bundle, wish.outcomes[0], brings.lowest)
    return said + _compared(brings)


def _short(wish: Wish, value: str, there: int) -> str:
    """A quota that falls short."""
    slots = {"value": value, "wanted": _count(wish.quotas[value]), "there": _count(there)}
    if wish.in_money and not wish.losses:
        return text(
            "Of {value} at least {wanted} are wanted, and the file has {there} on whom acting should not lose.", **slots
        )
    return text("Of {value} at least {wanted} are wanted, and the file has {there}.", **slots)


def _kept(bundle: Bundle, outcome: str, lowest: float) -> list[str]:
    try:
        seen = evaluation_of(bundle).of(outcome)
    except LikelyError:
        return []
    if seen.probabilities is None:
        return []
    expected, came = expected_and_actual(seen.truth, seen.probabilities, seen.weight, lowest)
    records = int(acts(seen.probabilities, lowest).sum())
    slots = {"share": percent(f"{100 * lowest:.1f}"), "n": _count(records)}
    slots |= {"expected": _count(round(expected)), "came": _count(round(came))}
    if records < FEW:
        return [
            text(
                "Of the hold-out's records from {share} up ({n}), which are too few to say much: {expected} were to be "
                "expected, and {came} came.",
                **slots,
            )
        ]
    return [
        text(
            "Of the hold-out's records from {share} up ({n}): {expected} were to be expected, and {came} came.", **slots
        )
    ]


def _count(value: float) -> str:
    return localized(f"{round(value):,}")


def _money(amount: float) -> str:
    """Money in whole units, or with two decimals where it is little."""
    return localized(f"{amount:,.0f}" if amount >= 10 else f"{amount:,.2f}")


def _behind(currency: str) -> str:
    return f"\u00a0{currency}" if currency else ""
