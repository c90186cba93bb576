"""Versions of models: changed by callers of the service, and what was done to them as events of the audit log."""
