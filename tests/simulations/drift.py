"""How often unchanged records are said to have drifted, by one weighted test and by tests of each feature; and power.

``python -m tests.simulations.drift [repeats]`` prints the tables of docs/decisions/0062-drift-of-inputs.md, from the 19
columns of ``../shared/data/bank-marketing.csv``.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import chi2_contingency, ks_2samp

from ml.data.columns import Block, take
from ml.data.feature import Feature
from ml.monitoring.input_drift import input_drift

BANK = Path(__file__).resolve().parents[3] / "shared" / "data" / "bank-marketing.csv"
# About what permutation importance gives to a boosted model of these calls: rates of the economy first
USED = {"nr.employed": 0.03, "euribor3m": 0.02, "contact": 0.01, "month": 0.01, "pdays": 0.01, "poutcome": 0.01}
UNUSED = 0.001
Change = Callable[[np.ndarray, np.random.Generator], np.ndarray]


def bank_calls() -> tuple[tuple[Feature, ...], Block, np.ndarray]:
    """Features, all records, and an importance of each feature."""
    frame = pd.read_csv(BANK, sep=";").drop(columns=["duration", "y"])
    numbers = {name: pd.api.types.is_numeric_dtype(frame[name]) for name in frame}
    features = tuple(Feature(name, name, "number" if number else "category") for name, number in numbers.items())
    block = tuple(frame[name].to_numpy(float if number else object) for name, number in numbers.items())
    return features, block, np.array([USED.get(name, UNUSED) for name in numbers])


def stability_index(old: np.ndarray, new: np.ndarray) -> float:
    """Population stability index over ten parts, or over the choices."""
    if old.dtype == object:
        parts = np.unique(np.concatenate([old, new]))
        counts = np.array([[np.sum(side == part) for part in parts] for side in (old, new)], dtype=float)
    else:
        edges = np.unique(np.quantile(old, np.linspace(0, 1, 11)[1:-1]))
        placed = [np.searchsorted(edges, side, "right") for side in (old, new)]
        counts = np.array([np.bincount(side, minlength=len(edges) + 1) for side in placed], dtype=float)
    shares = np.maximum(counts / counts.sum(axis=1, keepdims=True), 1e-4)
    return float(((shares[1] - shares[0]) * np.log(shares[1] / shares[0])).sum())


def p_value(old: np.ndarray, new: np.ndarray) -> float:
    """Of Kolmogorov & Smirnov's test, or of the chi-squared test over the choices."""
    if old.dtype != object:
        return float(ks_2samp(old, new).pvalue)
    parts = np.unique(np.concatenate([old, new]))
    counts = np.array([[np.sum(side == part) for part in parts] for side in (old, new)])
    return float(chi2_contingency(counts)[1]) if len(parts) > 1 else 1.0


def unchanged(rows: tuple[int, int], repeats: int, each: bool = True, seed: int = 0) -> np.ndarray:
    """Share of unchanged files beyond the line, by any index above 0.1, by any p-value below 0.05."""
    features, block, importance = bank_calls()
    rng, found = np.random.default_rng((seed, *rows)), []
    for _ in range(repeats):
        chosen = rng.choice(len(block[0]), sum(rows), replace=False)
        old, new = take(block, chosen[: rows[0]]), take(block, chosen[rows[0] :])
        drift = input_drift(old, new, features, importance, 199)
        assert drift is not None
        pairs = list(zip(old, new, strict=True)) if each else []
        index, p = max((stability_index(*pair) for pair in pairs), default=0.0), min(map(_p, pairs), default=1.0)
        found.append((drift.beyond, index > 0.1, p < 0.05))
    shares: np.ndarray = np.mean(found, axis=0)
    return shares


def _p(pair: tuple[np.ndarray, np.ndarray]) -> float:
    return p_value(*pair)


def _some(value: object, share: float) -> Change:
    def changed(array: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        return np.where(rng.random(len(array)) < share, np.array(value, dtype=array.dtype), array)

    return changed


CHANGES: dict[str, tuple[str, Change]] = {
    "nothing": ("age", lambda array, _: array),
    "age 5 years more (hardly used)": ("age", lambda array, _: array + 5),
    "euribor3m 0.2 more": ("euribor3m", lambda array, _: array + 0.2),
    "euribor3m missing in 3 %": ("euribor3m", _some(np.nan, 0.03)),
    "contact by telephone in 20 % more": ("contact", _some("telephone", 0.2)),
    "poutcome a new word in 3 %": ("poutcome", _some("won", 0.03)),
}


def power(change: str, rows: tuple[int, int], repeats: int) -> float:
    """Share of changed files beyond the line."""
    features, block, importance = bank_calls()
    rng, found = np.random.default_rng(len(change)), []
    name, changed = CHANGES[change]
    at = [feature.name for feature in features].index(name)
    for _ in range(repeats):
        chosen = rng.choice(len(block[0]), sum(rows), replace=False)
        new = list(take(block, chosen[rows[0] :]))
        new[at] = changed(new[at], rng)
        drift = input_drift(take(block, chosen[: rows[0]]), tuple(new), features, importance, 199)
        assert drift is not None
        found.append(drift.beyond)
    return float(np.mean(found))


def in_order(size: int = 2_000) -> Iterator[str]:
    """Lines of chunks of the calls in their real order beside 2,000 of the first 10,000."""
    features, block, importance = bank_calls()
    reference = take(block, np.random.default_rng(0).choice(10_000, 2_000, replace=False))
    for first in range(10_000, len(block[0]) - size, size * 2):
        drift = input_drift(reference, take(block, slice(first, first + size)), features, importance)
        assert drift is not None
        most = ", ".join(each.feature for each in drift.features[:3])
        yield f"| {first:,} to {first + size:,} | {drift.index:.3f} | {drift.line:.3f} | {drift.moved:.0%} | {most} |"


def lines(repeats: int) -> Iterator[str]:
    """The tables, in Markdown."""
    yield "| training and file | beyond the line | any PSI > 0.1 | any p < 0.05 |"
    yield "| --- | ---: | ---: | ---: |"
    for rows in ((500, 100), (500, 500), (2_000, 500), (2_000, 2_000)):
        ours, index, p = unchanged(rows, repeats)
        yield f"| {rows[0]:,}, {rows[1]:,} | {ours:.1%} | {index:.0%} | {p:.0%} |"
    yield ""
    yield "| changed | found, 2,000 beside 500 | 2,000 beside 2,000 |"
    yield "| --- | ---: | ---: |"
    for change in CHANGES:
        found = [power(change, (2_000, rows), repeats // 4) for rows in (500, 2_000)]
        yield f"| {change} | {found[0]:.0%} | {found[1]:.0%} |"
    yield ""
    yield "| calls in their real order | index | line | moved | most |"
    yield "| --- | ---: | ---: | ---: | --- |"
    yield from in_order()


if __name__ == "__main__":
    for line in lines(int(sys.argv[1]) if len(sys.argv) > 1 else 400):
        print(line, flush=True)
