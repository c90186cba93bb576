"""The routes under ``/api/v1``, health and documentation."""
