"""Tables of decisions, of what came of them, and of assignments. Rows are appended; erasure empties columns."""

from sqlalchemy import BigInteger, Column, Float, Integer, String, Table, Text, UniqueConstraint

from store.metadata import metadata

# Answers about a record, times in seconds since 1970
decisions = Table(
    "decisions",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("model", String(100), nullable=False),  # key of the version
    Column("name", String(100), nullable=False),  # of the model, without the version
    Column("record", String(200), nullable=False),
    Column("door", String(20), nullable=False),
    Column("who", String(300), nullable=False),
    Column("made", Float, nullable=False),
    Column("probabilities", Text),  # JSON: outcome to probability
    Column("cut_offs", Text, nullable=False),  # JSON: outcome to cut-off
    Column("worth", Float),
    Column("shown", Float),
    Column("grouping", String(10), nullable=False),
    Column("campaign", String(32), nullable=False),
    Column("sealed", Text),
    Column("stored", Float, nullable=False),  # by the database's clock
)

# What happened; `number` is the order in which it became known
events = Table(
    "events",
    metadata,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("id", String(40), nullable=False, unique=True),
    Column("model", String(100), nullable=False),  # name, without the version
    Column("kind", String(20), nullable=False),
    Column("decision", String(40), nullable=False),
    Column("record", String(200), nullable=False),
    Column("outcome", String(200), nullable=False),
    Column("value", Float),
    Column("reason", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("happened", Float, nullable=False),
    Column("known", Float, nullable=False),
    Column("due", Float),
    Column("by", String(300), nullable=False),
    Column("door", String(20), nullable=False),
    Column("key", String(200)),  # idempotency key: one event of each caller
    Column("refers", String(40), nullable=False),
    Column("campaign", String(32), nullable=False),
    UniqueConstraint("by", "key"),
)

# Records of call lists and of their control groups, kept without time limit
assignments = Table(
    "assignments",
    metadata,
    Column("list", String(32), primary_key=True),
    Column("row", BigInteger, primary_key=True, autoincrement=False),
    Column("campaign", String(32), nullable=False),
    Column("model", String(100), nullable=False),
    Column("record", String(200), nullable=False),
    Column("grouping", String(10), nullable=False),
    Column("seed", BigInteger, nullable=False),
    Column("rank", BigInteger, nullable=False),
    Column("outcome", String(200), nullable=False),
    Column("probability", Float, nullable=False),
    Column("worth", Float),
    Column("made", Float, nullable=False),
)

# Who works on a record of a list at the moment; `until` is the end of the lease, by the database's clock
assignment_claims = Table(
    "assignment_claims",
    metadata,
    Column("list", String(32), primary_key=True),
    Column("row", BigInteger, primary_key=True, autoincrement=False),
    Column("who", String(300), nullable=False),
    Column("until", Float, nullable=False),
)

# Runs of the calibration alarm; of each outcome of a model one is not over
alarm_episodes = Table(
    "alarm_episodes",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("model", String(100), nullable=False),  # name, without the version
    Column("version", String(100), nullable=False),
    Column("outcome", String(200), nullable=False),
    Column("began", Float, nullable=False),
    Column("evidence", Text, nullable=False),  # JSON
    Column("seen", BigInteger, nullable=False),
    Column("checked", Float),
    Column("alarmed", Float),
    Column("since", Float),
    Column("ended", Float),
    Column("ended_by", String(300), nullable=False),
    Column("ended_why", Text, nullable=False),
)

# Alerts of these; `due` is the next attempt, or the end of the lease during one
alerts = Table(
    "alerts",
    metadata,
    Column("episode", String(32), primary_key=True),
    Column("channel", String(20), primary_key=True),
    Column("state", String(10), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due", Float, nullable=False),
    Column("owner", String(32)),
    Column("message", Text, nullable=False),
)

# Lists that sellers work through
desk_lists = Table(
    "desk_lists",
    metadata,
    Column("list", String(32), primary_key=True),
    Column("campaign", String(32), nullable=False),
    Column("model", String(100), nullable=False),
    Column("name", Text, nullable=False),
    Column("sellers", Text, nullable=False),  # JSON list; empty: all who may sell
    Column("by", String(300), nullable=False),
    Column("at", Float, nullable=False),
)

# What was done with entries of these lists, a row a note; one that is taken back is deleted, its events stay
desk_calls = Table(
    "desk_calls",
    metadata,
    Column("event", String(40), primary_key=True),
    Column("list", String(32), nullable=False),
    Column("row", BigInteger, nullable=False),
    Column("what", String(20), nullable=False),
    Column("due", Float),
    Column("by", String(300), nullable=False),
    Column("at", Float, nullable=False),
)

# Versions that are asked beside the live one of their model
challengers = Table(
    "challengers",
    metadata,
    Column("model", String(100), primary_key=True),
    Column("version", String(100), nullable=False),
    Column("share", Float, nullable=False),
    Column("since", Float, nullable=False),
    Column("by", String(300), nullable=False),
    Column("why", Text, nullable=False),
    Column("left_out", BigInteger, nullable=False),
)

# What they are asked and what they said; `due` is when that was queued, then the end of the lease of who asks
shadow_answers = Table(
    "shadow_answers",
    metadata,
    Column("challenger", String(100), primary_key=True),
    Column("decision", String(40), primary_key=True),
    Column("state", String(10), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due", Float, nullable=False),
    Column("probabilities", Text),  # JSON: outcome to probability
    Column("seconds", Float),
    Column("beside", Float),
    Column("error", String(200), nullable=False),
)

# How far decisions and events were told to another system; `due` is the time of the next attempt after a failure
feeds = Table(
    "feeds",
    metadata,
    Column("kind", String(20), primary_key=True),
    Column("at", Float, nullable=False),
    Column("last", String(40), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due", Float, nullable=False),
)
