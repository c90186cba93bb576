"""Cells of a table: numbers, dates and truth values as people write them, and how a column is decided."""
