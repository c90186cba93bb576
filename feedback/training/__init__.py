"""Training tables: decisions with what is known of their outcomes, without anything that was known later only."""
