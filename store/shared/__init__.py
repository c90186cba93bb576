"""Shared data of instances beside jobs and accounts: their models."""
