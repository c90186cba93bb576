"""The contract: what the API takes and gives, as OpenAPI 3.1, made from the models that are there."""

from api.contract.document import document

__all__ = ["document"]
