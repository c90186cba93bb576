"""Leases: one owner at a time has a row of a table, until the lease expires or the row is given back."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Row, Table, and_, false, or_, select, true, tuple_, update

from store.database_table import clock, upsert


class Lease:
    """The lease on rows of a table. All times are the database's own: the clocks of several machines differ.

    Parameters
    ----------
    table : Table
    until : str
        Column of the time until which a row is leased, in seconds since 1970.
    owner : str or None
        Column of the owner; None where a late owner does no harm.
    while_in : condition
        True for rows that are not over: all others are neither claimed nor changed.
    counts_claims : bool
        True where each claim counts in the column ``attempts``, so that work which kills its process ends some time.
        A claim counts even if its answer was lost: where nothing kills, the owner counts what it tried.
    """

    def __init__(
        self, table: Table, until: str = "due", owner: str | None = "owner",
        while_in: ColumnElement[bool] | None = None, *, counts_claims: bool = False,
    ) -> None:  # fmt: skip
        self._table, self._until, self._owner = table, table.c[until], None if owner is None else table.c[owner]
        self._while_in, self._counts_claims = true() if while_in is None else while_in, counts_claims

    def live(self, connection: Connection) -> ColumnElement[bool]:
        """SQL condition of rows that are leased at the moment."""
        return self._until > clock(connection)

    def held(self, owner: str | None, *conditions: Any) -> ColumnElement[bool]:
        """SQL condition of the rows that fulfil the conditions and have this owner, even if their lease has expired."""
        mine = true() if self._owner is None else self._owner == owner
        return and_(self._while_in, mine, *conditions)

    # ---- claims ------------------------------------------------------------------------------------
    def claim_due(self, engine: Engine, seconds: float, *conditions: Any, most: int = 1) -> Sequence[Row[Any]]:
        """Claim rows that fulfil the conditions and whose lease has expired, the longest due first, for a new owner.

        PostgreSQL passes over rows that others are about to claim; SQLite has one writer at a time, and where nothing
        is due it is only read.
        """
        keys = list(self._table.primary_key.columns)
        with engine.connect() as connection:
            due = and_(self._while_in, self._until <= clock(connection), *conditions)
            if connection.execute(select(*keys).where(due).limit(1)).first() is None:
                return []
        some = select(*keys).where(due).order_by(self._until).limit(most)
        chosen = some.with_for_update(skip_locked=True, of=self._table).cte("chosen")  # carried out once, by its lock
        with engine.begin() as connection:
            return self.claim(connection, tuple_(*keys).in_(select(*chosen.c)), seconds)

    def claim(
        self, connection: Connection, condition: Any, seconds: float, owner: str | None = None, **change: Any
    ) -> Sequence[Row[Any]]:
        """Claim the rows of a condition, which excludes leased ones, for a new owner; other columns change too."""
        new = {self._until.name: clock(connection) + seconds, **change}
        if self._owner is not None:
            new[self._owner.name] = owner or uuid.uuid4().hex
        if self._counts_claims:
            new["attempts"] = self._table.c.attempts + 1
        return connection.execute(update(self._table).where(condition).values(new).returning(*self._table.c)).all()

    def claim_key(
        self, connection: Connection, key: Mapping[str, Any], owner: str, seconds: float, or_if: Any = None
    ) -> bool:
        """Claim the row of a primary key, inserting it where there is none; False where somebody else has it.

        Leases of which `or_if` is true are taken over before they expire.
        """
        if self._owner is None:
            raise TypeError(f"The table {self._table.name} has no owners.")
        new = {self._owner.name: owner, self._until.name: clock(connection) + seconds}
        free = or_(~self.live(connection), false() if or_if is None else or_if)
        claimed = upsert(connection, self._table).values({**key, **new})
        claimed = claimed.on_conflict_do_update(index_elements=list(key), set_=new, where=free)
        return connection.execute(claimed.returning(self._until)).first() is not None

    # ---- by the owner ------------------------------------------------------------------------------
    def renew(self, connection: Connection, owner: str | None, /, *conditions: Any, seconds: float) -> bool:
        """Let the lease end in so many seconds; False where the row has another owner by now."""
        return self.change(connection, owner, *conditions, **{self._until.name: clock(connection) + seconds})

    def change(self, connection: Connection, owner: str | None, /, *conditions: Any, **values: Any) -> bool:
        """Change a row that is still held; False where it has another owner by now."""
        return connection.execute(update(self._table).where(self.held(owner, *conditions)).values(values)).rowcount == 1

    def give_back(
        self, connection: Connection, owner: str | None, /, *conditions: Any, pause: float | None = None, **values: Any
    ) -> bool:
        """Give a row back, with other columns changed; False where it has another owner by now.

        Parameters
        ----------
        *conditions : condition
        pause : float or None
            Seconds until it may be claimed again; None leaves the time as it is.
        **values
        """
        values |= {} if self._owner is None else {self._owner.name: None}
        values |= {} if pause is None else {self._until.name: clock(connection) + pause}
        return self.change(connection, owner, *conditions, **values)
