"""The REST door: bytes in, scores out. HTTP is known here and nowhere else in our own code."""

from api.app import create_api
from api.http.request_body import WholeRequest

__all__ = ["WholeRequest", "create_api"]
