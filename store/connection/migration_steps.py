"""Numbered migration steps of the database."""

import json
from collections.abc import Callable, Sequence

from sqlalchemy import Connection, text

from store.connection.keys_of_callers import keys_of_callers
from store.connection.outcome_steps import (
    ALARMS_AND_ALERTS,
    CHALLENGERS,
    DESK_LISTS,
    FEEDS,
    INDEX_OF_REFERENCES,
    decisions_and_events,
)

Step = Sequence[str] | Callable[[Connection], object]  # statements; or a function, where databases or rows differ

# Step n is the n-th of these. A step that was once released never changes: its statements are
# written out, not taken from the tables, which change.
STEPS: tuple[Step, ...] = (
    (
        """CREATE TABLE cutoffs (
        model VARCHAR(100) NOT NULL,
        outcome VARCHAR(200) NOT NULL,
        value DOUBLE PRECISION NOT NULL,
        set_at TIMESTAMP WITH TIME ZONE NOT NULL,
        PRIMARY KEY (model, outcome))""",
    ),
    (
        """CREATE TABLE jobs (
        id VARCHAR(32) NOT NULL PRIMARY KEY,
        model VARCHAR(100) NOT NULL,
        state VARCHAR(10) NOT NULL,
        options TEXT NOT NULL,
        digest VARCHAR(64) NOT NULL,
        size BIGINT NOT NULL,
        message TEXT NOT NULL,
        key VARCHAR(200) UNIQUE,
        created DOUBLE PRECISION NOT NULL,
        started DOUBLE PRECISION,
        finished DOUBLE PRECISION)""",
        "CREATE INDEX jobs_open ON jobs (state, created)",
        """CREATE TABLE pieces (
        job VARCHAR(32) NOT NULL,
        number INTEGER NOT NULL,
        state VARCHAR(10) NOT NULL,
        attempts INTEGER NOT NULL,
        owner VARCHAR(32),
        lease DOUBLE PRECISION,
        records BIGINT,
        refused BIGINT,
        file VARCHAR(200),
        PRIMARY KEY (job, number))""",
    ),
    lambda connection: _run(
        connection,
        """CREATE TABLE books (
        model VARCHAR(100) NOT NULL PRIMARY KEY,
        book VARCHAR(32) NOT NULL,
        size BIGINT NOT NULL)""",
        # Ids are searched by prefix: that needs the order of code points, not of a language
        f"""CREATE TABLE book_records (
        book VARCHAR(32) NOT NULL,
        number BIGINT NOT NULL,
        id VARCHAR(200) NOT NULL,
        folded VARCHAR(1000) {_by_code_point(connection)} NOT NULL,
        text TEXT {_by_code_point(connection)} NOT NULL,
        PRIMARY KEY (book, number)){_in_order(connection)}""",
        "CREATE INDEX book_records_id ON book_records (book, id)",
        "CREATE INDEX book_records_folded ON book_records (book, folded)",
        f"""CREATE TABLE book_values (
        book VARCHAR(32) NOT NULL,
        number BIGINT NOT NULL,
        record TEXT NOT NULL,
        PRIMARY KEY (book, number)){_in_order(connection)}""",
    ),
    ("ALTER TABLE pieces ADD COLUMN gaps TEXT",),
    lambda connection: _kinds_and_calls(connection),
    (
        """CREATE TABLE control_groups (
        job VARCHAR(32) NOT NULL PRIMARY KEY,
        campaign VARCHAR(32) NOT NULL,
        model VARCHAR(100) NOT NULL,
        name TEXT NOT NULL,
        share DOUBLE PRECISION NOT NULL,
        calls BIGINT NOT NULL,
        control BIGINT NOT NULL,
        made DOUBLE PRECISION NOT NULL,
        records TEXT NOT NULL)""",
        "CREATE INDEX control_groups_of ON control_groups (campaign)",
    ),
    lambda connection: _run(
        connection,
        f"""CREATE TABLE cutoff_changes (
        number {_counting(connection)} PRIMARY KEY,
        model VARCHAR(100) NOT NULL,
        outcome VARCHAR(200) NOT NULL,
        before DOUBLE PRECISION NOT NULL,
        after DOUBLE PRECISION,
        reason TEXT NOT NULL,
        who VARCHAR(200),
        changed_at TIMESTAMP WITH TIME ZONE NOT NULL)""",
        "CREATE INDEX cutoff_changes_of ON cutoff_changes (model, outcome, number)",
    ),
    lambda connection: _run(
        connection,
        """CREATE TABLE people (
        id VARCHAR(32) NOT NULL PRIMARY KEY,
        name VARCHAR(200) NOT NULL UNIQUE,
        role VARCHAR(20) NOT NULL,
        roles TEXT NOT NULL,
        password TEXT,
        active INTEGER NOT NULL,
        created DOUBLE PRECISION NOT NULL)""",
        """CREATE TABLE invitations (
        hash VARCHAR(64) NOT NULL PRIMARY KEY,
        person VARCHAR(32) NOT NULL,
        expires DOUBLE PRECISION NOT NULL)""",
        """CREATE TABLE sessions (
        hash VARCHAR(64) NOT NULL PRIMARY KEY,
        person VARCHAR(32) NOT NULL,
        created DOUBLE PRECISION NOT NULL,
        expires DOUBLE PRECISION NOT NULL)""",
        "CREATE INDEX sessions_of ON sessions (person)",
        """CREATE TABLE api_keys (
        id VARCHAR(16) NOT NULL PRIMARY KEY,
        hash VARCHAR(64) NOT NULL,
        name VARCHAR(200) NOT NULL,
        scopes TEXT NOT NULL,
        models TEXT NOT NULL,
        made_by VARCHAR(200) NOT NULL,
        created DOUBLE PRECISION NOT NULL,
        expires DOUBLE PRECISION,
        used DOUBLE PRECISION,
        ended DOUBLE PRECISION)""",
        f"""CREATE TABLE audit (
        number {_counting(connection)} PRIMARY KEY,
        at DOUBLE PRECISION NOT NULL,
        who VARCHAR(200) NOT NULL,
        what VARCHAR(50) NOT NULL,
        about TEXT NOT NULL,
        before TEXT NOT NULL,
        after TEXT NOT NULL,
        why TEXT NOT NULL,
        request VARCHAR(200) NOT NULL)""",
        "CREATE TABLE secrets ( name VARCHAR(50) NOT NULL PRIMARY KEY, value TEXT NOT NULL)",
    ),
    (
        "ALTER TABLE people ADD COLUMN identity VARCHAR(600)",
        "ALTER TABLE people ADD COLUMN roles_at DOUBLE PRECISION",
        "CREATE UNIQUE INDEX people_identity ON people (identity)",
    ),
    # Claims read chunks in this order, which the primary key does not give: with a stale estimate of what is done the
    # planner would walk over all of that
    ("CREATE INDEX pieces_open ON pieces (job, state, number) WHERE state <> 'done'",),
    (
        "ALTER TABLE jobs ADD COLUMN who VARCHAR(200)",
        "CREATE INDEX jobs_who ON jobs (who, state)",
        """CREATE TABLE uploads (
        job VARCHAR(32) NOT NULL PRIMARY KEY,
        who VARCHAR(200) NOT NULL,
        size BIGINT NOT NULL,
        at DOUBLE PRECISION NOT NULL)""",
        "CREATE INDEX uploads_who ON uploads (who)",
    ),
    ("CREATE TABLE duties ( name VARCHAR(50) NOT NULL PRIMARY KEY, owner VARCHAR(32), due DOUBLE PRECISION NOT NULL)",),
    lambda connection: _run(
        connection,
        "CREATE TABLE shared_models ( name VARCHAR(63) NOT NULL PRIMARY KEY, live VARCHAR(8), trusted TEXT NOT NULL)",
        """CREATE TABLE model_versions (
        model VARCHAR(63) NOT NULL,
        fingerprint VARCHAR(8) NOT NULL,
        manifest VARCHAR(64) NOT NULL,
        created VARCHAR(40) NOT NULL,
        PRIMARY KEY (model, fingerprint))""",
        f"""CREATE TABLE model_history (
        number {_counting(connection)} PRIMARY KEY,
        model VARCHAR(63) NOT NULL,
        time VARCHAR(40) NOT NULL,
        action VARCHAR(20) NOT NULL,
        fingerprint VARCHAR(8),
        previous VARCHAR(8),
        who TEXT NOT NULL,
        why TEXT NOT NULL)""",
        "CREATE TABLE model_state ( id INTEGER NOT NULL PRIMARY KEY, token VARCHAR(32) NOT NULL)",
    ),
    (
        "ALTER TABLE jobs ADD COLUMN request VARCHAR(64)",
        "ALTER TABLE jobs ADD COLUMN trace VARCHAR(64)",
    ),
    (
        "ALTER TABLE shared_models ADD COLUMN coming VARCHAR(8)",
        """CREATE TABLE model_instances (
        id VARCHAR(32) NOT NULL PRIMARY KEY,
        seen DOUBLE PRECISION NOT NULL,
        versions TEXT NOT NULL)""",
    ),
    keys_of_callers,
    decisions_and_events,
    ALARMS_AND_ALERTS,
    DESK_LISTS,
    CHALLENGERS,
    FEEDS,
    INDEX_OF_REFERENCES,
)


def _kinds_and_calls(connection: Connection) -> None:
    """Add the column of a job's kind, which was among its options only, and the table of webhooks."""
    _run(
        connection,
        "ALTER TABLE jobs ADD COLUMN kind VARCHAR(10) DEFAULT 'score' NOT NULL",
        "CREATE INDEX jobs_newest ON jobs (created, id)",
        """CREATE TABLE calls (
        job VARCHAR(32) NOT NULL PRIMARY KEY,
        url TEXT NOT NULL,
        state VARCHAR(10) NOT NULL,
        attempts INTEGER NOT NULL,
        due DOUBLE PRECISION NOT NULL,
        owner VARCHAR(32),
        status INTEGER,
        message TEXT NOT NULL)""",
        "CREATE INDEX calls_due ON calls (state, due)",
    )
    for job, options in connection.execute(text("SELECT id, options FROM jobs")).all():
        kind = json.loads(options).get("kind", "score")
        connection.execute(text("UPDATE jobs SET kind = :kind WHERE id = :job"), {"kind": kind, "job": job})


def _counting(connection: Connection) -> str:
    """Type of a key that the database counts up itself."""
    if connection.dialect.name == "postgresql":
        return "BIGINT GENERATED ALWAYS AS IDENTITY"
    return "INTEGER NOT NULL"


def _by_code_point(connection: Connection) -> str:
    return 'COLLATE "C"' if connection.dialect.name == "postgresql" else "COLLATE BINARY"


def _in_order(connection: Connection) -> str:
    """Table suffix that stores rows in key order, so that reading a whole book is one scan."""
    return " WITHOUT ROWID" if connection.dialect.name == "sqlite" else ""


def _run(connection: Connection, *statements: str) -> None:
    for statement in statements:
        connection.exec_driver_sql(statement)
