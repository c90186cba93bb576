"""Whether a model has been right, has paid and is used: hand arithmetic from decisions and events to the answers."""

import numpy as np
import pytest

from feedback.joined import join
from feedback.results.adoption_results import AdoptionResults
from feedback.results.calibration_results import alarm_state, calibration_results, monitored_outcomes
from feedback.results.ripe_decisions import Question, decisions_to_count
from feedback.results.uplift_results import UpliftResults
from ml.data.outcomes import Outcome, Outcomes
from store.outcome_records import CALL, CONTACTED, CONTROL, OVERRIDE, VOID
from store.outcomes.alarm_records import Episode
from tests.results import AFTER, CARD, DAY, START, assigned, decided, ripe, told, two_groups

OUTCOMES = Outcomes((Outcome("no", "No", "no"), Outcome("yes", "Yes", "yes")), True, "yes")
KEY = "shop@3f9a1c2b"
LATE = START + 400 * DAY


def question(now=LATE, outcome="yes", silence="unknown", card=CARD):
    ripening = {"yes": {"after": "30 days", "silence": silence}, "no": {"after": "30 days"}}
    return Question(OUTCOMES, outcome, card | {"ripening": ripening}, now)


def settled(decisions, events, asked=None, version=KEY):
    return ripe(decisions_to_count, join(decisions, events), asked or question(), version)


def paid(assigned, events, asked):
    groups = UpliftResults(asked)
    groups.add(assigned, events)
    return groups.result()


def used(decisions, assigned, events, asked=None):
    use = AdoptionResults(asked or question())
    use.add(list(join(decisions, events)))
    use.add_listed(assigned, events)
    return use.result()


def test_unripe_decisions_count_neither_as_bought_nor_as_not():
    decisions = [decided(at, 0.2) for at in (0, 1, 20, 40)]
    events = [told(decisions[0], 1.0), told(decisions[2], 1.0)]
    found = settled(decisions, events, question(now=START + 45 * DAY))
    # of day 0 and 1 the time is over, and of the second of these nobody told; of day 20 one came early
    assert found.came.tolist() == [True]
    ripe = found.ripe
    assert (ripe.records, ripe.unripe, ripe.early, ripe.unknown) == (4, 2, 1, 1)
    silent = settled(decisions, events, question(now=START + 45 * DAY, silence="no"))
    assert silent.came.tolist() == [True, False]
    assert silent.ripe.unripe == 2


def test_silence_about_a_model_of_which_nobody_ever_told_means_nothing():
    found = settled([decided(at, 0.2) for at in range(50)], [], question(silence="no"))
    assert len(found.came) == 0
    assert found.ripe.unknown == 50


def test_what_came_after_its_time_did_not_come_in_time():
    decisions = [decided(0, 0.2)]
    assert settled(decisions, [told(decisions[0], 1.0, 29 * DAY)]).came.tolist() == [True]
    assert settled(decisions, [told(decisions[0], 1.0, 31 * DAY)]).came.tolist() == [False]


def test_an_outcome_counts_once_at_the_last_decision_before_it():
    decisions = [decided(at, 0.1 + at / 100, record="K-1") for at in (0, 5, 10)]
    found = settled(decisions, [told(decisions[1], 1.0, 2 * DAY)], question(silence="no"))
    # day 0 is followed by day 5 before its time is over and told of nothing: silence about it tells nothing
    assert found.columns.made.tolist() == [START + 5 * DAY, START + 10 * DAY]
    assert found.said == pytest.approx([0.15, 0.2])
    assert found.came.tolist() == [True, False]


def test_of_two_exclusive_outcomes_either_tells_of_the_other():
    decisions = [decided(0, 0.2), decided(1, 0.2), decided(2, 0.2)]
    events = [told(decisions[0], 1.0, outcome="no"), told(decisions[1], 0.0, outcome="no"), told(decisions[2], 1.0)]
    assert settled(decisions, events).came.tolist() == [False, True, True]
    assert settled(decisions, events, question(outcome="no")).came.tolist() == [True, False, False]


def test_only_decisions_of_the_version_are_judged():
    decisions = [decided(0, 0.2), decided(1, 0.9, "shop@00000000")]
    events = [told(each, 1.0) for each in decisions]
    assert settled(decisions, events).said.tolist() == [0.2]
    assert settled(decisions, events, version=None).said.tolist() == [0.2, 0.9]


def test_bands_hold_what_was_said_and_what_came():
    chances = [0.1] * 10 + [0.4] * 10 + [0.9] * 5
    decisions = [decided(at, p) for at, p in enumerate(chances)]
    came = [at == 0 for at in range(10)] + [at < 5 for at in range(10)] + [True] * 4 + [False]
    found = calibration_results(
        settled(decisions, [told(*each) for each in zip(decisions, map(float, came), strict=True)]), question(), None
    )
    rows = {row["label"]: row for row in found["bands"]}
    assert [rows[name]["records"] for name in ("Unlikely", "Possible", "Likely", "Very likely")] == [10, 10, 0, 5]
    assert [rows[name]["came"] for name in ("Unlikely", "Possible", "Very likely")] == [1, 5, 4]
    assert rows["Possible"]["said"] == pytest.approx(0.4)
    assert rows["Possible"]["share"] == 0.5
    # Wilson's interval of 5 of 10, z = 1.96: 0.5 -+ 0.2634
    assert rows["Possible"]["low"] == pytest.approx(0.2366, abs=1e-4)
    assert rows["Possible"]["high"] == pytest.approx(0.7634, abs=1e-4)
    assert found["all"]["share"] == pytest.approx(10 / 25)
    assert found["state"] == "not_enough"
    assert found["outcomes"] == 25
    assert [point[0] for point in found["path"]] == sorted(point[0] for point in found["path"])


def run(count, chance, said=0.3, seed=3, begin=0):
    came = np.random.default_rng(seed).random(count) < chance
    decisions = [
        decided(begin, said, record=f"{begin}-{at}", made=START + (begin + at / 50) * DAY) for at in range(count)
    ]
    decisions = [type(each)(**{**vars(each), "id": f"{begin:012x}{at:012x}-0"}) for at, each in enumerate(decisions)]
    return decisions, [told(each, float(value)) for each, value in zip(decisions, came, strict=True)]


def test_right_outcomes_are_found_right_and_wrong_ones_off_since_the_change():
    decisions, events = run(2_000, 0.3)
    assert calibration_results(settled(decisions, events), question(), None)["state"] == "right"
    more, their = run(1_500, 0.5, begin=40)
    found = calibration_results(settled(decisions + more, events + their), question(), None)
    assert found["state"] == "off"
    assert found["direction"] == "more"
    assert abs(found["since"] - (START + 40 * DAY)) < 2 * DAY
    assert found["came"] == pytest.approx(0.5, abs=0.05)
    assert found["alarm"] == 100.0


def test_an_alarm_stays_until_its_episode_is_over_and_the_next_one_begins_anew():
    decisions, events = run(2_000, 0.3)
    on = Episode("e", "shop", KEY, "yes", alarmed=START + 77 * DAY, since=START + 70 * DAY)
    latched = alarm_state(settled(decisions, events), OUTCOMES, on).verdict
    assert (str(latched.state), latched.since) == ("off", START + 70 * DAY)
    later = Episode("f", "shop", KEY, "yes", began=START + 60 * DAY)
    # those of day 30 on ripen after day 60: 500 of 2,000 at 50 a day
    assert alarm_state(settled(decisions, events), OUTCOMES, later).verdict.outcomes == 499


def test_outcomes_that_are_watched():
    assert monitored_outcomes(OUTCOMES) == ("yes",)
    both = Outcomes((Outcome("a", "A", "a"), Outcome("b", "B", "b")), False, "a")
    assert monitored_outcomes(both) == ("a", "b")


def test_called_against_control_in_buyers_and_in_money():
    every, events = two_groups(called=400, bought=120, control=200, control_bought=40)
    found = paid(every, events, question())
    assert found["assigned"] == {"call": 400, "control": 200}
    assert found["comparable"]
    assert found["called_told"] == found["control_told"] == 1.0
    lift = found["lift"]
    assert lift["difference"] == pytest.approx(0.3 - 0.2)
    # Newcombe: Wilson of 120/400 is 0.2573..0.3468, of 40/200 is 0.1505..0.2611
    assert lift["low"] == pytest.approx(0.1 - np.hypot(0.3 - 0.25714, 0.26074 - 0.2), abs=2e-3)
    assert lift["told_apart"]
    assert lift["won"] == pytest.approx(40.0)
    money = found["money"]
    # one more buyer is worth 120 - (-2); a call costs 4 + 2
    assert (money["value"], money["cost"]) == (122.0, 6.0)
    assert money["realised"] == pytest.approx(40 * 122 - 400 * 6)
    assert money["brought"] == pytest.approx(120 * 122 - 400 * 6)
    assert money["forecast"] == pytest.approx(400 * 0.25 * 122 - 400 * 6)
    half = 1.96 * np.sqrt(400 * 0.25 * 0.75) * 122
    assert money["forecast_high"] == pytest.approx(money["forecast"] + half, rel=1e-3)
    assert found["currency"] == "EUR"


def test_lists_whose_time_is_not_over_are_not_compared():
    every, events = two_groups(40, 20, 40, 10)
    found = paid(every, events, question(now=START + 10 * DAY))
    assert found["unripe"] == 80
    assert found["lift"]["difference"] is None
    assert not found["comparable"]


def test_a_control_group_of_which_only_buyers_are_told_is_no_comparison():
    every, events = two_groups(100, 30, 100, 20)
    only = [each for each in events if each.value == 1.0 or int(each.record.split("-")[1]) <= 100]
    found = paid(every, only, question())
    assert found["control_told"] == pytest.approx(0.2)
    assert not found["comparable"]
    assert paid(every, only, question(silence="no"))["comparable"]


def test_records_without_an_id_and_lists_about_other_outcomes_are_left_out():
    every = [assigned(1, CALL, record=""), assigned(2, CONTROL), assigned(3, CALL, outcome="no")]
    found = paid(every, [], question())
    assert (found["nameless"], found["assigned"]) == (1, {"call": 1, "control": 1})


def test_who_opened_a_listed_customer_and_told_by_the_decision_counts_for_the_list():
    every, _ = two_groups(1, 0, 1, 0)
    opened = told(every[0], 1.0, decision="b" * 24 + "-0")
    found = paid(every, [opened, told(every[1], 0.0)], question())
    assert (found["lift"]["bought"], found["lift"]["control_bought"]) == (1, 0)


def test_an_outcome_counts_for_each_list_that_it_came_in_time_after():
    first = assigned(1, CALL, record="K-1", campaign="a" * 32)
    second = assigned(1, CONTROL, record="K-1", campaign="b" * 32, made=START + 10 * DAY)
    third = assigned(1, CONTROL, record="K-1", campaign="d" * 32, made=START + 35 * DAY)
    others = [assigned(2, CONTROL, campaign="a" * 32), assigned(2, CALL, campaign="b" * 32, made=START + 10 * DAY)]
    bought = told(first, 1.0, 12 * DAY)  # within 30 days of the first and of the second, before the third
    silent = [told(each, 0.0) for each in others]
    lift = paid([first, second, third, *others], [bought, *silent], question())["lift"]
    assert (lift["called"], lift["bought"], lift["control"], lift["control_bought"]) == (2, 1, 2, 1)
    void = told(first, None, 13 * DAY, kind=VOID, refers=bought.id, outcome="")
    lift = paid([first, second, third, *others], [bought, *silent, void], question())["lift"]
    assert (lift["bought"], lift["control_bought"]) == (0, 0)


def test_without_a_time_an_outcome_counts_for_the_last_list_before_it():
    first = assigned(1, CALL, record="K-1", campaign="a" * 32)
    second = assigned(1, CALL, record="K-1", campaign="b" * 32, made=START + 10 * DAY)
    lists = [first, second, *(assigned(2, CONTROL, campaign=name * 32) for name in "ab")]
    timeless = Question(OUTCOMES, "yes", CARD | {"ripening": {}}, LATE)
    events = [told(first, 1.0, 12 * DAY), *(told(each, 0.0) for each in lists[2:])]
    lift = paid(lists, events, timeless)["lift"]
    assert (lift["called"], lift["bought"]) == (1, 1)


def test_adoption_is_of_the_listed_and_of_no_person():
    every, _ = two_groups(10, 0, 2, 0)
    events = [told(each, 1.0, kind=CONTACTED, outcome="") for each in every[:4]]
    events += [told(each, 1.0, 20 * DAY) for each in every[4:6]]
    found = used([], every, events)["listed"]
    assert (found["shown"], found["contacted"], found["recorded"], found["due"]) == (10, 6, 2, 10)
    assert found["contacted_share"] == 0.4
    assert len(found["weeks"]) == 1
    assert used([], [], [])["listed"] is None


def test_overrides_are_judged_by_what_came():
    decisions = [decided(at, 0.8) for at in range(20)] + [decided(20, 0.2)]
    events = [told(each, float(at >= 15)) for at, each in enumerate(decisions)]
    disagreed = [told(each, None, kind=OVERRIDE, reason="moved away", outcome="") for each in decisions[:20]]
    expects = told(decisions[20], 1.0, kind=OVERRIDE, reason="called us")
    found = used(decisions, [], [*events, *disagreed, expects])
    every, by_reason = found["overrides"], found["reasons"]
    # 15 of the 20 who were said not to buy did not, and the one who was said to buy did
    assert (every["records"], every["right"]) == (21, 16)
    assert every["expected"] == pytest.approx((20 * 0.2 + 0.2) / 21)
    assert every["verdict"] == "people"
    assert [(each["reason"], each["records"], each["right"]) for each in by_reason] == [
        ("moved away", 20, 15), ("called us", 1, 1)
    ]  # fmt: skip
    assert found["noted"] == found["decisions"] == 21
    assert AFTER == 30 * DAY


def test_an_override_counts_for_the_decision_that_it_was_said_about_though_the_record_was_decided_again():
    decisions = [decided(at, 0.8, record="K-1") for at in (0, 10, 20)] + [decided(at, 0.8) for at in (1, 2)]
    first, second = (
        told(each, 0.0, kind=OVERRIDE, reason="moved", by=who) for each, who in zip(decisions[:2], "ab", strict=True)
    )
    again = told(decisions[2], 0.0, kind=OVERRIDE, reason="moved", by="a")  # has said so on day 0
    came = [told(decisions[2], 1.0, 5 * DAY), *(told(each, 0.0) for each in decisions[3:])]
    found = used(decisions, [], [first, second, again, *came])["overrides"]
    assert (found["records"], found["right"]) == (2, 0)
    silent = used(decisions, [], [first, second, again, *came[1:]], question(silence="no"))["overrides"]
    assert (silent["records"], silent["right"]) == (2, 2)
    # Of day 10 on the purchase was not in time of the first: day 35 is after day 30
    late = told(decisions[2], 1.0, 15 * DAY)
    found = used(decisions, [], [first, second, late, *came[1:]], question(silence="no"))["overrides"]
    assert (found["records"], found["right"]) == (2, 1)
