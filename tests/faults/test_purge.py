"""What processes leave that are killed while a job is removed or sent, and who finds it: a web service alone does."""

import os
import signal
import subprocess
import sys
import time

import pytest

from jobs.files import paths
from jobs.job_service import JobService
from jobs.retention.purge import purge
from jobs.worker import Worker
from ml.service import open_service
from store.db import open_store
from store.files import Files
from tests.bench.serving import gunicorn, serving
from tests.faults.places import ROOT, wait_until
from tests.faults.wire import LINE, TABLE
from tests.small import small_model

REMOVE = """
import os, signal, sys
from jobs.retention.removal import remove_job
from store.db import open_store
from store.files import Files
from store.retention.removals import RemovalTable

def killed(*_): os.kill(os.getpid(), signal.SIGKILL)

url, folder, job, where = sys.argv[1:]
if where == "before the files": Files.remove = killed
if where == "before the rows": RemovalTable.finish = killed
remove_job(open_store(url).jobs, Files(folder), job)
"""
SEND = """
import os, signal, sys
from jobs.job_service import JobService
from ml.service import open_service
from store.db import open_store
from store.files import Files
from store.jobs import JobTable

url, folder, models, where = sys.argv[1:]
def killed(*_): os.kill(os.getpid(), signal.SIGKILL)
def blocks():
    yield b"income,debt,shoe_size,region\\n" + b"50.25,3.75,41,south\\n" * 20_000
    if where == "within the file": killed()
if where == "before the row": JobTable.add = killed
JobService(open_service(models), open_store(url), Files(folder), str).accept("binary", blocks(), {})
"""


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    small_model("binary", folder)
    return folder


@pytest.fixture
def places(tmp_path):
    """Address of a database, and folder of files."""
    return f"sqlite:///{tmp_path / 'likely.db'}", str(tmp_path / "files")


def killed(code, *words):
    done = subprocess.run([sys.executable, "-c", code, *map(str, words)], cwd=ROOT, timeout=60, check=False)
    assert done.returncode == -signal.SIGKILL


def done_job(places, models):
    url, folder = places
    store, files = open_store(url), Files(folder)
    service = open_service(models)
    job, _ = JobService(service, store, files, str).accept("binary", [TABLE + LINE], {})
    worker = Worker(service, store.jobs, files)
    while worker.step():
        pass
    return store, files, job.id


def due_of(store):
    with store._engine().connect() as connection:
        return connection.exec_driver_sql("SELECT due FROM duties WHERE name = 'sweep'").scalar()


def age(folder):
    for path in (*folder.rglob("*"), folder):
        os.utime(path, (time.time() - 4_000,) * 2)


@pytest.mark.parametrize("where", ["before the files", "before the rows"])
def test_a_removal_whose_process_was_killed_is_finished(places, models, where):
    store, files, job = done_job(places, models)
    killed(REMOVE, *places, job, where)
    assert store.jobs.get(job) is None  # nobody is told of it any more
    assert store.jobs.states([job]) == {job: "removed"}
    assert bool(files.folders(paths.ALL)) == (where == "before the files")
    purge(store, files, 7, None)
    assert store.jobs.states([job]) == {}
    assert files.folders(paths.ALL) == []


@pytest.mark.parametrize("where", ["within the file", "before the row"])
def test_the_file_of_an_upload_whose_process_was_killed_is_removed(places, models, tmp_path, where):
    store, files, job = done_job(places, models)
    killed(SEND, *places, models, where)
    (left,) = set(files.folders(paths.ALL)) - {job}
    purge(store, files, 7, None)
    assert left in files.folders(paths.ALL)  # somebody might still be sending it
    age(tmp_path / "files" / paths.folder(left))
    purge(store, files, 7, None)
    assert files.folders(paths.ALL) == [job]


def test_a_web_service_purges_without_runner_and_workers(places, models, tmp_path):
    """One of its workers does, once: nobody sends anything, and its broker is away."""
    store, files, kept = done_job(places, models)
    left = store.job_ids.new()
    files.write(f"{paths.folder(left)}/source", [b"x"])
    age(tmp_path / "files" / paths.folder(left))
    url, folder = places
    environ = {
        "MODELS_DIR": str(models), "VAR_DIR": str(tmp_path), "DATABASE_URL": url, "FILES_URL": f"file://{folder}",
        "BROKER_URL": "redis://127.0.0.1:1/0", "LOG_LEVEL": "info",
    }  # fmt: skip
    log = tmp_path / "log"
    with serving(gunicorn("app:create_server()", "-w", "2"), "/healthz", log, **environ):
        wait_until(lambda: files.folders(paths.ALL) == [kept], 30)
        # Until the purge is over its duty is due when its lease ends, 120 s at most
        due = wait_until(lambda: next((at for at in [due_of(store)] if at - time.time() > 130), None), 30)
    assert 3_500 < due - time.time() <= 3_600
    assert log.read_text().count("are removed") == 1
