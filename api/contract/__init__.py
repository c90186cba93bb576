"""The contract: what the API takes and gives, told once, as pydantic models.

Requests of a fixed shape are checked by them, the document is made from them, and the tests hold every answer against
them. Only :mod:`api.contract.requests` is imported when the service starts; the rest waits for the first who asks
for the document.
"""
