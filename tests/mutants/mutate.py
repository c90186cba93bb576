"""Mutates and tests the copy of the repository that this is started in, by mutmut, and says which mutants survived.

The copy holds a ``setup.cfg`` for mutmut. Arguments are names of mutants: those alone are tested, else all.
"""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any, cast

import libcst as cst
from mutmut.__main__ import cli
from mutmut.mutation import mutators
from mutmut.mutation.data import SourceFileMutationData
from mutmut.mutation.diff_apply import get_diff_for_mutant
from mutmut.stats import status_by_exit_code
from mutmut.utils.file_utils import walk_mutatable_files

# Left out: operators that mostly crash what they touch, or change a text that people read
LEFT_OUT = {
    mutators.operator_string,
    mutators.operator_assignment,
    mutators.operator_lambda,
    mutators.operator_dict_arguments,
    mutators.operator_arg_removal,
}
CONDITIONS = {"and_", "or_", "where"}  # of SQLAlchemy


def operator_condition(node: cst.Call) -> Iterable[cst.Call]:
    """Drop one condition of a query, in turn."""
    name = node.func.attr if isinstance(node.func, cst.Attribute) else node.func
    of_numpy = isinstance(node.func, cst.Attribute) and getattr(node.func.value, "value", "") == "np"
    if isinstance(name, cst.Name) and name.value in CONDITIONS and not of_numpy and len(node.args) > 1:
        for at in range(len(node.args)):
            yield node.with_changes(args=[*node.args[:at], *node.args[at + 1 :]])


def survivors() -> Iterable[dict[str, str]]:
    """What each mutant that no test has killed changes: name, file, function, line before and line after."""
    for path in walk_mutatable_files():
        data = SourceFileMutationData(path=path)
        data.load()
        for name, code in data.exit_code_by_key.items():
            if status_by_exit_code[code] in {"survived", "no tests"}:
                lines = get_diff_for_mutant(name, path=path).splitlines()[2:]
                was, now = ([line[1:].strip() for line in lines if line.startswith(sign)] for sign in "-+")
                function = name.rpartition(".")[2].partition("__mutmut_")[0].removeprefix("x").strip("_ǁ")
                yield {
                    "name": name, "file": str(path), "function": function.replace("ǁ", "."),
                    "was": " ".join(was), "now": " ".join(now),
                }  # fmt: skip


def counts() -> dict[str, int]:
    """How many mutants there are of each outcome."""
    found: Counter[str] = Counter()
    for path in walk_mutatable_files():
        data = SourceFileMutationData(path=path)
        data.load()
        found.update(status_by_exit_code[code] for code in data.exit_code_by_key.values())
    return dict(found)


def main() -> None:
    """Run mutmut here and leave ``result.json``."""
    operators = [(kind, each) for kind, each in mutators.mutation_operators if each not in LEFT_OUT]
    cast("list[Any]", mutators.mutation_operators)[:] = [*operators, (cst.Call, operator_condition)]
    here = Path.cwd()
    code = 0
    try:
        cli(["run", "--max-children", os.environ.get("MUTANTS_PROCESSES", "2"), *sys.argv[1:]])
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    os.chdir(here)
    if code:
        sys.exit(code)
    if not sys.argv[1:] and "not checked" in counts():
        sys.exit("mutmut was stopped before all mutants had been tested")  # it ends with 0 then
    (here / "result.json").write_text(json.dumps({"counts": counts(), "survivors": list(survivors())}, indent=1))


if __name__ == "__main__":
    main()
