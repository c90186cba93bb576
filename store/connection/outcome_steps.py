"""Migration steps of decisions, events and assignments, and of what is built on them: alarm, desk, shadow, feed.

A step that was once released never changes.
"""

from sqlalchemy import Connection


def decisions_and_events(connection: Connection) -> None:
    """Make the tables of decisions, events and assignments."""
    counted = "BIGINT GENERATED ALWAYS AS IDENTITY" if connection.dialect.name == "postgresql" else "INTEGER NOT NULL"
    for statement in (
        """CREATE TABLE decisions (
        id VARCHAR(40) NOT NULL PRIMARY KEY,
        model VARCHAR(100) NOT NULL,
        name VARCHAR(100) NOT NULL,
        record VARCHAR(200) NOT NULL,
        door VARCHAR(20) NOT NULL,
        who VARCHAR(300) NOT NULL,
        made DOUBLE PRECISION NOT NULL,
        probabilities TEXT,
        cut_offs TEXT NOT NULL,
        worth DOUBLE PRECISION,
        shown DOUBLE PRECISION,
        "grouping" VARCHAR(10) NOT NULL,
        campaign VARCHAR(32) NOT NULL,
        sealed TEXT)""",
        "CREATE INDEX decisions_of_record ON decisions (name, record, made)",
        "CREATE INDEX decisions_made ON decisions (name, made)",
        "CREATE INDEX decisions_campaign ON decisions (campaign)",
        f"""CREATE TABLE events (
        number {counted} PRIMARY KEY,
        id VARCHAR(40) NOT NULL UNIQUE,
        model VARCHAR(100) NOT NULL,
        kind VARCHAR(20) NOT NULL,
        decision VARCHAR(40) NOT NULL,
        record VARCHAR(200) NOT NULL,
        outcome VARCHAR(200) NOT NULL,
        value DOUBLE PRECISION,
        reason TEXT NOT NULL,
        note TEXT NOT NULL,
        happened DOUBLE PRECISION NOT NULL,
        known DOUBLE PRECISION NOT NULL,
        due DOUBLE PRECISION,
        "by" VARCHAR(300) NOT NULL,
        door VARCHAR(20) NOT NULL,
        "key" VARCHAR(200),
        refers VARCHAR(40) NOT NULL,
        campaign VARCHAR(32) NOT NULL,
        UNIQUE ("by", "key"))""",
        "CREATE INDEX events_of_decision ON events (decision)",
        "CREATE INDEX events_of_record ON events (model, record)",
        "CREATE INDEX events_known ON events (model, number)",
        """CREATE TABLE assignments (
        list VARCHAR(32) NOT NULL,
        "row" BIGINT NOT NULL,
        campaign VARCHAR(32) NOT NULL,
        model VARCHAR(100) NOT NULL,
        record VARCHAR(200) NOT NULL,
        "grouping" VARCHAR(10) NOT NULL,
        seed BIGINT NOT NULL,
        rank BIGINT NOT NULL,
        outcome VARCHAR(200) NOT NULL,
        probability DOUBLE PRECISION NOT NULL,
        worth DOUBLE PRECISION,
        made DOUBLE PRECISION NOT NULL,
        PRIMARY KEY (list, "row"))""",
        "CREATE INDEX assignments_of ON assignments (campaign)",
        "CREATE INDEX assignments_record ON assignments (record)",
        """CREATE TABLE assignment_claims (
        list VARCHAR(32) NOT NULL,
        "row" BIGINT NOT NULL,
        who VARCHAR(300) NOT NULL,
        until DOUBLE PRECISION NOT NULL,
        PRIMARY KEY (list, "row"))""",
    ):
        connection.exec_driver_sql(statement)


# Runs of the calibration alarm, and their alerts
ALARMS_AND_ALERTS = (
    """CREATE TABLE alarm_episodes (
    id VARCHAR(32) NOT NULL PRIMARY KEY,
    model VARCHAR(100) NOT NULL,
    version VARCHAR(100) NOT NULL,
    outcome VARCHAR(200) NOT NULL,
    began DOUBLE PRECISION NOT NULL,
    evidence TEXT NOT NULL,
    seen BIGINT NOT NULL,
    checked DOUBLE PRECISION,
    alarmed DOUBLE PRECISION,
    since DOUBLE PRECISION,
    ended DOUBLE PRECISION,
    ended_by VARCHAR(300) NOT NULL,
    ended_why TEXT NOT NULL)""",
    "CREATE UNIQUE INDEX alarm_episodes_on ON alarm_episodes (model, outcome) WHERE ended IS NULL",
    "CREATE INDEX alarm_episodes_of ON alarm_episodes (version, outcome)",
    """CREATE TABLE alerts (
    episode VARCHAR(32) NOT NULL,
    channel VARCHAR(20) NOT NULL,
    state VARCHAR(10) NOT NULL,
    attempts INTEGER NOT NULL,
    due DOUBLE PRECISION NOT NULL,
    owner VARCHAR(32),
    message TEXT NOT NULL,
    PRIMARY KEY (episode, channel))""",
    "CREATE INDEX alerts_due ON alerts (state, due)",
)

# Lists that sellers work through
DESK_LISTS = (
    """CREATE TABLE desk_lists (
    list VARCHAR(32) NOT NULL PRIMARY KEY,
    campaign VARCHAR(32) NOT NULL,
    model VARCHAR(100) NOT NULL,
    name TEXT NOT NULL,
    sellers TEXT NOT NULL,
    "by" VARCHAR(300) NOT NULL,
    "at" DOUBLE PRECISION NOT NULL)""",
    """CREATE TABLE desk_calls (
    event VARCHAR(40) NOT NULL PRIMARY KEY,
    list VARCHAR(32) NOT NULL,
    "row" BIGINT NOT NULL,
    what VARCHAR(20) NOT NULL,
    due DOUBLE PRECISION,
    "by" VARCHAR(300) NOT NULL,
    "at" DOUBLE PRECISION NOT NULL)""",
    'CREATE INDEX desk_calls_of ON desk_calls (list, "row", event)',
    "CREATE INDEX assignments_ranked ON assignments (list, rank)",
)

# Challengers in shadow, and their answers
CHALLENGERS = (
    """CREATE TABLE challengers (
    model VARCHAR(100) NOT NULL PRIMARY KEY,
    version VARCHAR(100) NOT NULL,
    share DOUBLE PRECISION NOT NULL,
    since DOUBLE PRECISION NOT NULL,
    "by" VARCHAR(300) NOT NULL,
    why TEXT NOT NULL,
    left_out BIGINT NOT NULL)""",
    """CREATE TABLE shadow_answers (
    challenger VARCHAR(100) NOT NULL,
    decision VARCHAR(40) NOT NULL,
    state VARCHAR(10) NOT NULL,
    attempts INTEGER NOT NULL,
    due DOUBLE PRECISION NOT NULL,
    probabilities TEXT,
    seconds DOUBLE PRECISION,
    beside DOUBLE PRECISION,
    error VARCHAR(200) NOT NULL,
    PRIMARY KEY (challenger, decision))""",
    "CREATE INDEX shadow_answers_due ON shadow_answers (state, due)",
    "CREATE INDEX shadow_answers_of ON shadow_answers (decision)",
)

# The feed: when decisions were stored, and how far they were told
FEEDS = (
    "ALTER TABLE decisions ADD COLUMN stored DOUBLE PRECISION DEFAULT 0 NOT NULL",
    "CREATE INDEX decisions_stored ON decisions (stored, id)",
    "CREATE INDEX events_stored ON events (known, id)",
    """CREATE TABLE feeds (
    kind VARCHAR(20) NOT NULL PRIMARY KEY,
    at DOUBLE PRECISION NOT NULL,
    last VARCHAR(40) NOT NULL,
    attempts INTEGER NOT NULL,
    due DOUBLE PRECISION NOT NULL)""",
)

# Events that refer to others: how rows of a CRM are followed
INDEX_OF_REFERENCES = ("CREATE INDEX events_of_reference ON events (refers)",)
