"""Callbacks of the Campaign page, called as functions: what each gives for a job in each state."""

import json

import pytest
from dash import no_update
from dash._callback_context import context_value
from dash._utils import AttributeDict
from dash.exceptions import PreventUpdate
from plotly.utils import PlotlyJSONEncoder

from callbacks.campaign import call_list, columns, downloads, forecast, recent_campaigns, scoring, steps
from callbacks.campaign.backend import CampaignBackend
from jobs.campaign_service import CampaignService
from layouts.campaign.page import FileRetention
from layouts.campaign.reading import NAMES
from layouts.shared import ids
from ml.translation import use_language
from ml.translation.pseudo_locale import PSEUDO
from tests.small import small_service
from tests.unit.test_campaigns import House, data

NO_CHOICE = [""] * len(NAMES)
LOST = "0" * 32


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    return small_service(tmp_path_factory.mktemp("models"), "binary", "independent")


@pytest.fixture
def house(service, tmp_path):
    return House(service, tmp_path)


@pytest.fixture
def backend(service, house):
    return CampaignBackend(service, house.job_service, CampaignService(house.job_service), FileRetention())


def held(house, sent=None, model="binary"):
    return house.hold(data() if sent is None else sent, model).rpartition("/")[2]


def done(house, model="binary", rows=60):
    return house.done(data(rows=rows), model).rpartition("/")[2]


def words(component):
    return json.dumps(component, cls=PlotlyJSONEncoder, ensure_ascii=False)


def opened(backend, job, model="binary"):
    return steps.opening(backend, backend.service.model(model), {"job": job})


def look(backend, job, reads=None, matches=(), blanks=False, before=None):
    names = [ids.campaign_part("read", job, name=name) for name in NAMES]
    reads = [(reads or {}).get(name, "") for name in NAMES]
    return columns.look(backend, reads, list(matches), blanks, names, before, ids.campaign_part("seen", job))


def start(backend, job, seen, clicks=1):
    names = [ids.campaign_part("read", job, name=name) for name in NAMES]
    of = ids.campaign_part("seen", job)
    return columns.start(backend, clicks, False, NO_CHOICE, seen["matches"], False, names, seen, of)


def triggered_by(**of):
    """The callback that runs now was called by this part."""
    context_value.set(AttributeDict(triggered_inputs=[{"prop_id": f"{json.dumps(of, sort_keys=True)}.n_clicks"}]))


# ---- steps --------------------------------------------------------------------------------------
def test_the_step_follows_from_the_state_of_the_job(house, backend):
    job = held(house)
    assert opened(backend, "").name == "file"
    assert opened(backend, job).name == "columns"
    house.post(f"/api/v1/jobs/{job}/start")
    assert opened(backend, job).name == "scoring"
    house.work()
    assert opened(backend, job).name == "result"


@pytest.mark.parametrize("job", [LOST, "x", "../..", "\u2063"])
def test_a_job_that_is_not_there_is_said(backend, job):
    step = opened(backend, job)
    assert step.name == "trouble"
    assert "This campaign is no longer stored" in words(step.body)


def test_a_job_of_another_model_or_of_no_campaign_is_said(house, backend):
    assert "It belongs to binary@" in words(opened(backend, held(house), "independent").body)
    scored = house.client.post("/api/v1/models/binary/jobs", data=data()).json["id"]
    assert "A program sent this file" in words(opened(backend, scored).body)


def test_what_was_cancelled_or_failed_is_said_with_the_way_out(house, backend):
    job = held(house)
    house.client.delete(f"/api/v1/jobs/{job}")
    assert "Nothing was kept." in words(opened(backend, job).body)
    failed = held(house)
    house.store.jobs.start(failed, {})
    house.store.jobs.fail(failed, "Line 8 has 3 cells, the header has 12.")
    assert "Line 8 has 3 cells, the header has 12. Choose the file again" in words(opened(backend, failed).body)


def test_a_turn_shows_another_step_and_empty_places_none(house, backend):
    job = held(house)
    places = [ids.campaign_part("turn", job, by="look"), ids.campaign_part("turn", job, by="start")]
    with pytest.raises(PreventUpdate):
        steps.show_step(backend, [None, None], "/binary/campaign", places)
    house.post(f"/api/v1/jobs/{job}/start")
    inside, at = steps.show_step(backend, [None, "started"], "/binary/campaign", places)
    assert (at, "Reading the file" in words(inside) or "Waiting for its turn" in words(inside)) == ("scoring", True)
    _, at = steps.show_step(backend, [["The file cannot be read", "It is empty."], None], "/binary/campaign", places)
    assert at == "trouble"


def test_another_file_removes_the_one_that_was_only_looked_at(house, backend):
    job, other = held(house), done(house)
    triggered_by(**ids.campaign_part("anew", job))
    with pytest.raises(PreventUpdate):
        steps.begin_anew(backend, [None], "columns")
    steps.begin_anew(backend, [1], "columns")
    assert backend.jobs.get(job).state == "cancelled"
    triggered_by(**ids.campaign_part("anew", other))
    steps.begin_anew(backend, [1], "result")
    assert backend.jobs.get(other).state == "done"


# ---- columns ------------------------------------------------------------------------------------
def test_a_file_is_looked_into_once_and_again_when_something_changes(house, backend):
    job = held(house, data(income="Earnings"))
    first = look(backend, job)
    assert first["holds"] == "march.csv holds 60 records. 3 of 4 features found."
    assert first["start"] == "Score 60 records"
    seen = first["seen"]
    assert "No column gives Yearly income" in words(first["notes"])
    with pytest.raises(PreventUpdate):  # the rows came in
        look(backend, job, matches=seen["matches"], before=seen)
    at = seen["header"].index("Earnings")
    matches = [*seen["matches"]]
    matches[at] = "income"
    second = look(backend, job, matches=matches, before=seen)
    assert second["rows"] is no_update
    assert second["values"] == [no_update] * len(matches)  # nothing else was changed than what the person chose
    assert second["seen"]["matches"] == matches
    assert second["notes"] == []
    assert second["seen"]["chosen"] == {"Earnings": "income"}
    assert second["holds"].endswith("4 of 4 features found.")


def test_a_feature_has_one_column():
    shown = {"header": ["a", "b", "c"], "matches": ["x", "y", ""], "chosen": {"c": ""}}
    assert columns.chosen_by_hand(shown, ["y", "y", ""]) == {"a": "y", "b": "", "c": ""}
    assert columns.chosen_by_hand(shown, ["", "y", ""]) == {"a": "", "c": ""}
    assert columns.chosen_by_hand(None, ["x"]) == {}


def test_choices_by_hand_are_kept_for_columns_that_are_still_there(house, backend):
    lines = data(rows=5, income="Earnings").decode().splitlines()
    job = held(house, "\n".join(["made in March", *lines]).encode())
    seen = look(backend, job)["seen"]
    matches = [*seen["matches"]]
    matches[seen["header"].index("Earnings")] = "income"
    seen = look(backend, job, matches=matches, before=seen)["seen"]
    again = look(backend, job, {"header_row": "2"}, seen["matches"], before=seen)
    assert again["seen"]["chosen"] == {"Earnings": "income"}
    assert again["seen"]["read"] == {"header_row": "2"}
    otherwise = look(backend, job, {"header_row": "3"}, again["seen"]["matches"], before=again["seen"])
    assert otherwise["seen"]["chosen"] == {}
    assert otherwise["seen"]["ready"] is False


def test_a_file_that_cannot_be_read_so_keeps_its_controls(house, backend):
    job = held(house, data().decode().replace("north", "nörth").encode("cp1252"))
    seen = look(backend, job)["seen"]
    wrong = look(backend, job, {"encoding": "utf-8"}, seen["matches"], before=seen)
    assert "cannot be read as it is" in wrong["holds"]
    assert wrong["differently_open"] is True
    assert wrong["seen"]["ready"] is False
    assert wrong["table_hidden"] is True
    bad = look(backend, job, {"header_row": "nine"}, seen["matches"], before=seen)
    assert bad["seen"]["ready"] is False
    assert "nine" in words(bad["why"])
    right = look(backend, job, None, seen["matches"], before=bad["seen"])
    assert right["seen"]["ready"] is True


def test_a_start_turns_to_the_scoring_and_is_no_error_when_asked_twice(house, backend):
    job = held(house)
    seen = look(backend, job)["seen"]
    with pytest.raises(PreventUpdate):
        start(backend, job, seen, clicks=None)
    assert start(backend, job, seen)[1] == "started"
    assert start(backend, job, seen) == (no_update, "over")
    assert look(backend, job, matches=seen["matches"])["turn"] == "over"
    assert start(backend, LOST, seen) == (no_update, "gone")


def test_what_a_job_keeps_is_english_whoever_starts_it(house, backend):
    job = held(house)
    with use_language(PSEUDO):
        seen = look(backend, job)
        start(backend, job, seen["seen"])
    assert "⟦" in seen["holds"]
    assert "⟦" not in words(backend.jobs.get(job).options)


def test_a_start_that_is_refused_says_why(house, backend):
    job = held(house, b"nothing,known\n1,2\n")
    said, turn = start(backend, job, look(backend, job)["seen"])
    assert turn is no_update
    assert "No column of the file gives a feature" in words(said)


# ---- scoring ------------------------------------------------------------------------------------
def test_the_progress_is_asked_again_until_the_job_is_over(house, backend):
    job = held(house)
    of = ids.campaign_part("tick", job)
    house.post(f"/api/v1/jobs/{job}/start")
    _, _, said, interval, most, turn = scoring.watch(backend, 3, of)
    assert (said, most, turn) == ("Waiting for its turn …", 4, no_update)
    assert interval < 1000
    assert scoring.watch(backend, 300, of)[3] == 1000
    house.work()
    assert scoring.watch(backend, 4, of)[-1] == "done"
    assert scoring.watch(backend, 1, ids.campaign_part("tick", LOST))[-1] == "gone"


def test_a_job_is_cancelled(house, backend):
    job = held(house)
    house.post(f"/api/v1/jobs/{job}/start")
    of = ids.campaign_part("cancel", job)
    with pytest.raises(PreventUpdate):
        scoring.cancel(backend, None, of)
    assert scoring.cancel(backend, 1, of) == (no_update, "cancelled")
    assert scoring.cancel(backend, 1, ids.campaign_part("cancel", LOST)) == (no_update, "gone")


# ---- the list -----------------------------------------------------------------------------------
CHOSEN = {"by": "number", "offers": ["yes"], "several": "false", "losses": True, "column": ""}


def foresee(backend, job, chosen=CHOSEN, made=None, **texts):
    names = [ids.campaign_part("wish", job, name=name) for name in texts]
    return forecast.foresee(backend, chosen, [*texts.values()], names, [], [], ids.campaign_part("forecast", job), made)


def make(backend, job, chosen=CHOSEN, clicks=1, page=None, **texts):
    names = [ids.campaign_part("wish", job, name=name) for name in texts]
    of = ids.campaign_part("forecast", job)
    return call_list.make(backend, clicks, False, page, chosen, [*texts.values()], names, [], [], of)


def test_the_forecast_is_that_of_the_api(house, backend):
    job = done(house)
    told = foresee(backend, job, number="20", cost="1")
    wish = {"by": "number", "number": 20, "outcomes": ["yes"], "cost": 1, "losses": True, "values": {"yes": 0}}
    api = house.post(f"/api/v1/jobs/{job}/forecast", **wish).json
    assert told["chosen"] == api["chosen"] == 20
    assert api["sentence"] in words(told["forecast"])
    assert api["promise"] in words(told["forecast"])


def test_each_answer_names_the_fields_that_it_is_about(house, backend):
    job = done(house)
    about = ["number", ["yes"], "false", True, ""]
    assert foresee(backend, job, number="20", cost="1")["asked"] == [*about, ["20", "1"], []]
    assert foresee(backend, job, number="x", cost=None)["asked"] == [*about, ["x", None], []]
    assert foresee(backend, LOST, number="20")["asked"] == [*about, ["20"], []]


def test_a_field_that_cannot_be_used_is_marked_and_nothing_is_forecast(house, backend):
    job = done(house)
    told = foresee(backend, job, number="20", cost="x")
    assert told["states"] == ["", "problem"]
    assert told["said"][1] == "“x” cannot be used. Accepted: a number, 0 or more."
    assert "Correct the marked fields." in words(told["forecast"])
    assert told["chosen"] == 0
    assert call_list.refuse(told["chosen"], False)
    assert make(backend, job, number="20", cost="x") == (no_update, "")


def test_a_list_by_column_is_forecast_once_its_fields_are_there(house, backend):
    job = done(house)
    by_region = CHOSEN | {"column": "region"}
    with pytest.raises(PreventUpdate):
        foresee(backend, job, by_region, number="20")
    column = next(each for each in backend.choices(job)["columns"] if each["name"] == "region")
    names = [f"{kind}:{each['value']}" for each in column["values"] for kind in ("least", "most")]
    of = [ids.campaign_part("part", job, name=name) for name in names]
    number = [ids.campaign_part("wish", job, name="number")]
    limits = ["0" if name.startswith("most") else "" for name in names]
    told = forecast.foresee(backend, by_region, ["20"], number, limits, of, ids.campaign_part("forecast", job), None)
    assert told["chosen"] == 0
    assert "Nobody is on this list." in words(told["forecast"])


def test_what_the_api_refuses_is_said_in_its_words(house, backend):
    told = foresee(backend, done(house), CHOSEN | {"by": "budget"}, budget="20", cost="0")
    assert "A budget needs a cost." in words(told["forecast"])


def test_a_list_is_made_followed_and_offered(house, backend):
    job = done(house)
    with pytest.raises(PreventUpdate):
        make(backend, job, clicks=None, number="20")
    made, said = make(backend, job, number="20")
    assert said == ""
    running = call_list.follow(backend, made, 0, None)
    assert (running["open"], running["ticks"], running["cancel_hidden"]) == (True, 1, False)
    assert call_list.follow(backend, made, 1, True)["open"] is no_update
    house.work()
    ready = call_list.follow(backend, made, 2, True)
    assert (ready["open"], ready["words"][0]) == (False, "The list is ready. ")
    assert "role='region', aria-label='The list'" in str(ready["table"])
    assert "20 records in the order of calling." in words(ready["table"])
    assert f"/api/v1/jobs/{made}/result?format=csv" in words(ready["download"])
    assert foresee(backend, job, made=made, number="20")["stale"] == ""
    other = foresee(backend, job, made=made, number="21")["stale"]
    assert other.startswith("The list was made with different settings")
    assert opened(backend, job).name == "result"


def test_a_click_that_is_asked_twice_makes_one_list(house, backend):
    """As a page does whose connection broke before the answer came."""
    job = done(house)
    first, _ = make(backend, job, page="p", number="20")
    assert make(backend, job, page="p", number="20") == (first, "")
    again, _ = make(backend, job, page="p", clicks=2, number="20")
    other, _ = make(backend, job, page="q", number="20")
    assert len({first, again, other}) == 3
    said = make(backend, job, page="p", number="21")
    assert said[0] is no_update
    assert "came another request before" in words(said[1])


def test_a_list_is_cancelled_or_gone(house, backend):
    made, _ = make(backend, done(house), number="20")
    call_list.cancel(backend, 1, made)
    assert call_list.follow(backend, made, 1, True)["words"] == "Cancelled."
    assert "no longer stored" in words(call_list.follow(backend, LOST, 1, True)["words"])
    with pytest.raises(PreventUpdate):
        call_list.follow(backend, None, None, False)


# ---- downloads ----------------------------------------------------------------------------------
def test_a_format_is_written_first_and_then_fetched(house, backend):
    job = done(house)
    of = ids.campaign_part("export", job)
    triggered_by(**ids.campaign_part("format", job, name="xlsx"))
    said, wanted, more = downloads.export(backend, [1, None], None, None, of)
    assert (said, more) == ("", no_update)
    assert wanted["address"] == f"/api/v1/jobs/{job}/result?format=xlsx&compression=none"
    assert house.client.get(wanted["address"]).status_code == 200
    _, again, _ = downloads.export(backend, [2, None], None, wanted, of)
    assert again != wanted  # so that the browser fetches it once more


def test_a_format_that_takes_long_is_asked_for_again(house, backend, monkeypatch):
    job = done(house)
    of = ids.campaign_part("export", job)
    monkeypatch.setattr("jobs.downloads.SMALL", 0)
    monkeypatch.setattr("jobs.downloads.PATIENCE", 0.0)
    triggered_by(**ids.campaign_part("format", job, name="csv-excel"))
    said, wanted, more = downloads.export(backend, [None, 1], None, None, of)
    assert (said, wanted["address"], more) == ("Making CSV for Excel …", "", 1)
    house.work()
    triggered_by(**ids.campaign_part("export-tick", job))
    said, wanted, _ = downloads.export(backend, [None, 1], 1, wanted, of)
    assert said == ""
    assert "csv-excel" in wanted["address"]


def test_a_format_that_cannot_be_had_is_said(backend):
    triggered_by(**ids.campaign_part("format", LOST, name="xlsx"))
    said, wanted, _ = downloads.export(backend, [1, None], None, None, ids.campaign_part("export", LOST))
    assert "There is no job" in words(said)
    assert wanted["address"] == ""


# ---- the campaigns of this browser --------------------------------------------------------------
def kept_as(job, model="binary", **more):
    return {"job": job, "model": model, "name": "march.csv", "created": 1_767_225_600, **more}


def test_the_campaigns_of_a_browser_are_listed_with_their_states(house, backend):
    held_one, over = held(house), done(house, "independent", rows=30)
    made, _ = make(backend, done(house), number="5")
    cancelled = held(house)
    house.client.delete(f"/api/v1/jobs/{cancelled}")
    said = recent_campaigns.show_kept(
        backend,
        [
            kept_as(held_one),
            kept_as(over, "independent", list=made, name="=1+1 <b>"),
            kept_as(cancelled),
            kept_as(LOST, name="old.csv"),
        ],
    )
    lines = [words(each) for each in said[1].children.children[1].children]
    assert len(lines) == 4
    assert ("Not started" in lines[0], f"/binary/campaign?job={held_one}" in lines[0]) == (True, True)
    assert f"/independent/campaign?job={over}&list={made}" in lines[1]
    assert ("Done" in lines[1], '"30"' in lines[1], "=1+1 <b>" in lines[1]) == (True, True, True)
    assert "2026-01-01 00:00 UTC" in lines[1]
    assert "Remove march.csv from the list" in lines[2]
    assert ("No longer here" in lines[3], "href" in lines[3]) == (True, False)
    assert backend.service.opened("independent").title in lines[1]
    assert ["Remove" in line for line in lines] == [False, False, True, True]


def test_more_campaigns_than_are_shown_are_said(backend):
    many = [kept_as(f"{number:032x}") for number in range(recent_campaigns.recent_campaigns.MOST + 1)]
    said = recent_campaigns.show_kept(backend, many)
    assert len(said[1].children.children[1].children) == 500
    assert "The 500 newest are shown." in words(said)
    assert "newest are shown" not in words(recent_campaigns.show_kept(backend, many[1:]))


@pytest.mark.parametrize(
    "data",
    [
        *(None, {}, "x", [], [None, 1, "x", []], [{}]),
        [kept_as("../x")],
        [kept_as(LOST, created="yesterday")],
        [kept_as(LOST, created=float("nan"))],
        [kept_as(LOST, created=1e300)],
        [kept_as(LOST, model="//elsewhere")],
    ],
)
def test_whatever_a_browser_keeps_is_answered(backend, data):
    assert recent_campaigns.show_kept(backend, data) == []


def test_what_is_open_is_told_to_the_browser(house, backend):
    job = done(house)
    told = next(
        each for each in opened(backend, job).body if getattr(each, "id", None) == ids.campaign_part("opened", job)
    )
    assert told.data["name"] == "march.csv"
    assert told.data["model"] == "binary"
    assert all("opened" not in words(each) for each in opened(backend, LOST).body)
