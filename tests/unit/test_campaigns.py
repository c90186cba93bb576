"""A campaign over HTTP: held, looked into, started, ranked, listed; the same numbers as everywhere."""

from __future__ import annotations

import csv
import io
import json
from types import SimpleNamespace

import numpy as np
import pytest

from api import create_api
from jobs.campaign_service import CampaignService
from jobs.job_service import JobService
from jobs.work import job_kinds
from jobs.worker import Worker
from ml.advice.reasons import reasons
from ml.advice.score_known import ESTIMATOR
from ml.campaign.reasons import reasons_in_cells
from store.db import open_store
from store.files import Files
from tests.small import people, small_service

ROWS = 60


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    return small_service(
        tmp_path_factory.mktemp("models"), "binary", "multiclass", "independent", "labels-only", "gaps"
    )


class House:
    def __init__(self, service, folder):
        self.store, self.files = open_store(f"sqlite:///{folder / 'likely.db'}"), Files(str(folder / "files"))
        self.job_service = JobService(service, self.store, self.files, lambda _: None)
        self.client = create_api(
            service, dict, 1_000, 10, campaign_service=CampaignService(self.job_service)
        ).test_client()
        self.worker = Worker(service, self.store.jobs, self.files)

    def work(self):
        while self.worker.step():
            pass

    def hold(self, data, model="binary"):
        answer = self.client.post(f"/api/v1/models/{model}/jobs?held=true&name=march.csv", data=data)
        assert answer.status_code == 202, answer.json
        return answer.headers["Location"]

    def post(self, place, **body):
        return self.client.post(place, data=json.dumps(body), content_type="application/json")

    def done(self, data, model="binary", **body):
        place = self.hold(data, model)
        started = self.post(f"{place}/start", **body)
        assert started.status_code == 202, started.json
        self.work()
        seen = self.client.get(place).json
        assert seen["state"] == "done", seen
        return place

    def table(self, place):
        return list(csv.DictReader(io.StringIO(self.client.get(f"{place}/result").text)))


@pytest.fixture
def house(service, tmp_path):
    return House(service, tmp_path)


def data(rows=ROWS, seed=4, **columns):
    frame = people(rows=rows, seed=seed)
    return frame.rename(columns=columns).to_csv(index=False).encode()


def test_nothing_runs_while_a_file_is_held(house):
    place = house.hold(data())
    house.work()
    assert house.client.get(place).json["state"] == "held"
    assert house.client.get(f"{place}/records").json["error"]["code"] == "not_done"
    assert house.client.delete(place).json["state"] == "cancelled"
    assert house.post(f"{place}/start").status_code == 409


def test_a_held_file_shows_its_columns_first_records_and_problems(house):
    lines = data(rows=8).decode().splitlines()
    head = lines[0].split(",")
    at = head.index("income")
    broken = lines[3].split(",")
    broken[at] = "a lot"
    lines[3] = ",".join(broken)
    lines[0] = lines[0].replace("income", "Yearly_INCOME").replace("region", "where")
    place = house.hold("\n".join(lines).encode())
    seen = house.client.get(f"{place}/preview").json
    assert seen["columns"]["Yearly_INCOME"] == "income"
    assert seen["columns"]["where"] is None
    assert [each["name"] for each in seen["missing"]] == ["region"]
    assert (seen["checked"], seen["estimated"]) == (8, 8)
    wrong = next(problem for problem in seen["problems"] if problem["feature"] == "income")
    assert (wrong["row"], wrong["column"]) == (3, "Yearly_INCOME")
    assert "a lot" in wrong["message"]
    assert len(seen["rows"]) == 5


def test_columns_can_be_matched_by_hand(house):
    sent = data(income="x1", region="x2")
    place = house.hold(sent)
    assert {"income", "region"} <= {each["name"] for each in house.client.get(f"{place}/preview").json["missing"]}
    columns = {"x1": "income", "x2": "region"}
    seen = house.client.get(f"{place}/preview", query_string={"columns": json.dumps(columns)}).json
    assert (seen["missing"], seen["ready"]) == ([], True)
    assert house.post(f"{place}/start", columns=columns).status_code == 202
    house.work()
    table = house.table(place)
    plain = house.table(house.done(data()))
    assert [row["probability_yes"] for row in table] == [row["probability_yes"] for row in plain]
    assert "x1" in table[0]


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"nowhere": "income"}, "no column"),
        ({"region": "nothing"}, "no feature"),
        ({"region": "income", "income": "income"}, "Two columns"),
    ],
)
def test_columns_that_cannot_be_matched_are_refused(house, columns, words):
    place = house.hold(data())
    answer = house.client.get(f"{place}/preview", query_string={"columns": json.dumps(columns)})
    assert answer.status_code == 400
    assert words in answer.json["error"]["message"]


def test_a_column_left_out_gives_nothing(house):
    place = house.hold(data())
    seen = house.client.get(f"{place}/preview", query_string={"columns": json.dumps({"region": ""})}).json
    assert [each["name"] for each in seen["missing"]] == ["region"]
    assert seen["columns"]["region"] is None


def test_the_result_is_the_file_in_its_order_with_ranks(house, service):
    sent = data()
    rows = house.table(house.done(sent))
    given = list(csv.DictReader(io.StringIO(sent.decode())))
    assert [{name: row[name] for name in given[0]} for row in rows] == given
    p = [float(row["probability_yes"]) for row in rows]
    order = sorted(range(ROWS), key=lambda at: (-p[at], at))
    assert [int(rows[at]["rank"]) for at in order] == list(range(1, ROWS + 1))
    assert {row["outcome"] for row in rows} == {"yes"}
    assert all(row["band"] for row in rows)
    scored = service.score_each(service.model("binary"), given)
    assert p == [score.probabilities[1] for score in scored]


def test_reasons_are_those_of_the_prediction_page(house, service):
    sent = data(rows=4)
    rows = house.table(house.done(sent, reasons=True))
    bundle = service.model("binary")
    given = next(csv.DictReader(io.StringIO(sent.decode())))
    typed = service.score_with_blanks("binary", given, "yes").row
    explained = service.explain(bundle, typed, blanks=True, many=True)
    found = reasons(bundle.schema, typed, explained, bundle.outcomes.index("yes"))
    strongest = sorted((*found.raising, *found.lowering), key=lambda reason: -abs(reason.points))[:3]
    assert [rows[0][f"reason_{at}"] for at in (1, 2, 3)] == [reason.words for reason in strongest]


def test_reasons_that_are_sampled_say_how_unsure_they_are(service, monkeypatch):
    """1.96 standard errors of 0.1 and 1.5 points, in the digits that are shown."""
    bundle = service.model("binary")
    sizes, errors = np.array([[-21, 21], [4, -4], [1, -1], [0, 0]]) / 100, np.array([[1.5], [0.1], [0.001], [0]]) / 100
    found = SimpleNamespace(contributions=sizes, errors=np.repeat(errors, 2, axis=1))
    monkeypatch.setattr(service, "explain", lambda *_, **__: found)
    raw = {"income": "70", "debt": "3", "shoe_size": "40", "region": "south"}
    first, second, third = reasons_in_cells(service, bundle, raw, bundle.outcomes.index("yes"), ESTIMATOR)
    assert first.endswith("raises it by 21 points (± 3 points)")
    assert second.endswith("lowers it by 4 points (± 0.2 points)")
    assert third.endswith("lowers it by 1 point")


def test_the_same_list_under_the_same_key_is_made_once(house):
    place = house.done(data())

    def make(key, **body):
        headers = {"Idempotency-Key": key}
        return house.client.post(f"{place}/lists", json={"by": "number", **body}, headers=headers)

    first, again, other = make("march", number=10), make("march", number=10), make("april", number=10)
    assert (first.status_code, again.status_code) == (202, 202)
    assert again.json["id"] == first.json["id"] != other.json["id"]
    assert [each.headers.get("Idempotency-Replayed") for each in (first, again)] == [None, "true"]
    for more in ({"number": 11}, {"number": 10, "reasons": True}):
        refused = make("march", **more)
        assert (refused.status_code, refused.json["error"]["code"]) == (409, "key_taken")
    assert make("", number=10).status_code == 400


def test_a_bad_row_has_no_rank_and_stays_in_its_place(house):
    lines = data(rows=6).decode().splitlines()
    lines[2] = lines[2] + ",one,two"
    place = house.done("\n".join(lines).encode())
    rows = house.table(place)
    assert [bool(row["rank"]) for row in rows] == [True, False, True, True, True, True]
    assert "Cells in this line" in rows[1]["problems"]
    seen = house.client.get(f"{place}/records?order=rank").json["rows"]
    assert [row["rank"] for row in seen] == [1, 2, 3, 4, 5, None]
    assert seen[-1]["row"] == 2


@pytest.mark.parametrize("chunks", [7, 5_000])
def test_any_rows_can_be_looked_up(house, monkeypatch, chunks):
    def split(work):
        job_kinds.split(work, job_kinds.campaign_header, chunks)

    monkeypatch.setitem(job_kinds._KINDS, "campaign", job_kinds.JobKind(split, job_kinds.score_campaign))
    sent = data()
    place = house.done(sent)
    whole = house.table(place)
    found = house.client.get(f"{place}/records?order=file&start=5&end=23").json
    assert found["total"] == ROWS
    assert [row["row"] for row in found["rows"]] == list(range(6, 24))
    for row in found["rows"]:
        line = whole[row["row"] - 1]
        assert row["cells"] == [line[name] for name in found["header"]]
        assert row["probabilities"]["yes"] == float(line["probability_yes"])
        assert (str(row["rank"]), row["band"]) == (line["rank"], line["band"])
    best = house.client.get(f"{place}/records?start=0&end=3").json["rows"]
    assert [row["rank"] for row in best] == [1, 2, 3]
    worst_first = house.client.get(f"{place}/records?outcome=no&start=0&end=1").json["rows"][0]
    assert worst_first["probabilities"]["no"] == max(float(line["probability_no"]) for line in whole)


def test_a_list_is_what_its_forecast_says(house):
    place = house.done(data())
    wish = {
        "by": "number", "number": 20, "cost": 2.0, "values": {"yes": 10.0}, "column": "region", "limit": 9,
        "control": 0.25, "losses": True,
    }  # fmt: skip
    brings = house.post(f"{place}/forecast", **wish).json
    assert (brings["chosen"], brings["calls"]) == (20, 20 - brings["control"])
    made = house.post(f"{place}/lists", **wish, reasons=True)
    assert (made.status_code, made.json["kind"]) == (202, "list")
    house.work()
    rows = house.table(made.headers["Location"])
    assert [int(row["place"]) for row in rows] == list(range(1, 21))
    p = np.array([float(row["probability"]) for row in rows])
    assert list(p) == sorted(p, reverse=True)
    called = np.array([row["group"] == "call" for row in rows])
    assert called.sum() == brings["calls"]
    assert brings["buyers_model"] == pytest.approx(p[called].sum())
    assert brings["profit_model"] == pytest.approx(
        sum(float(row["expected_value"]) for row in rows if row["group"] == "call")
    )
    regions = [row["region"] for row in rows]
    assert max(map(regions.count, regions)) <= 9
    assert brings["lowest"] == p.min()
    assert all(row["reason_1"] for row in rows)
    assert brings["buyers_low"] <= brings["buyers"] <= brings["buyers_high"]
    assert brings["promise"]
    assert (brings["smallest_effect"] is None) == any("no difference can be told" in note for note in brings["notes"])
    assert f"{brings['calls']} calls should bring" in brings["sentence"]


def test_the_same_people_are_kept_back_on_all_lists_of_a_campaign(house):
    place = house.done(data(rows=200))
    kept, called = set(), set()
    for wish in ({"number": 40}, {"number": 150}, {"number": 90, "column": "region", "limit": 30}, {"number": 90}):
        made = house.post(f"{place}/lists", by="number", control=0.3, **wish)
        house.work()
        for row in house.table(made.headers["Location"]):
            (kept if row["group"] == "control" else called).add(row["income"])
    assert kept
    assert kept.isdisjoint(called)


def test_who_was_kept_back_is_known_when_the_jobs_are_gone(house):
    place = house.done(data(rows=100))
    assert house.client.get(f"{place}/control").json["lists"] == []
    made = house.post(f"{place}/lists", by="number", number=80, control=0.3).headers["Location"]
    house.post(f"{place}/lists", by="number", number=10)
    house.work()
    rows, whole = house.table(made), house.table(place)
    kept = {row["income"] for row in rows if row["group"] == "control"}
    for gone in (made, place):
        assert house.client.delete(gone).status_code == 204
    [found] = house.client.get(f"{place}/control").json["lists"]
    assert (found["share"], found["name"], found["control"], found["calls"]) == (
        0.3, "march.csv", len(kept), 80 - len(kept),
    )  # fmt: skip
    assert {whole[record["row"] - 1]["income"] for record in found["records"]} == kept
    assert {record["id"] for record in found["records"]} == {None}
    assert house.client.get("/api/v1/jobs/nobody/control").json["error"]["code"] == "unknown_job"


def test_who_was_kept_back_can_be_removed_when_the_campaign_is_gone(house):
    place = house.done(data())
    control = f"{place}/control"
    refused = house.client.delete(control)
    assert (refused.status_code, refused.json["error"]["code"]) == (409, "campaign_there")
    made = house.post(f"{place}/lists", by="number", number=40, control=0.3).headers["Location"]
    house.work()
    assert house.client.delete(control).status_code == 409
    assert house.client.delete(place).status_code == 204
    assert len(house.client.get(control).json["lists"]) == 1
    gone = house.client.delete(control)
    assert (gone.status_code, gone.data) == (204, b"")
    for again in (house.client.delete, house.client.get):
        assert (again(control).status_code, again(control).json["error"]["code"]) == (404, "unknown_job")
    assert house.client.get(made).status_code == 404  # its cells were the campaign's


def test_no_list_has_control_groups_of_its_own(house):
    place = house.done(data())
    made = house.post(f"{place}/lists", by="number", number=40, control=0.3).headers["Location"]
    other = house.client.delete(f"{made}/control")
    assert (other.status_code, other.json["error"]["code"]) == (409, "no_campaign")


def test_the_control_group_of_another_campaign_stays(house):
    places = [house.done(data(seed=seed)) for seed in (4, 5)]
    for place in places:
        house.post(f"{place}/lists", by="number", number=40, control=0.3)
    house.work()
    for place in places:
        house.client.delete(place)
    assert house.client.delete(f"{places[0]}/control").status_code == 204
    assert len(house.client.get(f"{places[1]}/control").json["lists"]) == 1


def test_missing_values_are_averaged_where_a_campaign_asks_for_it(house, service):
    frame = people(rows=10, seed=4)
    frame.loc[::2, "debt"] = np.nan
    place = house.done(frame.to_csv(index=False).encode(), model="gaps", blanks="average")
    for at, row in enumerate(house.table(place)):
        told = {name: value for name, value in frame.iloc[at].to_dict().items() if value == value}
        assert float(row["probability_yes"]) == pytest.approx(
            service.score_with_blanks("gaps", told).probabilities[1], abs=1e-12
        )
    refused = house.post(f"{house.hold(data())}/start", blanks="guess")
    assert refused.status_code == 400


def test_a_file_without_a_column_that_the_model_needs_is_scored_by_what_is_known(house, service):
    frame = people(rows=8, seed=4).drop(columns="debt")
    job = house.hold(frame.to_csv(index=False).encode(), model="binary")
    refused = house.client.get(f"{job}/preview").json
    assert (refused["ready"], refused["blank"], refused["refused"]) == (False, True, 8)
    assert house.post(f"{job}/start").status_code == 400
    seen = house.client.get(f"{job}/preview?blanks=average").json
    assert (seen["ready"], seen["refused"], seen["problems"]) == (True, 0, [])
    assert "No column gives Debt: all 8 records are scored without it." in seen["notes"]
    assert house.post(f"{job}/start", blanks="average", reasons=True).status_code == 202
    house.work()
    for at, row in enumerate(house.table(job)):
        stands = service.score_with_blanks("binary", frame.iloc[at].to_dict())
        assert float(row["probability_yes"]) == pytest.approx(stands.probabilities[1], abs=1e-12)
        assert row["reason_1"]
        assert not any("Debt" in row[f"reason_{place}"] for place in (1, 2, 3))
    assert "scored without it" in " ".join(house.client.get(job).json["notes"])
    made = house.post(f"{job}/lists", by="number", number=3, reasons=True).headers["Location"]
    house.work()
    assert [bool(row["reason_1"]) for row in house.table(made)] == [True] * 3


def test_several_products_are_ranked_and_listed(house, service):
    place = house.done(data(), model="independent")
    outcomes = service.model("independent").outcomes.names
    choices = house.client.get(f"{place}/choices").json
    assert [each["name"] for each in choices["outcomes"]] == list(outcomes)
    assert choices["exclusive"] is False
    one = house.post(f"{place}/forecast", by="number", number=1000).json
    several = house.post(f"{place}/forecast", by="number", number=1000, several=True).json
    assert (one["chosen"], several["chosen"]) == (ROWS, ROWS * len(outcomes))
    rows = house.table(place)
    for row in rows:
        assert float(row[f"probability_{row['outcome']}"]) == max(
            float(row[f"probability_{name}"]) for name in outcomes
        )


def test_choices_name_columns_of_few_values(house):
    place = house.done(data())
    columns = {each["name"]: each["values"] for each in house.client.get(f"{place}/choices").json["columns"]}
    assert sum(value["records"] for value in columns["region"]) == ROWS


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        ("forecast", {"by": "luck"}, "bad_wish"),
        ("forecast", {"outcomes": ["none"]}, "unknown_outcome"),
        ("forecast", {"column": "nowhere", "limit": 3}, "bad_wish"),
        ("lists", {"by": "number"}, "bad_wish"),
        ("lists", {"reasons": 3}, "bad_wish"),
        ("start", {"reasons": 3}, "unreadable"),
        ("start", {"column": {}}, "unreadable"),
        ("start", {}, "not_held"),
    ],
)
def test_what_cannot_be_is_refused_in_words(house, path, body, code):
    answer = house.post(f"{house.done(data(rows=5))}/{path}", **body)
    assert answer.json["error"]["code"] == code
    assert answer.json["error"]["message"]


def test_a_job_that_was_only_scored_has_no_ranks(house):
    place = house.client.post("/api/v1/models/binary/jobs", data=data()).headers["Location"]
    house.work()
    for path in ("records", "choices", "preview"):
        assert house.client.get(f"{place}/{path}").json["error"]["code"] == "no_campaign"


def test_a_model_without_probabilities_has_no_campaigns(house):
    answer = house.client.post("/api/v1/models/labels-only/jobs?held=true", data=data())
    assert answer.json["error"]["code"] == "no_probabilities"


def test_a_file_in_which_nothing_can_be_scored_is_not_started(house):
    place = house.hold(b"a,b\n1,2\n")
    seen = house.client.get(f"{place}/preview").json
    assert seen["ready"] is False
    assert "No column of the file" in seen["why"]
    refused = house.post(f"{place}/start")
    assert (refused.status_code, refused.json["error"]["code"]) == (400, "invalid_data")
    assert refused.json["error"]["message"] == seen["why"]


def test_formulas_stay_texts_in_results_and_lists(house):
    frame = people(rows=5, seed=4).assign(note="=1+1")
    place = house.done(frame.to_csv(index=False).encode())
    assert {row["note"] for row in house.table(place)} == {"'=1+1"}
    made = house.post(f"{place}/lists", by="number", number=3).headers["Location"]
    house.work()
    assert {row["note"] for row in house.table(made)} == {"'=1+1"}


def test_a_list_of_a_campaign_that_was_removed_says_so(house):
    place = house.done(data(rows=5))
    made = house.post(f"{place}/lists", by="number", number=3).headers["Location"]
    house.store.jobs.removals.finish(place.rsplit("/", 1)[1])
    house.work()
    seen = house.client.get(made).json
    assert (seen["state"], "removed" in seen["message"]) == ("failed", True)


def test_a_column_of_many_values_can_have_limits_and_one_of_too_many_is_named_none(house, monkeypatch):
    frame = people(rows=ROWS, seed=4).assign(branch=[f"branch {at % 30}" for at in range(ROWS)], customer=range(ROWS))
    monkeypatch.setattr("jobs.work.rank_index.MOST_VALUES", 40)
    place = house.done(frame.to_csv(index=False).encode())
    columns = {each["name"]: each["values"] for each in house.client.get(f"{place}/choices").json["columns"]}
    assert len(columns["branch"]) == 30
    assert "customer" not in columns
    brings = house.post(f"{place}/forecast", by="number", number=ROWS, column="branch", limit=1).json
    assert brings["chosen"] == 30
    assert house.post(f"{place}/forecast", column="customer", limit=1).json["error"]["code"] == "bad_wish"
