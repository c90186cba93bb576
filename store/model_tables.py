"""Tables of the models that all instances share."""

from sqlalchemy import BigInteger, Column, Float, Integer, String, Table, Text

from store.metadata import metadata

# Models that all instances share (MODELS_URL); `live` is null where the model was removed or none was promoted yet
shared_models = Table(
    "shared_models",
    metadata,
    Column("name", String(63), primary_key=True),
    Column("live", String(8)),
    Column("trusted", Text, nullable=False),  # JSON: what it may load beyond the rule, as in trust.json
    Column("coming", String(8)),  # about to go live: instances fetch it ahead
)

# Their versions in object storage, each with the SHA-256 of its manifest: what is downloaded must have it
model_versions = Table(
    "model_versions",
    metadata,
    Column("model", String(63), primary_key=True),
    Column("fingerprint", String(8), primary_key=True),
    Column("manifest", String(64), nullable=False),
    Column("created", String(40), nullable=False),
)

# Their histories, append-only; `fingerprint` is null where the whole model was removed
model_history = Table(
    "model_history",
    metadata,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("model", String(63), nullable=False),
    Column("time", String(40), nullable=False),
    Column("action", String(20), nullable=False),
    Column("fingerprint", String(8)),
    Column("previous", String(8)),
    Column("who", Text, nullable=False),
    Column("why", Text, nullable=False),
)

# Machines that serve shared models, and the versions in their caches (JSON list of keys)
model_instances = Table(
    "model_instances",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("seen", Float, nullable=False),
    Column("versions", Text, nullable=False),
)

# One row, another token after each change of the three tables above: instances ask for it four times a second
model_state = Table(
    "model_state",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("token", String(32), nullable=False),
)
