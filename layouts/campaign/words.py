"""Numbers, times and progress on the Campaign page, in the reader's marks."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from layouts.shared.blocks import count
from ml.data.parsing import NUMBER
from ml.locale import MINUS, current_format, localized

WAITING = "waiting"  # the state of a job that no worker has begun
_IN_SENTENCE = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+\.\d+")


def whole(value: float) -> str:
    """A number without decimals."""
    return localized(f"{_rounded(value):,}").replace("-", MINUS)


def money(value: float, currency: str) -> str:
    """An amount in whole units."""
    return f"{whole(value)}\u00a0{currency}" if currency else whole(value)


def written(value: float) -> str:
    """A number as its reader types it: no groups, which would be in the way of the next digit."""
    text = f"{value:.12g}" if math.isfinite(value) and abs(value) < 1e12 else repr(value)
    return text.replace(".", current_format().decimal)


def spoken(sentence: str) -> str:
    """A sentence about files, in which numbers are written as in English, with those numbers in the reader's marks."""
    return _IN_SENTENCE.sub(lambda found: localized(found[0]), sentence)


def cell_text(text: str | None) -> str:
    """A cell as it was read: numbers in the reader's marks."""
    if text is None:
        return "–"
    if text == "":
        return "no value"
    return text.replace(".", current_format().decimal) if NUMBER.fullmatch(text) else text


def duration(seconds: float) -> str:
    """A time in words, not exact: "about 2 minutes"."""
    if seconds < 1.5:
        return "about a second"
    for limit, unit, noun in ((90, 1, "second"), (5400, 60, "minute")):
        if seconds < limit:
            return f"about {count(_rounded(seconds / unit), noun)}"
    return f"about {count(_rounded(seconds / 3600), 'hour')}"


def progress(job: Mapping[str, Any]) -> str:
    """How far a job is, by :func:`jobs.files.job_view.described`."""
    done, total, rate = job["done"], job["total"], job["rate"]
    if job["state"] == WAITING and not done:
        return "Waiting for its turn …"
    if not total:
        return f"{count(done, 'record')} so far." if done else "Reading the file …"
    said = [f"{whole(done)} of {count(total, 'record')}"]
    if rate:
        said.append(f"{whole(rate)} a second")
        if done < total:
            said.append(f"{duration((total - done) / rate)} left")
    if job["errors"]:
        said.append(f"{whole(job['errors'])} cannot be scored")
    return f"{' · '.join(said)}."


def share_done(job: Mapping[str, Any]) -> float | None:
    """Share of a job that is done; None while nobody knows how much there is."""
    return job["done"] / job["total"] if job["total"] else None


def _rounded(value: float) -> int:
    """Halves away from zero, as people round."""
    return math.floor(value + 0.5)
