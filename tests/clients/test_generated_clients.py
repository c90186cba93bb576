"""Clients that are generated from the contract: they compile, and one client scores each model, as the service does."""

import json
import os
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from api import create_api
from tests.serving import served
from tests.small import small_service

HERE = Path(__file__).resolve().parent
CLIENTS = Path(sys.prefix) / "clients" / "bin"
ASKED = {
    "binary": [
        {"income": 70.5, "debt": 1.0, "shoe_size": 40, "region": "south"},
        {"income": 31.0, "debt": 12.25, "shoe_size": 44, "region": "north"},
    ],
    "independent": [{"income": 55.0, "debt": 3.5, "shoe_size": 38, "region": "west"}],
}
GENERATORS = {
    "openapi-python-client": [
        "openapi-python-client", "generate", "--path", "openapi.json", "--meta", "none", "--config", "config.json",
        "--output-path", "likely_client",
    ],
    "openapi-generator": [
        "openapi-generator-cli", "generate", "-i", "openapi.json", "-g", "python", "-o", ".",
        "--additional-properties=packageName=likely_api", "--global-property=apiTests=false,modelTests=false",
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    return small_service(tmp_path_factory.mktemp("models"), *ASKED)


@pytest.fixture(scope="module")
def port(service):
    with served(create_api(service, dict, 1_000_000, 100)) as address:
        yield address.rpartition(":")[2]


def run(command, folder, **kwargs):
    path = f"{CLIENTS}{os.pathsep}{os.environ['PATH']}"  # openapi-python-client looks for its ruff there
    done = subprocess.run(
        command,
        cwd=folder,
        env=os.environ | {"PATH": path},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        **kwargs,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout


@pytest.mark.parametrize(
    "kind",
    ["openapi-python-client", pytest.param("openapi-generator", marks=pytest.mark.nightly)],  # a Java of its own
)
def test_a_generated_client_compiles_and_scores_any_model(kind, port, service, tmp_path):
    if not (CLIENTS / "openapi-python-client").exists():
        reason = "the generators of clients are not installed: make .venv/clients/.installed"
        pytest.skip(reason)
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/openapi.json", timeout=30) as answer:
        (tmp_path / "openapi.json").write_bytes(answer.read())
    (tmp_path / "config.json").write_text('{"post_hooks": []}')
    command, *rest = GENERATORS[kind]
    run([str(CLIENTS / command), *rest], tmp_path)
    made = {"openapi-python-client": "likely_client", "openapi-generator": "likely_api"}[kind]
    python = str(CLIENTS / "python")
    run([python, "-m", "compileall", "-q", made], tmp_path)
    asked = json.dumps(ASKED)
    heard = json.loads(run([python, str(HERE / "generated.py"), kind, str(tmp_path), port], tmp_path, input=asked))
    assert heard["listed"] == list(service.names())
    assert heard["refused"] == "unknown_model"
    for name, records in ASKED.items():
        scores = service.score(name, records)
        names = scores.model.outcomes.names
        assert heard["heard"][name] == [dict(zip(names, each.probabilities, strict=True)) for each in scores.scores]
