"""Challengers in shadow: asked beside the live version for a share of the decisions, and judged by what came."""
