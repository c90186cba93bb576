"""Persistent state: SQLAlchemy tables with migrations (cut-offs, books, jobs, calls) and the files of jobs."""
