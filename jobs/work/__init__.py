"""The work of a job: kinds, chunks, campaigns, call lists, exports."""
