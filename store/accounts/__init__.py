"""Accounts: people who sign in, API keys, and the audit log."""
