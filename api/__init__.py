"""The REST door: bytes in, scores out. HTTP is known here and nowhere else in our own code."""

from api.app import create_api

__all__ = ["create_api"]
