"""The API waits as long as pages do: what takes longer comes later, and says where and when."""

import json
import threading
import time

import pytest

from api import create_api
from api.v1 import campaigns, explanations
from auth.caller import Caller, Request, use_request
from auth.permissions import Permission
from jobs import list_forecasts
from jobs.campaign_service import CampaignService
from jobs.deferred_answers import DeferredAnswers
from jobs.errors import NoRoom, TooMuchOpen
from jobs.job_service import JobService
from jobs.receive import FileLimits
from jobs.work import deferred_answer as work
from jobs.worker import Worker
from ml.errors import UnknownModel
from ml.report import files as reports
from ml.runtime.deadline import AT_ONCE, BackgroundTasks, StillWorking, strict_deadline
from ml.service import open_service
from store.db import open_store
from store.errors import CommitUnknown, StoreUnavailable
from store.files import Files
from store.uploads import Quota
from tests.small import SORTS, small_model

PERSON = {"income": 70.0, "debt": 1.0, "shoe_size": 40, "region": "south"}
MANY = [PERSON | {"income": 20.0 + each} for each in range(12)]
PREDICT = "/api/v1/models/binary/predict"


class Memory(dict):
    def set(self, key, value, timeout=None):
        self[key] = value


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    for sort in SORTS[:2]:
        small_model(sort, folder)
    return folder


@pytest.fixture
def house(models, tmp_path):
    """An API with jobs, and a worker that knows no chosen cut-off."""
    service = open_service(models, Memory(), chosen=lambda _: {"yes": 0.9})
    store, files = open_store(f"sqlite:///{tmp_path / 'likely.db'}"), Files(str(tmp_path / "files"))
    jobs = JobService(service, store, files, lambda _: None)
    client = create_api(service, dict, 1_000_000, 2_000, campaign_service=CampaignService(jobs)).test_client()
    worker = Worker(open_service(models), store.jobs, files)

    def run():
        while worker.step():
            pass

    return client, run, DeferredAnswers(jobs)


@pytest.fixture
def busy():
    """Another request's records are being explained in this process."""
    with explanations._one_at_a_time:
        yield


OPTIONS = [
    "explain=true",
    "blanks=allow&cutoff=chosen",
    "explain=true&blanks=average&outcome=no",
    "explain=true&cutoff=0.3",
]


@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize("path", [PREDICT, "/binary/predict"])
def test_the_later_answer_is_the_one_that_would_have_come_at_once(house, request, path, options):
    client, run, _ = house
    body = [{**each, "remark": "x"} for each in MANY]
    now = client.post(f"{path}?{options}&extra=ignore", json=body)
    assert now.status_code == 200, now.text
    request.getfixturevalue("busy")
    later = client.post(f"{path}?{options}&extra=ignore", json=body)
    assert later.status_code == 202
    address = later.headers["Location"]
    assert later.json == {"state": "working", "links": {"self": address}}
    assert int(later.headers["Retry-After"]) >= 1
    assert client.get(address).status_code == 202
    run()
    found = client.get(address)
    assert (found.status_code, found.content_type) == (200, "application/json")
    assert found.json == now.json
    assert found.headers["X-Model"] == now.headers["X-Model"]


@pytest.mark.parametrize(
    ("met", "status", "code"),
    [
        (TooMuchOpen("Too much.", "Wait."), 429, "too_much_open"),
        (NoRoom("No room.", "Wait."), 507, "no_room"),
        (StoreUnavailable("away"), 503, "store_away"),
        (CommitUnknown("silent"), 503, "store_away"),
        (UnknownModel("None.", "Gone."), 404, "unknown_model"),
        (ZeroDivisionError("ours"), 500, "unexpected"),
    ],
)
def test_what_a_later_answer_meets_is_said_in_its_own_code(house, busy, monkeypatch, met, status, code):
    client, _, _ = house
    monkeypatch.setattr(JobService, "begin", lambda *_: (_ for _ in ()).throw(met))
    answer = client.post(f"{PREDICT}?explain=true", json=MANY)
    assert (answer.status_code, answer.json["error"]["code"]) == (status, code)
    if status in (429, 503):
        assert int(answer.headers["Retry-After"]) >= 1


def test_later_answers_beyond_the_limit_are_refused_in_words_that_fit(models, tmp_path, busy):
    store, files = open_store(f"sqlite:///{tmp_path / 'likely.db'}"), Files(str(tmp_path / "files"))
    service = open_service(models, Memory())
    jobs = JobService(service, store, files, lambda _: None, limits=FileLimits(quota=Quota(jobs=1)))
    client = create_api(service, dict, 1_000_000, 2_000, campaign_service=CampaignService(jobs)).test_client()
    with use_request(Request(Caller("anybody"), Permission.OPEN, count_key="address 192.0.2.1")):
        answers = [client.post(f"{PREDICT}?explain=true", json=MANY) for _ in range(2)]
    assert [each.status_code for each in answers] == [202, 429]
    said = answers[1].json["error"]
    assert said["message"].startswith("You have 1 job here that is not done yet")
    assert answers[1].headers["Retry-After"] == "60"
    assert len(list((tmp_path / "files" / "jobs").iterdir())) == 1


def test_few_records_are_answered_beside_many(house, busy):
    client, _, _ = house
    assert client.post(f"{PREDICT}?explain=true", json=MANY[: explanations.FEW]).status_code == 200
    assert client.post(f"{PREDICT}?cutoff=chosen", json=MANY * 10).status_code == 200  # quick
    assert client.post(PREDICT, json=MANY).status_code == 200


def test_what_takes_longer_than_eight_seconds_comes_later(house, monkeypatch):
    client, run, _ = house
    clock = iter(range(0, 1_000, 3))  # three seconds a record
    monkeypatch.setattr(explanations.time, "monotonic", lambda: next(clock))
    answer = client.post(f"{PREDICT}?explain=true", json=MANY[:5])
    monkeypatch.undo()
    assert answer.status_code == 202
    assert not explanations._one_at_a_time.locked()
    run()
    assert len(client.get(answer.headers["Location"]).json["predictions"]) == 5


def test_records_that_cannot_be_scored_are_refused_at_once(house, busy):
    client, _, _ = house
    bad = [*MANY, {"income": "x", "debt": 1, "shoe_size": 40, "region": "south"}]
    for options in ("explain=true", "blanks=allow"):
        answer = client.post(f"{PREDICT}?{options}", json=bad)
        assert (answer.status_code, answer.json["error"]["code"]) == (422, "invalid_record")
    assert client.post(f"{PREDICT}?explain=true", json=MANY * 9).status_code == 413


def test_without_jobs_everything_is_answered_at_once(models, busy):
    client = create_api(open_service(models), dict, 1_000_000, 2_000).test_client()
    assert client.post(f"{PREDICT}?explain=true", json=MANY).status_code == 200


def test_answers_are_no_jobs_of_the_list_and_are_gone_when_removed(house, busy):
    client, run, _ = house
    address = client.post(f"{PREDICT}?explain=true", json=MANY).headers["Location"]
    number = address.rpartition("/")[2]
    assert client.get("/api/v1/jobs").json["jobs"] == []
    assert client.get(f"/api/v1/jobs/{number}").json["kind"] == "answer"
    run()
    assert client.get(f"/api/v1/jobs/{number}/result").status_code == 404
    assert client.delete(f"/api/v1/jobs/{number}").status_code == 204
    assert client.get(address).status_code == 404
    assert client.get("/api/v1/answers/nothing").status_code == 404


def test_an_answer_is_not_for_who_may_not_score_with_its_model(house, busy):
    client, _, answers = house
    from auth.access import RequestAccess

    address = client.post(f"{PREDICT}?explain=true", json=MANY).headers["Location"]
    answers._jobs.service._access = RequestAccess()
    other = Caller("key", models={"multiclass": frozenset({Permission.SCORE})}, is_key=True)
    with use_request(Request(other, Permission.SCORE)):
        assert client.get(address).status_code == 404


def test_an_answer_that_fails_says_why(house, busy, monkeypatch):
    client, run, _ = house
    address = client.post(f"{PREDICT}?explain=true", json=MANY).headers["Location"]
    error = explanations.TooManyRecords("It went wrong.", "Do otherwise.")
    monkeypatch.setattr(work, "explained", lambda *_: (_ for _ in ()).throw(error))
    run()
    answer = client.get(address)
    assert (answer.status_code, answer.json["error"]["code"]) == (422, "not_made")
    assert "It went wrong." in answer.json["error"]["message"]


class Slow:
    """A computation that ends when it is told to."""

    def __init__(self):
        self.begun, self.go = threading.Event(), threading.Event()

    def __call__(self, *_):
        self.begun.set()
        self.go.wait(20)
        return [["a"], [[1]]]


@pytest.fixture
def impatient(monkeypatch):
    for place in ("api.v1.plots.ANSWER_DEADLINE", "api.v1.reports.ANSWER_DEADLINE"):
        monkeypatch.setattr(place, 0.05)


def comes(client, path):
    """Whether an answer comes in a minute, when asked for again and again."""
    end = time.monotonic() + 60
    while (found := client.get(path).status_code) == 202 and time.monotonic() < end:
        time.sleep(0.02)
    return found == 200


def test_plots_and_reports_that_take_longer_come_later_at_the_same_address(house, impatient, monkeypatch):
    client, _, _ = house
    slow = Slow()
    monkeypatch.setitem(reports._WRITERS, "html", lambda _: slow() and "<html></html>")
    path = "/api/v1/models/binary/report.html?outcome=yes"
    first = client.get(path)
    assert (first.status_code, first.headers["Location"], first.headers["Retry-After"]) == (202, path, "2")
    assert first.json == {"state": "working", "links": {"self": path}}
    assert first.headers["Refresh"] == "2"
    assert client.get(path).status_code == 202  # the same one, not another
    slow.go.set()
    assert comes(client, path)


def test_a_plot_that_takes_longer_comes_later(house, impatient, monkeypatch):
    client, _, _ = house
    slow = Slow()
    monkeypatch.setattr("api.v1.plots.plot_rows", lambda service, *_: service.result(("binary@1", "slow"), slow))
    path = "/api/v1/models/binary/plots/roc.csv?outcome=yes"
    assert client.get(path).status_code == 202
    slow.go.set()
    assert comes(client, path)


def test_only_so_many_results_are_computed_at_a_time():
    tasks, slow = BackgroundTasks(), [Slow() for _ in range(AT_ONCE + 1)]
    for at, each in enumerate(slow):
        with strict_deadline(0.01), pytest.raises(StillWorking):
            tasks.ask(str(at), each)
    assert all(each.begun.wait(60) for each in slow[:AT_ONCE])
    assert not slow[-1].begun.is_set()
    slow[0].go.set()
    assert slow[-1].begun.wait(60)
    for each in slow:
        each.go.set()


def test_what_is_asked_of_a_job_is_plain_json(house, busy):
    client, _, answers = house
    address = client.post(f"{PREDICT}?explain=true&cutoff=chosen", json=MANY).headers["Location"]
    source = b"".join(answers._jobs.files.read(f"jobs/{address.rpartition('/')[2]}/source"))
    assert json.loads(source)["wanted"]["cutoffs"] == {"no": 0.5, "yes": 0.9}  # as chosen where it was asked


def test_a_forecast_that_takes_longer_than_a_request_waits_comes_when_asked_again(house, monkeypatch):
    client, run, _ = house
    table = "income,debt,shoe_size,region\n" + "\n".join(f"{20 + at},3.5,41,south" for at in range(200))
    job = client.post("/api/v1/models/binary/jobs?held=true", data=table, content_type="text/csv").json["id"]
    assert client.post(f"/api/v1/jobs/{job}/start", json={}).status_code == 202
    run()
    asked = {"number": 20}
    path, before = f"/api/v1/jobs/{job}/forecast", list_forecasts.forecast
    expected = client.post(path, json=asked)
    assert expected.status_code == 200, expected.text
    go_on, calls = threading.Event(), []

    def slow(*given):
        calls.append(1)
        go_on.wait(30)
        return before(*given)

    monkeypatch.setattr(list_forecasts, "forecast", slow)
    monkeypatch.setattr(campaigns, "ANSWER_DEADLINE", 0.02)
    for _ in range(2):
        later = client.post(path, json=asked)
        assert (later.status_code, later.json["state"], later.headers["Location"]) == (202, "working", path)
        assert later.headers["Retry-After"]
    assert client.post(path, json={"number": -1}).status_code == 400
    go_on.set()
    monkeypatch.setattr(campaigns, "ANSWER_DEADLINE", 30.0)
    assert client.post(path, json=asked).json == expected.json
    assert calls == [1]  # who asks again waits for the same one
