"""Backup of the store: all tables as lines of JSON, from and into either database."""
