"""The table of decisions: answers of models about records, append-only."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Any

import orjson
from sqlalchemy import Row, func, null, select

from store.connection.deadline import long_statements
from store.database_table import DatabaseTable, batches, now_in, upsert
from store.outcome_records import JOB, Decision
from store.outcome_tables import decisions
from store.outcomes.whole_records import whole_records

FIELDS = tuple(Decision.__dataclass_fields__)
COLUMNS = {"group": "grouping"}  # where their names are others


class DecisionTable(DatabaseTable):
    """The table of decisions."""

    def append(self, made: Sequence[Decision]) -> None:
        """Store decisions, those that are there already excepted, some in a transaction: it may be called again."""
        for some in batches(made):
            with self._transaction() as connection:
                now = now_in(connection)
                rows = [_row(each) | {"stored": now} for each in some]
                connection.execute(upsert(connection, decisions).on_conflict_do_nothing(), rows)

    def get(self, decision: str) -> Decision | None:
        """A decision; None where there is none of this id."""
        row = self._first(select(decisions).where(decisions.c.id == decision))
        return decision_of(row) if row else None

    def some(self, ids: Collection[str]) -> dict[str, Decision]:
        """Decisions by id; those that are not there are left out."""
        return {row.id: decision_of(row) for row in self._by_ids(decisions.c.id, list(ids))}

    def by_record(self, name: str, *, since: float = 0.0, until: float | None = None) -> Iterator[list[Decision]]:
        """Decisions of a model without their values, some at a time, each time all about some records.

        Decisions about no named record come in parts of their own. Within a part they are in the order of time.

        Parameters
        ----------
        name : str
            Name of the model, without a version.
        since, until : float
            Made from, and before; seconds since 1970.
        """
        place = (decisions.c.record, decisions.c.made, decisions.c.id)
        columns = [null() if each == "sealed" else decisions.c[COLUMNS.get(each, each)] for each in FIELDS]
        wanted = [decisions.c.name == name, decisions.c.made >= since]
        wanted += [] if until is None else [decisions.c.made < until]
        for some in whole_records(self._pages(select(*columns).where(*wanted), place), _plain):
            yield sorted(some, key=lambda each: (each.made, each.id))

    def latest(self, version: str, most: int) -> list[Decision]:
        """The latest decisions of a version that have probabilities, with their values, in the order of time.

        Without those of jobs: the end of a file, which may be sorted, is no sample.
        """
        query = select(decisions).where(decisions.c.name == version.partition("@")[0], decisions.c.model == version)
        query = query.where(decisions.c.probabilities.is_not(None), decisions.c.door != JOB)
        query = query.order_by(decisions.c.made.desc(), decisions.c.id.desc()).limit(most)
        with long_statements():
            return [decision_of(row) for row in reversed(self._all(query))]

    def count(self, name: str, until: float | None = None) -> int:
        """Count the decisions of a model that were made before a time."""
        query = select(func.count()).where(decisions.c.name == name)
        return int(self._scalar(query if until is None else query.where(decisions.c.made < until)))


def _row(made: Decision) -> dict[str, Any]:
    probabilities = None if made.probabilities is None else orjson.dumps(dict(made.probabilities)).decode()
    row = {**vars(made), "name": made.model.partition("@")[0], "probabilities": probabilities}
    row["cut_offs"], row["grouping"] = orjson.dumps(dict(made.cut_offs)).decode(), row.pop("group")
    return row


def decision_of(row: Row[Any]) -> Decision:
    """A row as a decision."""
    held = dict(row._mapping)
    del held["name"], held["stored"]
    held["group"] = held.pop("grouping")
    held["cut_offs"] = orjson.loads(held["cut_offs"])
    held["probabilities"] = None if held["probabilities"] is None else orjson.loads(held["probabilities"])
    return Decision(**held)


def _plain(row: Row[Any]) -> Decision:
    """A row of the columns of :meth:`DecisionTable.by_record`; of a million each microsecond is a second."""
    held = list(row)
    if held[_PROBABILITIES] is not None:
        held[_PROBABILITIES] = orjson.loads(held[_PROBABILITIES])
    held[_CUT_OFFS] = _cut_offs(held[_CUT_OFFS])
    return Decision(*held)


_PROBABILITIES, _CUT_OFFS = FIELDS.index("probabilities"), FIELDS.index("cut_offs")


@lru_cache(maxsize=64)
def _cut_offs(text: str) -> Mapping[str, float]:
    cut_offs: dict[str, float] = orjson.loads(text)
    return MappingProxyType(cut_offs)
