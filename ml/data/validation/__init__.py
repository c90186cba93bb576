"""Validation by pydantic models: bounds on what they are sent, and their errors in words."""
