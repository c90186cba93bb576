"""The contract: requests and responses of the API as pydantic models, the source of its OpenAPI document.

Requests of a fixed shape are validated by them, the OpenAPI document is generated from them, and the tests check
every response against them. Only :mod:`api.contract.requests` is imported at the start of the service, the rest at
the first request for the document.
"""
