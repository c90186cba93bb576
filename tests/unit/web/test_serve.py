"""The command line of app.py, and the address to listen on."""

import socket

import pytest
from flask import Flask
from flask.cli import find_best_app

import app
from tests.serving import ROOT
from web.address import BadAddress, check_hosts, joined
from web.reload import stamps
from web.serve import Gunicorn, read_options

CONFIG = ROOT / "gunicorn.conf.py"


def read(*arguments):
    return read_options(CONFIG, "127.0.0.1", 8000, arguments)


def test_what_is_not_given_is_absent_and_short_options_are_gunicorns():
    assert read() == {}
    assert read("-w", "4", "-b", ":8000", "-b", "[::1]:9", "-k", "gthread", "--debug") == {
        "workers": 4,
        "bind": [":8000", "[::1]:9"],
        "worker_class": "gthread",
        "debug": True,
    }


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["-w", "0"], "argument --workers: 0 is no whole number from 1 to 64"),
        (["--port", "70000"], "argument --port: 70000 is no whole number from 1 to 65535"),
        (["--threads", "many"], "argument --threads: invalid int value: 'many'"),
        (["app:server"], "unrecognized arguments: app:server"),
        (["--frob"], "unrecognized arguments: --frob"),
    ],
)
def test_a_bad_option_is_named(arguments, said, capsys):
    with pytest.raises(SystemExit) as ended:
        read(*arguments)
    assert ended.value.code == 2
    assert said in capsys.readouterr().err


def test_help_tells_the_defaults_that_hold(capsys, monkeypatch):
    monkeypatch.setenv("WEB_CONCURRENCY", "7")
    monkeypatch.setenv("PORT", "9123")
    with pytest.raises(SystemExit) as ended:
        read_options(CONFIG, "127.0.0.1", 9123, ["--help"])
    assert ended.value.code == 0
    said = " ".join(capsys.readouterr().out.split())
    for part in ("-w INT, --workers INT The number of worker processes for handling requests. [7]",
                 "[gthread]", "[127.0.0.1:9123]", "Port to listen on. [9123, PORT]", "--debug"):  # fmt: skip
        assert part in said
    assert ":ref:" not in said


def test_options_win_over_the_environment_which_wins_over_the_files(tmp_path, monkeypatch):
    (tmp_path / "more.py").write_text("timeout = 7\nkeepalive = 3\n")
    monkeypatch.setenv("GUNICORN_CMD_ARGS", "--workers 3 --timeout 8 --threads 2")
    cfg = Gunicorn(lambda: None, CONFIG, {"threads": 5, "config": str(tmp_path / "more.py")}).cfg
    assert (cfg.workers, cfg.threads, cfg.timeout, cfg.keepalive, cfg.graceful_timeout) == (3, 5, 8, 3, 25)
    assert cfg.preload_app


def test_an_address_is_written_as_servers_take_it():
    assert [joined("127.0.0.1", 80), joined("::1", 80)] == ["127.0.0.1:80", "[::1]:80"]


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0", "localhost", "", "*", "::"])
def test_hosts_of_this_machine_are_taken(host):
    check_hosts([(host, 8000), "/run/likely.sock", 3])


@pytest.mark.parametrize("host", ["x86_64-conda-linux-gnu", "arm64-apple-darwin20.0.0", "203.0.113.7", "a" * 300, "."])
def test_a_host_of_elsewhere_is_named_with_what_to_do(host):
    with pytest.raises(BadAddress) as caught:
        check_hosts([("127.0.0.1", 1), (host, 8000)])
    assert repr(host) in str(caught.value)
    assert "conda" in str(caught.value)


def test_a_port_that_is_taken_is_no_fault_of_the_host():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        check_hosts([taken.getsockname()])


def test_the_service_is_made_when_somebody_asks_for_it(models_dir, tmp_path, monkeypatch):
    monkeypatch.setenv("MODELS_DIR", str(models_dir))
    monkeypatch.setenv("VAR_DIR", str(tmp_path))
    app._pages.cache_clear()
    assert not {"app", "server", "application"} & set(vars(app))
    found = find_best_app(app)
    assert isinstance(found, Flask)
    assert found is app.server is app.application is app.app.server
    answers = [found.test_client().get(path).status_code for path in ("/iris/predict", "/api/v1/models", "/readyz")]
    assert answers == [200, 200, 200]
    with pytest.raises(AttributeError, match="'nope'"):
        app.nope  # noqa: B018
    app._pages.cache_clear()


def test_stamps_tell_a_change_of_the_program_and_of_nothing_else(tmp_path):
    for name in ("app.py", "web/a.py", "models/own.py", ".venv/b.py", "notes.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("")
    assert {file.name for file in stamps(tmp_path)} == {"app.py", "a.py"}
    before = stamps(tmp_path)
    (tmp_path / "web" / "a.py").unlink()
    assert stamps(tmp_path) != before
