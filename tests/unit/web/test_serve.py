"""The command line of app.py, and the address to listen on."""

import os
import runpy
import socket
import sys
import threading
import time
from threading import Timer
from types import SimpleNamespace

import pytest
from flask import Flask
from flask.cli import find_best_app

import app
from setting_parsers import is_loopback
from settings import Settings
from tests.serving import ROOT
from web.address import BadAddress, addresses_of_gunicorn, check_hosts, joined, most_open
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
                 "[web.deadline_worker.DeadlineWorker]",
                 "[127.0.0.1:9123]", "Port to listen on. [9123, PORT]", "--debug"):  # fmt: skip
        assert part in said
    assert ":ref:" not in said


def test_options_win_over_the_environment_which_wins_over_the_files(tmp_path, monkeypatch):
    (tmp_path / "more.py").write_text("timeout = 7\nkeepalive = 3\n")
    monkeypatch.setenv("GUNICORN_CMD_ARGS", "--workers 3 --timeout 8 --threads 2")
    cfg = Gunicorn(lambda _: None, CONFIG, {"threads": 5, "config": str(tmp_path / "more.py")}).cfg
    assert (cfg.workers, cfg.threads, cfg.timeout, cfg.keepalive, cfg.graceful_timeout) == (3, 5, 8, 3, 25)
    assert cfg.preload_app


def test_a_worker_asks_each_model_after_the_first_requests_and_other_applications_nothing(monkeypatch):
    begin, later = Gunicorn(lambda _: None, CONFIG, {}).cfg.post_worker_init, []
    monkeypatch.setattr(Timer, "start", lambda timer: later.append(timer))
    begin(SimpleNamespace(wsgi=lambda environ, start_response: []))
    assert later == []
    asked = []
    begin(SimpleNamespace(wsgi=SimpleNamespace(extensions={"likely": lambda: asked.append("all")})))
    assert [each.daemon for each in later] == [True]  # it keeps no worker from ending
    later[0].function()
    assert asked == ["all"]


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
    monkeypatch.setenv("AUTH", "none")
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


@pytest.mark.parametrize(
    ("addresses", "found"),
    [
        ([("127.0.0.1", 9)], ("127.0.0.1", 9)),
        ([("127.0.0.1", 9), ("10.1.2.3", 8)], ("10.1.2.3", 8)),
        ([("::1", 9), ("127.3.2.1", 7)], ("::1", 9)),
        ([("localhost", 9), "/run/likely.sock"], ("", 1)),  # a proxy sits before a Unix socket
        ([3], ("", 1)),  # and what a file descriptor is nobody knows
        ([], ("", 1)),
    ],
)
def test_the_address_that_lets_most_in_counts(addresses, found):
    assert most_open(addresses, 1, is_loopback) == found


@pytest.mark.parametrize(
    ("environ", "mode"),
    [
        ({}, "none"),
        ({"HOST": "localhost"}, "none"),
        ({"HOST": "::1"}, "none"),
        ({"HOST": "0.0.0.0"}, "password"),
        ({"HOST": "::"}, "password"),
        ({"HOST": "192.168.1.7"}, "password"),
        ({"HOST": "127.0.0.1.example.com"}, "password"),
        ({"PROXY_HOPS": "1"}, "password"),
        ({"HOST": "0.0.0.0", "AUTH": "none"}, "none"),
        ({"AUTH": "password"}, "password"),
    ],
)
def test_who_may_use_the_service_follows_from_who_can_reach_it(environ, mode):
    assert Settings.from_environ(environ).auth_mode == mode


def test_gunicorn_is_asked_again_where_it_listens(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GUNICORN_CMD_ARGS", raising=False)
    for program in ("/usr/bin/gunicorn", "/lib/gunicorn/__main__.py"):
        monkeypatch.setattr(sys, "argv", [program, "-b", "0.0.0.0:81", "-b", "unix:/tmp/x", "app:server"])
        assert addresses_of_gunicorn() == [("0.0.0.0", 81), "/tmp/x"]
    monkeypatch.setenv("GUNICORN_CMD_ARGS", "-b 127.0.0.1:82")
    monkeypatch.setattr(sys, "argv", ["gunicorn", "app:server"])
    assert addresses_of_gunicorn() == [("127.0.0.1", 82)]
    monkeypatch.setenv("LISTEN_FDS", "1")
    monkeypatch.setenv("LISTEN_PID", str(os.getpid()))
    assert addresses_of_gunicorn() == []


@pytest.mark.parametrize("program", ["/srv/gunicorn/flask", "waitress-serve", "", "-c", "/usr/bin/pytest"])
def test_other_programs_are_not_taken_for_gunicorn(monkeypatch, program):
    monkeypatch.setattr(sys, "argv", [program, "--unknown"])
    assert addresses_of_gunicorn() == []


@pytest.mark.parametrize("begun", [True, False])
def test_a_worker_that_stops_waits_for_what_asks_its_models_or_does_not_begin_it(monkeypatch, begun):
    """A thread within a library of C++ would end the process by SIGABRT when Python ends."""
    hooks = runpy.run_path(str(CONFIG))
    monkeypatch.setitem(hooks["post_worker_init"].__globals__, "SETTLED", 0.0 if begun else 60.0)
    started, told = threading.Event(), []

    def begin():
        started.set()
        time.sleep(0.3)
        told.append("done")

    worker = SimpleNamespace(wsgi=SimpleNamespace(extensions={"likely": begin}))
    hooks["post_worker_init"](worker)
    assert started.wait(5 if begun else 0) is begun
    hooks["worker_exit"](None, worker)
    assert told == ["done"] * begun
    assert not worker.later.is_alive()
