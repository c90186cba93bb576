"""Control group of a campaign: who is kept back, and the smallest effect that its size can show.

Each record draws a number from 0 to 1 once: a keyed hash of the campaign and the record, by its id where the model has
one, else by its values. Who draws less than the share is kept back, on every list of the campaign, whatever its length
or its other wishes, and stays kept back where the share grows. The share is right on average, not on each list.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence

import numpy as np

from ml.data.array_types import Floats

WHOLE = 2**53  # steps of a draw: what a float holds exactly
WANTED = 1.959963984540054  # 97.5 % quantile of the normal distribution: 5 % in two tails
POWER = 0.8416212335729143  # 80 % quantile
CLOSE = 1e-9


def control_draws(campaign: str, lines: Sequence[Sequence[str]], record_id: int | None) -> Floats:
    """The number that each record draws, from 0 to below 1.

    Parameters
    ----------
    campaign : str
        Its id, of up to 64 bytes: the seed.
    lines : sequence of sequence of str
        Cells of each record, those of the file alone.
    record_id : int or None
        Position of the cell that names the record; where there is none, or it is empty, all cells do.
    """
    key = campaign.encode()
    return np.array([_draw(key, _named(line, record_id)) for line in lines], dtype=float).reshape(len(lines))


def _named(line: Sequence[str], record_id: int | None) -> str:
    name = "" if record_id is None or record_id >= len(line) else line[record_id].strip()
    return f"id\x1f{name}" if name else "\x1f".join(["values", *line])


def _draw(key: bytes, name: str) -> float:
    digest = hashlib.blake2b(name.encode(), digest_size=8, key=key).digest()
    return (int.from_bytes(digest, "big") >> 11) / WHOLE


def smallest_effect(share: float, calls: int, control: int) -> float | None:
    """Smallest fall of a share, from calls to control group, that a test of two proportions finds.

    With a power of 80 % and a level of 5 % on two sides, without correction for continuity (Fleiss, Levin & Paik
    2003, section 4.2, for unequal samples):

        z(0.975) · sqrt(p (1 - p) (1/n + 1/m)) + z(0.8) · sqrt(p1 (1 - p1) / n + p2 (1 - p2) / m) = p1 - p2

    Parameters
    ----------
    share : float
        p1, expected of the calls; p is the mean of both shares over all records.
    calls, control : int
        n and m.

    Returns
    -------
    float or None
        p1 - p2, above 0 to `share`; None where even a control group in which nobody buys would not be found.
    """
    if not calls or not control or not _found(share, share, calls, control):
        return None
    low, high = 0.0, share
    while high - low > CLOSE:
        middle = (low + high) / 2
        low, high = (low, middle) if _found(middle, share, calls, control) else (middle, high)
    return high


def _found(fall: float, share: float, calls: int, control: int) -> bool:
    other = share - fall
    mean = (calls * share + control * other) / (calls + control)
    under_null = math.sqrt(mean * (1 - mean) * (1 / calls + 1 / control))
    as_it_is = math.sqrt(share * (1 - share) / calls + other * (1 - other) / control)
    return fall > 0 and WANTED * under_null + POWER * as_it_is <= fall
