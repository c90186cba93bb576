"""Execution of jobs: kinds, chunks, campaigns, call lists, exports."""
