"""Methods at the addresses of pages and of programs: who answers, what Allow says, and where one is sent."""

import pytest
from werkzeug.test import Client

from app import create_server
from settings import Settings
from tests.small import small_model

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
PERSON = {"income": 70.0, "debt": 1.0, "shoe_size": 40, "region": "south"}

pytestmark = pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    folder = tmp_path_factory.mktemp("small")
    for sort in ("binary", "independent"):
        small_model(sort, folder)
    return Client(create_server(Settings(models_dir=folder, var_dir=tmp_path_factory.mktemp("var"))))


@pytest.mark.parametrize("path", ["/", "/binary/predict", "/binary", "/binary/insights", "/gallery"])
def test_pages_stay_pages(client, path):
    assert "_dash-config" in client.get(path).text
    head = client.head(path)
    assert (head.status_code, head.text) == (200, "")


PAGE, PROGRAM, BOTH = {"GET", "HEAD", "OPTIONS"}, {"POST", "OPTIONS"}, {"GET", "HEAD", "OPTIONS", "POST"}


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/", BOTH), ("/binary/predict", BOTH), ("/binary", PAGE), ("/binary/insights", PAGE), ("/gallery", PAGE),
        ("/predict", PROGRAM), ("/api", PROGRAM), ("/score", PROGRAM), ("/invocations", PROGRAM),
        ("/v1/models/binary:predict", PROGRAM), ("/v1/models", PAGE), ("/v2/models/binary/infer", PROGRAM),
        ("/api/v1/models/binary/predict", PROGRAM), ("/api/v1/models/binary", PAGE),
        ("/_dash-layout", PAGE), ("/assets/icon.svg", PAGE),
    ],
)  # fmt: skip
def test_allow_names_the_methods_that_work_and_no_others(client, path, allowed):
    answer = client.options(path)
    assert answer.status_code == 200
    assert set(answer.allow) == allowed
    refused = client.put(path)
    assert refused.status_code == 405
    assert {method.strip() for method in refused.headers["Allow"].split(",")} == allowed
    assert refused.is_json
    for method in sorted(allowed):
        assert client.open(path, method=method).status_code != 405
    for method in BOTH - allowed:
        assert client.open(path, method=method).status_code == 405


@pytest.mark.parametrize(
    ("method", "path", "way"),
    [
        ("POST", "/binary/insights", "Send records with POST /binary/predict."),
        ("POST", "/binary", "Send records with POST /binary/predict."),
        ("POST", "/gallery", "Send records with POST /<model>/predict."),
        ("POST", "/api/v1/models/binary", "Send records with POST /binary/predict."),
        ("POST", "/v1/models/binary", "Send records with POST /binary/predict."),
        ("POST", "/api/v1/jobs", "Send files with POST /api/v1/models/<model>/jobs."),
        ("PUT", "/binary/predict", "Use POST /binary/predict."),
        ("GET", "/predict", "Use POST /predict."),
        ("GET", "/api/v1/models/binary/predict", "Use POST /api/v1/models/binary/predict."),
        ("DELETE", "/api/v1/models/binary/plots/roc.csv", "Accepted: GET, HEAD, OPTIONS."),
    ],
)
def test_a_wrong_method_is_told_the_right_address(client, method, path, way):
    answer = client.open(path, method=method)
    assert answer.status_code == 405
    said = answer.json["error"]
    assert way in (said if isinstance(said, str) else said["hint"])
    page = client.open(path, method=method, headers=BROWSER)
    assert (page.status_code, page.content_type) == (405, "text/html; charset=utf-8")
    assert way.replace("<", "&lt;").replace(">", "&gt;") in page.text
    assert '<a href="/api/docs">' in page.text
    assert page.headers["Allow"] == answer.headers["Allow"]
    assert page.headers["X-Request-Id"]


def test_behind_a_prefix_the_addresses_are_those_outside(client):
    outside = {"environ_overrides": {"SCRIPT_NAME": "/apps/likely"}}
    assert "POST /apps/likely/binary/predict." in client.post("/binary/insights", **outside).json["error"]["hint"]
    page = client.get("/api/v1/models/binary/predict", headers=BROWSER, **outside).text
    assert "POST /apps/likely/api/v1/models/binary/predict." in page
    assert 'href="/apps/likely/binary/predict"' in page


def test_a_page_writes_nothing_that_came_as_markup(client):
    page = client.get("/api/v1/models/<script>alert(1)/predict", headers=BROWSER)
    assert page.status_code == 405
    assert "<script" not in page.text


@pytest.mark.parametrize("path", ["/nope", "/nope/predict", "/binary/nope", "/favicon.ico", "/binary/predict/more"])
def test_where_neither_page_nor_model_is_programs_get_404(client, path):
    answer = client.post(path, json=PERSON)
    assert answer.status_code == 404
    assert answer.json["error"]["hint"]


def test_without_a_default_of_several_models_their_addresses_are_named(client):
    for path in ("/", "/predict", "/api"):
        answer = client.post(path, json=PERSON)
        assert answer.status_code == 404
        assert "/binary/predict, /independent/predict" in answer.json["error"]["hint"]
        assert "DEFAULT_MODEL" in answer.json["error"]["hint"]


def test_independent_outcomes_are_lists_of_labels(client):
    answer = client.post("/independent/predict", json=[PERSON, PERSON | {"income": 5.0}]).json
    assert answer["prediction"] == [each["label"] for each in answer["predictions"]]
    form = client.post("/independent/predict", data={name: str(value) for name, value in PERSON.items()})
    assert form.text == ", ".join(answer["prediction"][0])


def test_parameters_change_nothing_of_what_a_form_gets(client):
    form = {name: str(value) for name, value in PERSON.items()}
    plain = client.post("/binary/predict", data=form).text
    assert client.post("/binary/predict?extra=ignore", data=form | {"algo": "dt"}).text == plain
    assert client.post("/binary/predict?cutoff=0.5", data=form).json["predictions"][0]["label"] == plain
    table = client.post("/binary/predict", data=form, headers={"Accept": "text/csv"})
    assert table.content_type.startswith("text/csv")
    assert table.text.splitlines()[1].startswith(f"{plain},")


def test_the_limits_of_the_api_hold_at_the_addresses_of_pages(client):
    for path in ("/binary/predict", "/binary/insights"):
        answer = client.post(path, data=b"x" * 17_000_000, content_type="application/json")
        assert answer.status_code == (413 if path.endswith("predict") else 405)
    assert client.post("/binary/predict?nonsense=1", json=PERSON).json["error"]["code"] == "bad_parameter"
    decided = client.post("/binary/predict?cutoff=0.5&extra=ignore", json=PERSON | {"algo": "dt"}).json
    assert decided["predictions"][0]["decisions"]
    assert decided["ignored"] == ["algo"]
    assert decided["prediction"] == decided["results"] == [decided["predictions"][0]["label"]]
    named = client.post("/binary/predict", json=PERSON, headers={"X-Request-Id": "mine"})
    assert named.headers["X-Request-Id"] == "mine"
    assert named.headers["X-Model"].startswith("binary@")
    assert named.headers["Cache-Control"] == "no-store"
