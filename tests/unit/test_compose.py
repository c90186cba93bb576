"""The distributed form: what compose.yaml starts and that every setting in it is read."""

import re
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
