"""The house put together: two in one process, the doors, the headers, the pages that are not there."""

import base64
import hashlib
import json
import re
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from flask import request
from werkzeug.test import Client

import app
from app import create_app, create_server, open_services
from layouts.pages import gallery
from layouts.shared import ids
from layouts.shared.shell import VIEWPORT
from settings import Settings

# The test client leaves files open that a server would close
pytestmark = pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")


@pytest.fixture(scope="module")
def settings(models_dir, tmp_path_factory):
    return Settings(models_dir=models_dir, var_dir=tmp_path_factory.mktemp("var"), max_body_mb=1)


@pytest.fixture(scope="module")
def client(settings):
    return Client(create_server(settings))


def test_two_apps_in_one_process_both_have_all_their_callbacks(settings):
    first, second = create_app(settings), create_app(settings)
    answers = [app.server.test_client().get("/_dash-dependencies").json for app in (first, second)]
    assert len(answers[0]) > 0
    assert [entry["output"] for entry in answers[0]] == [entry["output"] for entry in answers[1]]


@pytest.mark.parametrize("request_id", [ids.FORM_REQUEST, ids.GALLERY_REQUEST])
def test_the_controls_of_a_form_are_inputs_of_the_callback_that_makes_its_request(client, request_id):
    callbacks = client.get("/_dash-dependencies").json
    (makes,) = [each for each in callbacks if each["output"] == f"{request_id}.data"]
    assert makes["inputs"] == [{"id": '{"at":["ALL"],"type":"field"}', "property": "value"}]
    assert makes["clientside_function"] == {"namespace": "likely", "function_name": "changed"}
    assert any({"id": request_id, "property": "data"} in each["inputs"] for each in callbacks)  # and somebody asks it


def test_eight_first_requests_at_once_are_all_answered(settings):
    server = create_server(settings)
    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(lambda _: Client(server).get("/").status_code, range(8)))
    assert statuses == [200] * 8


@pytest.mark.parametrize(
    "path", ["/nope", "/.env", "/wp-login.php", "/iris/nope", "/nope/predict", "/iris/predict/x", "/index.html"]
)
def test_where_no_page_is_the_status_says_so_and_the_page_too(client, path):
    answer = client.get(path)
    assert answer.status_code == 404
    assert "_dash-config" in answer.text


@pytest.mark.parametrize("path", ["/", "/gallery", "/iris/predict", "/loan/insights", "/bank-products/performance"])
def test_pages_answer(client, path):
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("path", ["/api/nope", "/api", "/api/v1/models/iris/predict", "/healthz/x"])
def test_behind_the_door_of_the_api_errors_are_json(client, path):
    answer = client.get(path)
    assert answer.status_code in (404, 405)
    assert set(answer.json) == {"error"}


def test_names_that_only_begin_like_the_api_are_pages(client):
    assert "_dash-config" in client.get("/apiary").text


def test_the_service_is_alive_and_ready(client):
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").status_code == 200


def test_a_broken_model_is_named_at_the_start_and_the_others_serve(settings, tmp_path, caplog):
    models = tmp_path / "models"
    shutil.copytree(settings.models_dir, models)
    (card,) = (models / "iris").glob("*/card.json")
    card.write_text(card.read_text()[:100])
    client = Client(create_server(replace(settings, models_dir=models)))
    assert "Model iris does not serve, the others do" in caplog.text
    ready = client.get("/readyz")
    assert (ready.status_code, ready.json["ready"], ready.json["degraded"]) == (200, True, True)
    assert "iris@" in ready.json["parts"]["model iris"]
    answer = client.post("/api/v1/models/loan/predict", json={})
    assert answer.status_code == 200


@pytest.mark.parametrize(("auth", "named"), [("none", True), ("password", False)])
def test_where_people_sign_in_readiness_names_no_model(settings, tmp_path, auth, named):
    models = tmp_path / "models"
    shutil.copytree(settings.models_dir, models)
    for card in [*(models / "iris").glob("*/card.json"), *(models / "loan").glob("*/card.json")]:
        card.write_text("{")
    client = Client(create_server(replace(settings, models_dir=models, var_dir=tmp_path / "var", auth=auth)))
    ready = client.get("/readyz")
    assert (ready.status_code, ready.json["degraded"]) == (200, True)
    assert [name in ready.text for name in ("iris", "loan", "bank")] == [named] * 3
    if not named:
        assert ready.json["parts"]["single models"] == "With a fault: 2. The log names them."


def test_a_setting_that_cannot_be_used_ends_a_server_with_one_sentence(tmp_path, monkeypatch):
    """As under ``gunicorn "app:create_server()"`` and for any server that asks for ``app:server``."""
    (tmp_path / "file").touch()
    monkeypatch.setenv("VAR_DIR", str(tmp_path / "file"))
    for start in (create_server, lambda: app.server):
        with pytest.raises(SystemExit, match=r"^VAR_DIR is .*; accepted: a folder to write to"):
            start()


def test_without_models_the_start_says_how_to_make_some(settings, tmp_path, caplog):
    client = Client(create_server(replace(settings, models_dir=tmp_path / "none", demo_models="off")))
    assert "python -m ml train --missing" in caplog.text
    assert client.get("/").status_code == 200
    assert client.get("/readyz").status_code == 503


def test_a_store_that_is_gone_is_not_ready_but_alive(settings):
    client = Client(create_server(replace(settings, database_url="postgresql://127.0.0.1:1/none")))
    assert client.get("/healthz").status_code == 200
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert "The store does not answer." in answer.text


def test_a_store_that_is_gone_leaves_the_cut_off_of_the_card(settings, caplog):
    services = open_services(replace(settings, database_url="postgresql://127.0.0.1:1/none"))
    assert services.service.score_with_blanks("iris", {}).cut_off == 0.5
    assert "The store does not answer" in caplog.text
    assert "Chosen cut-offs cannot be read" not in caplog.text  # one line an outage


def test_the_service_acts_from_what_the_store_keeps(settings):
    services = open_services(settings)
    services.store.set_cutoff("loan", "Y", 0.35, before=0.5, reason="a test")
    assert services.service.score_with_blanks("loan", {}, "Y").cut_off == 0.35
    assert services.service.score_with_blanks("loan", {}, "N").cut_off == 0.5


@pytest.mark.parametrize(
    "path", ["/", "/nope", "/api/v1/models", "/api/nope", "/healthz", "/_dash-layout", "/assets/nope"]
)
def test_every_answer_carries_the_security_headers(client, path):
    headers = client.get(path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    policy = headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe-eval" not in policy
    assert "http" not in policy


def test_inline_scripts_of_the_page_are_those_the_policy_allows(client):
    answer = client.get("/")
    policy = answer.headers["Content-Security-Policy"]
    scripts = re.findall(r"<script(?![^>]*src=)([^>]*)>(.*?)</script>", answer.text, re.DOTALL)
    runs = [body for attributes, body in scripts if "application/json" not in attributes]
    assert runs
    for body in runs:
        digest = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy


def test_the_page_asks_no_other_host_and_brings_no_unused_scripts(client):
    page = client.get("/").text
    assert not re.search(r"(?:src|href)=\"(?:https?:)?//", page)
    assert "dash_table" not in "".join(re.findall(r"src=\"[^\"]*", page))
    assert "polyfill" not in page
    assert re.search(r"<html[^>]* lang=\"en\"", page)
    assert re.findall('<meta name="viewport"[^>]*>', page) == [f'<meta name="viewport" content="{VIEWPORT}">']
    for needed in ('name="description"', "<title>Likely</title>", 'rel="icon"'):
        assert needed in page


def test_the_first_load_is_light(client):
    page = client.get("/iris/predict").text
    addresses = re.findall(r"(?:src|href)=\"(/[^\"]+)\"", page)
    answers = [client.get(address, headers={"Accept-Encoding": "br"}) for address in addresses]
    assert all(answer.status_code == 200 for answer in answers)
    assert sum(len(answer.data) for answer in answers) < 400_000
    assert not any("plotly" in address for address in addresses)


def test_answers_are_compressed_and_not_stored(client):
    answer = client.get("/_dash-layout", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Cache-Control"] == "no-store"
    page = client.get("/", headers={"Accept-Encoding": "gzip"})
    assert page.headers["Content-Encoding"] == "gzip"


def test_too_large_a_body_is_refused_at_both_doors(client):
    for path in ("/_dash-update-component", "/api/v1/models/iris/predict"):
        answer = client.post(path, data=b"x" * 1_500_000, content_type="application/json")
        assert answer.status_code == 413
        assert set(answer.json) == {"error"}


def test_a_malformed_callback_is_refused_without_a_trace(client, caplog):
    answer = client.post("/_dash-update-component", data="[]", content_type="application/json")
    assert answer.status_code == 400
    assert "Traceback" not in answer.text + caplog.text


@pytest.mark.parametrize("inputs", [0, 1, len(gallery.SCHEMA.features) + 1])
def test_a_forged_question_of_the_gallery_is_refused_without_a_trace(client, caplog, inputs):
    """What fills so many places that are none, or too many, of those on the page."""
    places = [{"id": ids.received(at), "property": "children"} for at in range(inputs)]
    told = {"id": ids.GALLERY_RESPONSE, "property": "attributes"}
    callbacks = client.get("/_dash-dependencies").json
    output = next(each["output"] for each in callbacks if f"{ids.GALLERY_RESPONSE}.attributes" in each["output"])
    asked = {"id": ids.GALLERY_REQUEST, "property": "data", "value": {"serial": 1, "record": {}}}
    for outputs in ([*places, told], [places, told]):
        body = {"output": output, "outputs": outputs, "inputs": [asked], "changedPropIds": []}
        answer = client.post("/_dash-update-component", json=body)
        assert (answer.status_code, answer.json["error"]["code"]) == (400, "malformed_request")
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize("path", ["/_mcp", "/mcp", "/_reload-hash/x"])
def test_nothing_lists_or_calls_callbacks_from_outside(client, path):
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/list"})
    assert client.post(path, data=body, content_type="application/json").status_code in (404, 405)


@pytest.mark.parametrize(("hops", "scheme"), [(0, "http"), (1, "https")])
def test_forwarded_headers_are_believed_as_far_as_the_hops_go(settings, hops, scheme):
    seen = {}
    server = create_server(replace(settings, proxy_hops=hops, auth="none"), change=lambda app: _look(app, seen))
    Client(server).get(
        "/",
        headers={"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9"},
        environ_overrides={"REMOTE_ADDR": "10.0.0.7"},
    )
    assert seen["scheme"] == scheme
    assert seen["address"] == ("203.0.113.9" if hops else "10.0.0.7")


def _look(app, seen):
    @app.server.before_request
    def look():
        seen.update(scheme=request.scheme, address=request.remote_addr)
