"""The migration step that makes the tables of challengers in shadow."""

from sqlalchemy import Connection


def challengers_and_answers(connection: Connection) -> None:
    """Make the tables. A step that was once released never changes."""
    for statement in (
        (
            "CREATE TABLE challengers ("
            " model VARCHAR(100) NOT NULL PRIMARY KEY,"
            " version VARCHAR(100) NOT NULL,"
            " share DOUBLE PRECISION NOT NULL,"
            " since DOUBLE PRECISION NOT NULL,"
            ' "by" VARCHAR(300) NOT NULL,'
            " why TEXT NOT NULL,"
            " left_out BIGINT NOT NULL)"
        ),
        (
            "CREATE TABLE shadow_answers ("
            " challenger VARCHAR(100) NOT NULL,"
            " decision VARCHAR(40) NOT NULL,"
            " state VARCHAR(10) NOT NULL,"
            " attempts INTEGER NOT NULL,"
            " due DOUBLE PRECISION NOT NULL,"
            " probabilities TEXT,"
            " seconds DOUBLE PRECISION,"
            " beside DOUBLE PRECISION,"
            " error VARCHAR(200) NOT NULL,"
            " PRIMARY KEY (challenger, decision))"
        ),
        "CREATE INDEX shadow_answers_due ON shadow_answers (state, due)",
        "CREATE INDEX shadow_answers_of ON shadow_answers (decision)",
    ):
        connection.exec_driver_sql(statement)
