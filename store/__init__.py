"""Persistent state: SQLAlchemy tables with migrations (cut-offs, books, jobs, webhooks) and the files of jobs."""
