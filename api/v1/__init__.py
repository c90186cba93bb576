"""Routes under ``/api/v1``, health checks and documentation."""
