"""Contracts of other model servers' protocols (KServe, MLflow, Azure): requests, responses and operations."""
