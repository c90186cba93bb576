"""Two lanes of tests: those of a push, and all (``make test-all``, nightly), which are asked for by ALL_CASES=1.

The push lane leaves out whole cases, never a check within one: long files, tests marked ``nightly`` (what a faster test
of the push lane looks at too, in fewer situations), of a long test every nth case, and of a table of two parameters the
pairs but not each value. Tests of the slow folders and files take turns: each runs on every third push. What
is left out is shown as "deselected". docs/TESTS.md says what moved where.
"""

from __future__ import annotations

import os
import subprocess
import zlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import cycle, product
from pathlib import Path
from typing import Any

import pytest

ALL = bool(os.environ.get("ALL_CASES"))

# Minutes each: drawn sequences of edits, what is looked at on every page and width, the making of all demo models
LONG = {
    "e2e/test_fast_typist.py",
    "e2e/test_insights_page.py",
    "e2e/test_plots_on_a_phone.py",
    "e2e/test_same_record.py",
}

# Of each test whose name begins so, every nth case is in the push lane, the first always
EVERY_NTH = {
    "e2e/test_accessibility.py": 1,
    "e2e/test_pseudo_locale.py::test_english_pages": 8,
    "e2e/": 4,
    "faults/": 2,
    "contract/test_added_models.py": 2,
    "contract/test_blanks_at_every_door.py::test_a_record_with_blanks": 2,
    "contract/test_compiled_steps.py::test_a_step_is_equal": 2,
    "contract/test_large_holdout.py::test_every_plot_draws": 2,
    "contract/test_on_the_call_for_all.py": 2,
    "unit/test_api_many_names.py::test_sixty_thousand_names": 3,
    "unit/test_api_results.py::test_a_result_is_scored_again": 2,
    "unit/test_api_shapes.py::test_a_table_of_any_size": 2,
    "unit/test_calibrate.py::test_the_command_adds": 4,
    "unit/test_code_of_own.py::test_web_runner_and_command_line_find": 2,
    "unit/test_damaged_models.py::test_a_table_that_is_none": 2,
    "unit/test_damaged_models.py::test_junk_anywhere": 2,
    "unit/test_explain.py::test_contributions_are_those_of_plain_enumeration": 3,
    "unit/test_explain.py::test_with_everything_known_they_are": 3,
    "unit/test_filled_gaps.py::test_the_word_is_found": 2,
    "unit/test_insights.py::test_importance_is_scikit_learns": 2,
    "unit/test_intervals.py::test_intervals_hold_the_truth": 2,
    "unit/test_job_uploads.py::test_the_first_record_may_have": 2,
    "unit/test_leakage.py::test_the_calls_duration": 2,
    "unit/test_metrics.py::test_intervals_of_averages": 2,
    "unit/test_on_dask.py::test_a_cluster_writes": 3,
    "unit/test_own_measures.py::test_a_measure_that_fails": 2,
    "unit/test_profit.py::test_luck_is_what_the_choice_itself_wins": 3,
    "unit/test_program_wide.py::test_a_forest_that_is_read_in_pieces": 2,
    "unit/test_readings.py::test_what_training_made_of_a_file": 2,
    "unit/test_report.py::test_reports_of_the_demo_models": 2,
    "unit/test_report.py::test_the_headline_is_what": 3,
    "unit/test_report.py::test_what_the_cut_off_pays": 2,
    "unit/test_save_estimator.py::test_estimators_of_the_supported_libraries": 2,
}

# Of each test of several parameters whose name begins so: every value of the longest one, with so many of the others'
# in turns (pairwise where there are two)
IN_TURNS = {
    "contract/test_catalogue.py::test_every_": 2,
    "contract/test_compiled_classifiers.py::test_a_classifier_is_equal": 1,
    "contract/test_compiled_libraries.py::test_a_booster_is_equal": 1,
    "e2e/test_accessibility.py::test_axe_finds_nothing": 1,
    "e2e/test_pseudo_locale.py::test_every_sentence": 1,
    "unit/test_api_plots.py::test_every_plot_gives_a_table": 2,
    "unit/test_program.py::test_a_model_": 1,
}

# Files of unit tests that took more than 8 s of `.ci/run`
SLOW = (
    "elsewhere/test_oidc", "elsewhere/test_oidc_attacks", "elsewhere/test_proxy_tokens",
    "test_api_many_records", "test_backup", "test_book", "test_calibrate", "test_campaign_reading",
    "test_campaigns", "test_damaged_models", "test_database_table", "test_decision_cut_offs",
    "test_demo_models", "test_desk_table", "test_explain", "test_feed", "test_forget", "test_holdout_checks",
    "test_job_decisions", "test_job_uploads", "test_jobs_side_by_side", "test_looks_into_files", "test_parquet",
    "test_profit", "test_program", "test_python_door", "test_readings", "test_recipes", "test_removal",
    "test_report", "test_results_in_parts", "test_retrain", "test_shadow", "test_shared_models",
    "test_simulated_year", "test_store", "test_text_process", "test_told_of_jobs", "test_warm",
    "web/test_deadline_worker",
)  # fmt: skip

# Of files whose name begins so, a push runs every third test, and the next two pushes run the others
IN_THREE = ("clients/", "contract/", "e2e/", "faults/", *(f"unit/{name}.py" for name in SLOW))


def pytest_configure(config: pytest.Config) -> None:
    """Let tests take turns, unless files or tests are named; processes that run tests for this one read it, too."""
    named = config.args_source is config.ArgsSource.ARGS or config.option.keyword or config.option.markexpr
    if not (ALL or named or hasattr(config, "workerinput")):
        os.environ.setdefault("PUSH_TURN", number_of_commits())


def pytest_report_header() -> str:
    """Say which lane runs."""
    turn = os.environ.get("PUSH_TURN")
    return "lane: all cases" if ALL else "lane: push, without turns" if turn is None else f"lane: push, turn {turn}"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is not in this lane."""
    root, turn = Path(__file__).parent.as_posix(), os.environ.get("PUSH_TURN")
    gone = set() if ALL else {*left_out(items, root), *(waiting(items, root, int(turn)) if turn else [])}
    if gone:
        config.hook.pytest_deselected(items=[item for item in items if item in gone])
        items[:] = [item for item in items if item not in gone]


def number_of_commits() -> str:
    """The number of commits of this checkout; 0 where git does not tell."""
    asked = ["git", "-C", str(Path(__file__).parent), "rev-list", "--count", "HEAD"]
    try:
        return subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "0"


def waiting(items: Sequence[pytest.Item], root: str, now: int) -> list[pytest.Item]:
    """Items whose turn is another one.

    Parameters
    ----------
    now : int
        The present turn, any number.
    """
    order: defaultdict[str, dict[str, int]] = defaultdict(dict)  # by file, its tests and their places
    out = []
    for item in items:
        path = item.path.as_posix().removeprefix(f"{root}/")
        places, name = order[path], getattr(item, "originalname", item.name)
        place = places.setdefault(name, len(places))
        place += zlib.crc32(path.encode())  # else the first tests of all files had one turn
        if path.startswith(IN_THREE) and (place - now) % 3:
            out.append(item)
    return out


def in_turns(many: Iterable[Any], few: Sequence[Any]) -> list[tuple[Any, Any]]:
    """All pairs; in the push lane each of many once, with those of few in turns."""
    return list(product(many, few)) if ALL else list(zip(many, cycle(few), strict=False))


def fewer(examples: int, of_a_push: int) -> int:
    """Number of generated examples in this lane."""
    return examples if ALL else of_a_push


def left_out(items: Sequence[pytest.Item], root: str) -> list[pytest.Item]:
    """Items that are not in the push lane."""
    tests: defaultdict[str, list[pytest.Item]] = defaultdict(list)
    for item in items:
        path = item.path.as_posix().removeprefix(f"{root}/")
        tests[f"{path}::{getattr(item, 'originalname', item.name)}"].append(item)
    stays = {item for test, cases in tests.items() for item in _of_a_push(test, cases)}
    return [item for item in items if item not in stays]


def _of_a_push(test: str, cases: list[pytest.Item]) -> list[pytest.Item]:
    """Cases of one test that are in the push lane."""
    if test.partition("::")[0] in LONG:
        return []
    nth, few = _asked(EVERY_NTH, test), _asked(IN_TURNS, test)
    wanted = cases if few is None else _taking_turns(cases, few)
    return [case for case in wanted[:: nth or 1] if not case.get_closest_marker("nightly")]


def _asked(table: Mapping[str, int], test: str) -> int | None:
    return next((number for start, number in table.items() if test.startswith(start)), None)


def _taking_turns(cases: list[pytest.Item], few: int) -> list[pytest.Item]:
    """Cases with every value of the longest parameter, and of each other parameter the next few, in turns."""
    axes = sorted(zip(*(_values(case) for case in cases), strict=True), key=lambda axis: -len(set(axis)))
    if len(axes) < 2:
        return cases
    places = [[list(dict.fromkeys(axis)).index(value) for value in axis] for axis in axes]
    sizes = [max(axis) + 1 for axis in places]
    return [
        case
        for case, (at, *others) in zip(cases, zip(*places, strict=True), strict=True)
        if all((other - at) % size < few for other, size in zip(others, sizes[1:], strict=True))
    ]


def _values(case: pytest.Item) -> list[int]:
    """What tells the values of a case's parameters apart."""
    return [id(value) for value in case.callspec.params.values()] if hasattr(case, "callspec") else []
