"""Telemetry: metrics for Prometheus, the format of logs, ids of requests, traces. Imports nothing of ours."""
