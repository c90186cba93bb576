"""Tables of the store, and the numbered migration steps that lead there."""

import json
from collections.abc import Callable

from sqlalchemy import BigInteger, Column, Connection, DateTime, Float, Integer, MetaData, String, Table, Text, text

Step = Callable[[Connection], object]

metadata = MetaData()

# Migration steps that this database has applied
migrations = Table(
    "likely_migrations",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("applied_at", DateTime(timezone=True), nullable=False),
)

# The chosen cut-off of an outcome of a model
cutoffs = Table(
    "cutoffs",
    metadata,
    Column("model", String(100), primary_key=True),
    Column("outcome", String(200), primary_key=True),
    Column("value", Float, nullable=False),
    Column("set_at", DateTime(timezone=True), nullable=False),
)

# Every change of a cut-off, append-only; `after` is null where the choice was forgotten with its model
cutoff_changes = Table(
    "cutoff_changes",
    metadata,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("model", String(100), nullable=False),
    Column("outcome", String(200), nullable=False),
    Column("before", Float, nullable=False),
    Column("after", Float),
    Column("reason", Text, nullable=False),
    Column("who", String(200)),  # null until there is sign-in
    Column("changed_at", DateTime(timezone=True), nullable=False),
)

# Work that outlives a request; times are seconds since 1970 by the database's own clock
jobs = Table(
    "jobs",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("model", String(100), nullable=False),
    Column("state", String(10), nullable=False),
    Column("options", Text, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("message", Text, nullable=False),
    Column("key", String(200), unique=True),
    Column("created", Float, nullable=False),
    Column("started", Float),
    Column("finished", Float),
    Column("kind", String(10), nullable=False),  # score, campaign, list
)

# Chunks of a job; number 0 splits the file into the others
chunks = Table(
    "pieces",
    metadata,
    Column("job", String(32), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("state", String(10), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("owner", String(32)),
    Column("lease", Float),
    Column("records", BigInteger),
    Column("refused", BigInteger),
    Column("file", String(200)),
    Column("gaps", Text),  # JSON: feature to records without its value
)

# Callbacks of jobs; `due` is the time of the next attempt, and the end of the lease during an attempt
calls = Table(
    "calls",
    metadata,
    Column("job", String(32), primary_key=True),
    Column("url", Text, nullable=False),
    Column("state", String(10), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due", Float, nullable=False),
    Column("owner", String(32)),
    Column("status", Integer),
    Column("message", Text, nullable=False),
)

# Who was kept back by each list of a campaign; stays when the jobs are gone
control_groups = Table(
    "control_groups",
    metadata,
    Column("job", String(32), primary_key=True),
    Column("campaign", String(32), nullable=False),
    Column("model", String(100), nullable=False),
    Column("name", Text, nullable=False),
    Column("share", Float, nullable=False),
    Column("calls", BigInteger, nullable=False),
    Column("control", BigInteger, nullable=False),
    Column("made", Float, nullable=False),
    Column("records", Text, nullable=False),  # JSON: row of the file and id of each
)

# The book of a model: the set of records below that is the present one
books = Table(
    "books",
    metadata,
    Column("model", String(100), primary_key=True),
    Column("book", String(32), nullable=False),
    Column("size", BigInteger, nullable=False),
)

# Search index, a row a record, numbered from 0; `folded` is the id and `text` all texts, without case or accents
book_records = Table(
    "book_records",
    metadata,
    Column("book", String(32), primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("id", String(200), nullable=False),
    Column("folded", String(1000), nullable=False),
    Column("text", Text, nullable=False),
)

# The records themselves, in a table of their own, so that a search reads little
book_values = Table(
    "book_values",
    metadata,
    Column("book", String(32), primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("record", Text, nullable=False),
)

# Step n is the n-th of these. A step that was once released never changes: its statements are
# written out, not taken from the tables above, which change.
STEPS: tuple[Step, ...] = (
    lambda connection: connection.exec_driver_sql(
        "CREATE TABLE cutoffs ("
        " model VARCHAR(100) NOT NULL,"
        " outcome VARCHAR(200) NOT NULL,"
        " value DOUBLE PRECISION NOT NULL,"
        " set_at TIMESTAMP WITH TIME ZONE NOT NULL,"
        " PRIMARY KEY (model, outcome))"
    ),
    lambda connection: _run(
        connection,
        "CREATE TABLE jobs ("
        " id VARCHAR(32) NOT NULL PRIMARY KEY,"
        " model VARCHAR(100) NOT NULL,"
        " state VARCHAR(10) NOT NULL,"
        " options TEXT NOT NULL,"
        " digest VARCHAR(64) NOT NULL,"
        " size BIGINT NOT NULL,"
        " message TEXT NOT NULL,"
        " key VARCHAR(200) UNIQUE,"
        " created DOUBLE PRECISION NOT NULL,"
        " started DOUBLE PRECISION,"
        " finished DOUBLE PRECISION)",
        "CREATE INDEX jobs_open ON jobs (state, created)",
        "CREATE TABLE pieces ("
        " job VARCHAR(32) NOT NULL,"
        " number INTEGER NOT NULL,"
        " state VARCHAR(10) NOT NULL,"
        " attempts INTEGER NOT NULL,"
        " owner VARCHAR(32),"
        " lease DOUBLE PRECISION,"
        " records BIGINT,"
        " refused BIGINT,"
        " file VARCHAR(200),"
        " PRIMARY KEY (job, number))",
    ),
    lambda connection: _run(
        connection,
        "CREATE TABLE books ("
        " model VARCHAR(100) NOT NULL PRIMARY KEY,"
        " book VARCHAR(32) NOT NULL,"
        " size BIGINT NOT NULL)",
        # Ids are searched by prefix: that needs the order of code points, not of a language
        "CREATE TABLE book_records ("
        " book VARCHAR(32) NOT NULL,"
        " number BIGINT NOT NULL,"
        " id VARCHAR(200) NOT NULL,"
        f" folded VARCHAR(1000) {_by_code_point(connection)} NOT NULL,"
        f" text TEXT {_by_code_point(connection)} NOT NULL,"
        f" PRIMARY KEY (book, number)){_in_order(connection)}",
        "CREATE INDEX book_records_id ON book_records (book, id)",
        "CREATE INDEX book_records_folded ON book_records (book, folded)",
        "CREATE TABLE book_values ("
        " book VARCHAR(32) NOT NULL,"
        " number BIGINT NOT NULL,"
        " record TEXT NOT NULL,"
        f" PRIMARY KEY (book, number)){_in_order(connection)}",
    ),
    lambda connection: connection.exec_driver_sql("ALTER TABLE pieces ADD COLUMN gaps TEXT"),
    lambda connection: _kinds_and_calls(connection),
    lambda connection: _run(
        connection,
        "CREATE TABLE control_groups ("
        " job VARCHAR(32) NOT NULL PRIMARY KEY,"
        " campaign VARCHAR(32) NOT NULL,"
        " model VARCHAR(100) NOT NULL,"
        " name TEXT NOT NULL,"
        " share DOUBLE PRECISION NOT NULL,"
        " calls BIGINT NOT NULL,"
        " control BIGINT NOT NULL,"
        " made DOUBLE PRECISION NOT NULL,"
        " records TEXT NOT NULL)",
        "CREATE INDEX control_groups_of ON control_groups (campaign)",
    ),
    lambda connection: _run(
        connection,
        "CREATE TABLE cutoff_changes ("
        f" number {_counting(connection)} PRIMARY KEY,"
        " model VARCHAR(100) NOT NULL,"
        " outcome VARCHAR(200) NOT NULL,"
        " before DOUBLE PRECISION NOT NULL,"
        " after DOUBLE PRECISION,"
        " reason TEXT NOT NULL,"
        " who VARCHAR(200),"
        " changed_at TIMESTAMP WITH TIME ZONE NOT NULL)",
        "CREATE INDEX cutoff_changes_of ON cutoff_changes (model, outcome, number)",
    ),
)


def _kinds_and_calls(connection: Connection) -> None:
    """Add the column of a job's kind, which was among its options only, and the table of callbacks."""
    _run(
        connection,
        "ALTER TABLE jobs ADD COLUMN kind VARCHAR(10) DEFAULT 'score' NOT NULL",
        "CREATE INDEX jobs_newest ON jobs (created, id)",
        "CREATE TABLE calls ("
        " job VARCHAR(32) NOT NULL PRIMARY KEY,"
        " url TEXT NOT NULL,"
        " state VARCHAR(10) NOT NULL,"
        " attempts INTEGER NOT NULL,"
        " due DOUBLE PRECISION NOT NULL,"
        " owner VARCHAR(32),"
        " status INTEGER,"
        " message TEXT NOT NULL)",
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
