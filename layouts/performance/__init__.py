"""The Performance page: cut-off, money, headline metrics, cards of plots."""
