"""Tables of the store, as the migration steps of ``store/connection/migration_steps.py`` make them."""

from sqlalchemy import BigInteger, Column, DateTime, Float, Integer, String, Table, Text, UniqueConstraint

from store import model_tables as model_tables  # what imports these tables knows those too
from store import outcome_tables as outcome_tables
from store.metadata import metadata

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
    Column("who", String(200)),  # null where nobody signs in
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
    Column("key", String(200)),  # idempotency key: one job of each caller
    Column("created", Float, nullable=False),
    Column("started", Float),
    Column("finished", Float),
    Column("kind", String(10), nullable=False),  # score, campaign, list
    Column("who", String(200)),  # for whom it counts while it is not over; null where nobody is limited
    Column("request", String(64)),  # id of the request that sent it
    Column("trace", String(64)),  # the span of that request, as W3C's traceparent
    Column("key_of", String(200), nullable=False, default=""),  # whose idempotency key it is; empty: nobody signed in
    UniqueConstraint("key_of", "key"),
)

# Files that are being sent, and count for whoever sends them; `at` is when the sender was last heard of
uploads = Table(
    "uploads",
    metadata,
    Column("job", String(32), primary_key=True),
    Column("who", String(200), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("at", Float, nullable=False),
)

# Chunks of a job; number 0 splits the file into the others. Databases that exist call the table "pieces"
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

# Webhooks of jobs; `due` is the time of the next attempt, and the end of the lease during an attempt
webhooks = Table(
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

# People who sign in; times of these tables are seconds since 1970
people = Table(
    "people",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("name", String(200), nullable=False, unique=True),  # as typed at sign-in, in small letters
    Column("role", String(20), nullable=False),
    Column("roles", Text, nullable=False),  # JSON: model to role, where it is another
    Column("password", Text),  # argon2; null until an invitation is accepted
    Column("active", Integer, nullable=False),
    Column("created", Float, nullable=False),
    Column("identity", String(600), unique=True),  # issuer and subject, of those who sign in elsewhere
    Column("roles_at", Float),  # when their roles were said there
)

# Links for one use: an invitation, or a new password
invitations = Table(
    "invitations",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("person", String(32), nullable=False),
    Column("expires", Float, nullable=False),
)

# Sessions of browsers; the cookie holds the token, of which only the hash is here
sessions = Table(
    "sessions",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("person", String(32), nullable=False),
    Column("created", Float, nullable=False),
    Column("expires", Float, nullable=False),
)

# Keys of programs
api_keys = Table(
    "api_keys",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("hash", String(64), nullable=False),
    Column("name", String(200), nullable=False),
    Column("scopes", Text, nullable=False),  # JSON list
    Column("models", Text, nullable=False),  # JSON list; empty for all
    Column("made_by", String(200), nullable=False),
    Column("created", Float, nullable=False),
    Column("expires", Float),
    Column("used", Float),
    Column("ended", Float),
)

# Who did what, append-only; without values of records
audit = Table(
    "audit",
    metadata,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("at", Float, nullable=False),
    Column("who", String(200), nullable=False),
    Column("what", String(50), nullable=False),
    Column("about", Text, nullable=False),
    Column("before", Text, nullable=False),
    Column("after", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("request", String(200), nullable=False),
)

# What one process of all instances does at a time; `due` is the next time, or the end of the lease of who is at it
duties = Table(
    "duties",
    metadata,
    Column("name", String(50), primary_key=True),
    Column("owner", String(32)),
    Column("due", Float, nullable=False),
)

# Secrets that the first instance made for all: the key that signs cookies
secrets = Table(
    "secrets",
    metadata,
    Column("name", String(50), primary_key=True),
    Column("value", Text, nullable=False),
)
