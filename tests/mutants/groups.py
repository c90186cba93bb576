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
    "counts": Group(
        tuple(f"ml/metrics/{name}.py" for name in ("confusion_*", "evaluation", "registry", "threshold_table")),
        ("test_curves", "test_decide", "test_evaluation", "test_fairness", "test_metrics", "test_threshold_table"),
    ),
    "intervals": Group(
        tuple(f"ml/metrics/{name}.py" for name in ("intervals", "average_intervals", "bootstrap", "delong")),
        (
            "test_average_intervals", "test_bootstrap", "test_challenger", "test_fairness", "test_interval_limits",
            "test_intervals", "test_metrics", "test_segments",
        ),
    ),
    "curves": Group(
        tuple(f"ml/metrics/{name}.py" for name in ("curves", "gain_lift", "threshold_plots", "calibration")),
        (
            "test_calibration_check", "test_curves", "test_curves_at_limits", "test_performance_curves",
            "test_threshold_table",
        ),
    ),
    "profit": Group(
        tuple(f"ml/metrics/{name}.py" for name in ("profit", "optimism", "headline", "overview", "custom")),
        (
            "test_decide", "test_headline_measures", "test_intervals", "test_metrics", "test_optimism", "test_overview",
            "test_own_measures", "test_profit", "test_profit_at_limits",
        ),
    ),
    "recalibration": Group(
        ("ml/metrics/recalibration/*.py",),
        (
            "test_calibration_check", "test_calibration_figures", "test_chances_of_a_list", "test_list_chances",
            "test_recalibration", "test_recalibration_curve", "test_recalibration_posterior",
        ),
    ),
    "campaign": Group(
        ("ml/campaign/*.py", "ml/metrics/smallest_effect.py"),
        (
            "test_campaign_limits", "test_campaign_lists", "test_chances_of_a_list", "test_control_group",
            "test_list_chances", "test_list_figures",
        ),
    ),
    "monitoring": Group(
        ("ml/monitoring/*.py",),
        (
            "test_monitoring_alarm", "test_monitoring_alarm_limits", "test_monitoring_drift",
            "test_monitoring_drift_limits", "test_monitoring_people", "test_monitoring_results",
            "test_monitoring_results_limits", "test_monitoring_ripening",
        ),
    ),
    "jobs": Group(
        ("store/job*.py", "store/database_table.py"),
        ("test_job_table", "test_job_table_limits", "test_jobs_side_by_side"),
    ),
    "tensors": Group(("api/protocols/tensors.py",), ("test_tensors",)),
    "questions": Group(("ml/advice/next_question.py",), ("test_next_question",)),
    "counterfactuals": Group(("ml/advice/counterfactuals.py",), ("test_counterfactuals",)),
    "parsing": Group(
        ("ml/data/parsing.py", "ml/data/value_words.py"),
        ("test_codes", "test_locale", "test_meant_number", "test_records", "test_values", "test_values_at_limits"),
    ),
}  # fmt: skip
