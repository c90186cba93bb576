"""The Performance page: cut-off, headline metrics, cards of plots."""
