"""Sign-in, roles, API keys and audit: what a caller may do is decided here, for pages and API alike."""
