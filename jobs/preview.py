"""What a file holds, before anything runs: its columns beside the features, and the first problems."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import islice
from typing import Any

from jobs import places
from jobs.sources import CSV, read_source
from ml.campaign.reasons import reasons_in_cells
from ml.errors import LikelyError, Problem
from ml.records import read_records
from ml.schema import Schema
from ml.service import Bundle, Service
from ml.tables import row_of
from store.files import Files
from store.job import Job

CHECKED = 200
SHOWN = 5
MOST_PROBLEMS = 20
NOT_THIS = "column left out: {name}"  # no feature is called so


class BadColumns(LikelyError):
    """Columns of the file were given to features in a way that cannot be."""

    code = "bad_columns"


@dataclass(frozen=True)
class Preview:
    """The first records of a file.

    Attributes
    ----------
    header : tuple of str
    rows : list of list of str
        Cells of the first few records.
    columns : dict of str to (str or None)
        Column to the feature that it gives, None where it gives none.
    missing : tuple of str
        Features that no column gives.
    checked, refused : int
        Records looked at, and those of them that cannot be scored.
    estimated : int or None
        Records of the whole file, by its size; None where its size does not tell.
    problems : list of (Problem, int)
        The first of each sort, its row from 0, and how many of the records looked at have the same.
    why : str
        Why the job cannot be started; empty where it can.
    reason_seconds : float
        What the reasons of one record take.
    """

    header: tuple[str, ...]
    rows: list[list[str]]
    columns: dict[str, str | None]
    missing: tuple[str, ...]
    checked: int
    refused: int
    estimated: int | None
    problems: list[tuple[Problem, int]]
    why: str
    reason_seconds: float

    def renamed(self, schema: Schema) -> dict[str, str]:
        """Columns that the model would know by another name, and those that it must not know by theirs."""
        found = {name: known_as(schema, name, feature) for name, feature in self.columns.items()}
        return {name: known for name, known in found.items() if known != name}


def known_as(schema: Schema, name: str, feature: str | None) -> str:
    """The name under which the model gets a column; one that gives no feature must not bear a feature's name."""
    return feature or (NOT_THIS.format(name=name) if name in schema.position else name)


def preview(service: Service, bundle: Bundle, files: Files, job: Job, given: Mapping[str, str]) -> Preview:
    """Look at the first 200 records.

    Parameters
    ----------
    service : Service
    bundle : Bundle
    files : Files
    job : Job
    given : mapping of str to str
        Column to feature, as somebody chose; to "" where the column is to be left out.

    Raises
    ------
    Unreadable, InvalidData
        The file is no table, or of a format that cannot be read here.
    BadColumns
    """
    form = job.options.get("format", CSV)
    with files.open(places.source(job.id)) as file:
        source = read_source(file, form)
        lines = list(islice(source.lines, CHECKED))
        whole = len(lines) < CHECKED
    columns = matched(bundle.schema, source.header, given)
    names = [known_as(bundle.schema, name, columns[name]) for name in source.header]
    found = read_records(bundle.schema, [row_of(names, line) for line in lines], extra=True)
    missing = _missing(bundle.schema, {feature for feature in columns.values() if feature})
    refused = sum(row is None for row in found.rows)
    good = next((at for at, row in enumerate(found.rows) if row is not None), None)
    return Preview(
        header=tuple(source.header),
        rows=lines[:SHOWN],
        columns=columns,
        missing=missing,
        checked=len(lines),
        refused=refused,
        estimated=len(lines) if whole else _estimated(job.size, source.header, lines, form),
        problems=_sorts(found.problems)[:MOST_PROBLEMS],
        why=_why(bundle, columns, len(lines), refused),
        reason_seconds=0.0 if good is None else _seconds(service, bundle, dict(zip(names, lines[good], strict=True))),
    )


def _missing(schema: Schema, given: Set[str]) -> tuple[str, ...]:
    """Features that no column gives, by itself or as a part of one choice; without those that nobody is asked for."""
    return tuple(
        feature.name
        for feature in schema.features
        if not feature.hidden and not given & {feature.name, schema.shown.get(feature.name)}
    )


def matched(schema: Schema, header: Sequence[str], given: Mapping[str, str]) -> dict[str, str | None]:
    """The feature of each column: as given, else of that name or alias, else of a name or label that reads alike.

    Raises
    ------
    BadColumns
        Where what was given names no column or no feature, or gives a feature two columns.
    """
    _check(schema, header, given)
    found: dict[str, str | None] = {name: given[name] or None for name in header if name in given}
    for exact in (True, False):
        known = _names(schema, exact)
        for name in header:
            feature = known.get(name if exact else _plain(name))
            if name not in given and found.get(name) is None:
                found[name] = feature if feature not in found.values() else None
    return {name: found[name] for name in header}


def _check(schema: Schema, header: Sequence[str], given: Mapping[str, str]) -> None:
    strangers = sorted(set(given) - set(header))
    if strangers:
        raise BadColumns(f"The file has no column {strangers[0][:80]!r}.", f"It has {', '.join(header)[:500]}.")
    unknown = sorted(set(filter(None, given.values())) - {feature.name for feature in schema.given})
    if unknown:
        raise BadColumns(f"There is no feature {unknown[0][:80]!r}.", f"Features: {', '.join(schema.names)[:500]}.")
    named = Counter(feature for feature in given.values() if feature)
    twice = sorted(feature for feature, count in named.items() if count > 1)
    if twice:
        raise BadColumns(f"Two columns are to give {twice[0]}.", "Choose one column for each feature.")


def _names(schema: Schema, exact: bool) -> dict[str, str]:
    """Names by which columns are recognised, and the feature of each; those that mean two features are left out."""
    found: dict[str, set[str]] = {}
    for feature in schema.given:
        words = (feature.name, *feature.aliases) if exact else (feature.name, *feature.aliases, feature.label)
        for word in words:
            found.setdefault(word if exact else _plain(word), set()).add(feature.name)
    return {word: next(iter(features)) for word, features in found.items() if len(features) == 1}


def _plain(name: str) -> str:
    """Letters and digits only: "Applicant income" and "applicant_INCOME" read alike."""
    return re.sub(r"[\W_]+", "", name.casefold())


def _sorts(problems: Sequence[Problem]) -> list[tuple[Problem, int]]:
    """The first problem of each feature and wording, and how many there are."""
    first: dict[tuple[str | None, str], Problem] = {}
    for problem in problems:
        first.setdefault((problem.feature, problem.message), problem)
    counts = Counter((problem.feature, problem.message) for problem in problems)
    return [(problem, counts[sort]) for sort, problem in first.items()]


def _estimated(size: int, header: Sequence[str], lines: Sequence[list[str]], form: str) -> int | None:
    if form != CSV:
        return None
    head = len(",".join(header).encode()) + 1
    mean = sum(len(",".join(line).encode()) + 1 for line in lines) / len(lines)
    return max(len(lines), round((size - head) / mean))


def _why(bundle: Bundle, columns: Mapping[str, Any], checked: int, refused: int) -> str:
    if not any(columns.values()):
        return f"No column of the file gives a feature of {bundle.title}: choose one for each feature."
    if not checked:
        return "The file has a header and no records."
    if refused == checked:
        return f"None of the first {checked} records can be scored: see what is wrong with them."
    return ""


def _seconds(service: Service, bundle: Bundle, cells: Mapping[str, str]) -> float:
    if bundle.offers != "probabilities":
        return 0.0
    column = bundle.outcomes.index(bundle.outcomes.positive)
    reasons_in_cells(service, bundle, cells, column)  # the first makes what all share
    start = time.perf_counter()
    reasons_in_cells(service, bundle, cells, column)
    return time.perf_counter() - start
