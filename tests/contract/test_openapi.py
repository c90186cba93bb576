"""The contract holds: nothing that the document allows, or forbids, gives an answer that it does not tell."""

import json
import shlex
import subprocess
import sys

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode, checks
from schemathesis.specs.openapi import checks as openapi_checks

from api import create_api
from api.docs import calls_of
from jobs.intake import Intake
from ml.service import open_service
from store.db import open_store
from store.files import Files
from tests.small import small_model


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    for sort in ("binary", "independent", "labels-only"):
        small_model(sort, folder)
    return open_service(folder)


@pytest.fixture(scope="module")
def app(service, tmp_path_factory):
    folder = tmp_path_factory.mktemp("store")
    store = open_store(f"sqlite:///{folder / 'likely.db'}")
    intake = Intake(service, store, Files(str(folder / "files")), lambda _: None)
    return create_api(service, dict, 100_000, 50, "binary", intake)


@pytest.fixture(scope="module")
def contract(app):
    return schemathesis.openapi.from_wsgi("/api/openapi.json", app)


WANTED = (
    checks.not_a_server_error,
    openapi_checks.status_code_conformance,
    openapi_checks.content_type_conformance,
    openapi_checks.response_headers_conformance,
    openapi_checks.response_schema_conformance,
)


EXAMPLES = settings(
    max_examples=10, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
)


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["allowed", "forbidden"])
def test_every_answer_is_one_that_the_document_tells(contract, mode):
    operations = [found.ok() for found in contract.get_all_operations()]
    assert len(operations) > 20
    for operation in operations:

        @EXAMPLES
        @given(case=operation.as_strategy(generation_mode=mode))
        def holds(case):
            case.call_and_validate(checks=WANTED)

        try:
            holds()
        except Unsatisfiable:  # where nothing is asked, nothing can be asked wrongly
            assert mode is GenerationMode.NEGATIVE


def test_the_document_tells_types_limits_choices_and_units(app):
    found = app.test_client().get("/api/openapi.json").json
    record = found["components"]["schemas"]["binary.record"]
    assert found["openapi"] == "3.1.0"
    assert record["properties"]["income"]["x-unit"] == "k€"
    assert record["properties"]["income"]["title"] == "Yearly income"
    assert record["properties"]["region"]["enum"][:3] == ["north", "south", "west"]
    assert record["additionalProperties"] is False
    example = record["examples"][0]
    answer = app.test_client().post("/api/v1/models/binary/predict", json=example)
    assert answer.status_code == 200


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
