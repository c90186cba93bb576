"""Who is there: sign-in, roles, API keys and audit. What a caller may do is decided here, for pages and API alike."""
