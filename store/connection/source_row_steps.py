"""The migration step for events that refer to others: how rows of a CRM are followed."""

from sqlalchemy import Connection


def index_of_references(connection: Connection) -> None:
    """Make the index. A step that was once released never changes."""
    connection.exec_driver_sql("CREATE INDEX events_of_reference ON events (refers)")
