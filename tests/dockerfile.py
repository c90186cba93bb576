"""A Dockerfile's own steps, run in order in an empty folder: `docker build`, as far as that goes without Docker.

Each stage is a folder that stands for ``/``. COPY takes what .dockerignore leaves, ENV, WORKDIR and USER hold, and RUN
is given to the shell as it is written, with the absolute paths of the image inside the stage's folder. Two things are
looked at instead of done: packages are not installed again (those that the step names must be here, in those
versions), and no user is added. Where the tests do not run as root, or that user may not run this Python, USER changes
nobody.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

from tests.locks import read_pins

_OPTION = re.compile(r"--([a-z-]+)=(\S+)")


@dataclass
class Stage:
    """What a stage of the build has become."""

    root: Path
    environ: dict[str, str] = field(default_factory=dict)
    workdir: str = "/"
    user: int | None = None
    command: list[str] = field(default_factory=list)
    health: list[str] = field(default_factory=list)
    users: dict[str, int] = field(default_factory=dict)

    def inside(self, path: str) -> Path:
        """Where a path of the image is."""
        return self.root / os.path.normpath(Path(self.workdir, path)).lstrip("/")

    def moved(self, text: str) -> str:
        """A text with the image's absolute paths where they are: only those whose first folder is there."""
        tops = "|".join(sorted(re.escape(each.name) for each in self.root.iterdir())) or "(?!)"
        return re.sub(rf"(?<![\w./])/(?={tops})(?=(?:{tops})(?:[/\s:;'\"]|$))", f"{self.root}/", text)

    def run(self, command: Sequence[str], **more: Any) -> subprocess.Popen[bytes]:
        """Run a command in the stage, as its user and in its environment."""
        environ = {name: value for name, value in os.environ.items() if name in ("HOME", "LANG", "TMPDIR")}
        environ |= {"PATH": os.environ["PATH"]} | {name: self.moved(value) for name, value in self.environ.items()}
        environ |= more.pop("environ", {})
        who: dict[str, Any] = (
            {} if self.user is None or not may_be(self.user) else {"user": self.user, "group": self.user}
        )
        return subprocess.Popen(command, cwd=self.inside("."), env=environ, **who, **more)


Stages = Mapping[str, Stage]


def may_be(user: int) -> bool:
    """Whether this process may start this Python as another user."""
    if os.geteuid() != 0:
        return False
    try:
        tried = subprocess.run([sys.executable, "-c", "import numpy"], user=user, group=user, check=False)
        return tried.returncode == 0
    except OSError:
        return False


def instructions(text: str) -> list[tuple[str, str]]:
    """Name and arguments of each instruction, in order; comments are left out and lines that go on are joined."""
    lines = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    joined = re.sub(r"\\\n\s*", " ", lines)
    parted = (line.strip().split(None, 1) for line in joined.splitlines() if line.strip())
    return [(name, given) for name, given in parted]


def build(
    context: Path, folder: Path, before_run: Callable[[Stage, str], object] = lambda stage, command: None
) -> Stage:
    """Run a Dockerfile; gives its last stage.

    Parameters
    ----------
    context : Path
        The folder with Dockerfile and .dockerignore.
    folder : Path
        Empty.
    before_run : callable
        Called with the stage and the text of each RUN before it is run.
    """
    stages: dict[str, Stage] = {}
    stage: Stage | None = None
    for name, given in instructions((context / "Dockerfile").read_text(encoding="utf-8")):
        if name == "FROM":
            stage = Stage(folder / f"stage{len(stages)}")
            stage.root.mkdir()
            stages[given.split(" AS ")[-1]] = stage
            continue
        assert stage is not None, "a Dockerfile begins with FROM"
        if name == "RUN":
            before_run(stage, given)
            _run(stage, given)
        else:
            _STEPS[name](stage, given, context, stages)
    assert stage is not None, "a Dockerfile begins with FROM"
    return stage


def _env(stage: Stage, given: str, _context: Path, _stages: Stages) -> None:
    for pair in shlex.split(given):
        name, _, value = pair.partition("=")
        stage.environ[name] = value.replace(f"${name}", os.environ.get(name, ""))


def _workdir(stage: Stage, given: str, _context: Path, _stages: Stages) -> None:
    stage.workdir = str(Path(stage.workdir, given))
    stage.inside(".").mkdir(parents=True, exist_ok=True)


def _copy(stage: Stage, given: str, context: Path, stages: Stages) -> None:
    words = given.split()
    origin = next((word.partition("=")[2] for word in words if word.startswith("--from=")), None)
    *sources, target = [word for word in words if not word.startswith("--")]
    for source in sources:
        place = stages[origin].inside(source) if origin else context / source
        to = stage.inside(target)
        if place.is_symlink():
            to.symlink_to(place.readlink())
        elif place.is_dir():
            for file in place.rglob("*") if origin else sent(context, place):
                if file.is_file():
                    goal = to / file.relative_to(place)
                    goal.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copy(file, goal)
        else:
            assert origin or not ignored(context, place.relative_to(context)), f"{source} is not in the context"
            shutil.copy(place, to / place.name if target.endswith(("/", ".")) else to)


def sent(context: Path, folder: Path) -> Iterator[Path]:
    """Files of a folder that .dockerignore lets into the image.

    Like Docker, this enters a folder that is kept out (.venv, node_modules) only where a pattern may let something in.
    """
    let_in = [pattern for pattern in _patterns(context) if pattern.startswith("!")]
    for place in folder.iterdir():
        path = place.relative_to(context)
        out = ignored(context, path)
        if place.is_dir() and (not out or any(f"{path.as_posix()}/" in each or "*" in each for each in let_in)):
            yield from sent(context, place)
        elif not out:
            yield place


def ignored(context: Path, path: Path) -> bool:
    """Whether .dockerignore keeps a path out: the last pattern that matches it, or a folder above it, decides."""
    verdict = False
    for pattern in _patterns(context):
        regex = re.escape(pattern.lstrip("!").strip("/")).replace(r"\*\*/", "(?:.*/)?").replace(r"\*", "[^/]*")
        if any(re.fullmatch(regex, each.as_posix()) for each in (path, *path.parents) if each.name):
            verdict = not pattern.startswith("!")
    return verdict


def _patterns(context: Path) -> list[str]:
    lines = map(str.strip, (context / ".dockerignore").read_text(encoding="utf-8").splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def _run(stage: Stage, given: str) -> None:
    for part in given.split("&&"):
        words = shlex.split(part)
        if words[:3] == ["python", "-m", "venv"]:
            stage.inside(words[3]).symlink_to(sys.prefix)
        elif words[1:2] == ["install"] and words[0].endswith("pip"):
            assert stage.inside(words[0]).exists(), f"{words[0]} is not there"
            check_installed(stage.inside(words[words.index("-r") + 1]))
        elif words[0] == "useradd":
            stage.environ.setdefault("HOME", stage.moved(words[words.index("--home-dir") + 1]))
            stage.users = {words[-1]: int(words[words.index("--uid") + 1])}
        elif words[0] == "install":
            assert words[1] == "--directory"
            options = dict(_OPTION.findall(part))
            for path in (word for word in words[2:] if not word.startswith("--")):
                stage.inside(path).mkdir(parents=True, exist_ok=True)
                stage.inside(path).chmod(int(options.get("mode", "755"), 8))
                _give(stage.inside(path), stage.users[options["owner"]])
        else:
            done = stage.run(["sh", "-ec", stage.moved(part.strip())], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            said, _ = done.communicate(timeout=600)
            assert done.returncode == 0, said.decode()


def _give(path: Path, user: int) -> None:
    if os.geteuid() == 0:
        os.chown(path, user, user)


def check_installed(lock: Path) -> None:
    """Every package that a lock pins is here, in that version."""
    for pin in read_pins(lock):
        if pin.is_for_here:
            assert version(pin.name) == pin.version, pin.requirement


def _user(stage: Stage, given: str, _context: Path, _stages: Stages) -> None:
    stage.user = int(given)


def _command(stage: Stage, given: str, _context: Path, _stages: Stages) -> None:
    stage.command = json.loads(given)


def _health(stage: Stage, given: str, _context: Path, _stages: Stages) -> None:
    stage.health = json.loads(given.partition("CMD")[2])


def _nothing(_stage: Stage, _given: str, _context: Path, _stages: Stages) -> None:
    """What changes no file: EXPOSE, VOLUME."""


_STEPS = {
    "ENV": _env,
    "WORKDIR": _workdir,
    "COPY": _copy,
    "USER": _user,
    "CMD": _command,
    "HEALTHCHECK": _health,
    "EXPOSE": _nothing,
    "VOLUME": _nothing,
}
