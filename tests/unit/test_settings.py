"""One table of settings: defaults, what is accepted, what is said when it is not."""

import os
import re
import tempfile
from contextlib import suppress
from dataclasses import fields
from pathlib import Path

import pytest

from settings import BadSetting, Settings, find_room_for_temporary_files

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
    assert Settings.from_environ({"PORT": "", "REDIS_URL": "", "HOST": " "}) == Settings()


def test_space_around_a_value_is_none_of_it():
    """As an end of a line of Windows in a file of settings, or of a file that holds a secret."""
    read = Settings.from_environ({"DATABASE_URL": "postgres://host/db\r", "MODELS_DIR": " /srv/models\n", "PORT": "9 "})
    assert (read.database_url, read.models_dir, read.port) == ("postgres://host/db", Path("/srv/models"), 9)


@pytest.mark.parametrize("name", [each.name.upper() for each in fields(Settings)])
@pytest.mark.parametrize("quote", ["'", '"'])
def test_quotes_around_a_value_are_refused(name, quote):
    """They are a part of it in a list of Compose and a file for docker: a folder, a model or a host of such a name."""
    with pytest.raises(BadSetting, match=f"^{name} is"):
        Settings.from_environ({name: f"{quote}iris{quote}"})


@pytest.mark.parametrize("name", [each.name.upper() for each in fields(Settings)])
def test_every_value_is_read_or_refused_in_words(name):
    for value in ("ü", "٥", "9" * 5000, "\udcff", "http://[", "redis://h:a/0", "'", "whsec_ü", "-1", ","):
        with suppress(BadSetting):
            assert Settings.from_environ({name: value})


@pytest.mark.parametrize("name", ["REDIS_URL", "BROKER_URL"])
@pytest.mark.parametrize("password", ["pa#ss", "pa/ss", "pa?ss"])
def test_a_password_that_ends_the_host_of_a_url_is_refused(name, password):
    with pytest.raises(BadSetting, match="%23 for #"):
        Settings.from_environ({name: f"redis://likely:{password}@host/0"})


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///", "sqlite:///:memory:", "sqlite:likely.db", "sqlite:///?a=b"])
def test_a_database_in_memory_is_refused(url):
    with pytest.raises(BadSetting, match="sqlite:////folder/file"):
        Settings.from_environ({"DATABASE_URL": url})


@pytest.mark.parametrize("rest", ["u:p@ss@host/db", "u:p@host:abc/db", "u:p@host:5432x/db", "[::1/db"])
def test_the_url_of_a_postgresql_that_is_none_is_refused(rest):
    with pytest.raises(BadSetting, match="%40 for @"):
        Settings.from_environ({"DATABASE_URL": f"postgres://{rest}"})


@pytest.mark.parametrize(
    "rest",
    ["", "//", "///db", "//u@/db?host=/run", "//u:p#/?:s@h:5432/d?sslmode=require", "//[::1]:5432/db", "//a,b/db"],
)
def test_urls_that_postgresql_takes_are_taken(rest):
    for scheme in ("postgres", "postgresql", "postgresql+psycopg"):
        assert Settings.from_environ({"DATABASE_URL": f"{scheme}:{rest}"}).database_url == f"{scheme}:{rest}"


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


def test_where_nothing_else_can_be_written_to_temporary_files_are_in_var_dir(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setattr(tempfile, "_candidate_tempdir_list", lambda: [os.environ.get("TMPDIR", "/nowhere")])
    for var, place in ((tmp_path / "var", tmp_path / "var" / "tmp"), (tmp_path / "other", tmp_path / "var" / "tmp")):
        monkeypatch.setenv("TMPDIR", os.environ["TMPDIR"] if place.is_dir() else "/nowhere")
        find_room_for_temporary_files(var)
        assert tempfile.gettempdir() == str(place)


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
