"""The migration step that makes the tables of the calibration alarm."""

from sqlalchemy import Connection


def alarms_and_alerts(connection: Connection) -> None:
    """Make the tables. A step that was once released never changes."""
    for statement in (
        (
            "CREATE TABLE alarm_episodes ("
            " id VARCHAR(32) NOT NULL PRIMARY KEY,"
            " model VARCHAR(100) NOT NULL,"
            " version VARCHAR(100) NOT NULL,"
            " outcome VARCHAR(200) NOT NULL,"
            " began DOUBLE PRECISION NOT NULL,"
            " evidence TEXT NOT NULL,"
            " seen BIGINT NOT NULL,"
            " checked DOUBLE PRECISION,"
            " alarmed DOUBLE PRECISION,"
            " since DOUBLE PRECISION,"
            " ended DOUBLE PRECISION,"
            " ended_by VARCHAR(300) NOT NULL,"
            " ended_why TEXT NOT NULL)"
        ),
        "CREATE UNIQUE INDEX alarm_episodes_on ON alarm_episodes (model, outcome) WHERE ended IS NULL",
        "CREATE INDEX alarm_episodes_of ON alarm_episodes (version, outcome)",
        (
            "CREATE TABLE alerts ("
            " episode VARCHAR(32) NOT NULL,"
            " channel VARCHAR(20) NOT NULL,"
            " state VARCHAR(10) NOT NULL,"
            " attempts INTEGER NOT NULL,"
            " due DOUBLE PRECISION NOT NULL,"
            " owner VARCHAR(32),"
            " message TEXT NOT NULL,"
            " PRIMARY KEY (episode, channel))"
        ),
        "CREATE INDEX alerts_due ON alerts (state, due)",
    ):
        connection.exec_driver_sql(statement)
