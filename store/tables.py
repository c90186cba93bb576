"""The tables as they are now, and the numbered steps that lead there."""

from collections.abc import Callable

from sqlalchemy import Column, Connection, DateTime, Float, Integer, MetaData, String, Table

Step = Callable[[Connection], object]

metadata = MetaData()

# Which steps this database has taken
migrations = Table(
    "likely_migrations",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("applied_at", DateTime(timezone=True), nullable=False),
)

# The cut-off that somebody chose for an outcome of a model
cutoffs = Table(
    "cutoffs",
    metadata,
    Column("model", String(100), primary_key=True),
    Column("outcome", String(200), primary_key=True),
    Column("value", Float, nullable=False),
    Column("set_at", DateTime(timezone=True), nullable=False),
)

# Step n is the n-th of these. A step that was once released never changes: its statements are
# written out, not taken from the tables above, which move on.
STEPS: tuple[Step, ...] = (
    lambda connection: connection.exec_driver_sql(
        "CREATE TABLE cutoffs ("
        " model VARCHAR(100) NOT NULL,"
        " outcome VARCHAR(200) NOT NULL,"
        " value DOUBLE PRECISION NOT NULL,"
        " set_at TIMESTAMP WITH TIME ZONE NOT NULL,"
        " PRIMARY KEY (model, outcome))"
    ),
)
