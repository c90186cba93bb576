"""Webhooks: which addresses may be called, how a call is signed and delivered."""
