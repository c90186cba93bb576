"""Texts about a call list: its forecast, and remarks for the person who uses it."""

from __future__ import annotations

from ml.bundle.bundle import Bundle
from ml.campaign.forecast import Forecast, expected_and_actual
from ml.campaign.pick import Picked, room
from ml.campaign.wish import Wish
from ml.errors import LikelyError
from ml.locale import localized, percent
from ml.metrics.evaluation import evaluation_of

FEW = 30  # records of the hold-out: below, they say little


def sentence(brings: Forecast, wish: Wish, currency: str = "") -> str:
    """The forecast in one or two sentences; `currency` stands behind money."""
    if not brings.chosen:
        return "Nobody is on this list."
    kept = f" {_count(brings.control)} more are kept back to compare with." if brings.control else ""
    buyers = f"{_count(round(brings.buyers))} (between {_count(brings.buyers_low)} and {_count(brings.buyers_high)})"
    said = f"{_count(brings.calls)} calls should bring {buyers}; as many picked blindly, {_count(brings.by_chance)}."
    if wish.in_money:
        money = _behind(currency)
        between = f"between {_count(brings.profit_low)} and {_count(brings.profit_high)}"
        said += (
            f" After the cost of {_count(brings.cost)}{money} that leaves {_count(brings.profit)}{money} ({between})."
        )
    return said + kept


def promise(brings: Forecast) -> str:
    """Whether the model's own number of buyers holds, in one sentence; empty for an empty list."""
    own, corrected = _count(brings.buyers_model), _count(brings.buyers)
    if not brings.calls:
        return ""
    return {
        "too_much": f"This model promises too much: by its own numbers {own}, corrected {corrected} expected.",
        "too_little": f"This model promises too little: by its own numbers {own}, corrected {corrected} expected.",
        "held": f"The model's promises held on the hold-out: by its own numbers {own}.",
        "too_few": (
            f"The hold-out has too few such records to say whether the model's promises hold: by its own numbers {own}."
        ),
    }[brings.verdict]


def _compared(brings: Forecast) -> list[str]:
    """What the size of the control group can show."""
    if not brings.control or not brings.calls:
        return []
    group = f"With {_count(brings.control)} kept back of {_count(brings.control + brings.calls)}"
    if brings.smallest_effect is None:
        return [f"{group}, no difference can be told from chance: keep back more, or call more."]
    points = localized(f"{100 * brings.smallest_effect:.1f}")
    return [f"{group}, a difference below {points} points cannot be told from chance."]


def notes(bundle: Bundle, wish: Wish, found: Picked, brings: Forecast, currency: str = "") -> list[str]:
    """Quotas that fall short, calls that lose or were left out, and whether the probabilities held on the hold-out."""
    paying = " on whom acting should not lose" if wish.in_money and not wish.losses else ""
    said = [
        f"Of {value} at least {_count(wish.quotas[value])} are wanted, and the file has {_count(there)}{paying}."
        for value, there in found.short.items()
    ]
    unknown = [name for name, payoff in zip(wish.outcomes, wish.payoffs, strict=True) if not payoff.stated]
    if wish.in_money and unknown:
        said.append(f"Nothing is said of what {', '.join(unknown)} would bring: that counts as 0.")
    if brings.losing:
        lost = f"{_money(brings.loss)}{_behind(currency)}"
        said.append(f"{_count(brings.losing)} of the calls are expected to lose {lost} in all.")
    if brings.verdict == "too_much" and brings.losing_corrected > brings.losing:
        said.append(f"By the corrected numbers {_count(brings.losing_corrected)} of the calls are expected to lose.")
    if found.left_out and _shorter(wish, found):
        said.append(
            f"{_count(found.left_out)} more are left out, because acting on them is expected to lose money. "
            "They are taken where you allow losses."
        )
    if len(wish.outcomes) == 1 and brings.lowest is not None:
        said += _kept(bundle, wish.outcomes[0], brings.lowest)
    return said + _compared(brings)


def _shorter(wish: Wish, found: Picked) -> bool:
    """Whether the list is shorter for want of records on whom acting should not lose."""
    return wish.by == "cutoff" or len(found.rows) < room(wish)


def _kept(bundle: Bundle, outcome: str, lowest: float) -> list[str]:
    try:
        seen = evaluation_of(bundle).of(outcome)
    except LikelyError:
        return []
    if seen.probabilities is None:
        return []
    expected, came = expected_and_actual(seen.truth, seen.probabilities, seen.weight, lowest)
    records = int((seen.probabilities >= lowest).sum())
    where = f"Of the hold-out's records from {percent(f'{100 * lowest:.1f}')} up ({_count(records)})"
    few = ", which are too few to say much" if records < FEW else ""
    return [f"{where}{few}: {_count(round(expected))} were to be expected, and {_count(round(came))} came."]


def _count(value: float) -> str:
    return localized(f"{round(value):,}")


def _money(amount: float) -> str:
    """Money in whole units, or with two decimals where it is little."""
    return localized(f"{amount:,.0f}" if amount >= 10 else f"{amount:,.2f}")


def _behind(currency: str) -> str:
    return f"\u00a0{currency}" if currency else ""
