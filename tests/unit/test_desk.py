"""What sellers tell: once for each press, about what was shown, on the list and in the history, and taken back."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from auth.caller import Caller, Request, caller_of_person, use_request
from auth.permissions import Permission
from callbacks import outcomes
from callbacks.campaign.backend import CampaignBackend
from callbacks.history_words import own_notes, told_lines
from callbacks.today import page as today
from callbacks.today.claim import renew
from callbacks.today.open_customer import open_customer
from feedback.desk.history import history
from feedback.desk.noting import Press, Shown, note, take_back
from feedback.desk.sellers import sellers_of
from feedback.desk.service import Desk
from feedback.errors import UnknownDecision
from feedback.sealing import Sealer, new_key
from feedback.service import Feedback
from jobs.campaign_service import CampaignService
from jobs.job_service import JobService
from layouts.campaign.page import FileRetention
from ml.data.columns import rows_of
from ml.data.feature import text_of
from ml.service import open_service
from settings import Settings
from store.accounts.account_records import Person
from store.files import Files
from store.outcome_records import CALL, CALL_BACK, CONTACTED, OUTCOME, OVERRIDE
from tests.call_lists import call_list, shop, store_of
from tests.results import on_list
from tests.stored import events_of

SECRET = new_key()
ANN, BOB, EVE = (Person(name * 8, f"{name}@shop", "seller") for name in ("ann", "bob", "eve"))


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A model, a campaign and its list; copied by nobody: each test has a list of its own."""
    folder = tmp_path_factory.mktemp("shop")
    shop(folder / "models")
    return Settings(models_dir=folder / "models", var_dir=folder / "var")


@pytest.fixture
def services(home):
    service, store = open_service(home.models_folder), store_of(home)
    for person in (ANN, BOB, EVE):
        if store.people.get(person.id) is None:
            store.people.add(person)
    for each in store.outcomes.desk.handed_out():
        store.outcomes.desk.take_back(each.list)
    jobs = JobService(service, store, Files(home.files_url), lambda _: None)
    desk = Desk(Feedback(service, store, Sealer(lambda: SECRET)))
    backend = CampaignBackend(service, jobs, CampaignService(jobs), FileRetention(), desk)
    return outcomes.OutcomeServices(service, desk, backend)


@pytest.fixture
def made(home, services):
    """A list that is on Ann's and Bob's Today."""
    campaign, job = call_list(home)
    model = services.service.model("shop").key
    with as_(EVE):
        services.desk.hand_out(job, campaign, model, "march.csv", [f"person {each.id}" for each in (ANN, BOB)])
    return job


def as_(person, needs=Permission.OUTCOMES):
    return use_request(Request(caller_of_person(person), needs))


def record(services, at=3):
    bundle = services.service.model("shop")
    row = [*rows_of(bundle.schema, bundle.holdout.block)][at]
    return {name: text_of(value) for name, value in zip(bundle.schema.names, row, strict=True)}


def pressed(services, kind="came", key="k1", place=None, **more):
    scenario = {"model": services.service.model("shop").key, "record": record(services), "record_id": place or "C-7"}
    return outcomes.answer(services, {"kind": kind, "key": key, "scenario": scenario, **more})


def stored(services, said):
    tables, (*_, own) = services.desk.feedback.store.outcomes, said["own"]
    return tables.events.get(own["event"]), tables.decisions.get(own["decision"])


def event_of(said):
    return said["own"][-1]["event"]


def test_a_press_stores_what_was_shown_and_what_came(services):
    with as_(ANN):
        said = pressed(services, note="will pay in June")
    event, decision = stored(services, said)
    assert said["words"] == "Noted: Bought"
    assert (event.kind, event.outcome, event.value, event.record, event.by) == (
        OUTCOME, "buys", 1.0, "C-7", f"person {ANN.id}",
    )  # fmt: skip
    bundle = services.service.model("shop")
    shown = services.service.score(bundle.key, [record(services)]).scores[0].probabilities
    assert decision.probabilities == pytest.approx(dict(zip(bundle.outcomes.names, shown, strict=True)), abs=1e-12)
    assert (decision.model, decision.record, decision.door, decision.who) == (bundle.key, "C-7", "page", event.by)
    assert services.desk.feedback.values(decision) == record(services)
    assert "June" not in event.note
    assert services.desk.feedback.note_of(event) == "will pay in June"


def test_the_same_press_is_noted_once_however_often_it_arrives(services):
    tables = services.desk.feedback.store.outcomes
    with as_(ANN):
        first = pressed(services, key="twice")
        before = tables.decisions.count("shop"), tables.events.last("shop")
        assert event_of(pressed(services, key="twice")) == event_of(first)
        assert (tables.decisions.count("shop"), tables.events.last("shop")) == before
        assert event_of(pressed(services, key="another")) != event_of(first)
    with as_(BOB):  # his keys are his own
        assert event_of(pressed(services, key="twice")) != event_of(first)


@pytest.mark.parametrize(
    ("kind", "more", "expected"),
    [
        ("missed", {}, (OUTCOME, "buys", 0.0, "Noted: Not")),
        ("no_answer", {}, (CONTACTED, "", 0.0, "Noted: No answer")),
        ("call_back", {"due": 2e9}, (CALL_BACK, "", None, "Noted: Call back")),
    ],
)
def test_each_button_is_an_event(services, kind, more, expected):
    with as_(ANN):
        said = pressed(services, kind, key=f"each {kind}", **more)
    event, _ = stored(services, said)
    assert (event.kind, event.outcome, event.value, said["words"]) == expected
    assert event.due == more.get("due")


def test_who_disagrees_says_the_contrary_of_what_was_advised(services):
    cut_off = services.service.cut_off(services.service.model("shop"), "buys")
    with as_(ANN):
        said = pressed(services, "override", key="no", reason="They told me so")
    event, decision = stored(services, said)
    assert (event.kind, event.reason, event.outcome) == (OVERRIDE, "They told me so", "buys")
    assert event.value == (0.0 if decision.probabilities["buys"] >= cut_off else 1.0)
    assert said["words"] == "Noted: Disagrees: They told me so"


@pytest.mark.parametrize(("seen", "value"), [(0.0, 0.0), (1.0, 1.0)])
def test_a_press_is_about_the_cut_off_on_the_page_whatever_is_in_use_since(services, seen, value):
    names = services.service.model("shop").outcomes.names
    with as_(ANN):
        said = pressed(services, "override", key=f"seen {seen}", cut_offs=dict.fromkeys(names, seen))
        later = pressed(services, key=f"later {seen}", own=said["own"])
    event, decision = stored(services, said)
    assert decision.cut_offs == dict.fromkeys(names, seen)
    assert event.value == value  # the contrary of what stood there
    assert stored(services, later)[1].id != decision.id


@pytest.mark.parametrize("sent", [{"buys": 2.0}, {"buys": "0.1"}, {"other": 0.1}, {}, "0.1", float("nan")])
def test_cut_offs_that_no_page_shows_are_not_believed(services, sent):
    bundle = services.service.model("shop")
    with as_(ANN):
        _, decision = stored(services, pressed(services, key=f"sent {sent}", cut_offs=sent))
    assert decision.cut_offs == services.service.cut_offs(bundle)


def test_presses_about_one_result_share_its_decision_and_others_do_not(services):
    with as_(ANN):
        first = pressed(services, "override", key="s1", reason="They told me so")
        same = pressed(services, key="s2", own=first["own"])
        other = outcomes.answer(services, {
            "kind": "came", "key": "s3", "own": first["own"],
            "scenario": {"model": "shop", "record": record(services, 4), "record_id": "C-7"},
        })  # fmt: skip
        made = [stored(services, said)[1].id for said in (first, same, other)]
    assert made[0] == made[1] != made[2]
    with as_(BOB):
        assert stored(services, pressed(services, key="s4", own=first["own"]))[1].id != made[0]


def test_another_answer_takes_the_place_of_the_one_before_and_a_note_beside_it_stays(services):
    own = ()
    with as_(ANN):
        for kind in ("no_answer", "came", "missed", "call_back", "call_back"):
            due = {"due": 2e9} if kind == "call_back" else {}
            own = pressed(services, kind, key=f"r{len(own)} {kind} {own}"[:40], own=list(own), **due)["own"]
    assert [each["note"] for each in own] == ["no_answer", "missed buys", "call_back"]


@pytest.mark.parametrize("own", [None, "all", [None, 3], [{"note": ["came"]}], [{"note": {}, "event": 7}]])
def test_own_notes_that_are_none_are_left_out(services, own):
    with as_(ANN):
        assert len(pressed(services, key=f"none {own}", own=own)["own"]) == 1


@pytest.mark.parametrize(
    "sent",
    [
        {}, None, "came", {"kind": "came"}, {"kind": "sold", "key": "k"}, {"kind": "came", "key": "x" * 201},
    ],
)  # fmt: skip
def test_what_is_no_press_is_nothing(services, sent):
    with as_(ANN), pytest.raises(outcomes.PreventUpdate):
        outcomes.answer(services, sent)


def test_values_without_a_result_and_call_backs_without_a_time_are_told_and_not_noted(services):
    before = services.desk.feedback.store.outcomes.events.last("shop")
    bad = {"model": "shop", "record": {"income": "a lot"}, "record_id": "C-7"}
    with as_(ANN):
        assert outcomes.answer(services, {"kind": "came", "key": "b1", "scenario": bad})["failed"]
        for due in (None, float("nan"), -5.0):
            assert "No time" in pressed(services, "call_back", key="b2", due=due)["words"]
    assert services.desk.feedback.store.outcomes.events.last("shop") == before


def test_who_may_not_tell_outcomes_has_no_row_and_cannot(services):
    viewer = Caller("viewer", frozenset({Permission.READ, Permission.SCORE}))
    bundle = services.service.model("shop")
    with use_request(Request(viewer, Permission.SCORE)):
        request = outcomes.FormRequest.read({"model": "shop", "record_id": "C-7"})
        assert outcomes.desk_of(services, bundle, request, None) is None
        assert pressed(services, key="v")["failed"]


def test_undo_takes_back_ones_own_and_nobody_elses(services):
    with as_(ANN):
        said = pressed(services, key="mine")
    with as_(BOB), pytest.raises(UnknownDecision):
        take_back(services.desk, event_of(said), "undo")
    bundle = services.service.model("shop")
    with as_(ANN):
        told = outcomes.answer(services, {"kind": "undo", "key": "undo", "own": said["own"]})
        assert told["words"] == "Taken back."
        assert outcomes.answer(services, {"kind": "undo", "key": "undo", "own": said["own"]})["words"] == "Taken back."
        assert event_of(said) not in {each.event.id for each in history(services.desk, bundle, "C-7") if each.event}


def test_not_takes_the_place_of_bought(services):
    bundle = services.service.model("shop")
    with as_(ANN):
        first = pressed(services, key="r1", place="R-1")
        pressed(services, "missed", key="r2", place="R-1", own=first["own"])
        lines = told_lines(bundle, history(services.desk, bundle, "R-1"))
    assert lines[0].what == "Not"
    assert "Bought" not in [each.what for each in lines]


# ---- the day ---------------------------------------------------------------------------------
def place_of(services, made):
    entry = services.desk.next()
    return entry, f"today:{made}.{entry.assignment.row}"


def test_a_seller_has_the_lists_that_are_theirs(services, made):
    with as_(ANN):
        day = services.desk.today(50)
        assert [each.list for each in day.lists] == [made]
        assert day.open == len(day.to_do) > 0
        worths = [each.assignment.worth for each in day.to_do]
        assert worths == sorted(worths, reverse=True)
        assert {each.assignment.group for each in day.to_do} == {CALL}
    with as_(EVE):
        assert services.desk.today(50).lists == []
        assert services.desk.next() is None
    with as_(replace(ANN, role="viewer")):
        assert services.desk.lists() == []
    assert len(services.desk.lists()) == 1  # where nobody signs in, everybody is one seller


def test_next_gives_two_sellers_two_customers(services, made):
    given = []
    for seller in (ANN, BOB, ANN, BOB):
        with as_(seller):
            given.append(services.desk.next().assignment.row)
    assert len(set(given)) == 4


def test_a_customer_opens_with_the_values_of_the_file_and_is_claimed(services, made):
    bundle = services.service.model("shop")
    with as_(ANN):
        entry, named = place_of(services, made)
        opened, claim = open_customer(services, bundle, named, None)
        assert opened.entry.id == named
        assert opened.words.startswith(entry.assignment.record)
        assert opened.back[0] == "Back to Today"
        standing = services.service.score_with_blanks(bundle.key, dict(opened.entry.values), "buys")
        assert standing.probability == pytest.approx(entry.assignment.probability, abs=1e-12)
    with as_(BOB):
        refused, none = open_customer(services, bundle, named, None)
        assert (refused.entry, none) == (None, None)
        assert "ann@shop is with this customer at the moment." in refused.words
    with as_(EVE):
        assert "on none of your lists" in open_customer(services, bundle, named, None)[0].words
    with as_(ANN):
        services.desk.leave(claim.list, claim.row, claim.page)
    with as_(BOB):
        assert open_customer(services, bundle, named, None)[1] is not None


def test_an_open_page_keeps_its_customer_and_hears_when_it_lost_them(services, made):
    bundle = services.service.model("shop")
    with as_(ANN):
        _, named = place_of(services, made)
        _, claim = open_customer(services, bundle, named, None)
        held = {"list": claim.list, "row": claim.row, "page": claim.page}
        assert words_of(renew(services.desk, held)) == ""
        services.desk.leave(*held.values())
    with as_(BOB):
        assert open_customer(services, bundle, named, None)[1] is not None
    with as_(ANN):
        assert words_of(renew(services.desk, held)) == "bob@shop is with this customer now."
        for nothing in (None, {}, {"list": 5, "row": "x", "page": None}, held | {"row": 2**70}, held | {"row": True}):
            with pytest.raises(outcomes.PreventUpdate):
                renew(services.desk, nothing)


def test_who_has_not_the_list_neither_claims_by_renewing_nor_hears_who_is_there(services, made):
    with as_(ANN):
        rows = [each.assignment.row for each in services.desk.today(50).to_do]
    row = next(each for each in rows if services.desk.table.held_by(made, each) is None)  # nor on another test's list
    job, bundle = made, services.service.model("shop")
    forged, named = {"list": job, "row": row, "page": "mine"}, f"today:{job}.{row}"
    with as_(EVE):
        assert words_of(renew(services.desk, forged)) == "Somebody else is done with this customer."
    assert services.desk.table.held_by(job, row) is None
    with as_(ANN):
        assert open_customer(services, bundle, named, None)[1] is not None
    with as_(EVE):
        assert words_of(renew(services.desk, forged)) == "Somebody else is done with this customer."


@pytest.mark.parametrize("due", [1e300, 1e18, 253_402_300_800.0, -5, float("nan"), float("inf"), "x", None])
def test_a_call_back_is_at_a_time_that_can_be_shown(services, due):
    with as_(ANN):
        said = pressed(services, "call_back", key=f"due {due}", due=due)
        assert said["failed"]
        assert "No time was given for the call back" in said["words"]
        stored = events_of(services.desk.feedback.store.outcomes, "shop")
        assert f"due {due}" not in [each.key for each in stored]


def words_of(attributes):
    return json.loads(attributes["data-message"])["words"]


def test_what_is_told_of_a_customer_moves_the_list_and_undo_moves_it_back(services, made):
    with as_(ANN):
        _, named = place_of(services, made)
        left = services.desk.today(50).open
        said = pressed(services, key=f"list {made}", place=named)
        event, decision = stored(services, said)
        assert (event.campaign, decision.campaign, decision.group) == (made, made, CALL)
        assert event.record.startswith("K-")
        day = services.desk.today(50)
        assert (day.open, day.over) == (left - 1, 1)
        assert [(each.last.what, each.last.by) for each in day.done] == [("came", f"person {ANN.id}")]
        outcomes.answer(services, {"kind": "undo", "key": f"undo {made}", "own": said["own"]})
        assert (services.desk.today(50).open, services.desk.today(50).done) == (left, [])


def test_the_page_of_the_day_names_people_and_never_who_is_kept_back(services, made):
    with as_(BOB):
        services.desk.next()
    with as_(ANN):
        shown = str(today.opening(services))
    kept = [each.record for each in on_list(services.desk.feedback.store.outcomes, made, "control")]
    assert kept
    assert "Customer" in shown
    assert "bob@shop is with them" in shown
    assert not any(f"{each} ·" in shown for each in kept)


def test_history_is_of_models_whose_records_have_the_same_ids_and_that_one_may_see(services, home):
    shop(home.models_folder, "bank")
    bundle = services.service.model("shop")
    with as_(ANN):
        pressed(services, key="h1", place="H-1")
        scenario = {"model": "bank", "record": record(services), "record_id": "H-1"}
        outcomes.answer(services, {"kind": "missed", "key": "h2", "scenario": scenario})
        lines = told_lines(bundle, history(services.desk, bundle, "H-1"))
    assert [(each.what, each.who) for each in lines] == [("Who buys?: Not", "ann@shop"), ("Bought", "ann@shop")]
    only = Caller("x", frozenset(), {"shop": frozenset({Permission.READ, Permission.OUTCOMES})})
    with use_request(Request(only, Permission.OUTCOMES)):
        assert [each.what for each in told_lines(bundle, history(services.desk, bundle, "H-1"))] == ["Bought"]


def test_sellers_are_those_who_may_tell_outcomes_of_the_model(services):
    store = services.desk.feedback.store
    assert set(sellers_of(store, "shop").values()) >= {"ann@shop", "bob@shop", "eve@shop"}
    store.people.change(EVE.id, role="viewer")
    assert "eve@shop" not in sellers_of(store, "shop").values()
    store.people.change(EVE.id, role="seller")


def test_a_record_of_the_sample_is_known_by_its_version(services):
    bundle = services.service.model("shop")
    assert outcomes.identified(services, bundle, "12", 11) == (f"{bundle.key.partition('@')[2]} 12", None)
    assert outcomes.identified(services, bundle, "C-7", None) == ("C-7", None)
    assert outcomes.identified(services, bundle, f"today:{'f' * 32}.3", None) == (f"today:{'f' * 32}.3", None)


def test_a_press_needs_what_is_shown(services):
    bundle = services.service.model("shop")
    with as_(ANN):
        told = note(services.desk, Shown(bundle, None, {}, {}, "C-9"), Press("missed", "direct", "buys"))
    assert (told.record, told.value) == ("C-9", 0.0)


def test_what_one_told_lately_can_be_taken_back_after_a_reload_and_what_others_told_cannot(services):
    bundle = services.service.model("shop")
    with as_(BOB):
        pressed(services, "missed", key="o1", place="O-1")
    with as_(ANN):
        first, second = (pressed(services, kind, key=f"o {kind}", place="O-1") for kind in ("came", "no_answer"))
        own = own_notes(bundle, history(services.desk, bundle, "O-1"))
        assert [(each.note, each.event) for each in own] == [
            ("came buys", event_of(first)), ("", event_of(second)),
        ]  # fmt: skip
        assert event_of(first) in str(outcomes.history_of(services, bundle, "O-1", None))
        take_back(services.desk, event_of(second), "o undo")
        assert [each.note for each in own_notes(bundle, history(services.desk, bundle, "O-1"))] == ["came buys"]
        later = stored(services, pressed(services, key="o later", place="O-1", own=[vars(each) for each in own]))[1]
        assert later.id != stored(services, first)[1].id  # another call, though the numbers are the same


def test_a_call_back_in_the_past_is_refused(services):
    with as_(ANN):
        said = pressed(services, "call_back", key="past", due=1.7e9)
    assert said["failed"]
    assert "has passed already" in said["words"]


def test_lists_of_a_model_that_is_gone_are_on_nobodys_day(services, made, monkeypatch):
    with as_(ANN):
        assert services.desk.today(5).open
        monkeypatch.setattr(services.service.registry, "names", lambda: ("another",))
        day = services.desk.today(5)
        assert (day.open, day.to_do, services.desk.next()) == (0, [], None)


@pytest.mark.parametrize(
    ("asked", "shown"),
    [("", 30), ("60", 60), ("5", 30), ("301", 300), ("9" * 400, 30), ("-60", 30), ("<b>", 30), ("²", 30), ("6 0", 30)],
)
def test_an_address_says_how_many_customers_the_page_shows(asked, shown):
    assert today.shown_in({"shown": asked}) == shown
    assert today.shown_in({}) == 30


def test_the_page_of_the_day_leads_to_the_rest_of_a_long_list(services, made, monkeypatch):
    monkeypatch.setattr(today, "MOST", 5)
    with as_(ANN):
        left = services.desk.today(50).open
        first, all_of_them = str(today.opening(services)), str(today.opening(services, {"shown": "50"}))
    assert left > 10
    assert "/today?shown=10" in first
    assert "shown=" not in all_of_them
    assert [each.count("record=today") for each in (first, all_of_them)] == [5, left]
