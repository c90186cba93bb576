"""Shared by several pages: fields, cards of plots, addresses, ids, HTML."""
