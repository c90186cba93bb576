"""False alarms of families of comparisons where there is nothing to find: parts of a feature, groups, versions.

``python -m tests.simulations.families [repeats]`` prints the tables of docs/FIGURES.md: how often at least one part,
group or measure is said to differ beyond chance, beside a rule by which each 95 % interval stands for itself.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

import numpy as np
from scipy.special import expit, logit

from ml.metrics.evaluation import OneVsRest
from ml.metrics.intervals import WIDTH, joint_width
from ml.metrics.recalibration.check import kept_promises
from ml.slices.binning import Binning
from ml.slices.challenger import compare
from ml.slices.fairness import pairs_of, ratios_of, reference_of
from ml.slices.segments import beyond_chance, measure_parts

MEASURED = ("accuracy", "recall", "precision", "selected", "f1", "roc_auc", "brier", "log_loss")


def answers_of(rows: int, rng: np.random.Generator) -> OneVsRest:
    """True probabilities and their truths."""
    said = rng.beta(1.2, 2.5, rows)
    return OneVsRest(rng.random(rows) < said, said >= 0.4, said, np.ones(rows))


def part_alarms(measure: str, rows: int, parts: int, rng: np.random.Generator) -> tuple[bool, bool]:
    """Whether a part of a feature that says nothing differs: corrected, and each for itself."""
    answers = answers_of(rows, rng)
    binning = Binning([f"{at}" for at in range(parts)], rng.integers(0, parts, rows))
    value, low, high, counted = measure_parts(answers, binning, measure, 0.4)
    whole = measure_parts(answers, Binning(["all"], np.zeros(rows, int)), measure, 0.4)[0][0]
    each = zip(value, low, high, counted, strict=True)
    alone = [beyond_chance(([mid], [down], [up]), [weight], whole)[0] for mid, down, up, weight in each]
    return any(beyond_chance((value, low, high), counted, whole)), any(alone)


def parts_fire(measure: str, rows: int, parts: int, repeats: int) -> float:
    """Share of hold-outs in which a part is said to differ beyond chance."""
    rng = np.random.default_rng((rows, parts))
    return float(np.mean([part_alarms(measure, rows, parts, rng)[0] for _ in range(repeats)]))


def version_alarms(rows: int, rng: np.random.Generator) -> tuple[bool, bool]:
    """Whether one of two equally good versions is said to differ: corrected, and each measure for itself."""
    push = rng.normal(-0.5, 1.2, rows)
    truth = rng.random(rows) < expit(push)
    one, two = (expit(push + rng.normal(0, 0.5, rows)) for _ in range(2))
    first, second = (OneVsRest(truth, each >= 0.5, each, np.ones(rows)) for each in (one, two))
    found, beyond = compare(first, second, 0.5)
    alone = [low is not None and high is not None and (low > 0 or high < 0) for *_, low, high in found.values()]
    return any(beyond.values()), any(alone)


def versions_fire(rows: int, repeats: int) -> float:
    """Share of comparisons in which a measure is said to differ beyond chance."""
    rng = np.random.default_rng(rows)
    return float(np.mean([version_alarms(rows, rng)[0] for _ in range(repeats)]))


def groups_held(rows: int, groups: int, repeats: int) -> tuple[float, float]:
    """Share of hold-outs whose intervals hold all true ratios to the reference: together, and each for itself."""
    rng, rate, held = np.random.default_rng((rows, groups)), 0.3, np.zeros(2)
    for _ in range(repeats):
        whole = rng.multinomial(rows, np.full(groups, 1 / groups)).astype(float)
        hits = rng.binomial(whole.astype(int), rate).astype(float)
        reference = reference_of(hits, whole, 5)
        for at, width in enumerate((joint_width(pairs_of(groups)), WIDTH)):
            _, low, high = ratios_of(hits, whole, reference, width)
            apart = np.delete((low > 1) | (high < 1), reference)
            held[at] += not apart.any()
    return float(held[0] / repeats), float(held[1] / repeats)


def lines(repeats: int) -> Iterator[str]:
    """The tables, in Markdown."""
    yield "| parts of a feature, measure | records | parts | fires | each for itself |"
    yield "| --- | ---: | ---: | ---: | ---: |"
    for measure in MEASURED:
        for rows, parts in ((400, 5), (1_000, 12)):
            rng = np.random.default_rng((rows, parts))
            both = np.mean([part_alarms(measure, rows, parts, rng) for _ in range(repeats)], axis=0)
            yield f"| {measure} | {rows:,} | {parts} | {both[0]:.3f} | {both[1]:.3f} |"
    yield ""
    yield "| two equally good versions, ten measures | records | fires | each for itself |"
    yield "| --- | ---: | ---: | ---: |"
    for rows in (200, 1_000, 5_000):
        rng = np.random.default_rng(rows)
        both = np.mean([version_alarms(rows, rng) for _ in range(repeats)], axis=0)
        yield f"| a random error each | {rows:,} | {both[0]:.3f} | {both[1]:.3f} |"
    yield ""
    yield "| groups of one rate, ratios to the highest | records | groups | a ratio is not 1 | each for itself |"
    yield "| --- | ---: | ---: | ---: | ---: |"
    for rows, groups in ((500, 3), (1_000, 6), (3_000, 12)):
        together, alone = groups_held(rows, groups, 10 * repeats)
        yield f"| 30 % each | {rows:,} | {groups} | {1 - together:.3f} | {1 - alone:.3f} |"
    yield ""
    yield "| calibration by part | records | parts | fires |"
    yield "| --- | ---: | ---: | ---: |"
    for name, shift in (("calibrated", 0.0), ("one part 0.7 too low in the logit", 0.7)):
        for rows, parts in ((400, 5), (2_000, 12)):
            yield f"| {name} | {rows:,} | {parts} | {promises(rows, parts, shift, 10 * repeats):.3f} |"


def promises(rows: int, parts: int, shift: float, repeats: int) -> float:
    """Share of hold-outs in which a part comes off its promise beyond chance; one is off by `shift`."""
    rng, found = np.random.default_rng((rows, parts)), 0
    for _ in range(repeats):
        said, part = rng.beta(1.2, 5, rows), rng.integers(0, parts, rows)
        true = expit(logit(said) + shift * (part == 0))
        kept = kept_promises(OneVsRest(rng.random(rows) < true, said >= 0.4, said, np.ones(rows)), part)
        found += max(kept["gap_low"]) > 0 or min(kept["gap_high"]) < 0
    return found / repeats


if __name__ == "__main__":
    for line in lines(int(sys.argv[1]) if len(sys.argv) > 1 else 400):
        print(line, flush=True)
