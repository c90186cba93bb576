"""Readers of each kind of file: Excel, Parquet, JSON, HTML; risky ones in a limited process."""
