"""Models that all instances share: which version of each is live, their versions, histories and permissions."""

from __future__ import annotations

import json
import uuid
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from sqlalchemy import Column, Connection, Select, and_, delete, insert, select, update

from store.database_table import DatabaseTable, clock, upsert
from store.errors import StoreUnavailable, store_errors
from store.model_tables import model_history, model_instances, model_state, model_versions, shared_models
from store.tables import jobs

_NEWEST_ONLY = 1  # id of the only row of `model_state`
_DAY = 86_400.0
_ENTRY = ("time", "action", "fingerprint", "previous", "who", "why")


class _Refused(Exception):
    """Another state than the expected one is stored (compare and set failed)."""


class SharedModelTable(DatabaseTable):
    """The tables of shared models. Of two changes at once the second sees the first: both update one row.

    Every method raises OSError where the database does not answer: the models know no database.
    """

    def token(self) -> str:
        """Another text after each change; empty where there was none."""
        with self._asking() as connection:
            return str(connection.scalar(select(model_state.c.token)) or "")

    def read(self) -> dict[str, Any]:
        """Everything at one moment.

        Returns
        -------
        dict
            ``token``, and ``models``: by name ``live``, ``coming``, ``trusted``, ``versions`` (fingerprint to
            ``manifest`` and ``created``) and ``history`` (dicts, the oldest first).
        """
        with self._asking() as connection:
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            token = str(connection.scalar(select(model_state.c.token)) or "")
            models: dict[str, dict[str, Any]] = {}
            for row in connection.execute(select(shared_models)):
                state = {"live": row.live, "coming": row.coming, "trusted": json.loads(row.trusted)}
                models[row.name] = state | {"versions": {}, "history": []}
            for row in connection.execute(select(model_versions)):
                models[row.model]["versions"][row.fingerprint] = {"manifest": row.manifest, "created": row.created}
            for row in connection.execute(select(model_history).order_by(model_history.c.number)):
                models[row.model]["history"].append({name: getattr(row, name) for name in _ENTRY})
        return {"token": token, "models": models}

    def change(
        self,
        model: str,
        *,
        expected: str | None,
        live: str | None,
        entries: Collection[Mapping[str, Any]],
        added: Mapping[str, Mapping[str, str]] | None = None,
        removed: Collection[str] = (),
    ) -> bool:
        """Set what is live, add or remove versions and append to the history: all of it, or nothing.

        Parameters
        ----------
        expected : str or None
            Fingerprint that is live now; where another one is, nothing is changed (compare and set).
        live : str or None
            Fingerprint that is live from now on.
        entries : collection of mapping
            Lines of the history: ``time``, ``action``, ``fingerprint``, ``previous``, ``who``, ``why``.
        added : mapping, optional
            Fingerprint to ``manifest`` and ``created``.
        removed : collection of str
            Fingerprints.

        Returns
        -------
        bool
            False where another version is live, or a version that is named here is not there.
        """
        with self._changing(model) as connection:
            if connection.scalar(select(shared_models.c.live).where(shared_models.c.name == model)) != expected:
                raise _Refused
            for fingerprint, facts in (added or {}).items():
                _add(connection, model, fingerprint, facts)
            there = set(connection.scalars(_versions_of(model)))
            if not {*removed, *([live] if live else [])} <= there or live in removed:
                raise _Refused
            gone = and_(model_versions.c.model == model, model_versions.c.fingerprint.in_(removed))
            connection.execute(delete(model_versions).where(gone))
            connection.execute(
                update(shared_models).where(shared_models.c.name == model).values(live=live, coming=None)
            )
            for entry in entries:
                connection.execute(insert(model_history).values(dict(entry) | {"model": model}))
            return True
        return False

    def announce(self, model: str, fingerprint: str, state: Mapping[str, str] | None = None) -> bool:
        """Let instances fetch a version that is about to go live; a new one is `state` as in :meth:`change`.

        False where there is none of that name, or another one.
        """
        with self._changing(model) as connection:
            if state is not None:
                _add(connection, model, fingerprint, state)
            if connection.scalar(_versions_of(model, fingerprint=fingerprint)) is None:
                raise _Refused
            connection.execute(update(shared_models).where(shared_models.c.name == model).values(coming=fingerprint))
            return True
        return False

    def report(self, machine: str, versions: Collection[str]) -> None:
        """Say that a machine serves, and which versions are in its cache; machines of yesterday are forgotten."""
        with _os_errors(), self._engine().begin() as connection:
            new = {"seen": clock(connection), "versions": json.dumps(sorted(versions))}
            said = upsert(connection, model_instances).values(new | {"id": machine})
            connection.execute(said.on_conflict_do_update(index_elements=["id"], set_=new))
            connection.execute(delete(model_instances).where(model_instances.c.seen < clock(connection) - _DAY))

    def instances(self, within: float) -> list[set[str]]:
        """Versions in the caches of the machines that said so within so many seconds: a set of keys each."""
        with self._asking() as connection:
            query = select(model_instances.c.versions).where(model_instances.c.seen > clock(connection) - within)
            return [set(json.loads(row)) for row in connection.scalars(query)]

    def trust(self, model: str, expected: Mapping[str, Any], trusted: Mapping[str, Any]) -> bool:
        """Set what a model may load beyond the rule; False where it is no longer what was `expected`."""
        with self._changing(model) as connection:
            now = connection.scalar(select(shared_models.c.trusted).where(shared_models.c.name == model))
            if json.loads(now or "{}") != dict(expected):
                raise _Refused
            values = {"trusted": json.dumps(trusted, sort_keys=True)}
            connection.execute(update(shared_models).where(shared_models.c.name == model).values(values))
            return True
        return False

    def needed(self) -> set[str]:
        """Keys of the versions that jobs were sent for; also of finished ones, of which lists may still be made."""
        with self._asking() as connection:
            return set(connection.scalars(select(jobs.c.model).distinct()))

    @contextmanager
    def _asking(self) -> Iterator[Connection]:
        with _os_errors(), self._engine().connect() as connection:
            yield connection

    @contextmanager
    def _changing(self, model: str) -> Iterator[Connection]:
        """A transaction that excludes other changes: all begin with an update of the same row.

        A block that raises _Refused ends without a change.
        """
        with suppress(_Refused), _os_errors(), self._engine().begin() as connection:
            new = {"token": uuid.uuid4().hex}
            state = upsert(connection, model_state).values(new | {"id": _NEWEST_ONLY})
            connection.execute(state.on_conflict_do_update(index_elements=["id"], set_=new))
            empty = upsert(connection, shared_models).values(name=model, live=None, trusted="{}")
            connection.execute(empty.on_conflict_do_nothing())
            yield connection


@contextmanager
def _os_errors() -> Iterator[None]:
    try:
        with store_errors():
            yield
    except StoreUnavailable as error:
        raise OSError("the store does not answer") from error


def _add(connection: Connection, model: str, fingerprint: str, state: Mapping[str, str]) -> None:
    """Add a version that is not there yet; one of the same name must have the same manifest."""
    manifest: str | None = connection.scalar(_versions_of(model, model_versions.c.manifest, fingerprint))
    if manifest is None:
        connection.execute(insert(model_versions).values(model=model, fingerprint=fingerprint, **state))
    elif manifest != state["manifest"]:
        raise _Refused


def _versions_of(
    model: str, column: Column[str] = model_versions.c.fingerprint, fingerprint: str | None = None
) -> Select[Any]:
    query = select(column).where(model_versions.c.model == model)
    return query if fingerprint is None else query.where(model_versions.c.fingerprint == fingerprint)
