"""The migration step that makes the tables of lists that sellers work through."""

from sqlalchemy import Connection


def lists_of_sellers(connection: Connection) -> None:
    """Make the tables. A step that was once released never changes."""
    for statement in (
        (
            "CREATE TABLE desk_lists ("
            " list VARCHAR(32) NOT NULL PRIMARY KEY,"
            " campaign VARCHAR(32) NOT NULL,"
            " model VARCHAR(100) NOT NULL,"
            " name TEXT NOT NULL,"
            " sellers TEXT NOT NULL,"
            ' "by" VARCHAR(300) NOT NULL,'
            ' "at" DOUBLE PRECISION NOT NULL)'
        ),
        (
            "CREATE TABLE desk_calls ("
            " event VARCHAR(40) NOT NULL PRIMARY KEY,"
            " list VARCHAR(32) NOT NULL,"
            ' "row" BIGINT NOT NULL,'
            " what VARCHAR(20) NOT NULL,"
            " due DOUBLE PRECISION,"
            ' "by" VARCHAR(300) NOT NULL,'
            ' "at" DOUBLE PRECISION NOT NULL)'
        ),
        'CREATE INDEX desk_calls_of ON desk_calls (list, "row", event)',
        "CREATE INDEX assignments_ranked ON assignments (list, rank)",
    ):
        connection.exec_driver_sql(statement)
