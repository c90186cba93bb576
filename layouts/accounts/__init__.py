"""Pages of accounts: sign-in, one's own account, people, API keys and audit, as HTML without Dash."""
