"""Keys that check the signatures of tokens, whoever sends them."""

from __future__ import annotations

from ml.errors import LikelyError

# Of public keys only: with HS256, whoever knows a public key could sign by it. "none" is no signature
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
LEEWAY = 60.0  # seconds by which clocks may differ


class ProviderAway(LikelyError):
    """The service that says who people are does not answer."""

    code = "provider_away"
