"""How often two equally good versions are told apart in shadow, and how soon a better one is, by repeated looks.

``python -m tests.simulations.shadow [repeats]`` prints the table of docs/decisions/0061-statistics-of-results.md. Each
version says the truth with noise in the logit.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

import numpy as np
from scipy.special import expit, logit

from ml.metrics.evaluation import OneVsRest
from ml.metrics.headline import losses
from ml.monitoring.shadow_judgement import SMALLEST, ShadowVerdict, judge_shadow

SHAPES = {"25 %": (1.0, 3.0), "11 %": (0.8, 6.4), "2 %": (0.3, 14.7)}
EVERY, BEYOND = 50, 1.959964
Versions = tuple[np.ndarray, np.ndarray, np.ndarray]


def versions(rng: np.random.Generator, rows: int, noise: tuple[float, float], rate: str = "25 %") -> Versions:
    """Probabilities of champion and challenger, and what came."""
    true = np.clip(rng.beta(*SHAPES[rate], rows), 1e-5, 1 - 1e-5)
    one, two = (expit(logit(true) + each * rng.standard_normal(rows)) for each in noise)
    return one, two, rng.random(rows) < true


def first_verdict(given: Versions) -> tuple[ShadowVerdict, int]:
    """The first verdict that tells the versions apart, and after how many outcomes; else that they are not."""
    for seen in range(EVERY, len(given[0]) + 1, EVERY):
        verdict = judge_shadow(*(each[:seen] for each in given)).verdict
        if verdict in (ShadowVerdict.BETTER, ShadowVerdict.WORSE):
            return verdict, seen
    return ShadowVerdict.NOT_TOLD_APART, sys.maxsize


def t_fires(given: Versions) -> int | None:
    """After how many outcomes a t-interval of the log-loss first excludes 0, looked at from 100 on."""
    first, second = (
        losses(OneVsRest(given[2], each >= 0.5, np.clip(each, SMALLEST, 1 - SMALLEST), np.ones(len(each))))[1]
        for each in given[:2]
    )
    apart, looks = second - first, np.arange(100, len(first) + 1, EVERY)
    mean, square = np.cumsum(apart)[looks - 1] / looks, np.cumsum(apart**2)[looks - 1] / looks
    beyond = np.flatnonzero(np.abs(mean) > BEYOND * np.sqrt((square - mean**2) / looks))
    return int(looks[beyond[0]]) if len(beyond) else None


def judged(
    noise: tuple[float, float], rate: str, rows: int, repeats: int, seed: int = 0
) -> tuple[dict[str, float], float, float, float]:
    """Share of each first verdict, its median delay, and of the t-interval how often it fires, and its median delay."""
    rng = np.random.default_rng((seed, rows))
    found, others = [], []
    for _ in range(repeats):
        given = versions(rng, rows, noise, rate)
        found.append(first_verdict(given))
        others.append(t_fires(given) or sys.maxsize)
    shares = {verdict.value: float(np.mean([each == verdict for each, _ in found])) for verdict in ShadowVerdict}
    fires = float(np.mean([each < sys.maxsize for each in others]))
    return shares, float(np.median([seen for _, seen in found])), fires, float(np.median(others))


def lines(repeats: int) -> Iterator[str]:
    """The table, in Markdown."""
    yield "| base rate | noise of champion, challenger | better | worse | median outcomes | t-interval fires | median |"
    yield "| --- | --- | ---: | ---: | ---: | ---: | ---: |"
    for rate in SHAPES:
        for noise in ((0.5, 0.5), (0.5, 0.35), (0.8, 0.3), (0.3, 0.8)):
            shares, seen, fires, others = judged(noise, rate, 10_000, repeats)
            delay, other = (f"{each:,.0f}" if each < sys.maxsize else "more" for each in (seen, others))
            yield (
                f"| {rate} | {noise[0]}, {noise[1]} | {shares['better']:.1%} | {shares['worse']:.1%} | {delay} | "
                f"{fires:.0%} | {other} |"
            )


if __name__ == "__main__":
    for line in lines(int(sys.argv[1]) if len(sys.argv) > 1 else 400):
        print(line, flush=True)
