"""Mutation testing: changes the product one small step at a time, and lists the changes that no test notices.

``python -m tests.mutants.run [--continue | --again] [GROUP …]``: all groups where none is named, each mutated in a
copy of the repository in ``var/mutants/``. How far a group is, is told as it goes on. A mutant that hangs is ended by
mutmut, a group in which nothing happens any more by this: it is named at the end, after the others. What was stopped
goes on with ``--continue``; groups that are through are only told again. Survivors that ``survivors.toml`` does not
judge are printed. The exit code is 1 where there are such, or groups that did not come to their end. With ``--again``
only the survivors of the run before are tested, against the tests as they are now.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import suppress
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from tests.mutants.groups import GROUPS, Group

ROOT = Path(__file__).resolve().parents[2]
WORK = ROOT / "var" / "mutants"
JUDGED = Path(__file__).with_name("survivors.toml")
TOLD = 60.0  # s from one word about how far a group is to the next
STILL = 30 * 60.0  # s without a word of mutmut, whose mutants have minutes each at most

Key = tuple[str, str, str, str]  # file, function, line before, line after


def config(group: Group, copied: list[str]) -> str:
    """What mutmut is told about a group, as the text of its ``setup.cfg``."""
    room = group.modules[0].partition("/")[0]
    lists = {
        "source_paths": [room],
        "only_mutate": list(group.modules),
        "also_copy": [each for each in copied if each != room],
        "pytest_add_cli_args_test_selection": [f"tests/unit/{name}.py" for name in group.tests],
        "pytest_add_cli_args": ["-p", "tests.mutants.quick_tests", "-p", "no:cacheprovider"],
    }
    listed = [f"{name} =\n" + "".join(f"    {value}\n" for value in values) for name, values in lists.items()]
    return "[mutmut]\n" + "".join(listed) + "timeout_multiplier = 5\ntimeout_constant = 5\n"


def copy_into(folder: Path, group: Group) -> None:
    """Copy the repository's files into a folder, and mutmut's settings."""
    said = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    names = [name for name in said.stdout.split("\0") if name and (ROOT / name).is_file()]
    for name in names:
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists() or target.read_bytes() != (ROOT / name).read_bytes():
            shutil.copy(ROOT / name, target)
    tops = sorted({name.partition("/")[0] for name in names} - {"setup.cfg"})
    (folder / "setup.cfg").write_text(config(group, tops), encoding="utf-8")


def progress(folder: Path) -> tuple[int, int]:
    """How many mutants of a group have an outcome, and how many there are, as mutmut notes them."""
    codes: list[int | None] = []
    for noted in (folder / "mutants").rglob("*.meta"):
        with suppress(ValueError, OSError):  # it is being written
            codes += json.loads(noted.read_text(encoding="utf-8"))["exit_code_by_key"].values()
    return sum(code is not None for code in codes), len(codes)


def run_to_its_end(command: list[str], folder: Path, name: str, every: float = TOLD, still: float = STILL) -> str:
    """Run a command in a folder, its words in the folder's ``log``, and tell every while how far it is.

    Returns
    -------
    str
        Why it did not come to its end; empty if it did.
    """
    elsewhere = [each for each in sys.path if Path(each).resolve() != ROOT]  # what is imported is the mutated copy
    environment = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": os.pathsep.join(elsewhere)}
    begun, said = time.monotonic(), folder / "log"
    with said.open("w") as log:
        running = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )
    size, moved, told = 0, begun, (0, 0)
    try:
        while running.poll() is None:
            with suppress(subprocess.TimeoutExpired):
                running.wait(every)
            now = time.monotonic()
            size, moved = (size, moved) if said.stat().st_size == size else (said.stat().st_size, now)
            if now - moved > still:
                return f"nothing has happened for {still / 60:.0f} min"
            if progress(folder) != told:
                told = progress(folder)
                print(f"{name}: {told[0]} of {told[1]} mutants after {(now - begun) / 60:.0f} min", flush=True)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(running.pid, signal.SIGKILL)  # with what a mutant has started and left behind
        running.wait()
    return f"it ended with {running.returncode}" if running.returncode else ""


def mutate(name: str, *, goes_on: bool = False, again: bool = False) -> dict[str, Any] | str:
    """Mutate and test a group.

    Parameters
    ----------
    name : str
    goes_on : bool, optional
        Keep the outcomes of a run that was stopped.
    again : bool, optional
        Test the survivors of the run before only.

    Returns
    -------
    dict or str
        ``counts`` by outcome, and ``survivors``, as :mod:`tests.mutants.mutate` writes them; or why there are none.
    """
    folder = WORK / name
    result = folder / "result.json"
    before: dict[str, Any] | None = json.loads(result.read_text()) if result.exists() else None
    if before and (goes_on or (again and not before["survivors"])):
        return before
    wanted = [each["name"] for each in before["survivors"]] if before and again else []
    folder.mkdir(parents=True, exist_ok=True)
    copy_into(folder, GROUPS[name])
    if not goes_on:
        (folder / "mutants" / "mutmut-stats.json").unlink(missing_ok=True)
    why = run_to_its_end([sys.executable, str(Path(__file__).with_name("mutate.py")), *wanted], folder, name)
    if why:
        return f"{why}; see {folder / 'log'}"
    found: dict[str, Any] = json.loads(result.read_text())
    return found


def judged() -> dict[Key, str]:
    """Why each survivor that was looked at may live."""
    table = tomllib.loads(JUDGED.read_text(encoding="utf-8")) if JUDGED.exists() else {}
    return {(each["file"], each["function"], each["was"], each["now"]): each["why"] for each in table.get("mutant", [])}


def key_of(survivor: Mapping[str, str]) -> Key:
    """What a judgement is about."""
    return survivor["file"], survivor["function"], survivor["was"], survivor["now"]


def told(name: str, found: Mapping[str, Any], known: Mapping[Key, str]) -> Iterable[str]:
    """Lines about a group: outcomes by number, and each survivor that is not judged."""
    yield f"{name}: " + ", ".join(f"{count} {outcome}" for outcome, count in sorted(found["counts"].items()))
    for each in found["survivors"]:
        if key_of(each) not in known:
            yield f"  {each['file']} {each['function']}\n    - {each['was']}\n    + {each['now']}"


def summed_up(ended: Mapping[str, Mapping[str, Any]], known: Mapping[Key, str]) -> Iterable[str]:
    """Lines about all groups that are through: survivors by judgement, and judgements that nothing survives of."""
    alive = [key_of(each) for found in ended.values() for each in found["survivors"]]
    kinds = Counter(known.get(key, "not judged").partition(":")[0] for key in alive)
    yield f"{len(alive)} survivors" + "".join(f", {count} {kind}" for kind, count in sorted(kinds.items()))
    looked_at = [pattern for name in ended for pattern in GROUPS[name].modules]
    for key in known.keys() - set(alive):
        if any(fnmatch(key[0], pattern) for pattern in looked_at):
            yield f"  judged, and not among them: {key[0]} {key[1]}\n    - {key[2]}\n    + {key[3]}"


def main() -> None:
    """Mutate the groups that are named, and tell what is new among the survivors."""
    asked = sys.argv[1:]
    goes_on, again = "--continue" in asked, "--again" in asked
    names = [each for each in asked if not each.startswith("--")] or list(GROUPS)
    known, ended, failed = judged(), {}, {}
    for name in [] if goes_on or again else names:
        shutil.rmtree(WORK / name, ignore_errors=True)  # all at first: what is there is of this run
    for name in names:
        found = mutate(name, goes_on=goes_on, again=again)
        if isinstance(found, str):
            failed[name] = found
            print(f"{name}: {found}", flush=True)
            continue
        ended[name] = found
        print("\n".join(told(name, found, known)), flush=True)
    print("\n".join(summed_up(ended, known)))
    for name, why in failed.items():
        print(f"not through: {name}: {why}")
    new = sum(key_of(each) not in known for found in ended.values() for each in found["survivors"])
    print(f"{new} survivors that {JUDGED.relative_to(ROOT)} does not judge")
    sys.exit(1 if new or failed else 0)


if __name__ == "__main__":
    main()
