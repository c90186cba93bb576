"""The header of a table: its row, its columns beside the schema's features, and lines that are no records."""
