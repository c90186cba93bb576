"""Control group of a campaign: who is kept back.

Each record draws a number from 0 to 1 once: a keyed hash of the campaign and the record, by its id where the model has
one, else by its values. Who draws less than the share is kept back, on every list of the campaign, whatever its length
or its other wishes, and stays kept back where the share grows. The share is right on average, not on each list.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np

from ml.data.array_types import Floats

WHOLE = 2**53  # steps of a draw: what a float holds exactly


def control_draws(campaign: str, lines: Sequence[Sequence[str]], record_id: int | None) -> Floats:
    """The number that each record draws, from 0 to below 1.

    Parameters
    ----------
    campaign : str
        Id of the campaign, of up to 64 bytes: the seed.
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
