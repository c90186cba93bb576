"""Profit in words: amounts, the sentence of the profit curve, and what a cut-off of the page brings."""

from __future__ import annotations

from ml.decision.payoff import Payoff
from ml.metrics.profit import ProfitCurve, profits
from ml.metrics.threshold_table import ThresholdTable
from ml.plots.plot import View
from ml.text.cut_off_words import cut_off_text
from ml.text.number_words import count, percent
from ml.translation import in_row, text

PER = 1000  # records for which profit is stated


def amount(value: float, result: ProfitCurve) -> str:
    """Money in words, without decimals from 10 on."""
    shown = round(value) if abs(value) >= 10 or value == round(value) else round(value, 1)
    money = count(abs(shown)) + (f"\u00a0{result.payoff['currency']}" if result.payoff["currency"] else "")
    return f"−{money}" if shown < 0 else money


def best_words(result: ProfitCurve, view: View) -> str:
    """Sentence: the best cut-off, its profit and how many it acts on, with intervals."""
    limits = _limits(result)
    if result.best is None:
        said = _impossible(result, view)
    elif not result.selected[result.best]:
        said = text("No cut-off brings more than acting on nobody.")
        if limits:
            said = text("No cut-off within the limits ({limits}) brings more than acting on none.", limits=limits)
    else:
        said = f"{_best(result, view, result.best, limits)} {_sure(result)}".rstrip()
    return f"{said} {_unstated(result)}".rstrip()


def brings(result: ProfitCurve, table: ThresholdTable, row: int, with_all: bool = False) -> str:
    """Gain of acting from a cut-off of the table, against the most that there is, and against acting on all."""
    here = profits(Payoff(**result.payoff), table.columns)[row]
    slots = {"n": count(PER), "amount": amount(here, result), "all": amount(result.profit[0], result)}
    if result.best is None:
        if with_all:
            return text("At this cut-off {n} records like these bring {amount}; acting on all brings {all}.", **slots)
        return text("At this cut-off {n} records like these bring {amount}.", **slots)
    best = result.profit[result.best]
    if best - here < 1e-9:
        if with_all:
            return text(
                "At this cut-off {n} records like these bring {amount}, the most there is; acting on all brings {all}.",
                **slots,
            )
        return text("At this cut-off {n} records like these bring {amount}, the most there is.", **slots)
    slots |= {"most": amount(best, result), "cut_off": cut_off_text(result.cut_off[result.best])}
    if with_all:
        return text(
            "At this cut-off {n} records like these bring {amount}; the most is {most}, acting from {cut_off}; acting "
            "on all brings {all}.",
            **slots,
        )
    return text(
        "At this cut-off {n} records like these bring {amount}; the most is {most}, acting from {cut_off}.", **slots
    )


def at_cut_off(result: ProfitCurve, cut_off: float, profit: float, selected: float | None, recall: float | None) -> str:
    """Gain of a cut-off in words: by how much it breaks the limits, else how far it stays behind the best."""
    slots = {"cut_off": cut_off_text(cut_off), "amount": amount(profit, result), "n": count(PER)}
    acted, most, least = PER * (selected or 0.0), result.most_calls, result.least_recall
    too_many = most is not None and acted > most * (1 + 1e-9)
    too_few = least is not None and (recall or 0.0) < least * (1 - 1e-9)
    slots |= {"acted": count(round(acted)), "allowed": count(most or 0)}
    slots |= {"found": percent(recall or 0.0), "asked": percent(least or 0.0)}
    if too_many and too_few:
        return text(
            "At {cut_off}: {amount} for {n} records, but beyond the limits: it acts on {acted} of {n} and {allowed} "
            "are allowed and it finds {found} and {asked} are asked for.",
            **slots,
        )
    if too_many:
        return text(
            "At {cut_off}: {amount} for {n} records, but beyond the limits: it acts on {acted} of {n} and {allowed} "
            "are allowed.",
            **slots,
        )
    if too_few:
        return text(
            "At {cut_off}: {amount} for {n} records, but beyond the limits: it finds {found} and {asked} are asked "
            "for.",
            **slots,
        )
    if result.best is None:
        return text("At {cut_off}: {amount} for {n} records.", **slots)
    behind = result.profit[result.best] - profit
    if abs(behind) < 1e-9:
        return text("At {cut_off}: {amount} for {n} records, the most there is.", **slots)
    slots["behind"] = amount(abs(behind), result)
    if behind > 0:
        return text("At {cut_off}: {amount} for {n} records, {behind} less than at the best cut-off.", **slots)
    return text("At {cut_off}: {amount} for {n} records, {behind} more than at the best cut-off.", **slots)


def _best(result: ProfitCurve, view: View, at: int, limits: str) -> str:
    slots = {"cut_off": cut_off_text(result.cut_off[at]), "n": count(PER), "limits": limits, "records": view.records}
    slots |= {"profit": amount(result.profit[at], result), "low": amount(result.low[at], result)}
    slots |= {"high": amount(result.high[at], result), "selected": percent(result.selected[at])}
    slots["found"] = percent(result.recall[at])
    if limits:
        return text(
            "Acting from {cut_off} brings most within the limits ({limits}): {profit} for {n} records like these "
            "({low} to {high}), acting on {selected} of them and finding {found} of the {records}.",
            **slots,
        )
    return text(
        "Acting from {cut_off} brings most: {profit} for {n} records like these ({low} to {high}), acting on "
        "{selected} of them and finding {found} of the {records}.",
        **slots,
    )


def _limits(result: ProfitCurve) -> str:
    parts = []
    if result.most_calls is not None:
        parts.append(text("at most {n} of {all}", n=count(result.most_calls), all=count(PER)))
    if result.least_recall is not None:
        parts.append(text("finding at least {share}", share=percent(result.least_recall)))
    return in_row(parts)


def _sure(result: ProfitCurve) -> str:
    if result.best_low is None or result.best_high is None:
        return ""
    ends = {"low": cut_off_text(result.best_low), "high": cut_off_text(result.best_high)}
    said = text("Other records of the same kind could put the best cut-off anywhere from {low} to {high}.", **ends)
    if result.luck is None or result.luck <= 0.005 * abs(result.profit[result.best or 0]):
        return said
    luck = text(
        "About {amount} is the luck of having chosen it on these very records.", amount=amount(result.luck, result)
    )
    return f"{said} {luck}"


def _impossible(result: ProfitCurve, view: View) -> str:
    return text(
        "No cut-off keeps to both limits: acting on at most {most} of {n} the model finds {reached} of the {records}, "
        "and to find {least} it must act on {needed}.",
        most=count(result.most_calls or 0),
        n=count(PER),
        reached=percent(result.most_reached or 0),
        records=view.records,
        least=percent(result.least_recall or 0),
        needed=count(round(result.calls_needed or 0)),
    )


def _unstated(result: ProfitCurve) -> str:
    if result.stated:
        return ""
    return text(
        "No value of a decision is given, so a hit counts 1 and a false alarm −1: type what they are worth to you."
    )
