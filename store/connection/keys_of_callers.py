"""The migration step that makes idempotency keys unique for each caller, no longer for all."""

from sqlalchemy import Connection

POSTGRESQL = (
    "ALTER TABLE jobs DROP CONSTRAINT jobs_key_key",
    "ALTER TABLE jobs ADD COLUMN key_of VARCHAR(200) DEFAULT '' NOT NULL",
)
SQLITE = (  # which drops no constraint: all is copied into a table without it
    """CREATE TABLE jobs_copy (
    id VARCHAR(32) NOT NULL PRIMARY KEY,
    model VARCHAR(100) NOT NULL,
    state VARCHAR(10) NOT NULL,
    options TEXT NOT NULL,
    digest VARCHAR(64) NOT NULL,
    size BIGINT NOT NULL,
    message TEXT NOT NULL,
    key VARCHAR(200),
    created DOUBLE PRECISION NOT NULL,
    started DOUBLE PRECISION,
    finished DOUBLE PRECISION,
    kind VARCHAR(10) DEFAULT 'score' NOT NULL,
    who VARCHAR(200),
    request VARCHAR(64),
    trace VARCHAR(64),
    key_of VARCHAR(200) DEFAULT '' NOT NULL)""",
    """INSERT INTO jobs_copy (
    id, model, state, options, digest, size, message, key, created, started, finished, kind, who, request, trace)
    SELECT
    id, model, state, options, digest, size, message, key, created, started, finished, kind, who, request, trace
    FROM jobs""",
    "DROP TABLE jobs",
    "ALTER TABLE jobs_copy RENAME TO jobs",
    "CREATE INDEX jobs_open ON jobs (state, created)",
    "CREATE INDEX jobs_newest ON jobs (created, id)",
    "CREATE INDEX jobs_who ON jobs (who, state)",
)
BOTH = (
    "CREATE UNIQUE INDEX jobs_key ON jobs (key_of, key)",
    # Those that are there become their senders'. An address is none: it counts those whom nobody knows
    """UPDATE jobs SET key_of = who
    WHERE key IS NOT NULL AND (substr(who, 1, 7) = 'person ' OR substr(who, 1, 4) = 'key ')""",
)


def keys_of_callers(connection: Connection) -> None:
    """Add the column that says whose an idempotency key is, and let each caller have keys of its own."""
    first = POSTGRESQL if connection.dialect.name == "postgresql" else SQLITE
    for statement in (*first, *BOTH):
        connection.exec_driver_sql(statement)
