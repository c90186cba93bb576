"""Connections to the database: opened, migrated, with deadlines, and left alone during an outage."""
