"""``python app.py`` and the Procfile, started as people start them."""

import json
import os
import shlex
import shutil
import signal
import sys
import time
import urllib.error
import urllib.request

import pytest

from tests.dockerfile import sent
from tests.serving import ROOT, app, free_port, starter, status, text_of, wait_for, wait_for_text


@pytest.fixture
def start(models_dir, tmp_path):
    """Start a command in the project's folder; what it started is stopped at the end."""
    with starter(models_dir, tmp_path) as run:
        yield run


def test_python_app_py_serves_and_stops_when_told(start):
    port = free_port()
    process, log = start(app("--port", str(port), "--workers", "2"))
    wait_for(port)
    assert status(port, "/") == 200
    assert status(port, "/readyz") == 200
    assert status(port, "/nope") == 404
    wait_for_text(log, "Booting worker", times=2)
    process.terminate()
    assert process.wait(timeout=30) == 0


def test_a_collection_in_a_worker_leaves_what_was_loaded_before_the_fork(start, tmp_path):
    (tmp_path / "counts.py").write_text(
        "import gc\n"
        "def app(environ, start_response):\n"
        "    start_response('200 OK', [])\n"
        "    return [f'{gc.get_freeze_count()} {len(gc.get_objects())}'.encode()]\n"
    )
    port = free_port()
    start(["gunicorn", "--pythonpath", str(tmp_path), "-b", f"127.0.0.1:{port}", "counts:app"])
    wait_for(port)
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=30) as answer:
        frozen, looked_at = map(int, answer.read().split())
    assert looked_at < frozen / 2


def test_flags_go_to_gunicorn_one_to_one(start, tmp_path):
    port = free_port()
    access, errors = tmp_path / "access.log", tmp_path / "error.log"
    flags = [
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        "--workers",
        "1",
        "--threads",
        "3",
        "--worker-class",
        "gthread",
    ]
    flags += ["--log-level", "debug", "--access-logfile", str(access), "--error-logfile", str(errors)]
    flags += ["--name", "likely-test", "--pythonpath", str(tmp_path), "--forwarded-allow-ips", "10.0.0.1"]
    flags += ["--user", str(os.getuid())]
    start(app(*flags))
    wait_for(port)
    status(port, "/?age=51")
    log = errors.read_text()
    for line in (f"bind: ['127.0.0.1:{port}']", "workers: 1", "threads: 3", "worker_class: gthread", "loglevel: debug"):
        assert line in log
    for line in ("proc_name: likely-test", f"pythonpath: {tmp_path}", "forwarded_allow_ips: ['10.0.0.1']"):
        assert line in log
    assert f"user: {os.getuid()}" in log
    time.sleep(0.2)
    assert "GET / HTTP" in access.read_text()
    assert "age" not in access.read_text()


@pytest.mark.nightly
def test_daemon_leaves_the_terminal(start, tmp_path):
    port = free_port()
    errors = tmp_path / "error.log"
    process, _ = start(app("--port", str(port), "--workers", "1", "--daemon", "--error-logfile", str(errors)))
    assert process.wait(timeout=30) == 0
    wait_for(port)
    master = int(errors.read_text().split("Listening at")[1].split("(")[1].split(")")[0])
    os.kill(master, signal.SIGTERM)
    for _ in range(200):
        if status(port) == 0:
            return
        time.sleep(0.05)
    pytest.fail("the daemon did not stop")


SERVERS = {
    "gunicorn": "gunicorn app:server -w 1 -b 127.0.0.1:{port}",
    "flask": "flask --app app run --port {port}",
    "waitress": "waitress-serve --listen=127.0.0.1:{port} app:server",
    "app.py": "python app.py -w 1 -b :{port} -k gthread",
}


@pytest.mark.parametrize("server", list(SERVERS))
def test_other_servers_find_the_whole_service_where_people_expect_it(start, server):
    port = free_port()
    start(shlex.split(SERVERS[server].format(port=port)), PORT="1", HOST="x86_64-conda-linux-gnu", AUTH="none")
    wait_for(port)
    assert [status(port, path) for path in ("/readyz", "/iris/predict", "/api/v1/models")] == [200, 200, 200]


@pytest.mark.parametrize(
    ("command", "asks"),
    [
        ("python app.py -w 1 -b 127.0.0.1:{port}", False),
        ("python app.py -w 1 -b :{port}", True),
        ("python app.py -w 1 --host 0.0.0.0 --port {port}", True),
        ("gunicorn app:server -w 1 -b 127.0.0.1:{port}", False),
        ("python -m gunicorn app:create_server() -w 1 -b 127.0.0.1:{port} -b 0.0.0.0:{other}", True),
        ("waitress-serve --listen=127.0.0.1:{port} app:server", True),  # it does not say where it listens
    ],
)
def test_people_sign_in_unless_only_this_machine_reaches_the_address(start, command, asks):
    port, other = free_port(), free_port()
    _, log = start(shlex.split(command.format(port=port, other=other)))
    wait_for(port)
    path = "/api/v1/models"
    assert status(port, path) == (401 if asks else 200)
    assert ("/account/invitation/" in text_of(log)) is asks
    assert "AUTH=none" not in text_of(log)


def test_every_page_says_so_where_nobody_signs_in_at_an_open_address(start):
    port = free_port()
    _, log = start(shlex.split(f"gunicorn app:server -w 1 -b 0.0.0.0:{port}"), AUTH="none")
    wait_for(port)
    for path in ("/", "/iris/predict", "/iris/insights", "/gallery", "/nope", "/api/docs"):
        assert "Nobody signs in here" in page(port, path)
    assert "whoever reaches this service may use all of it" in text_of(log)


def test_no_page_says_so_on_the_loopback_address(start):
    port = free_port()
    start(app("-w", "1", "--port", str(port)), AUTH="none")
    wait_for(port)
    assert "Nobody signs in here" not in page(port, "/") + page(port, "/api/docs")


def page(port: int, path: str) -> str:
    """What a browser is sent, whatever the status."""
    asked = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers={"Accept": "text/html"})
    try:
        with urllib.request.urlopen(asked, timeout=30) as answer:
            return answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.read().decode()


@pytest.mark.nightly
def test_gunicorns_arguments_from_the_environment_hold_and_the_command_line_wins(start, tmp_path):
    port, errors = free_port(), tmp_path / "error.log"
    arguments = f"-w 3 --log-level debug --error-logfile {errors} -b 127.0.0.1:1"
    start(app("-b", f"127.0.0.1:{port}", "-w", "1"), GUNICORN_CMD_ARGS=arguments)
    wait_for(port)
    log = errors.read_text()
    assert f"bind: ['127.0.0.1:{port}']" in log
    assert "workers: 1\n" in log


@pytest.mark.parametrize("command", ["python app.py", "python app.py --debug", "gunicorn app:server"])
def test_a_host_that_is_none_of_this_machine_is_named(start, command):
    process, log = start(shlex.split(command), HOST="x86_64-conda-linux-gnu", PORT=str(free_port()))
    assert process.wait(timeout=60) != 0
    assert "HOST is 'x86_64-conda-linux-gnu', on which nothing here can listen" in text_of(log)
    assert "Traceback" not in text_of(log)


def test_the_procfile_serves_with_its_settings_from_the_environment(start):
    port = free_port()
    web = dict(line.split(": ", 1) for line in (ROOT / "Procfile").read_text().splitlines())["web"]
    _, log = start(["sh", "-c", f"exec {web}"], PORT=str(port), WEB_CONCURRENCY="3")
    wait_for(port)
    assert f"http://0.0.0.0:{port}" in text_of(log)
    wait_for_text(log, "Booting worker", times=3)


@pytest.mark.nightly
def test_nothing_is_written_into_the_home_folder(start, tmp_path):
    """Libraries that report to their makers keep an id there, Gunicorn a socket that commands it."""
    home = tmp_path / "home"
    home.mkdir()
    port = free_port()
    start(app("--port", str(port), "--workers", "1"), HOME=str(home))
    wait_for(port)
    assert status(port, "/readyz") == 200  # has loaded every model
    assert not list(home.rglob("*"))


def test_a_bad_setting_stops_the_start_and_says_what_is_accepted(start):
    process, log = start(app(), PORT="http")
    assert process.wait(timeout=30) != 0
    assert "PORT is 'http'; accepted: a whole number from 1 to 65535." in text_of(log)
    assert "Traceback" not in text_of(log)


@pytest.mark.nightly
def test_debug_restarts_when_code_changes_and_outlives_a_typing_error(start, tmp_path):
    """The changes are made to a copy of the service, as the image has it."""
    copy = tmp_path / "copy"
    for file in sent(ROOT, ROOT):
        goal = copy / file.relative_to(ROOT)
        goal.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, goal)
    port = free_port()
    _, log = start([sys.executable, str(copy / "app.py"), "--debug", "--port", str(port)], PYTHONDONTWRITEBYTECODE="1")
    wait_for(port)
    assert status(port, "/_reload-hash") == 200
    edited = copy / "web" / "dispatch.py"
    sound = edited.read_text()
    edited.write_text(sound + "\nprint('changed', flush=True)\n")
    wait_for_text(log, "changed")
    wait_for(port)
    edited.write_text(sound + "\nprint('half a\n")
    wait_for_text(log, "It is tried again when a file is saved.")
    assert "SyntaxError" in text_of(log)
    edited.write_text(sound + "\nprint('mended', flush=True)\n")
    wait_for_text(log, "mended")
    wait_for(port)


@pytest.mark.nightly
def test_models_with_every_kind_of_damage_do_not_keep_the_service_from_starting(start, tmp_path):
    """Some of the damage is code that raises SystemExit or MemoryError when it is imported."""
    from tests.damage import RECORD, broken_models

    (tmp_path / "models").mkdir()
    broken = broken_models(tmp_path / "models", tmp_path)
    port = free_port()
    environ = {"PORT": str(port), "WEB_CONCURRENCY": "1", "MODELS_DIR": str(tmp_path / "models")}
    process, log = start([sys.executable, "app.py"], **environ)
    wait_for(port)
    assert status(port, "/readyz") == 200
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=30) as answer:
        ready = json.loads(answer.read())
    assert ready["degraded"] is True
    body = json.dumps({"records": [RECORD]}).encode()
    for name in ("sound-linear", "sound-own", "sound-trees"):
        asked = urllib.request.Request(f"http://127.0.0.1:{port}/api/v1/models/{name}/predict", body)
        asked.add_header("Content-Type", "application/json")
        with urllib.request.urlopen(asked, timeout=30) as answer:
            assert len(json.loads(answer.read())["predictions"]) == 1
    for name in broken:
        assert name in json.dumps(ready)
        assert status(port, f"/api/v1/models/{name}") in (200, 503)
        assert status(port, f"/{name}/performance") == 200
    assert process.poll() is None
    log.flush()
    log.seek(0)
    said = log.read()
    assert "Traceback" not in said
    assert all(f"Model {name} does not serve" in said for name in broken)
