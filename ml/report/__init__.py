"""A version's report: one HTML file that needs nothing else, and one page of A4."""
