"""Results as files for people (Excel, CSV that Excel opens) and for programs (CSV, Parquet)."""
