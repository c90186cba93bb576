"""One table of settings: defaults, what is accepted, what is said when it is not."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from settings import BadSetting, Settings

ROOT = Path(__file__).resolve().parents[2]


def test_defaults_serve_this_machine_only():
    settings = Settings.from_environ({})
    assert (settings.host, settings.port) == ("127.0.0.1", 8000)
    assert (settings.web_concurrency, settings.threads) == (2, 4)
    assert settings.database_url == "sqlite:///var/likely.db"
    assert settings.redis_url == ""


def test_what_is_set_is_taken_and_read_as_its_kind():
    settings = Settings.from_environ({"PORT": "9000", "LOG_LEVEL": "DEBUG", "MODELS_DIR": "/srv/models"})
    assert settings.port == 9000
    assert settings.log_level == "debug"
    assert settings.models_dir == Path("/srv/models")


def test_the_database_follows_the_folder_unless_it_is_named():
    assert Settings.from_environ({"VAR_DIR": "/data"}).database_url == "sqlite:////data/likely.db"
    named = Settings.from_environ({"VAR_DIR": "/data", "DATABASE_URL": "postgres://u:p@host/db"})
    assert named.database_url == "postgres://u:p@host/db"


def test_an_empty_variable_counts_as_not_set():
    assert Settings.from_environ({"PORT": "", "REDIS_URL": ""}) == Settings()


def test_a_setting_is_read_by_its_former_name_where_the_new_one_is_not_set():
    assert Settings.from_environ({"INVOCATIONS_MODEL": "loan"}).default_model == "loan"
    assert Settings.from_environ({"INVOCATIONS_MODEL": "loan", "DEFAULT_MODEL": "iris"}).default_model == "iris"


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("PORT", "http", "PORT is 'http'; accepted: a whole number from 1 to 65535."),
        ("PORT", "70000", "PORT is '70000'; accepted: a whole number from 1 to 65535."),
        ("PORT", "-1", "PORT is '-1'; accepted: a whole number from 1 to 65535."),
        ("PORT", "８", "PORT is '８'; accepted: a whole number from 1 to 65535."),
        ("THREADS", "0", "THREADS is '0'; accepted: a whole number from 1 to 256."),
        ("MAX_BODY_MB", "1.5", "MAX_BODY_MB is '1.5'; accepted: a whole number from 1 to 1024."),
        ("LOG_LEVEL", "loud", "LOG_LEVEL is 'loud'; accepted: one of debug, info, warning, error, critical."),
    ],
)
def test_a_bad_value_is_named_with_what_is_accepted(name, value, message):
    with pytest.raises(BadSetting, match=re.escape(message)):
        Settings.from_environ({name: value})


@pytest.mark.parametrize("name", ["REDIS_URL", "DATABASE_URL", "BROKER_URL", "FILES_URL"])
def test_secrets_are_not_repeated(name):
    with pytest.raises(BadSetting, match=name) as caught:
        Settings.from_environ({name: "mysql://user:hidden-word@host"})
    assert "hidden-word" not in str(caught.value)
    assert "hidden-word" not in repr(Settings.from_environ({"DATABASE_URL": "postgres://user:hidden-word@host/db"}))


def test_every_setting_is_documented_with_its_default():
    rows = dict(re.findall(r"^\| `([A-Z_]+)` \| (.*?) \|", (ROOT / "docs/DEPLOYING.md").read_text(), re.MULTILINE))
    for setting in fields(Settings):
        default = rows.pop(setting.name.upper())
        if setting.default != "":
            assert default == f"`{setting.default}`"
    assert not rows, "documented, but no setting of ours"


def test_nothing_else_reads_the_environment():
    writes = re.compile(r"os\.environ(\.setdefault\(|\[.*\] = )|from_environ\(os\.environ\)")
    own = [file for file in ROOT.glob("**/*.py") if not {".venv", "tests"} & set(file.relative_to(ROOT).parts)]
    readers = {
        str(file.relative_to(ROOT))
        for file in own
        for line in file.read_text().splitlines()
        if re.search(r"os\.(environ|getenv)", writes.sub("", line))
    }
    assert readers == {"settings.py"}
