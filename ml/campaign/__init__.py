"""From scored records to a list of those whom one acts on, and what that list should bring."""
