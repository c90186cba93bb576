"""Coverage of the 95 % interval of permutation importance: simulated hold-outs whose true importance is known.

The truth follows a logistic law of five features (strong, correlated with it, weak, skewed, unused); judged are that
law itself and a model that is too sure (logits doubled). The true importance is computed from a million records.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np

from ml.data.outcomes import Prediction
from ml.insights.permutation_importance import SMALLEST, permutation_importance

FEATURES = ("strong", "its twin", "weak", "skewed", "unused")
SLOPES = np.array([1.2, 0.5, 0.15, 0.4, 0.0])
MODELS = {"right": 1.0, "too sure": 2.0}


def records(rows: int, rng: np.random.Generator) -> np.ndarray:
    """Features, shape (rows, 5)."""
    given = rng.standard_normal((rows, 5))
    given[:, 1] = 0.8 * given[:, 0] + 0.6 * given[:, 1]
    given[:, 3] = np.exp(given[:, 3])
    return given


def chance(given: np.ndarray, sure: float = 1.0) -> np.ndarray:
    """Probability of the outcome, by the law or by a model that multiplies its logits."""
    probability: np.ndarray = 1.0 / (1.0 + np.exp(-sure * (given @ SLOPES - 1.5)))
    return probability


def loss(truth: np.ndarray, probability: np.ndarray) -> np.ndarray:
    """Log-loss of each record, with the floor of the importance."""
    losses: np.ndarray = -np.log(np.clip(np.where(truth, probability, 1 - probability), SMALLEST, 1 - SMALLEST))
    return losses


def true_importance(sure: float, rows: int = 1_000_000) -> np.ndarray:
    """Rise of the log-loss among all records, from many of them: shape (5,)."""
    rng = np.random.default_rng(99)
    given = records(rows, rng)
    law, before, rises = chance(given), chance(given, sure), []
    for at in range(5):
        shuffled = given.copy()
        shuffled[:, at] = rng.permutation(given[:, at])
        after = chance(shuffled, sure)
        # Over the truths too: their mean, weighted by the law
        with_it, without = (loss(np.array(side), after) - loss(np.array(side), before) for side in (True, False))
        rises.append(np.mean(law * with_it + (1 - law) * without))
    return np.array(rises)


def measured(rows: int, sure: float, repeats: int, seed: int) -> Any:
    """The importance as the product computes it, on one simulated hold-out."""
    rng = np.random.default_rng((seed, rows, int(10 * sure)))
    given = records(rows, rng)
    truth = (rng.random(rows) < chance(given))[:, None]

    def block(columns: tuple[np.ndarray, ...]) -> Prediction:
        probability = chance(np.column_stack(columns), sure)[:, None]
        return Prediction(probability >= 0.5, probability)

    columns = tuple(np.ascontiguousarray(given.T))
    bundle = SimpleNamespace(
        schema=SimpleNamespace(names=FEATURES, features=[SimpleNamespace(label=name) for name in FEATURES]),
        outcomes=SimpleNamespace(names=("yes",)),
        holdout=SimpleNamespace(block=columns),
        predictor=SimpleNamespace(block=block),
        card={"path": {"kind": "compiled"}},
    )
    answer = block(columns)
    evaluation: Any = type(
        "Known",
        (),
        {"truth": truth, "weight": np.ones(rows), "probabilities": answer.probabilities, "__len__": lambda _: rows},
    )()
    return permutation_importance(bundle, evaluation, repeats)  # type: ignore[arg-type]


def coverage(rows: int, sure: float, repeats: int, draws: int, truth: np.ndarray) -> np.ndarray:
    """Share of hold-outs whose interval holds the true importance, for each feature: shape (5,)."""
    held = np.zeros(5)
    for seed in range(draws):
        found = measured(rows, sure, repeats, seed)
        held += (np.array(found.low[0]) <= truth) & (truth <= np.array(found.high[0]))
    return held / draws


def lines(draws: int = 2_000) -> list[str]:
    """The table, in Markdown."""
    printed = [
        "| model | records | shuffles | " + " | ".join(FEATURES[:4]) + " |",
        "| --- | ---: | ---: | " + " | ".join(["---:"] * 4) + " |",
    ]
    for name, sure in MODELS.items():
        truth = true_importance(sure)
        for rows, repeats in ((200, 10), (500, 2), (500, 10), (2_000, 2), (2_000, 10)):
            shares = coverage(rows, sure, repeats, draws if rows < 2_000 else draws // 2, truth)
            cells = [name, f"{rows:,}", str(repeats), *(f"{each:.3f}" for each in shares[:4])]
            printed.append(f"| {' | '.join(cells)} |")
    return printed


if __name__ == "__main__":
    print("\n".join(lines()))
