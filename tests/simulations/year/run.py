"""Simulated years, and what the product made of them: ``python -m tests.simulations.year.run [years] [first seed]``."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tests.simulations.year.bank import LENGTH, add_live_model, bank
from tests.simulations.year.judge import Judged, judged
from tests.simulations.year.story import Story, story
from tests.simulations.year.world import CHANGE


@dataclass(frozen=True)
class Year:
    """One year: its story, and what Results say at its end."""

    story: Story
    judged: Judged


def years(seeds: range, length: int = LENGTH) -> Iterator[Year]:
    """Years one after the other, each with a database and models of its own."""
    with tempfile.TemporaryDirectory() as folder:
        live = Path(folder) / "live"
        add_live_model(live)
        for seed in seeds:
            yield year(live, seed, length)


def year(live: Path, seed: int, length: int = LENGTH) -> Year:
    """One year; `live` is a folder with the live model, which stays as it is."""
    with tempfile.TemporaryDirectory() as own:
        models = Path(own) / "models"
        shutil.copytree(live, models, symlinks=True)
        with bank(models, Path(own), seed, length) as made:
            told = story(made, models)
            return Year(told, judged(made))


def summary(found: list[Year]) -> dict[str, str]:
    """The figures, by what they are."""
    number = len(found)
    alarmed = [each.story.alarmed for each in found if each.story.alarmed is not None]
    after = [each - CHANGE for each in alarmed if each >= CHANGE]
    since = [each.story.since - CHANGE for each in found if each.story.since is not None]
    shadow = [each.story.shadow for each in found if each.story.shadow is not None]
    gained = [each["log_loss"]["difference"] for each in shadow if each["log_loss"]["difference"] is not None]
    width = np.mean([each.judged.lift["high"] - each.judged.lift["low"] for each in found])
    return {
        "years": str(number),
        "lift within its interval": _share(sum(each.judged.lift_covers for each in found), number),
        "width of that interval, mean": f"{width * 100:.1f} points",
        "money within its interval": _share(sum(each.judged.money_covers for each in found), number),
        "alarm before the change": _share(len(alarmed) - len(after), number),
        "alarm within three months after it": _share(len(after), number),
        "alarm after the change, median (longest)": f"{np.median(after):.2f} ({max(after):.2f}) months"
        if after
        else "",
        "change point, from the change, median (5 to 95 %)": _spread(since),
        "challenger better beyond chance": _share(sum(each["verdict"] == "better" for each in shadow), number),
        "worse beyond chance": _share(sum(each["verdict"] == "worse" for each in shadow), number),
        "its log-loss less the champion's, mean": f"{np.mean(gained):.3f}" if gained else "",
        "promoted": _share(sum(each.story.promoted for each in found), number),
    }


def _share(count: int, number: int) -> str:
    return f"{count} of {number} ({count / number:.1%})"


def _spread(values: list[float]) -> str:
    if not values:
        return ""
    low, middle, high = np.quantile(values, [0.05, 0.5, 0.95])
    return f"{middle:+.2f} ({low:+.2f} to {high:+.2f}) months"


def main() -> None:
    """Print the table."""
    number, first = (int(sys.argv[at]) if len(sys.argv) > at else usual for at, usual in ((1, 20), (2, 0)))
    found = []
    for each in years(range(first, first + number)):
        found.append(each)
        if len(found) % 20 == 0:
            print(summary(found), file=sys.stderr, flush=True)
    print("\n".join(f"| {name} | {value} |" for name, value in summary(found).items()))


if __name__ == "__main__":
    main()
