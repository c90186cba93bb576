"""The table of assignments: who of a campaign's list is called, and who is kept back."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Row, delete, func, insert, select

from store.connection.deadline import long_statements
from store.database_table import DatabaseTable, batches, now_in
from store.outcome_records import CONTROL, Assignment
from store.outcome_tables import assignment_claims, assignments
from store.outcomes.whole_records import whole_records


class AssignmentTable(DatabaseTable):
    """The table of assignments."""

    def keep(self, job: str, made: Sequence[Assignment]) -> None:
        """Store the assignments of a list, in place of those that an earlier attempt of its job stored."""
        with long_statements(), self._transaction() as connection:
            connection.execute(delete(assignments).where(assignments.c.list == job))
            now = now_in(connection)
            for some in batches(made):
                connection.execute(insert(assignments), [_row(each) | {"made": now} for each in some])

    def of_records(self, name: str, records: Collection[str]) -> list[Assignment]:
        """Assignments of some records on all lists of a model; `name` has no version."""
        query, found = select(assignments).where(assignments.c.model.like(f"{name}@%")), list[Assignment]()
        with long_statements(), self._connection() as connection:
            for some in batches(sorted(set(records) - {""})):
                found += map(_assignment, connection.execute(query.where(assignments.c.record.in_(some))))
        return found

    def by_record(self, name: str) -> Iterator[list[Assignment]]:
        """Assignments of all lists of a model, some at a time, each time all of some records; `name` has no version."""
        place = (assignments.c.record, assignments.c.list, assignments.c.row)
        query = select(assignments).where(assignments.c.model.like(f"{name}@%"))
        return whole_records(self._pages(query, place), _assignment)

    def count(self, name: str) -> int:
        """Count the assignments of a model."""
        return int(self._scalar(select(func.count()).where(assignments.c.model.like(f"{name}@%"))))

    def forget_control(self, campaign: str) -> int:
        """Delete who was kept back by the lists of a campaign; returns how many assignments there were."""
        kept_back = (assignments.c.campaign == campaign, assignments.c.grouping == CONTROL)
        return self._change(delete(assignments).where(*kept_back))

    def forget_list(self, job: str) -> int:
        """Delete the assignments of a list; returns how many there were."""
        with self._transaction() as connection:
            connection.execute(delete(assignment_claims).where(assignment_claims.c.list == job))
            return connection.execute(delete(assignments).where(assignments.c.list == job)).rowcount


def _row(made: Assignment) -> dict[str, Any]:
    row = dict(vars(made))
    row["grouping"] = row.pop("group")
    return row


def _assignment(row: Row[Any]) -> Assignment:
    return assignment_of(dict(row._mapping))


def assignment_of(row: Mapping[str, Any]) -> Assignment:
    """An assignment of the columns of its row."""
    held = dict(row)
    held["group"] = held.pop("grouping")
    return Assignment(**held)
