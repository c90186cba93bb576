"""The migration step that makes the tables of decisions, events and assignments."""

from sqlalchemy import Connection


def decisions_and_events(connection: Connection) -> None:
    """Make the tables. A step that was once released never changes."""
    counted = "BIGINT GENERATED ALWAYS AS IDENTITY" if connection.dialect.name == "postgresql" else "INTEGER NOT NULL"
    for statement in (
        (
            "CREATE TABLE decisions ("
            " id VARCHAR(40) NOT NULL PRIMARY KEY,"
            " model VARCHAR(100) NOT NULL,"
            " name VARCHAR(100) NOT NULL,"
            " record VARCHAR(200) NOT NULL,"
            " door VARCHAR(20) NOT NULL,"
            " who VARCHAR(300) NOT NULL,"
            " made DOUBLE PRECISION NOT NULL,"
            " probabilities TEXT,"
            " cut_offs TEXT NOT NULL,"
            " worth DOUBLE PRECISION,"
            " shown DOUBLE PRECISION,"
            ' "grouping" VARCHAR(10) NOT NULL,'
            " campaign VARCHAR(32) NOT NULL,"
            " sealed TEXT)"
        ),
        "CREATE INDEX decisions_of_record ON decisions (name, record, made)",
        "CREATE INDEX decisions_made ON decisions (name, made)",
        "CREATE INDEX decisions_campaign ON decisions (campaign)",
        (
            "CREATE TABLE events ("
            f" number {counted} PRIMARY KEY,"
            " id VARCHAR(40) NOT NULL UNIQUE,"
            " model VARCHAR(100) NOT NULL,"
            " kind VARCHAR(20) NOT NULL,"
            " decision VARCHAR(40) NOT NULL,"
            " record VARCHAR(200) NOT NULL,"
            " outcome VARCHAR(200) NOT NULL,"
            " value DOUBLE PRECISION,"
            " reason TEXT NOT NULL,"
            " note TEXT NOT NULL,"
            " happened DOUBLE PRECISION NOT NULL,"
            " known DOUBLE PRECISION NOT NULL,"
            " due DOUBLE PRECISION,"
            ' "by" VARCHAR(300) NOT NULL,'
            " door VARCHAR(20) NOT NULL,"
            ' "key" VARCHAR(200),'
            " refers VARCHAR(40) NOT NULL,"
            " campaign VARCHAR(32) NOT NULL,"
            ' UNIQUE ("by", "key"))'
        ),
        "CREATE INDEX events_of_decision ON events (decision)",
        "CREATE INDEX events_of_record ON events (model, record)",
        "CREATE INDEX events_known ON events (model, number)",
        (
            "CREATE TABLE assignments ("
            " list VARCHAR(32) NOT NULL,"
            ' "row" BIGINT NOT NULL,'
            " campaign VARCHAR(32) NOT NULL,"
            " model VARCHAR(100) NOT NULL,"
            " record VARCHAR(200) NOT NULL,"
            ' "grouping" VARCHAR(10) NOT NULL,'
            " seed BIGINT NOT NULL,"
            " rank BIGINT NOT NULL,"
            " outcome VARCHAR(200) NOT NULL,"
            " probability DOUBLE PRECISION NOT NULL,"
            " worth DOUBLE PRECISION,"
            " made DOUBLE PRECISION NOT NULL,"
            ' PRIMARY KEY (list, "row"))'
        ),
        "CREATE INDEX assignments_of ON assignments (campaign)",
        "CREATE INDEX assignments_record ON assignments (record)",
        (
            "CREATE TABLE assignment_claims ("
            " list VARCHAR(32) NOT NULL,"
            ' "row" BIGINT NOT NULL,'
            " who VARCHAR(300) NOT NULL,"
            " until DOUBLE PRECISION NOT NULL,"
            ' PRIMARY KEY (list, "row"))'
        ),
    ):
        connection.exec_driver_sql(statement)
