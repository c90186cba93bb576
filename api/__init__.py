"""The REST API: request bodies to scores, and errors to HTTP codes, which appear nowhere else."""

from api.app import create_api
from api.http.request_body import WholeRequest

__all__ = ["WholeRequest", "create_api"]
