"""The one rule of what is said where a number rests on few records."""

from __future__ import annotations

from ml.text.number_words import count

FEW = 30  # below, Wilson's intervals are used and a share may move by ten points and more with other records


def few_words(records: float, which: str = "records", least: int = FEW) -> str:
    """Sentence to follow one whose number rests on so many records; empty where these are enough.

    Parameters
    ----------
    records : float
        Their number, or weight.
    which : str
        What they are, in the plural: "records with the outcome".
    least : int
        The number from which nothing is said: more than 30 where something is chosen as the best of many.
    """
    if records >= least:
        return ""
    return f" This rests on {f'only {count(records)}' if records else 'no'} {which}: expect it to move."
