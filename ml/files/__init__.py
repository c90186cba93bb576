"""Tables that people and programs send: CSV in any dialect, spreadsheets, Parquet. One reader for all entry points."""
