"""What instances share beside jobs and accounts: their models."""
