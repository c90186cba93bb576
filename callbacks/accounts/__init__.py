"""Views of the pages of accounts: forms are posted, and answered by a page or by a redirect."""
