"""Assignments of a call list: who is called and who is kept back, stored when the list is made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import overload

import numpy as np

from jobs.work.rank_index import RankIndex
from jobs.work.score_campaign import record_id_of
from ml.campaign.pick import PickedCalls
from ml.campaign.wish import Wish
from ml.files.cells.safe_cells import plain_cell
from ml.files.table import ReadPlan
from ml.service import Bundle
from store.job import Job
from store.outcome_records import CALL, CONTROL, LONGEST_RECORD, Assignment

SEED_DIGITS = 15  # hexadecimal digits of the campaign's id: 60 bits


class Assignments(Sequence[Assignment]):
    """Assignments of a list, each made when it is asked for: a list may have a million records.

    A record that is on the list for several outcomes has one, for that of its first place. `bundle` is the version that
    scored, `made` the id of the list's job, `index` that of the campaign's rows, and `picked` the list.
    """

    def __init__(
        self, bundle: Bundle, campaign: Job, made: str, index: RankIndex, wish: Wish, picked: PickedCalls
    ) -> None:  # fmt: skip
        self._campaign, self._made, self._index, self._wish, self._found = campaign, made, index, wish, picked
        self._at = record_id_of(bundle, ReadPlan.from_json(campaign.options["reading"], bundle.schema))
        self._places = np.sort(np.unique(picked.rows, return_index=True)[1])
        self._seed = seed_of(campaign.id)

    def __len__(self) -> int:
        return len(self._places)

    @overload
    def __getitem__(self, wanted: int) -> Assignment: ...

    @overload
    def __getitem__(self, wanted: slice) -> list[Assignment]: ...

    def __getitem__(self, wanted: int | slice) -> Assignment | list[Assignment]:
        if isinstance(wanted, slice):
            return self._some(self._places[wanted])
        return self._some(self._places[[wanted]])[0]

    def _some(self, places: np.ndarray) -> list[Assignment]:
        picked_calls = self._found
        rows = picked_calls.rows[places].tolist()
        ids = [""] * len(rows) if self._at is None else self._ids(rows, self._at)
        return [
            Assignment(
                campaign=self._campaign.id,
                list=self._made,
                row=row + 1,
                model=self._campaign.model,
                record=name,
                group=CONTROL if picked_calls.control[at] else CALL,
                seed=self._seed,
                rank=0 if picked_calls.control[at] else at + 1,
                outcome=self._wish.outcomes[int(picked_calls.outcome[at])],
                probability=float(picked_calls.probability[at]),
                worth=float(picked_calls.gain[at]) if self._wish.in_money else None,
            )
            for at, row, name in zip(places.tolist(), rows, ids, strict=True)
        ]

    def _ids(self, rows: list[int], at: int) -> list[str]:
        return [plain_cell(line[at])[:LONGEST_RECORD] for line in self._index.lines(rows)]


def seed_of(campaign: str) -> int:
    """Seed of the draw of a campaign's control groups: its id is the key of the hash that every record draws."""
    return int(campaign[:SEED_DIGITS], 16)
