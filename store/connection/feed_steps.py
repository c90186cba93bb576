"""The migration step of the feed: when decisions were stored, and how far they were told."""

from sqlalchemy import Connection


def feeds(connection: Connection) -> None:
    """Add the column and the table. A step that was once released never changes."""
    for statement in (
        "ALTER TABLE decisions ADD COLUMN stored DOUBLE PRECISION DEFAULT 0 NOT NULL",
        "CREATE INDEX decisions_stored ON decisions (stored, id)",
        "CREATE INDEX events_stored ON events (known, id)",
        (
            "CREATE TABLE feeds ("
            " kind VARCHAR(20) NOT NULL PRIMARY KEY,"
            " at DOUBLE PRECISION NOT NULL,"
            " last VARCHAR(40) NOT NULL,"
            " attempts INTEGER NOT NULL,"
            " due DOUBLE PRECISION NOT NULL)"
        ),
    ):
        connection.exec_driver_sql(statement)
