"""What the Results page says in each situation, from the numbers of its results."""

from dataclasses import replace

import pytest
from dash import html

from auth.caller import Caller, Request, use_request
from auth.permissions import ROLES, Permission
from feedback.results.calibration_results import calibration_results
from feedback.results.ripe_decisions import Question
from layouts.results.analysts import _evidence
from layouts.results.page import answers
from ml.plots.evidence_over_time import evidence_over_time, evidence_text, evidence_words
from store.outcome_records import CONTACTED, OVERRIDE
from store.outcomes.alarm_records import Episode
from tests.results import DAY, START, decided, told, two_groups
from tests.unit.test_results import KEY, LATE, paid, question, run, settled, used


def words(component):
    """All texts of a component, in their order."""
    if component is None or isinstance(component, (int, float, bool)):
        return ""
    if isinstance(component, str):
        return component
    if isinstance(component, (list, tuple)):
        return " ".join(map(words, component))
    return words(getattr(component, "children", None))


def said(*given, **more):
    return words(page_of(*given, **more)).replace("  ", " ")


def page_of(decisions=(), events=(), assigned=(), asked=None, episode=None, episodes=(), may=True):
    asked: Question = asked or question()
    made = settled(list(decisions), list(events), asked)
    ripe = made.ripe
    records = {
        "decisions": ripe.records, "counted": len(ripe.rows), "unripe": ripe.unripe, "unripe_share": ripe.unripe_share,
        "early": ripe.early, "unknown": ripe.unknown, "told": len(list(events)), "after": asked.after, "silence": "no",
    }  # fmt: skip
    found = {
        "model": KEY, "outcome": "yes", "as_of": LATE, "records": records,
        "right": calibration_results(made, asked, episode),
        "paid": paid(assigned, events, asked),
        "used": used(list(decisions), assigned, list(events), asked),
    }  # fmt: skip
    return answers(found, "Will buy", "shop", episodes, may)


def test_of_a_model_of_which_nothing_is_known_the_page_says_what_to_do():
    shown = said()
    assert "Nobody can say yet: no outcome of a decision is known." in shown
    assert "POST /api/v1/outcomes" in shown
    assert "Nobody can say: no list was made with this model." in shown
    assert "Not yet: it has not decided about anybody." in shown


def test_few_outcomes_are_not_enough_and_the_page_says_how_many_are():
    decisions = [decided(at, 0.5) for at in range(10)]
    shown = said(decisions, [told(each, float(at < 4)) for at, each in enumerate(decisions)])
    assert "Too few outcomes are known yet; nothing speaks against it so far." in shown
    assert "Of 10 decisions whose outcome is known, “Will buy” was expected 5 times and came 4 times." in shown
    assert "a large error would show." in shown


@pytest.mark.parametrize(("role", "linked"), [("viewer", False), ("manager", True)])
def test_the_way_to_a_call_list_is_a_link_for_who_may_make_one(role, linked):
    with use_request(Request(Caller("ann", ROLES[role]), Permission.READ)):
        shown = page_of()
    assert "Campaign page and keep some people back" in words(shown).replace("  ", " ")
    assert ("/shop/campaign" in [getattr(each, "href", "") for each in html.Div(shown)._traverse()]) == linked


def test_right_and_off_are_said_in_a_sentence():
    decisions, events = run(2_000, 0.3)
    assert "Yes: outcomes came as often as it said." in said(decisions, events)
    more, their = run(1_500, 0.5, begin=40)
    shown = said(decisions + more, events + their, episode=Episode("e", "shop", KEY, "yes"))
    assert "No: it has been off since 2023-12-2" in shown
    assert "Outcomes come more often than it says." in shown
    assert "Acknowledge and start again" in shown
    assert "Acknowledge" not in said(decisions + more, events + their, may=False)


def test_less_than_was_said_is_said_too():
    decisions, events = run(1_500, 0.1)
    assert "Outcomes come less often than it says." in said(decisions, events)


def test_unripe_and_unknown_decisions_are_told_apart():
    decisions = [decided(at, 0.5) for at in (0, 1, 39, 40)]
    shown = said(decisions, [told(decisions[0], 1.0)], asked=question(now=START + 45 * DAY))
    assert (
        "Of 2 more decisions (50 % of all) it may still come, within 30 days; they count neither way."
        in shown.replace("\u00a0", " ")
    )
    assert "For 1 decision nobody has noted what came." in shown


@pytest.mark.parametrize(
    ("groups", "first"),
    [
        ((400, 120, 200, 30), "Yes: calling made a difference."),
        ((400, 80, 200, 40), "Not shown: the difference may be chance."),
        ((400, 40, 200, 60), "No: calling did harm."),
        ((400, 120, 0, 0), "Nobody can say: nobody was kept back for comparison."),
    ],
)
def test_what_calling_brought_is_said_first(groups, first):
    every, events = two_groups(*groups)
    assert first in said(assigned=every, events=events)


def test_numbers_of_the_difference_and_of_money_stand_in_words():
    every, events = two_groups(400, 120, 200, 40)
    shown = said(assigned=every, events=events).replace("\u00a0", " ")
    assert "“Will buy” came with 30 % of those called and would have with 20 % of them uncalled" in shown
    assert "a difference of 10 points (95 %:" in shown
    # 40 more buyers at 122, and 400 calls at 6
    assert "Won by calling 2,480 EUR" in shown
    assert "Brought by all called 12,240 EUR" in shown
    assert "Forecast of all called 9,800 EUR" in shown


def test_a_comparison_without_those_who_did_not_buy_is_refused_in_words():
    every, events = two_groups(100, 30, 100, 20)
    only = [each for each in events if each.value == 1.0]
    shown = said(assigned=every, events=only).replace("\u00a0", " ")
    assert "Nobody can say: too few outcomes are known." in shown
    assert "Outcomes are known for 30 % of those called and for 20 % of those kept back." in shown


def test_calls_of_a_list_are_counted():
    every, _ = two_groups(10, 0, 2, 0)
    events = [told(each, 1.0, kind=CONTACTED, outcome="") for each in every[:4]]
    shown = said(assigned=every, events=events).replace("\u00a0", " ")
    assert "Of 10 people listed to be called, 40 % were called within 7 days." in shown
    assert "The outcome is recorded for 0 of 10 so far." in shown
    assert "Of 0 decisions" not in shown


@pytest.mark.parametrize(
    ("called", "wanted"),
    [
        (0, "Too early to say: 10 people were listed within the last 7 days, none called yet."),
        (3, "Too early to say: of 10 people listed, all within the last 7 days, 3 were called so far."),
    ],
)
def test_of_a_list_of_this_week_it_is_too_early_to_say(called, wanted):
    every, _ = two_groups(10, 0, 2, 0)
    events = [told(each, 1.0, kind=CONTACTED, outcome="") for each in every[:called]]
    young = replace(question(), now=max(each.made for each in every) + DAY)
    assert wanted in said(assigned=every, events=events, asked=young).replace("\u00a0", " ")


def test_alarms_of_before_stand_with_what_was_done():
    ended = Episode("e", "shop", KEY, "yes", since=START, alarmed=START + DAY, ended=START + 2 * DAY)
    shown = said(
        episodes=[
            Episode(**vars(ended) | {"ended_by": "ann", "ended_why": "New prices."}),
            Episode(**vars(ended) | {"ended_why": "promoted"}),
            Episode(**vars(ended) | {"ended_why": "removed"}),
            Episode(**vars(ended) | {"ended": None}),
        ]
    )
    assert "2023-11-14 2023-11-16 New prices. (ann)" in shown
    assert "Another version went live." in shown
    assert "The model was removed." in shown
    assert shown.count("2023-11-14") == 3


def test_beside_the_evidence_it_is_said_who_counts():
    decisions = [decided(at, 0.5) for at in range(10)]
    made = settled(decisions, [told(each, float(at < 4)) for at, each in enumerate(decisions)], question())
    assert "All decisions count, called or not" in words(_evidence(calibration_results(made, question(), None)))


def test_evidence_is_drawn_on_a_logarithmic_axis_with_the_alarm():
    drawn = evidence_over_time([[START, 0.0], [START + DAY, 1.5], [START + 2 * DAY, 9.0]], 100.0)
    limit, line = drawn.data
    assert list(limit.y) == [2.0, 2.0]
    assert list(line.y) == [0.0, 1.5, 6.0]
    assert list(line.customdata) == ["1.0", "32", "over 1,000,000"]
    assert evidence_text(0.001) == "under 0.01"
    assert "Now 250; the alarm goes off at 100." in evidence_words(250.0, 100.0)


def listed_in_weeks(weeks, now):
    """The words of a page about somebody listed in each of some weeks, the last one that of `now`, and called since."""
    made = [now - 7 * DAY * at for at in range(weeks)]
    assigned = [
        replace(each, made=when, list=f"{at:032x}", record=f"W-{at}")
        for at, when in enumerate(made)
        for each in two_groups(1, 0, 0, 0)[0]
    ]
    events = [told(each, None, 3_600.0, CONTACTED, outcome="") for each in assigned]
    return said([], events, assigned, question(now=now))


def test_counts_that_go_on_growing_say_so_and_a_week_that_goes_on_too(monkeypatch):
    monday = 1_699_833_600.0  # 2023-11-13
    for into, name in ((3 * DAY, "2023-11-13 (not over)"), (7 * DAY, "2023-11-13")):
        monkeypatch.setattr("tests.unit.test_results_page.LATE", monday + into)
        shown = listed_in_weeks(1, monday + min(into, 2 * DAY))
        assert f"Called so far Outcome recorded so far {name} 1 1 0" in shown
    assert "(not over)" not in shown


def test_of_more_weeks_and_reasons_than_are_listed_it_is_said():
    assert "not shown" not in listed_in_weeks(8, LATE)
    shown = listed_in_weeks(10, LATE)
    assert "2 weeks before are not shown." in shown
    decisions = [decided(at, 0.7, made=START + at) for at in range(12)]
    events = [told(each, 0.0, 60.0, OVERRIDE, reason=f"reason {at:02}") for at, each in enumerate(decisions)]
    events += [told(each, 0.0, DAY) for each in decisions]
    assert "2 rarer reasons are not shown." in said(decisions, events)


def test_the_groups_are_named_as_they_were_drawn():
    shown = said([], two_groups(400, 120, 400, 80)[1], two_groups(400, 120, 400, 80)[0])
    assert "To be called 400 120" in shown
    assert "who was to be called is among the called, reached or not" in shown
