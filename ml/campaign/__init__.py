"""Call lists from scored records: selection under limits, and a forecast of buyers and profit."""
