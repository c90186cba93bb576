"""Comparison of a file's records with the training data, before they are scored: values never seen, and drift.

Of each feature the records are counted in the levels, or in ten parts, of the version's background, which is a sample
of the training rows. A feature has drifted where a G-test of both counts (Sokal & Rohlf 1995, section 17.4) rejects at
1 % over all features together (Bonferroni), and the population stability index is above 0.1, below which a difference
is not worth a word however sure it is. Tests of each feature alone fire on unchanged files.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from ml.bundle.bundle import Bundle
from ml.data.array_types import Floats
from ml.data.columns import as_floats, block_of, quantile_parts
from ml.data.feature import Feature, text_of
from ml.data.records import Records, read_records
from ml.data.value_words import quote
from ml.translation import listed, text

SAMPLE_RECORDS = 2_000  # records of a file that are compared
FEWEST = 50  # records of the file and of the background: below, nothing is said of drift
LEVEL = 0.01  # of all features together
WORTH_A_WORD = 0.1  # population stability index
RARE = 5.0  # expected records of a part: below, parts are put together
NAMED = 4  # features that the sentence names
SURE = 4.0  # standard errors above the number of unseen values that chance explains


@dataclass(frozen=True)
class UnseenValues:
    """Values of a feature that the training data did not have: their number, and the first."""

    feature: str
    label: str
    count: int
    example: str


@dataclass(frozen=True)
class Drift:
    """A feature whose distribution differs from training, and its population stability index."""

    feature: str
    label: str
    index: float


@dataclass(frozen=True)
class FileComparison:
    """Values of a file's records that training had not."""

    records: int
    """Number of records that were compared."""
    unseen: tuple[UnseenValues, ...] = ()
    drift: tuple[Drift, ...] = ()
    """The largest first."""

    def sentences(self) -> list[str]:
        """For people; empty where nothing is worth saying."""
        said = [
            text(
                "{feature}: {n} of {all} records have values that training never had, such as {example}.",
                feature=each.label,
                n=f"{each.count:,}",
                all=f"{self.records:,}",
                example=quote(each.example),
            )
            for each in self.unseen
        ]
        if self.drift:
            names = [each.label for each in self.drift[:NAMED]]
            if len(self.drift) > NAMED:
                names.append(text("{n} more", n=len(self.drift) - NAMED))
            said.append(
                text(
                    "The records differ from those that the model was trained on, most in {features}: its "
                    "probabilities may not hold for them.",
                    features=listed(names),
                )
            )
        return said


def every_nth(lines: Sequence[list[str]]) -> Sequence[list[str]]:
    """At most 2,000 of the lines, evenly spread."""
    step = -(-len(lines) // SAMPLE_RECORDS)
    return lines[:: max(step, 1)]


def compare_file(bundle: Bundle, raws: Iterable[object], columns: Collection[str]) -> FileComparison:
    """Compare records of a file, which gives the features `columns`, with the training data.

    What cannot be read does not count; what is missing does, unless no record of training lacked it (how many lack that
    is said elsewhere) or it is missing everywhere (that too).
    """
    schema = bundle.schema.with_blanks
    records = read_records(schema, raws, extra=True)
    rows = [row for row in records.rows if row is not None]
    given = [at for at, feature in enumerate(bundle.schema.features) if feature.name in columns]
    if not rows or not given:
        return FileComparison(len(rows))
    unseen = _unseen(bundle, records, len(rows))
    if min(len(rows), len(bundle.background[0])) < FEWEST:
        return FileComparison(len(rows), unseen)
    block = block_of(schema, rows)
    drifts = []
    for at in given:
        feature = bundle.schema.features[at]
        theirs = _known(block[at]) if feature.required else block[at]
        if len(theirs) < FEWEST:
            continue
        index = _index(feature, bundle.background[at], theirs, LEVEL / len(given))
        if index is not None:
            drifts.append(Drift(feature.name, feature.label, index))
    return FileComparison(len(rows), unseen, tuple(sorted(drifts, key=lambda each: -each.index)))


def _unseen(bundle: Bundle, records: Records, count: int) -> tuple[UnseenValues, ...]:
    """Features with more unseen values than chance explains: new rows pass the extremes of n old ones 2 in n + 1."""
    training = max(int(bundle.card["rows"]["training"]), 1)
    expected = 2.0 * count / (training + 1.0)
    most = expected + SURE * np.sqrt(expected * (1.0 + count / training)) + 2.0
    counts = Counter(note.feature for note in records.notes if note.feature and note.value not in (None, ""))
    first = {note.feature: note.value for note in reversed(records.notes)}
    labels = {feature.name: feature.label for feature in bundle.schema.features}
    return tuple(
        UnseenValues(name, labels[name], number, str(first[name]))
        for name, number in counts.items()
        if name in labels and number > most
    )


def _index(feature: Feature, ours: np.ndarray, theirs: np.ndarray, level: float) -> float | None:
    """Population stability index of a feature that has drifted; None for others."""
    if feature.kind == "text":
        return None
    counts = _counted(feature, ours, theirs)
    if counts.shape[1] < 2:
        return None
    shares = counts.sum(axis=0) / counts.sum()
    expected = counts.sum(axis=1, keepdims=True) * shares
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = 2.0 * float(np.nansum(counts * np.log(counts / expected)))
    if statistic <= _chi_squared(counts.shape[1] - 1, level):
        return None
    old, new = (counts + 0.5) / (counts + 0.5).sum(axis=1, keepdims=True)
    index = float(((new - old) * np.log(new / old)).sum())
    return index if index > WORTH_A_WORD else None


def _counted(feature: Feature, ours: np.ndarray, theirs: np.ndarray) -> Floats:
    """Records of training and file in each part, shape (2, parts); rare parts are put together."""
    if feature.is_ordered:
        first, second = as_floats(ours), as_floats(theirs)
        codes = [quantile_parts(each, first) for each in (first, second)]
    else:
        texts = [np.array(["" if value is None else f"={text_of(value)}" for value in x.tolist()]) for x in
                 (ours, theirs)]  # fmt: skip
        inverse = np.unique(np.concatenate(texts), return_inverse=True)[1]
        codes = [inverse[: len(ours)], inverse[len(ours) :]]
    width = 1 + max(int(each.max(initial=0)) for each in codes)
    counts = np.array([np.bincount(each, minlength=width) for each in codes], dtype=float)
    rare = counts.sum(axis=0) * counts.sum(axis=1).min() / counts.sum() < RARE
    together = counts[:, rare].sum(axis=1, keepdims=True)
    return np.hstack([counts[:, ~rare], together] if together.any() else [counts[:, ~rare]])


def _known(array: np.ndarray) -> np.ndarray:
    """The values that are not missing."""
    missing = np.array([value is None or value != value for value in array.tolist()], dtype=bool)  # NaN and NaT too
    known: np.ndarray = array[~missing]
    return known


def _chi_squared(degrees: int, level: float) -> float:
    """Upper quantile of the chi-squared distribution (Wilson & Hilferty 1931)."""
    part = 2.0 / (9.0 * degrees)
    return float(degrees * (1.0 - part + NormalDist().inv_cdf(1.0 - level) * np.sqrt(part)) ** 3)
