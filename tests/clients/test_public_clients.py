"""Public clients, unchanged, against the running service: what they hear is what the service says."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.applications import applications
from tests.bench.serving import gunicorn, serving

HERE = Path(__file__).resolve().parent
CLIENTS = Path(sys.prefix) / "clients" / "bin" / "python"
NUMBERS = ("ApplicantIncome", "CoapplicantIncome", "LoanAmount", "Loan_Amount_Term", "Credit_History")


@pytest.fixture(scope="module")
def records(service):
    """Applications without gaps, numbers as numbers."""
    rows = [row for row in applications() if all(row.values())]
    names = service.model("loan").schema.names
    return [{name: float(row[name]) if name in NUMBERS else row[name] for name in names} for row in rows[:20]]


@pytest.fixture(scope="module")
def port(models_dir, tmp_path_factory):
    environ = {"MODELS_DIR": str(models_dir), "DEFAULT_MODEL": "loan", "LOG_LEVEL": "warning"}
    var = str(tmp_path_factory.mktemp("var"))
    with serving(gunicorn("app:create_server()"), "/healthz", VAR_DIR=var, **environ) as server:
        yield server.url.rpartition(":")[2]


@pytest.fixture
def hear(port, records):
    if not CLIENTS.exists():
        reason = "the public clients are not installed: make .venv/clients/.installed"
        pytest.skip(reason)

    def ask(client):
        command = [str(CLIENTS), "-W", "ignore", str(HERE / "talk.py"), client, port, "loan"]
        asked = json.dumps(records)
        done = subprocess.run(command, input=asked, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return ask


@pytest.fixture(scope="module")
def expected(service, records):
    """Labels and probabilities by the service; both labels are among them, else the test would show little."""
    scores = service.score("loan", records).scores
    labels = [score.labels[0] for score in scores]
    assert set(labels) == {"N", "Y"}
    return [labels, [list(score.probabilities) for score in scores]]


def test_tritonclient_infers_in_binary_and_in_json(hear, expected):
    heard = hear("tritonclient")
    assert heard["ready"] is True
    assert heard["binary"] == expected
    assert heard["json"] == expected
    assert heard["packed"] == expected[1]


def test_tritonclient_prints_what_is_said_of_an_unknown_address(hear):
    status, message = hear("tritonclient")["unknown"]
    assert status == "404"
    assert message.startswith("There is nothing at this address.")


def test_hugging_faces_client_gets_labels(hear, expected):
    assert hear("hugging_face")["labels"] == [expected[0], expected[0]]


def test_mlservers_codecs_encode_our_question_and_decode_our_answer(hear, expected):
    assert hear("mlserver")["json"] == expected


def test_mlflows_client_pings_asks_for_the_version_and_invokes(hear, expected):
    heard = hear("mlflow")
    assert heard["version"]
    assert heard["json"] == expected
