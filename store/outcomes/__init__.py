"""Decisions of models, what came of them, and assignments of campaigns: append-only tables."""
