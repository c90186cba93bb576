"""The files that hosts read: known keys only, the ports and addresses that the service has, settings that there are."""

import json
import os
import re
import shutil
import subprocess
import tomllib
from dataclasses import fields
from functools import reduce

import pytest
import yaml

from settings import Settings
from tests.dockerfile import ignored, instructions, sent
from tests.serving import ROOT

# What each format allows, by its documentation: dotted, [] is a list, * are names of ours
KEYS = {
    "app.json": ["name", "description", "keywords[]", "env.*.description", "env.*.value", "formation.*.quantity",
                 "formation.*.size", "addons[]", "buildpacks[].url", "stack"],
    "project.toml": ["_.schema-version", "_.id", "_.name", "io.buildpacks.builder", "io.buildpacks.exclude[]",
                     "io.buildpacks.group[].id"],
    "render.yaml": [*(f"services[].{key}" for key in (
                        "type", "name", "runtime", "plan", "dockerfilePath", "healthCheckPath", "envVars[].key",
                        "envVars[].value", "envVars[].fromDatabase.name", "envVars[].fromDatabase.property")),
                    "databases[].name", "databases[].plan"],
    "fly.toml": ["app", "primary_region", "kill_timeout", "build.dockerfile", "env.*", "vm[].size", "vm[].memory",
                 *(f"http_service.{key}" for key in (
                     "internal_port", "force_https", "auto_stop_machines", "auto_start_machines",
                     "min_machines_running",
                     "checks[].grace_period", "checks[].interval", "checks[].timeout", "checks[].method",
                     "checks[].path"))],
    "deploy/huggingface/README.md": ["title", "emoji", "colorFrom", "colorTo", "sdk", "app_port", "pinned",
                                     "short_description"],
}  # fmt: skip
COLOURS = {"red", "yellow", "green", "blue", "indigo", "purple", "pink", "gray"}  # of a Space


def read(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    if name.endswith(".json"):
        return json.loads(text)
    if name.endswith(".toml"):
        return tomllib.loads(text)
    if name.endswith(".md"):
        return yaml.safe_load(text.split("---\n")[1])
    return yaml.safe_load(text)


def paths(node, before=""):
    """Where values stand, dotted."""
    if isinstance(node, dict):
        return {path for name, each in node.items() for path in paths(each, f"{before}.{name}" if before else name)}
    if isinstance(node, list):
        return {path for each in node for path in paths(each, f"{before}[]")} or {f"{before}[]"}
    return {before}


def at(node, *names):
    return reduce(lambda found, name: found[name], names, node)


@pytest.mark.parametrize("name", list(KEYS))
def test_only_keys_that_the_host_knows(name):
    known = [re.escape(key).replace(r"\*", "[A-Za-z_]+") for key in KEYS[name]]
    assert [path for path in paths(read(name)) if not any(re.fullmatch(key, path) for key in known)] == []


def settings_in(name):
    if name == "app.json":
        return {key: entry["value"] for key, entry in read(name)["env"].items()}
    if name == "fly.toml":
        return read(name)["env"]
    if name == "render.yaml":
        return {each["key"]: each.get("value", "") for each in read(name)["services"][0]["envVars"]}
    return {each["name"]: each["value"] for each in container(read(name))["env"]}


def container(service):
    return at(service, "spec", "template", "spec", "containers", 0)


@pytest.mark.parametrize("name", ["app.json", "fly.toml", "render.yaml", "deploy/cloud-run/service.yaml"])
def test_what_is_set_is_a_setting_and_taken(name):
    given = settings_in(name)
    assert set(given) <= {row.name.upper() for row in fields(Settings)}
    assert Settings.from_environ(given).proxy_hops == 1  # each of them has a router in front


def image():
    steps = instructions((ROOT / "Dockerfile").read_text(encoding="utf-8"))
    environ = " ".join(given for name, given in steps if name == "ENV")
    return int(re.search(r"\bPORT=(\d+)", environ)[1])


def test_hosts_ask_at_the_port_of_the_image():
    service = container(read("deploy/cloud-run/service.yaml"))
    assert read("fly.toml")["http_service"]["internal_port"] == int(read("fly.toml")["env"]["PORT"]) == image()
    assert read("deploy/huggingface/README.md")["app_port"] == image()
    assert service["ports"] == [{"name": "http1", "containerPort": image()}]
    assert {service[probe]["httpGet"]["port"] for probe in ("startupProbe", "livenessProbe")} == {image()}


def test_a_space_is_described_as_the_hub_wants_it():
    space = read("deploy/huggingface/README.md")
    assert space["sdk"] == "docker"
    assert {space["colorFrom"], space["colorTo"]} <= COLOURS
    assert len(space["short_description"]) <= 60
    assert not (ROOT / "README.md").read_text().startswith("---")
    assert "FRAME_ANCESTORS" in {row.name.upper() for row in fields(Settings)}


def test_health_is_asked_where_it_is_told(models_dir, tmp_path):
    from werkzeug.test import Client

    from app import create_server

    client = Client(create_server(Settings(models_dir=models_dir, var_dir=tmp_path)))
    service = container(read("deploy/cloud-run/service.yaml"))
    asked = [
        read("render.yaml")["services"][0]["healthCheckPath"],
        *(check["path"] for check in read("fly.toml")["http_service"]["checks"]),
        *(service[probe]["httpGet"]["path"] for probe in ("startupProbe", "livenessProbe")),
    ]
    assert {path: client.get(path).status_code for path in asked} == dict.fromkeys(asked, 200)


def test_processes_of_heroku_are_those_of_the_procfile():
    procfile = {line.split(":")[0] for line in (ROOT / "Procfile").read_text().splitlines()}
    assert set(read("app.json")["formation"]) == procfile
    assert re.fullmatch(r"[a-zA-Z\-_.]+", read("app.json")["name"])
    assert (ROOT / ".python-version").read_text().strip() == "3.11"


def test_buildpacks_leave_nothing_out_that_the_service_needs():
    left_out = {each.strip("/") for each in read("project.toml")["io"]["buildpacks"]["exclude"]}
    assert left_out == {"tests", "docs", "deploy", "var", ".venv"}


@pytest.mark.parametrize("name", [".github/workflows/ci.yml", ".gitlab-ci.yml"])
def test_a_forge_runs_all_checks_within_a_limit_and_with_pinned_actions(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    assert ".ci/run" in text
    assert re.search(r"timeout(-minutes: 25|: 25 minutes)$", text, re.MULTILINE)
    uses = re.findall(r"uses: \S+@(\S+)", text)
    assert all(re.fullmatch(r"[0-9a-f]{40}", each) for each in uses)
    assert yaml.safe_load(text)
    assert os.access(ROOT / ".ci" / "run", os.X_OK)


def test_make_help_lists_every_target():
    if shutil.which("make") is None:
        pytest.skip("make is not installed")
    said = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    phony = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)[1].split()
    assert [line.split()[0] for line in said.splitlines() if line.startswith("  ")] == phony
    assert phony[0] == "help"


@pytest.mark.parametrize(
    "patterns",
    ["*\n!app\n**/*.pyc", "deep\n!deep/in/kept", "*\n!*/kept", "deep/*\n!deep/in", "**/in", "# none", "deep\n!**/kept"],
)
def test_folders_that_are_kept_out_are_entered_where_something_in_them_is_let_in(tmp_path, patterns):
    (tmp_path / ".dockerignore").write_text(patterns)
    for name in ("app/a.py", "app/a.pyc", "deep/in/kept", "deep/in/other", "deep/kept", "top"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert sorted(sent(tmp_path, tmp_path)) == sorted(
        path for path in files if not ignored(tmp_path, path.relative_to(tmp_path))
    )
