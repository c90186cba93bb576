"""The table of decisions: answers of models about records, append-only."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Any

import orjson
from sqlalchemy import Row, and_, func, null, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from store.connection.deadline import long_statements
from store.database_table import DatabaseTable, now_in
from store.errors import store_errors
from store.outcome_records import Decision
from store.outcome_tables import decisions
from store.outcomes.whole_records import PAGE, whole_records

AT_ONCE = 500  # rows of a statement
FIELDS = tuple(Decision.__dataclass_fields__)
COLUMNS = {"group": "grouping"}  # where their names are others


class DecisionTable(DatabaseTable):
    """The table of decisions."""

    def append(self, made: Sequence[Decision]) -> None:
        """Store decisions, those that are there already excepted, some in a transaction: it may be called again.

        Raises
        ------
        StoreUnavailable
        """
        with store_errors():
            for at in range(0, len(made), AT_ONCE):
                with self._engine().begin() as connection:
                    now = now_in(connection)
                    rows = [_row(each) | {"stored": now} for each in made[at : at + AT_ONCE]]
                    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
                    connection.execute(dialect.insert(decisions).on_conflict_do_nothing(), rows)

    def get(self, decision: str) -> Decision | None:
        """A decision; None where there is none of this id."""
        with store_errors(), self._engine().connect() as connection:
            row = connection.execute(select(decisions).where(decisions.c.id == decision)).first()
        return decision_of(row) if row else None

    def some(self, ids: Collection[str]) -> dict[str, Decision]:
        """Decisions by id; those that are not there are left out."""
        wanted, found = list(ids), dict[str, Decision]()
        if not wanted:  # a connection that asks nothing would use up the circuit breaker's trial
            return found
        with store_errors(), self._engine().connect() as connection:
            for at in range(0, len(wanted), AT_ONCE):
                asked = select(decisions).where(decisions.c.id.in_(wanted[at : at + AT_ONCE]))
                found |= {row.id: decision_of(row) for row in connection.execute(asked)}
        return found

    def of_record(self, name: str, record: str, most: int = 100) -> list[Decision]:
        """Decisions of a model about a record, the newest first.

        Parameters
        ----------
        name : str
            Of the model, without a version.
        record : str
        most : int
        """
        asked = select(decisions).where(decisions.c.name == name, decisions.c.record == record)
        asked = asked.order_by(decisions.c.made.desc(), decisions.c.id.desc()).limit(most)
        with store_errors(), self._engine().connect() as connection:
            return [decision_of(row) for row in connection.execute(asked)]

    def of(
        self, name: str, *, since: float = 0.0, until: float | None = None, campaign: str | None = None,
        sealed: bool = True,
    ) -> Iterator[Decision]:  # fmt: skip
        """Decisions of a model in the order of time, some at a time.

        Parameters
        ----------
        name : str
            Of the model, without a version.
        since, until : float
            Made from, and before; seconds since 1970.
        campaign : str, optional
            Of this list only.
        sealed : bool
            False leaves the values out, which are most of a row.
        """
        columns = [column for column in decisions.c if sealed or column.name != "sealed"]
        wanted = [decisions.c.name == name]
        wanted += [] if campaign is None else [decisions.c.campaign == campaign]
        wanted += [] if until is None else [decisions.c.made < until]
        order = (decisions.c.made, decisions.c.id)
        after: tuple[float, str] | None = None
        while True:
            place = decisions.c.made >= since
            if after is not None:
                place = or_(order[0] > after[0], and_(order[0] == after[0], order[1] > after[1]))
            asked = select(*columns).where(*wanted, place).order_by(*order).limit(PAGE)
            with store_errors(), long_statements(), self._engine().connect() as connection:
                rows = connection.execute(asked).all()
            yield from map(decision_of, rows)
            if len(rows) < PAGE:
                return
            after = rows[-1].made, rows[-1].id

    def by_record(self, name: str, *, since: float = 0.0, until: float | None = None) -> Iterator[list[Decision]]:
        """Decisions of a model without their values, some at a time, each time all about some records.

        Those about no named record come in parts of their own. Within a part they are in the order of time.

        Parameters
        ----------
        name : str
            Of the model, without a version.
        since, until : float
            Made from, and before; seconds since 1970.
        """
        place = (decisions.c.record, decisions.c.made, decisions.c.id)
        columns = [null() if each == "sealed" else decisions.c[COLUMNS.get(each, each)] for each in FIELDS]
        wanted = [decisions.c.name == name, decisions.c.made >= since]
        wanted += [] if until is None else [decisions.c.made < until]
        for some in whole_records(self._engine(), select(*columns).where(*wanted), place, _plain):
            yield sorted(some, key=lambda each: (each.made, each.id))

    def latest(self, version: str, most: int) -> list[Decision]:
        """The latest decisions of a version that have probabilities, with their values, in the order of time."""
        asked = select(decisions).where(decisions.c.name == version.partition("@")[0], decisions.c.model == version)
        asked = asked.where(decisions.c.probabilities.is_not(None))
        asked = asked.order_by(decisions.c.made.desc(), decisions.c.id.desc()).limit(most)
        with store_errors(), long_statements(), self._engine().connect() as connection:
            found = [decision_of(row) for row in connection.execute(asked)]
        return found[::-1]

    def count(self, name: str, until: float | None = None) -> int:
        """Count the decisions of a model that were made before a time."""
        asked = select(func.count()).where(decisions.c.name == name)
        asked = asked if until is None else asked.where(decisions.c.made < until)
        with store_errors(), self._engine().connect() as connection:
            return int(connection.scalar(asked) or 0)


def _row(made: Decision) -> dict[str, Any]:
    given = None if made.probabilities is None else orjson.dumps(dict(made.probabilities)).decode()
    row = {**vars(made), "name": made.model.partition("@")[0], "probabilities": given}
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
    found: dict[str, float] = orjson.loads(text)
    return MappingProxyType(found)
