"""Retention of jobs: removal, the purge of what is older than allowed, and the erasure of one record."""
