"""What is mutated, and the tests that are asked about it: one row a group of modules."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Group:
    """Modules that are mutated together, and their own tests.

    Parameters
    ----------
    modules : tuple of str
        Files or patterns of files, from the top of the repository.
    tests : tuple of str
        Test files, by name, in ``tests/unit``.
    """

    modules: tuple[str, ...]
    tests: tuple[str, ...]


GROUPS = {
    "metrics": Group(
        ("ml/metrics/*.py",),
        (
            "test_curves", "test_evaluation", "test_intervals", "test_metrics", "test_profit", "test_own_measures",
            "test_performance_curves", "test_threshold_table",
        ),
    ),
    "campaign": Group(("ml/campaign/*.py",), ("test_campaign_limits", "test_campaign_lists")),
    "jobs": Group(("store/job*.py", "store/database_table.py"), ("test_job_table", "test_jobs_side_by_side")),
    "tensors": Group(("api/protocols/tensors.py",), ("test_tensors",)),
    "questions": Group(("ml/advice/next_question.py",), ("test_next_question",)),
    "counterfactuals": Group(("ml/advice/counterfactuals.py",), ("test_counterfactuals",)),
    "parsing": Group(
        ("ml/data/parsing.py", "ml/data/value_words.py"),
        ("test_values", "test_values_at_limits", "test_locale", "test_records"),
    ),
}  # fmt: skip
