"""The Dockerfile's own steps in an empty folder, and what is started from them; the compose file's commands."""

import os
import shutil
import signal
import subprocess
import time
import urllib.request

import pytest
import yaml

from tests.dockerfile import build, ignored, may_be
from tests.serving import BIN, ROOT, free_port, status, text_of, wait_for

TRAINED_HERE = "iris"


@pytest.fixture(scope="module")
def image(models_dir, tmp_path_factory):
    """The last stage of the build. All demo models but one are laid there before the training, to save time."""
    folder = tmp_path_factory.mktemp("image")
    for above in (folder, *folder.parents[:2]):
        above.chmod(0o755)  # for the image's user

    def lay(stage, command):
        if "ml train" in command:
            assert command == "python -m ml train --missing"
            for place in models_dir.iterdir():
                if place.is_dir() and place.name != TRAINED_HERE and not place.name.startswith("."):
                    shutil.copytree(place, stage.inside("models") / place.name)

    return build(ROOT, folder, lay)


@pytest.fixture
def run(image, tmp_path):
    """Start a command of the image; it is stopped at the end and must not have ended by itself."""
    started = []

    def start(command, **environ):
        log = (tmp_path / f"log{len(started)}").open("w+")
        process = image.run(command, environ=environ, stdout=log, stderr=subprocess.STDOUT, start_new_session=True)
        started.append((process, log))
        return process

    yield start
    for process, log in started:
        ended = process.poll()
        os.killpg(process.pid, signal.SIGTERM)  # what it has started too
        process.wait(timeout=60)
        said = text_of(log)
        log.close()
        assert ended is None, said
        assert "Traceback" not in said, said


def test_the_build_leaves_the_models_and_nothing_that_is_not_the_service(image):
    assert {path.parent.name for path in image.inside("models").glob("*/live")} == {
        "bank-products", "breast-cancer", "iris", "loan",
    }  # fmt: skip
    beside = {path.name for path in image.inside(".").iterdir()}
    assert not beside & {"tests", "docs", ".git", ".venv", "Dockerfile", "requirements-dev.txt", "var"}
    if may_be(image.user):
        assert (image.inside("models") / TRAINED_HERE / "live").stat().st_uid == image.user


def test_every_module_of_the_service_is_in_the_image():
    """What stands at the top and is imported by something there, must not be forgotten in .dockerignore."""
    tracked = subprocess.run(["git", "ls-files", "*.py"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    tops = {line.partition("/")[0] for line in tracked.splitlines()}
    left_out = {top for top in tops if ignored(ROOT, (ROOT / top).relative_to(ROOT))}
    assert left_out == {".ci", "tests"}


def test_the_image_serves_and_a_worker_beside_it_works(image, run):
    """What the compose file starts, on one machine without its services."""
    services = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))["services"]
    procfile = dict(line.split(": ", 1) for line in (ROOT / "Procfile").read_text().splitlines())
    ours = {name: service.get("command") for name, service in services.items() if service["image"] == "likely"}
    assert ours == {"web": None, "worker": procfile["worker"]}  # None is the image's own

    port = free_port()
    run(image.command, PORT=str(port), WEB_CONCURRENCY="1", AUTH="none")
    wait_for(port, 60)
    paths = ["/readyz", "/", "/iris/predict", "/loan/performance", "/api/docs", "/api/openapi.json"]
    paths += ["/assets/likely.css", "/assets/vendor/plotly-cartesian.min.js", "/assets/icon.svg"]
    assert {path: status(port, path) for path in paths} == dict.fromkeys(paths, 200)
    assert image.run(image.health, environ={"PORT": str(port)}).wait(timeout=30) == 0
    sick = image.run(image.health, environ={"PORT": str(free_port())}, stderr=subprocess.DEVNULL)
    assert sick.wait(timeout=30) != 0

    worker = run(ours["worker"].split())
    sent = urllib.request.Request(
        f"http://127.0.0.1:{port}/api/v1/models/iris/jobs",
        b"sepal_length,sepal_width,petal_length,petal_width\n5.1,3.5,1.4,0.2\n",
        {"Content-Type": "text/csv"},
    )
    with urllib.request.urlopen(sent, timeout=30) as answer:
        place = answer.headers["Location"]
    until = time.monotonic() + 60
    while status(port, f"{place}/result") != 200:
        assert time.monotonic() < until, "the job was not done"
        time.sleep(0.2)
    assert worker.poll() is None


@pytest.mark.nightly
def test_the_hook_of_the_buildpack_makes_what_is_missing(models_dir, tmp_path):
    models = tmp_path / "models"
    for name in ("bank-products", "breast-cancer", "loan"):
        shutil.copytree(models_dir / name, models / name)
    environ = os.environ | {"PATH": f"{BIN}:{os.environ['PATH']}", "MODELS_DIR": str(models)}
    built = subprocess.run(["bin/post_compile"], cwd=ROOT, env=environ, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    assert (models / "iris" / "live").is_file()
