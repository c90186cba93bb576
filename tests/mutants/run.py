"""Mutation testing: changes the product one small step at a time, and lists the changes that no test notices.

``python -m tests.mutants.run [--again] [GROUP …]``: all groups where none is named. Each group is mutated in a
copy of the repository in ``var/mutants/``. Survivors that ``survivors.toml`` does not judge are printed, and then the
exit code is 1. With ``--again`` only the survivors of the run before are tested, against the tests as they are now.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

from tests.mutants.groups import GROUPS, Group

ROOT = Path(__file__).resolve().parents[2]
WORK = ROOT / "var" / "mutants"
JUDGED = Path(__file__).with_name("survivors.toml")

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


def mutate(name: str, again: bool) -> dict[str, Any]:
    """Mutate and test a group.

    Returns
    -------
    dict
        ``counts`` by outcome, and ``survivors``, as :mod:`tests.mutants.mutate` writes them.
    """
    folder = WORK / name
    result = folder / "result.json"
    wanted = [each["name"] for each in json.loads(result.read_text())["survivors"]] if again and result.exists() else []
    if not again:
        shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    copy_into(folder, GROUPS[name])
    (folder / "mutants" / "mutmut-stats.json").unlink(missing_ok=True)
    elsewhere = [each for each in sys.path if Path(each).resolve() != ROOT]  # what is imported is the mutated copy
    environment = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": os.pathsep.join(elsewhere)}
    with (folder / "log").open("w") as log:
        done = subprocess.run(
            [sys.executable, str(Path(__file__).with_name("mutate.py")), *wanted],
            cwd=folder, env=environment, stdout=log, stderr=subprocess.STDOUT, check=False,
        )  # fmt: skip
    if done.returncode:
        sys.exit(f"{name}: mutmut ended with {done.returncode}; see {folder / 'log'}")
    found: dict[str, Any] = json.loads(result.read_text())
    return found


def judged() -> dict[Key, str]:
    """Why each survivor that was looked at may live."""
    table = tomllib.loads(JUDGED.read_text(encoding="utf-8")) if JUDGED.exists() else {}
    return {(each["file"], each["function"], each["was"], each["now"]): each["why"] for each in table.get("mutant", [])}


def main() -> None:
    """Mutate the groups that are named, and tell what is new among the survivors."""
    asked = sys.argv[1:]
    names = [each for each in asked if each != "--again"] or list(GROUPS)
    known, new = judged(), 0
    for name in names:
        found = mutate(name, "--again" in asked)
        print(f"{name}: " + ", ".join(f"{count} {outcome}" for outcome, count in sorted(found["counts"].items())))
        for each in found["survivors"]:
            if (each["file"], each["function"], each["was"], each["now"]) not in known:
                new += 1
                print(f"  {each['file']} {each['function']}\n    - {each['was']}\n    + {each['now']}")
    print(f"{new} survivors that {JUDGED.relative_to(ROOT)} does not judge")
    sys.exit(1 if new else 0)


if __name__ == "__main__":
    main()
