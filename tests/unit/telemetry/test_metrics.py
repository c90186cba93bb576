"""Metrics: what is counted, under which names, and that clients cannot add labels."""

import io
import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from prometheus_client.parser import text_string_to_metric_families
from werkzeug.test import Client

from app import create_service
from auth.audit_log import AuditLog
from auth.keys import ApiKeys
from jobs.local_runner import LocalRunner
from jobs.worker import Worker
from ml.service import open_service
from settings import Settings
from store.connection.circuit_breaker import CircuitBreaker
from store.db import Store, open_store
from store.files import Files
from telemetry import metrics
from telemetry.collectors import Alarms, Models, Queue
from telemetry.predictions import observe_scored
from telemetry.requests import ObservedRequests
from tests.small import small_model
from web.cache import CacheBackend

ROOT = Path(__file__).resolve().parents[3]
RECORD = {"income": 50, "debt": 10, "shoe_size": 40, "region": "north"}


class Whole(Client):
    """A client that reads each response to its end and closes it, as servers do."""

    def open(self, *args, **kwargs):
        answer = super().open(*args, **kwargs)
        answer.get_data()
        answer.close()
        return answer


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """The folder of the service that most tests share."""
    folder = tmp_path_factory.mktemp("home")
    small_model("binary", folder / "models")
    return folder


@pytest.fixture(scope="module")
def shared(home):
    return client_of(home / "models", home)


@pytest.fixture
def client(shared):
    """A client of the shared service, which has counted nothing."""
    metrics.forget()
    return shared


@pytest.fixture
def models(tmp_path):
    """Models of a test's own."""
    small_model("binary", tmp_path / "models")
    return tmp_path / "models"


@pytest.fixture
def version(home):
    (found,) = (path.name for path in (home / "models" / "binary").iterdir() if path.is_dir())
    return found


def client_of(models, tmp_path, **more):
    return Whole(create_service(Settings(models_dir=models, var_dir=tmp_path / "var", **more)).server)


def read(client, **more):
    """Every sample: its value by name and labels."""
    answer = client.get("/metrics", **more)
    assert answer.status_code == 200, answer.text
    families = list(text_string_to_metric_families(answer.text))
    return {(each.name, *sorted(each.labels.items())): each.value for family in families for each in family.samples}


def of(found, name, **labels):
    return found[(name, *sorted(labels.items()))]


def test_requests_are_counted_by_route_method_and_status(client):
    for path in ("/api/v1/models/binary", "/api/v1/models/nobody", "/binary/predict", "/nobody/predict", "/nope"):
        client.get(path)
    client.post("/api/v1/models/binary/predict", json=RECORD)
    client.post("/api/v1/models/binary/predict", json=RECORD | {"income": "much"})
    found, counted = read(client), "http_requests_total"
    route = "/api/v1/models/<name>"
    assert of(found, counted, method="GET", route=route, status="200") == 1
    assert of(found, counted, method="GET", route=route, status="404") == 1
    assert of(found, counted, method="GET", route="/<path:path>", status="200") == 1
    assert of(found, counted, method="GET", route="/<path:path>", status="404") == 2
    assert of(found, counted, method="POST", route=f"{route}/predict", status="200") == 1
    assert of(found, counted, method="POST", route=f"{route}/predict", status="422") == 1
    assert of(found, "http_request_duration_seconds_count", method="POST", route=f"{route}/predict") == 2
    assert 0 < of(found, "http_request_duration_seconds_sum", method="POST", route=f"{route}/predict") < 10


def test_what_clients_send_adds_no_labels(client):
    def ask(number):
        client.get(f"/nope-{number}/{number}")
        client.get(f"/api/v1/models/m{number}?x={number}", headers={"X-Request-Id": f"a{number}"})
        client.open(f"/{number}", method=f"M{number}")
        client.open(f"/api/v1/{number}", method="DELETE")
        client.post(f"/api/v1/models/m{number}@0000000{number % 10}/predict", json=RECORD)
        client.post(f"/v2/models/x{number}/infer", json={})
        client.options(f"/{number}")

    ask(0)
    before = set(read(client))
    for number in range(1, 60):
        ask(number)
    assert set(read(client)) - before <= {
        each for each in read(client) if ("route", "/metrics") in each
    }  # the page itself
    assert len(metrics._of_requests) < 12


def test_predictions_are_counted_by_model_and_version(client, version):
    assert not [each for each in read(client) if each[0] == "likely_predictions_total"]
    client.post("/api/v1/models/binary/predict", json=RECORD)
    client.post("/api/v1/models/binary/predict", json={"records": [RECORD] * 5})
    client.post("/api/v1/models/binary/predict?blanks=average", json={"records": [RECORD] * 2})
    client.post(f"/api/v1/models/binary@{version}/predict", json=RECORD)
    client.post("/api/v1/models/binary/predict", json=RECORD | {"income": "much"})
    assert of(read(client), "likely_predictions_total", model="binary", version=version) == 9


def test_records_of_files_are_counted_where_workers_score_them(client, home, version, monkeypatch):
    """Both ways: by columns, and row by row where a record cannot be read."""
    monkeypatch.setattr(LocalRunner, "wake", lambda *_: None)
    settings = Settings(var_dir=home / "var")
    worker = Worker(
        open_service(home / "models", scored=observe_scored),
        Store(settings.database_url).jobs,
        Files(settings.files_url),
    )
    head, good = "income,debt,shoe_size,region\n", "50,10,40,north\n"
    for lines in (good * 7, good * 2 + "much,10,40,north\n"):
        sent = client.post("/api/v1/models/binary/jobs", data=(head + lines).encode(), content_type="text/csv")
        assert sent.status_code == 202, sent.text
    while worker.step():
        pass
    found = read(client)
    assert of(found, "likely_predictions_total", model="binary", version=version) == 9
    assert of(found, "likely_job_chunk_duration_seconds_count", kind="score", result="done") == 4


def test_a_warm_up_is_no_prediction(client):
    client.application.extensions["likely"]()
    assert not [each for each in read(client) if each[0] == "likely_predictions_total"]


def test_models_that_serve_and_broken_ones_and_the_queue(models, tmp_path, version):
    client = client_of(models, tmp_path)
    (models / "bad").mkdir()
    (models / "bad" / "live").write_text("nothing")
    sent = client.post("/api/v1/models/binary/jobs?held=true", data=b"income\n5\n", content_type="text/csv")
    found = read(client)
    assert of(found, "likely_models", state="serving") == 1
    assert of(found, "likely_models", state="broken") == 1
    assert of(found, "likely_model_live_info", model="binary", version=version) == 1
    assert sent.status_code in (202, 400)
    assert of(found, "likely_jobs", state="waiting") == 0
    assert of(found, "likely_job_oldest_waiting_seconds") == 0
    assert of(found, "likely_job_chunks", state="running") == 0


def test_memory_and_processor_time_of_processes(client):
    found = read(client)
    (memory,) = (value for each, value in found.items() if each[0] == "process_resident_memory_bytes")
    assert 20e6 < memory < 20e9
    assert any(each[0] == "process_cpu_seconds_total" for each in found)


def test_names_units_and_words_follow_the_conventions(client):
    client.post("/api/v1/models/binary/predict", json=RECORD)
    text = client.get("/metrics").text
    for family in text_string_to_metric_families(text):
        assert re.fullmatch(r"(http|process|likely)_[a-z_]+", family.name)
        assert family.documentation.endswith("."), family.name
        if family.type == "counter":
            assert {each.name for each in family.samples} <= {f"{family.name}_total"}
        if family.type == "histogram":
            assert family.name.endswith("_seconds")
    page = (ROOT / "docs/OPERATING.md").read_text(encoding="utf-8")
    own = {each for metric in metrics.ALL for each in re.findall(r"[a-z_]+", metric.describe()[0].name)[:1]}
    shown = own | {family.name for family in text_string_to_metric_families(text)}
    assert {each for each in shown if f"`{each}" not in page} == set()


def test_openmetrics_where_it_is_accepted(client):
    accept = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5"
    answer = client.get("/metrics", headers={"Accept": accept})
    assert answer.content_type.startswith("application/openmetrics-text")
    assert answer.text.endswith("# EOF\n")
    assert client.get("/metrics").content_type.startswith("text/plain")
    assert client.post("/metrics").status_code == 405


def test_hits_misses_and_errors_of_the_cache(tmp_path):
    metrics.forget()
    cache = CacheBackend(tmp_path)
    assert cache.get("a") is None
    cache.set("a", 1)
    assert [cache.get("a"), cache.get("a")] == [1, 1]
    away = CacheBackend(tmp_path, "redis://127.0.0.1:1/0")
    assert [away.get("a"), away.get("a")] == [None, None]
    assert not away.set("a", 1)
    counted = {
        each.labels["result"]: each.value for each in metrics.CACHE.collect()[0].samples if "_total" in each.name
    }
    assert counted == {"hit": 2, "miss": 1, "error": 3}


def test_a_breaker_shows_that_it_is_open(client, tmp_path):
    breaker = CircuitBreaker("A thing", SimpleNamespace(warning=lambda *_: None), backend="store")
    breaker.failed(OSError("gone"))
    assert of(read(client), "likely_circuit_breaker_open", backend="store") == 1
    breaker.succeeded()
    assert of(read(client), "likely_circuit_breaker_open", backend="store") == 0


def test_what_the_rate_limit_refuses_is_counted(models, tmp_path):
    metrics.forget()
    client = client_of(models, tmp_path, auth="none", host="0.0.0.0", rate_limit=3)
    assert [client.get("/api/v1/models").status_code for _ in range(5)] == [200] * 3 + [429] * 2
    (sample,) = (each for each in metrics.LIMITED.collect()[0].samples if each.name.endswith("_total"))
    assert (sample.labels, sample.value) == ({"callers": "address"}, 2)


def test_files_that_are_refused_are_counted_by_the_reason(client):
    assert client.post("/api/v1/models/binary/jobs", data=b"\x00\x01", content_type="text/csv").status_code >= 400
    found = {each[1:]: value for each, value in read(client).items() if each[0] == "likely_uploads_refused_total"}
    assert sum(found.values()) == 1
    ((label,),) = found
    assert re.fullmatch("[a-z_]+", label[1])


def test_a_response_that_is_sent_bit_by_bit_is_counted_when_it_is_over():
    metrics.forget()
    closed = []

    class Bits:
        def __iter__(self):
            return iter((b"a", b"b"))

        def close(self):
            closed.append(True)

    def application(environ, start_response):
        start_response("200 OK", [])
        return Bits()

    answer = ObservedRequests(application)({"REQUEST_METHOD": "GET"}, lambda *_: None)
    assert b"".join(answer) == b"ab"
    assert not metrics.REQUESTS.collect()[0].samples
    answer.close()
    assert closed == [True]
    assert metrics.REQUESTS.labels("GET", "none", "200")._value.get() == 1


def test_what_the_server_sends_itself_is_passed_on():
    class Wrapper(io.BytesIO):
        pass

    sent = Wrapper(b"file")
    observed = ObservedRequests(lambda environ, start_response: start_response("200 OK", []) or sent)
    assert observed({"REQUEST_METHOD": "GET", "wsgi.file_wrapper": Wrapper}, lambda *_: None) is sent


def test_what_fails_is_counted_as_500():
    metrics.forget()
    with pytest.raises(ZeroDivisionError):
        ObservedRequests(lambda *_: 1 / 0)({"REQUEST_METHOD": "GET"}, lambda *_: None)
    assert metrics.REQUESTS.labels("GET", "none", "500")._value.get() == 1


def test_every_response_has_one_request_id(client):
    for path in ("/", "/api/v1/models", "/nope", "/assets/nope", "/healthz"):
        assert client.get(path, headers={"X-Request-Id": "mine"}).headers.getlist("X-Request-Id") == ["mine"]


def test_a_queue_or_alarms_that_cannot_be_read_are_left_out():
    assert Queue(lambda: 1 / 0).collect() == []
    assert Alarms(lambda: 1 / 0).collect() == []


def test_a_model_that_is_off_is_shown_until_its_episode_ends(models, tmp_path):
    client, name = client_of(models, tmp_path), "likely_model_calibration_off"
    assert not [each for each in read(client) if each[0] == name]
    episodes = open_store(f"sqlite:///{tmp_path / 'var' / 'likely.db'}").outcomes.episodes
    on, well = episodes.begin("binary@3f9a1c2b", "yes"), episodes.begin("binary@3f9a1c2b", "no")
    gone = episodes.begin("gone@3f9a1c2b", "yes")  # a model that was removed
    assert episodes.go_off(gone.id, 5.0, None, [])
    assert of(read(client), name, model="binary") == 0
    assert episodes.advance(well.id, "{}", 1)
    assert episodes.go_off(on.id, 5.0, None, [])
    found = read(client)
    assert [each[1] for each in found if each[0] == name] == [("model", "binary")]
    assert of(found, name, model="binary") == 1
    looked = "likely_model_calibration_checked_timestamp_seconds"
    assert of(found, looked, model="binary") == pytest.approx(episodes.states()["binary"][1])
    assert [each[1] for each in found if each[0] == looked] == [("model", "binary")]
    assert episodes.end(on.id, "", "seen")
    assert of(read(client), name, model="binary") == 0


def test_a_model_that_goes_while_it_is_looked_at_is_left_out():
    def gone(name):
        raise KeyError(name)

    states, live = Models(lambda: {"a": None, "b": "broken"}, gone).collect()
    assert [each.value for each in states.samples] == [1, 1]
    assert live.samples == []


# ---- who may read it --------------------------------------------------------------------------
@pytest.fixture
def guarded(models, tmp_path):
    """A client of a service where people sign in, and a function that makes a key with scopes."""

    def start(**more):
        client = client_of(models, tmp_path, auth="password", **more)
        store = Store(f"sqlite:///{tmp_path / 'var' / 'likely.db'}")
        keys = ApiKeys(store, AuditLog(store))
        return client, lambda *scopes: {"Authorization": f"Bearer {keys.make('-'.join(scopes), scopes)[0]}"}

    return start


def test_a_key_with_the_scope_metrics_reads_it_and_nothing_else(guarded):
    client, key = guarded()
    assert client.get("/metrics").status_code == 401
    for scope, status in (("metrics", 200), ("admin", 200), ("read", 403), ("score", 403)):
        assert client.get("/metrics", headers=key(scope)).status_code == status
    assert client.get("/api/v1/models/binary", headers=key("metrics")).status_code == 403


@pytest.mark.parametrize(
    ("peer", "forwarded", "hops", "status"),
    [
        ("10.1.2.3", None, 0, 200),
        ("::ffff:10.1.2.3", None, 0, 200),
        ("fd00::7", None, 0, 200),
        ("192.0.2.1", None, 0, 401),
        ("192.0.2.1", "10.1.2.3", 0, 401),
        ("10.1.2.3", "192.0.2.1", 1, 401),  # through the router, from outside
        ("192.0.2.1", "10.1.2.3", 1, 401),  # from outside, by a client that names itself otherwise
        ("10.1.2.3", None, 1, 200),
        ("", None, 0, 401),
    ],
)
def test_networks_that_need_no_key(guarded, peer, forwarded, hops, status):
    client, _ = guarded(metrics_networks="10.0.0.0/8, fd00::/8", proxy_hops=hops)
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    asked = {"environ_overrides": {"REMOTE_ADDR": peer}, "headers": headers}
    assert client.get("/metrics", **asked).status_code == status
    assert client.get("/api/v1/models", **asked).status_code == 401


def test_a_model_may_be_called_metrics(models, tmp_path):
    (models / "binary").rename(models / "metrics")
    client = client_of(models, tmp_path)
    assert client.get("/metrics/predict").status_code == 200
    assert client.post("/metrics/predict", json=RECORD).status_code == 200
    assert read(client)
