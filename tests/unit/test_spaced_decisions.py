"""Records that are asked about again: each time counts once, with whatever came in it, by hand and simulated."""

from dataclasses import replace

import numpy as np
import pytest

from feedback.joined import join
from feedback.results.calibration_results import alarm_state
from feedback.results.ripe_decisions import Question, decisions_to_count
from feedback.results.spaced_decisions import decisions_to_judge
from ml.data.outcomes import Outcome, Outcomes
from store.outcome_records import CAMPAIGN, JOB, Decision
from tests.results import CARD, DAY, START, decided, ripe, told

OUTCOMES = Outcomes((Outcome("no", "No", "no"), Outcome("yes", "Yes", "yes")), True, "yes")
KEY = "shop@3f9a1c2b"


def question(now=START + 400 * DAY, silence="no", ripening=True):
    card = CARD | ({"ripening": {"yes": {"after": "30 days", "silence": silence}}} if ripening else {"ripening": {}})
    return Question(OUTCOMES, "yes", card, now)


def spaced(decisions, events, asked=None, version=KEY):
    return ripe(decisions_to_judge, join(decisions, events), asked or question(), version)


def test_the_first_decision_counts_with_what_came_in_its_time():
    decisions = [decided(at, 0.1 + at / 100, record="K-1") for at in (0, 10, 29, 30, 45, 61)]
    events = [told(decisions[1], 1.0, 5 * DAY), told(decisions[4], 1.0, 17 * DAY)]  # on day 15 and on day 62
    found = spaced(decisions, events)
    assert found.said == pytest.approx([0.1, 0.4, 0.71])
    assert found.came.tolist() == [True, False, True]
    assert found.ripe.records == 3


def test_what_came_after_the_time_of_the_first_is_of_the_next():
    decisions = [decided(at, 0.2, record="K-1") for at in (0, 20, 31)]
    late = told(decisions[1], 1.0, 15 * DAY)  # on day 35, told of the decision of day 20
    found = spaced(decisions, [late])
    assert found.columns.made.tolist() == [START, START + 31 * DAY]
    assert found.came.tolist() == [False, True]


def test_a_purchase_counts_although_somebody_said_no_before():
    decisions = [decided(at, 0.2, record="K-1") for at in (0, 10)]
    events = [told(decisions[0], 0.0, 2 * DAY), told(decisions[1], 1.0, 3 * DAY)]
    assert spaced(decisions, events).came.tolist() == [True]
    assert spaced(decisions, [told(decisions[0], 1.0, DAY), told(decisions[1], 0.0, DAY)]).came.tolist() == [True]


def test_decisions_of_another_version_and_records_without_an_id_take_no_place():
    other = decided(0, 0.9, key="shop@00000000", record="K-1")
    ours = decided(5, 0.2, record="K-1")
    nameless = [decided(at, 0.3, record="") for at in (1, 2)]
    found = spaced([other, *nameless, ours], [told(ours, 1.0, DAY)])
    assert found.said.tolist() == [0.3, 0.3, 0.2]
    assert found.came.tolist() == [False, False, True]


def test_of_decisions_that_a_challenger_answered_the_first_counts():
    decisions = [decided(at, 0.1 + at / 100, record="K-1") for at in (0, 10, 20)]
    joined = list(join(decisions, [told(decisions[2], 1.0, DAY)]))
    found = ripe(decisions_to_judge, joined, question(), KEY, {decisions[1].id, decisions[2].id})
    assert (found.said.tolist(), found.came.tolist()) == ([0.2], [True])
    told_at_once = ripe(decisions_to_judge, joined, question(ripening=False), KEY, {decisions[2].id})
    assert told_at_once.said[0] == pytest.approx(0.3)
    assert ripe(decisions_to_judge, joined, question(ripening=False), KEY, {decisions[1].id}).came.tolist() == []


def test_a_customer_of_a_list_counts_once_though_the_page_was_opened_too():
    listed = Decision("list-1", KEY, "K-1", CAMPAIGN, made=START, probabilities={"yes": 0.3}, campaign="list")
    opened = decided(3, 0.4, record="K-1")
    found = spaced([listed, opened], [told(opened, 1.0, DAY)])
    assert (found.said.tolist(), found.came.tolist()) == ([0.3], [True])


def test_without_a_time_what_is_told_counts_at_the_last_decision():
    decisions = [decided(at, 0.1, record="K-1") for at in (0, 10)]
    asked, events = question(ripening=False), [told(decisions[1], 1.0, DAY)]
    found = spaced(decisions, events, asked)
    assert (
        found.ripe.rows.tolist()
        == ripe(decisions_to_count, join(decisions, events), asked, KEY).ripe.rows.tolist()
        == [1]
    )


def nightly(rng, customers, days, every):
    """Customers asked about every few days until they buy: within 30 days with the probability that is said."""
    decisions, events = [], []
    for number in range(customers):
        said = rng.beta(2, 6)
        buys = rng.exponential(-30 / np.log(1 - said))
        asked = [decided(day, said, record=f"K-{number}") for day in range(number % every, days, every) if day < buys]
        decisions += asked
        events += [told(asked[-1], 1.0, buys * DAY + START - asked[-1].made)] if asked and buys < days else []
    return sorted(decisions, key=lambda each: each.made), sorted(events, key=lambda each: each.known)


def test_right_probabilities_are_found_right_where_a_program_asks_every_few_days():
    decisions, events = nightly(np.random.default_rng(0), 500, 200, 5)
    found = spaced(decisions, events, question(START + 200 * DAY))
    error = np.sqrt((found.said * (1 - found.said)).sum())
    assert abs((found.came - found.said).sum()) < 3 * error
    assert alarm_state(found, OUTCOMES, None).verdict.state == "right"
    # counted at the last decision before it, with silence about earlier ones left out, nearly all of them come
    last = ripe(decisions_to_count, join(decisions, events), question(START + 200 * DAY), KEY)
    assert last.came.mean() > 2 * last.said.mean()
    assert alarm_state(last, OUTCOMES, None).verdict.state == "off"


def test_what_a_program_told_of_an_earlier_answer_counts_for_the_file_that_was_scored_meanwhile():
    """Silence about a decision of a job is a no only where nothing came of its record at all."""
    answered = decided(0, 0.2, record="K-1", key="shop@00000000")
    nightly = [decided(at, 0.3, record="K-1", door=JOB) for at in (40, 75)]
    bought = [told(answered, 1.0, at * DAY, decision=answered.id) for at in (50, 110)]  # both belong to the answer
    found = spaced([answered, *nightly], bought)
    assert [each.made for each in (answered, *nightly)] == [START, START + 40 * DAY, START + 75 * DAY]
    assert (found.said.tolist(), found.came.tolist()) == ([0.3, 0.3], [True, False])
    late = spaced([answered, *nightly], bought, version="shop@00000000")
    assert late.came.tolist() == [False]


def test_records_of_jobs_do_not_make_a_right_model_look_wrong():
    """Each customer is asked about once and scored each week: that they bought is told by the record, else nothing."""
    chance = np.random.default_rng(7)
    decisions, events = [], []
    for at in range(600):
        p = float(chance.uniform(0.05, 0.6))
        first = decided(0, p, record=f"K-{at}", made=START + at)
        weekly = [
            decided(0, p, record=f"K-{at}", made=START + at + week * 7 * DAY + 1, door=JOB) for week in range(1, 20)
        ]
        decisions += [replace(each, id=f"{at}-{number}") for number, each in enumerate([first, *weekly])]
        # In each time of 30 days or so the outcome comes with the probability
        events += [told(each, 1.0, DAY, record=f"K-{at}") for each in decisions[-20::5] if chance.random() < p]
    decisions.sort(key=lambda each: each.made)
    found = spaced(decisions, events)
    error = float(found.said.mean() - found.came.mean())
    assert len(found.said) > 2_000
    assert abs(error) < 4 * float(np.sqrt((found.said * (1 - found.said)).sum())) / len(found.said)


def test_who_buys_again_after_the_time_has_bought_in_it():
    (first,) = decisions = [decided(0, 0.2, record="K-1")]
    events = [told(first, 1.0, 5 * DAY), told(first, 1.0, 90 * DAY)]
    assert spaced(decisions, events).came.tolist() == [True]
    assert spaced(decisions, events[1:]).came.tolist() == [False]
    taken_back = [events[0], told(first, 0.0, 6 * DAY), events[1]]
    assert spaced(decisions, taken_back).came.tolist() == [False]
