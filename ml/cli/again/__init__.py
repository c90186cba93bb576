"""Commands that train again on decisions whose outcomes are known."""
