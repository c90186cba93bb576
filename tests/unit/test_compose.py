"""The distributed form: what compose.yaml starts, that every setting in it is read, and that the image can be built."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml

from settings import Settings

FILE = Path(__file__).resolve().parents[2] / "compose.yaml"


@pytest.fixture(scope="module")
def services():
    return yaml.safe_load(FILE.read_text(encoding="utf-8"))["services"]


def test_it_starts_web_two_workers_rabbitmq_redis_and_postgresql(services):
    assert set(services) == {"web", "worker", "rabbitmq", "redis", "postgres"}
    assert services["worker"]["deploy"]["replicas"] == 2
    assert services["worker"]["command"] == "python -m jobs"
    assert services["web"]["environment"] == services["worker"]["environment"]


def test_web_and_workers_get_settings_that_are_read(services):
    """Each is a setting, is accepted, and names a service of this file where it names a host."""
    given = {
        name: re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", str(value))
        for name, value in services["worker"]["environment"].items()
    }
    settings = Settings.from_environ(given)
    for name, value in given.items():
        assert str(getattr(settings, name.lower())) == value
    hosts = {urlsplit(given[name]).hostname for name in ("DATABASE_URL", "REDIS_URL", "BROKER_URL")}
    assert hosts <= set(services)
    assert set(services["worker"]["depends_on"]) == hosts


def test_the_image_holds_what_its_models_are_trained_with(tmp_path):
    """Nothing is copied into the image before the command runs but what stands above it in the Dockerfile."""
    above = (FILE.parent / "Dockerfile").read_text(encoding="utf-8").partition("RUN python -m ml")[0]
    for source in re.findall(r"^COPY (\S+) \S+$", above, re.MULTILINE):
        place = FILE.parent / source
        if place.is_dir():
            shutil.copytree(place, tmp_path / source, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(place, tmp_path)
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    environ |= {"MODELS_DIR": str(tmp_path / "models"), "VAR_DIR": str(tmp_path / "var")}
    words = [sys.executable, "-m", "ml", "train", "iris", "--missing"]
    done = subprocess.run(words, cwd=tmp_path, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "models" / "iris" / "live").is_file()
