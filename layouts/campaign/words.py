"""Numbers, times and progress on the Campaign page, in the reader's marks."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from ml.data.parsing import NUMBER
from ml.locale import MINUS, current_format, localized
from ml.translation import plural, text

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
    plain = f"{value:.12g}" if math.isfinite(value) and abs(value) < 1e12 else repr(value)
    return plain.replace(".", current_format().decimal)


def spoken(sentence: str) -> str:
    """A sentence about files with its English numbers rewritten in the reader's number format."""
    return _IN_SENTENCE.sub(lambda found: localized(found[0]), sentence)


def cell_text(read: str | None) -> str:
    """A cell as it was read: numbers in the reader's marks."""
    if read is None:
        return "–"
    if read == "":
        return text("no value")
    return read.replace(".", current_format().decimal) if NUMBER.fullmatch(read) else read


def duration(seconds: float) -> str:
    """A time in words, not exact: "about 2 minutes"."""
    if seconds < 1.5:
        return text("about a second")
    if seconds < 90:
        number = _rounded(seconds)
        return plural("about {n} second", "about {n} seconds", number)
    if seconds < 5400:
        number = _rounded(seconds / 60)
        return plural("about {n} minute", "about {n} minutes", number)
    number = _rounded(seconds / 3600)
    return plural("about {n} hour", "about {n} hours", number)


def progress(job: Mapping[str, Any]) -> str:
    """Progress of a job in words, from :func:`jobs.files.job_view.described`."""
    done, total, rate = job["done"], job["total"], job["rate"]
    if job["state"] == WAITING and not done:
        return text("Waiting for its turn …")
    if not total:
        so_far = plural("{n} record so far.", "{n} records so far.", done)
        return so_far if done else text("Reading the file …")
    said = [plural("{done} of {n} record", "{done} of {n} records", total, done=whole(done))]
    if rate:
        said.append(text("{n} a second", n=whole(rate)))
        if done < total:
            said.append(text("{time} left", time=duration((total - done) / rate)))
    if job["errors"]:
        said.append(text("{n} cannot be scored", n=whole(job["errors"])))
    return f"{' · '.join(said)}."


def share_done(job: Mapping[str, Any]) -> float | None:
    """Share of a job that is done; None while nobody knows how much there is."""
    return job["done"] / job["total"] if job["total"] else None


def _rounded(value: float) -> int:
    """Halves away from zero, as people round."""
    return math.floor(value + 0.5)
