"""The contract holds: nothing that the document allows, or forbids, gives an answer that it does not tell."""

import json
import re
import shlex
import subprocess
import sys

import pytest
import schemathesis

from api import create_api
from api.contract.document import document, operations
from api.contract.of_model import document_of
from api.contract.operation import JSON
from api.http.query import ANY, taken_by
from api.v1.docs import calls_of
from feedback.service import Feedback
from jobs.campaign_service import CampaignService
from jobs.job_service import JobService
from jobs.worker import Worker
from store.db import open_store
from store.files import Files
from tests.contract.drawn_requests import MODES, WANTED, each_operation
from tests.small import people, small_service

SORTS = ("binary", "independent", "labels-only")


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    return small_service(tmp_path_factory.mktemp("models"), *SORTS)


@pytest.fixture(scope="module")
def job_service(service, tmp_path_factory):
    folder = tmp_path_factory.mktemp("store")
    store = open_store(f"sqlite:///{folder / 'likely.db'}")
    return JobService(service, store, Files(str(folder / "files")), lambda _: None)


@pytest.fixture(scope="module")
def app(service, job_service):
    feedback = Feedback(service, job_service.store, None)
    return create_api(service, dict, 100_000, 50, "binary", CampaignService(job_service), feedback=feedback)


@pytest.fixture(scope="module")
def known(service, job_service):
    """Of each parameter of a path some values that are there."""
    campaigns = CampaignService(job_service)
    table = people(rows=30, seed=4).to_csv(index=False).encode()
    done, _ = campaigns.hold("binary", [table], {"name": "a.csv", "columns": {}}, None)
    campaigns.start(done.id, {}, False)
    worker = Worker(service, job_service.store.jobs, job_service.files)
    while worker.step():
        pass
    held, _ = campaigns.hold("independent", [table], {"name": "b.csv", "columns": {}}, None)
    return {
        "name": list(SORTS),
        "job": [done.id, held.id],
        "plot": ["calibration", "importance"],
        "fingerprint": [service.model("binary").fingerprint],
    }


def hold(contract, mode, known):
    """Every answer is one that the document tells; the ids of the operations."""
    return each_operation(contract, mode, known, lambda _, case: case.call_and_validate(checks=WANTED))


@MODES
def test_every_answer_is_one_that_the_document_tells(app, known, mode):
    contract = schemathesis.openapi.from_wsgi("/api/openapi.json", app)
    assert hold(contract, mode, known) == {each.id for each in operations()} - {"contract"}  # which was asked before


@MODES
@pytest.mark.parametrize("name", SORTS)
def test_every_answer_of_a_model_is_one_that_its_own_document_tells(app, name, mode):
    contract = schemathesis.openapi.from_wsgi(f"/api/v1/models/{name}/openapi.json", app)
    assert hold(contract.include(operation_id="predict"), mode, {}) == {"predict"}


def test_every_address_is_described_with_its_parameters_and_no_other(app):
    described = {(each.method, each.path): {ANY} if each.any_query else set(each.parameters) for each in operations()}
    routed = {}
    for rule in app.url_map.iter_rules():
        some = re.search(r"<any\(([^)]*)\):\w+>", rule.rule)  # a part of an address that is one of some words
        for path in [rule.rule.replace(some[0], word.strip()) for word in some[1].split(",")] if some else [rule.rule]:
            for method in rule.methods - {"HEAD", "OPTIONS"}:
                routed[method, re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", path)] = set(
                    taken_by(app.view_functions[rule.endpoint])
                )
    assert routed == described


@pytest.mark.parametrize("name", ["", *SORTS])
def test_generators_can_make_a_client_of_the_document(service, name):
    """Names of functions are their own, every $ref leads somewhere, and each JSON answer has its fields."""
    made = document_of(service.model(name), name) if name else document()
    found = [each for methods in made["paths"].values() for each in methods.values()]
    names = [each["operationId"] for each in found]
    assert len(set(names)) == len(names)
    assert all(each.isidentifier() and each.islower() for each in names)
    parts = {f"#/components/{sort}/{key}" for sort, items in made["components"].items() for key in items}
    schemes = {f"#/components/securitySchemes/{key}" for each in found for need in each["security"] for key in need}
    assert set(refs(made)) | schemes == parts
    for each in found:
        for status, answer in each["responses"].items():
            assert status == "414" or "X-Request-Id" in answer["headers"], (each["operationId"], status)
            schema = answer.get("content", {}).get(JSON, {}).get("schema")
            assert schema is None or tells(schema) or each["operationId"] in ("contract", "model_contract")
    silent = {key for key, each in made["components"]["schemas"].items() if not tells(each)}
    assert silent == (set() if name else {"Record"})  # of any model: its fields are told by the document of a model


def tells(schema):
    """Whether a schema says more than that there is an object, or a list."""
    if "anyOf" in schema or "oneOf" in schema:
        return all(map(tells, schema.get("anyOf", []) + schema.get("oneOf", [])))
    kind = schema.get("type")
    if kind == "object":
        return bool(schema.get("properties")) or isinstance(schema.get("additionalProperties"), dict)
    return "items" in schema if kind == "array" else "$ref" in schema or kind is not None or "enum" in schema


def refs(node):
    """Every ``$ref`` below a node."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield from [value] if key == "$ref" else refs(value)
    elif isinstance(node, list):
        for value in node:
            yield from refs(value)


def test_the_document_of_a_model_tells_types_limits_choices_and_units(app):
    found = app.test_client().get("/api/v1/models/binary/openapi.json").json
    record = found["components"]["schemas"]["Record"]
    assert found["openapi"] == "3.1.0"
    assert record["properties"]["income"]["x-unit"] == "k€"
    assert record["properties"]["income"]["title"] == "Yearly income"
    assert record["properties"]["region"]["enum"][:3] == ["north", "south", "west"]
    assert record["additionalProperties"] is False
    assert not any("{name}" in path for path in found["paths"])
    example = record["examples"][0]
    answer = app.test_client().post("/api/v1/models/binary/predict", json=example)
    assert answer.status_code == 200
    prediction = found["components"]["schemas"]["Prediction"]
    assert prediction["properties"]["label"]["anyOf"][0]["enum"] == answer.json["outcomes"]


def test_behind_a_prefix_the_document_names_it(app):
    client = app.test_client()
    here = {"SCRIPT_NAME": "/scores"}
    for path in ("/api/openapi.json", "/api/v1/models/binary/openapi.json"):
        assert client.get(path).json["servers"] == [{"url": "/"}]
        assert client.get(path, environ_overrides=here).json["servers"] == [{"url": "/scores"}]


def test_the_page_needs_nothing_from_elsewhere(app):
    client = app.test_client()
    page = client.get("/api/docs").text
    assert "http" not in page.replace("http://localhost", "")
    assert '<script src="/api/docs.js"></script>' in page
    assert client.get("/api/docs.js").status_code == 200
    for sort in ("binary", "independent", "labels-only"):
        assert f'<section id="{sort}">' in page


def test_the_python_call_holds_a_record_that_is_taken(service, app):
    _, python, _ = calls_of(service.model("binary"), "http://here")
    code = python.split("request = ")[0] + "print(json.dumps(record))"
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout
    assert app.test_client().post("/api/v1/models/binary/predict", data=printed).status_code == 200


def test_the_calls_to_copy_in_other_languages_hold_the_same_record(service):
    bundle = service.model("binary")
    curl, python, script = calls_of(bundle, "http://here")
    words = shlex.split(curl.replace("\\\n", " "))
    address = "http://here/api/v1/models/binary/predict"
    assert words[:3] == ["curl", "-s", address]
    assert words[words.index("-H") + 1] == "Content-Type: application/json"
    record = json.loads(words[words.index("-d") + 1])
    assert f'"{address}"' in script
    assert json.loads(script.partition("JSON.stringify(")[2].partition("),")[0]) == record
    assert json.loads(python.partition("r'''")[2].partition("'''")[0]) == record
