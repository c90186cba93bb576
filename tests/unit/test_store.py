"""The store keeps what people decided, in both databases, whoever starts first."""

import logging
import multiprocessing
import os
import socket
import subprocess
import sys
import uuid
from contextlib import closing
from datetime import UTC, datetime

import pytest
from sqlalchemy import create_engine, event, inspect, text

from store import sql
from store.connection.circuit_breaker import CircuitBreaker
from store.connection.migrate import NewerDatabase, migrate
from store.connection.migration_steps import STEPS
from store.db import open_store
from store.errors import StoreUnavailable
from store.tables import metadata
from tests.faults.places import database

CHANGE = {"before": 0.5, "reason": "a test"}
POSTGRES = "postgresql+psycopg://postgres@127.0.0.1:5432"


def postgres_answers() -> bool:
    try:
        with closing(socket.create_connection(("127.0.0.1", 5432), timeout=1)):
            return True
    except OSError:
        return False


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    """An empty database of its own for each test."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'folder' / 'likely.db'}"
        return
    if not postgres_answers():
        pytest.skip("PostgreSQL does not answer at 127.0.0.1:5432")
    schema = f"likely_{uuid.uuid4().hex[:12]}"
    admin = create_engine(f"{POSTGRES}/test", isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    yield f"{POSTGRES}/test?options=-csearch_path%3D{schema}"
    with admin.connect() as connection:
        connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
    admin.dispose()


def test_a_cutoff_nobody_chose_is_none(url):
    assert open_store(url).cutoffs("loan").get("Y") is None


def test_a_cutoff_is_kept_for_its_outcome_only_and_survives_a_restart(url):
    open_store(url).set_cutoff("loan", "Y", 0.35, **CHANGE)
    again = open_store(url)
    assert again.cutoffs("loan").get("Y") == 0.35
    assert again.cutoffs("loan").get("N") is None
    assert again.cutoffs("iris").get("Y") is None


def test_a_second_choice_takes_the_place_of_the_first(url):
    store = open_store(url)
    store.set_cutoff("loan", "Y", 0.35, **CHANGE)
    store.set_cutoff("loan", "Y", 0.4, **CHANGE)
    assert store.cutoffs("loan").get("Y") == 0.4


def test_a_database_that_can_be_read_only_is_unavailable_for_who_writes_and_is_said_once(url, caplog):
    """A standby after a failover, and a file on a disk that is full."""
    open_store(url).set_cutoff("loan", "Y", 0.35, **CHANGE)
    store = open_store(url + ("%20-cdefault_transaction_read_only%3Don" if "postgres" in url else ""))
    if url.startswith("sqlite"):
        event.listen(store._engine(), "connect", lambda made, _: made.execute("PRAGMA query_only=ON"))
        store._engine().dispose()
    for _ in range(3):
        with pytest.raises(StoreUnavailable):
            store.set_cutoff("loan", "Y", 0.4, **CHANGE)
        assert store.cutoffs("loan").get("Y") == 0.35
    said = [each.getMessage() for each in caplog.records if each.name == "store.sql"]
    assert len(said) == 1
    assert said[0].startswith("The store cannot be written to: ")
    # A release whose database cannot be written to must not take the place of one that works
    assert store.fault() == ("The store does not answer." if url.startswith("postgres") else None)


@pytest.mark.parametrize("granted", ["SELECT", ""])
def test_a_role_without_permissions_finds_the_store_unavailable_and_is_told_once(tmp_path, caplog, granted):
    caplog.set_level("WARNING")
    with database("postgresql", tmp_path) as url:
        open_store(url).set_cutoff("loan", "Y", 0.35, **CHANGE)
        schema, role = url.rpartition("%3D")[2], f"reader_{uuid.uuid4().hex[:12]}"
        admin = create_engine(f"{POSTGRES}/test", isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.execute(text(f"CREATE ROLE {role} LOGIN"))
            connection.execute(text(f"GRANT USAGE ON SCHEMA {schema} TO {role}"))
            if granted:
                connection.execute(text(f"GRANT {granted} ON ALL TABLES IN SCHEMA {schema} TO {role}"))
        try:
            store = open_store(url.replace("postgres@", f"{role}@"))
            store._breaker = CircuitBreaker("The store", logging.getLogger("breaker"), cool_off=0.0)
            for _ in range(3):
                with pytest.raises(StoreUnavailable):
                    store.set_cutoff("loan", "Y", 0.4, **CHANGE)
            assert not granted or store.cutoffs("loan").get("Y") == 0.35
            lines = [each.getMessage() for each in caplog.records if each.name in ("breaker", "store.sql")]
            assert sum("permission denied for table" in each for each in lines) == len(lines)
            assert sum(each.startswith("The store cannot be used as it has to be by the role") for each in lines) == 1
            assert "answers again" not in " ".join(lines)
            if granted:
                store._engine().dispose()
        finally:
            with admin.connect() as connection:
                connection.execute(text(f"DROP OWNED BY {role}"))
                connection.execute(text(f"DROP ROLE {role}"))
            admin.dispose()


@pytest.mark.parametrize("value", [-0.01, 1.01, float("nan")])
def test_a_cutoff_is_a_probability(url, value):
    with pytest.raises(ValueError, match="from 0 to 1"):
        open_store(url).set_cutoff("loan", "Y", value, **CHANGE)


@pytest.mark.parametrize("reason", ["", "  ", "x" * 501])
def test_a_change_needs_a_reason_that_fits(url, reason):
    store = open_store(url)
    with pytest.raises(ValueError, match="a reason of 1 to 500"):
        store.set_cutoff("loan", "Y", 0.3, before=0.5, reason=reason)
    assert (store.cutoffs("loan").get("Y"), store.cutoff_history("loan", "Y")) == (None, [])


def test_every_change_is_kept_with_its_time_reason_and_name(url):
    started = datetime.now(UTC)
    store = open_store(url)
    store.set_cutoff("loan", "Y", 0.35, before=0.5, reason=" fewer calls ")
    store.set_cutoff("loan", "Y", 0.4, before=0.35, reason='it\'s "too many" — ä', who="Ada")
    store.set_cutoff("loan", "N", 0.1, before=0.5, reason="other")
    newest, first = open_store(url).cutoff_history("loan", "Y")
    assert (first.before, first.after, first.reason, first.who) == (0.5, 0.35, "fewer calls", None)
    assert (newest.before, newest.after, newest.reason, newest.who) == (0.35, 0.4, 'it\'s "too many" — ä', "Ada")
    assert started <= first.at <= newest.at <= datetime.now(UTC)


def test_what_is_forgotten_with_its_model_stays_in_the_history(url):
    store = open_store(url)
    store.set_cutoff("loan", "Y", 0.35, **CHANGE)
    assert store.forget_cutoffs("loan") == 1
    assert store.cutoffs("loan").get("Y") is None
    newest, _ = store.cutoff_history("loan", "Y")
    assert (newest.before, newest.after, newest.reason) == (0.35, None, "The model was removed.")
    assert store.forget_cutoffs("loan") == 0


def test_names_are_kept_as_they_are_written(url):
    store = open_store(url)
    store.set_cutoff("loan", 'it\'s "50%"; DROP TABLE cutoffs; — ä', 0.5, **CHANGE)
    assert store.cutoffs("loan").get('it\'s "50%"; DROP TABLE cutoffs; — ä') == 0.5


def test_migrated_tables_are_those_that_the_code_describes(url):
    """The steps are written out by hand, so they are compared with what SQLAlchemy would create."""
    found = inspect(sql.connect(url))
    for table in metadata.sorted_tables:
        columns = found.get_columns(table.name)
        assert [(c["name"], c["nullable"]) for c in columns] == [(c.name, c.nullable) for c in table.columns]
        assert found.get_pk_constraint(table.name)["constrained_columns"] == [c.name for c in table.primary_key]


def test_each_step_is_taken_once_and_later_ones_follow(url):
    engine = sql.connect(url)
    assert migrate(engine) == 0
    more = (*STEPS, lambda connection: connection.exec_driver_sql("ALTER TABLE cutoffs ADD COLUMN why VARCHAR(200)"))
    assert migrate(engine, more) == 1
    assert migrate(engine, more) == 0
    assert "why" in {column["name"] for column in inspect(engine).get_columns("cutoffs")}


def test_a_step_that_fails_leaves_nothing_behind(url):
    engine = sql.connect(url)
    steps = (
        *STEPS,
        lambda connection: connection.exec_driver_sql("CREATE TABLE half_done (a INTEGER)"),
        lambda connection: connection.exec_driver_sql("SELECT 1 FROM no_such_table"),
    )
    with pytest.raises(Exception, match="no_such_table"):
        migrate(engine, steps)
    assert not inspect(engine).has_table("half_done")
    assert migrate(engine) == 0


def test_a_database_of_a_later_release_is_refused(url):
    engine = sql.connect(url)
    migrate(engine, (*STEPS, lambda connection: None))
    with pytest.raises(NewerDatabase, match=f"at step {len(STEPS) + 1}, this release knows {len(STEPS)}"):
        migrate(engine)


def _start(url, ready, answers):
    ready.wait()
    store = open_store(url)
    store.set_cutoff("loan", f"outcome {os.getpid()}", 0.5, **CHANGE)
    answers.put(store.fault())


def test_workers_that_start_together_migrate_once(url):
    context = multiprocessing.get_context("spawn")
    ready, answers = context.Barrier(4), context.Queue()
    workers = [context.Process(target=_start, args=(url, ready, answers)) for _ in range(4)]
    for worker in workers:
        worker.start()
    assert [answers.get(timeout=60) for _ in workers] == [None] * 4
    for worker in workers:
        worker.join()
    with sql.connect(url).connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM likely_migrations")) == len(STEPS)
        assert connection.scalar(text("SELECT count(*) FROM cutoffs")) == 4


def test_a_forked_process_opens_its_own_connection(url):
    store = open_store(url)
    store.set_cutoff("loan", "Y", 0.3, **CHANGE)
    child = os.fork()
    if child == 0:
        store.set_cutoff("loan", "N", 0.6, **CHANGE)
        os._exit(0 if store.cutoffs("loan").get("Y") == 0.3 else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert store.cutoffs("loan").get("N") == 0.6


def test_sqlite_keeps_a_write_ahead_log(tmp_path):
    with sql.connect(f"sqlite:///{tmp_path / 'likely.db'}").connect() as connection:
        assert connection.scalar(text("PRAGMA journal_mode")) == "wal"


def test_a_store_that_does_not_answer_says_so_without_its_password(caplog):
    store = open_store("postgresql://likely:hidden-word@127.0.0.1:1/likely")
    assert store.fault() == "The store does not answer."
    assert "hidden-word" not in caplog.text
    assert caplog.text.count("The store does not answer") == 1
    with pytest.raises(StoreUnavailable):
        store.ping()


def test_sqlalchemy_is_not_imported_before_the_store_is_used():
    code = (
        "import sys; from store.db import open_store; open_store('sqlite:///x'); sys.exit('sqlalchemy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
