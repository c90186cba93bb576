"""Skipped tests: where CI is set a test is skipped for one of these reasons, and for any other it fails.

So a run of ``.ci/run`` on a fresh clone leaves out nothing because something was not installed or not started.
"""

from __future__ import annotations

import os
import re
from collections.abc import Generator

import pytest

ACCEPTED = (
    "the real data sets are not there",  # they are not in the repository; made data ask the same
    r"bank-marketing\.csv is not",
    "the system cannot fork",
    "other C libraries have ways of their own",
    "glibc's expf is compared",
    "only Linux has filters of sockets",
    "Threads are counted in /proc",
    "PostgreSQL locks rows, not databases",  # what is asked is a matter of SQLite
    "minutes: in the long lane",
    "pyarrow is installed",  # what is said where it is not; beside the other packages it never is
)


def refused(reason: str) -> str:
    """Message where a test may not be skipped for this reason; empty where it may, or CI is not set."""
    if not os.environ.get("CI") or any(re.search(each, reason) for each in ACCEPTED):
        return ""
    return f"CI is set, and tests/skips.py does not accept: {reason}"


def _fail_where_refused(report: pytest.TestReport | pytest.CollectReport) -> None:
    if not report.skipped or hasattr(report, "wasxfail"):
        return
    if said := refused(report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)):
        report.outcome, report.longrepr = "failed", said


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Fail a test that is skipped for a reason that is not accepted."""
    report = yield
    _fail_where_refused(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Fail a file that is skipped as a whole for a reason that is not accepted."""
    report = yield
    _fail_where_refused(report)
    return report
