"""Signatures of webhooks by the Standard Webhooks specification, which has verifiers in many languages.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence

PREFIX = "whsec_"
SHORTEST, LONGEST = 24, 64  # bytes of a secret


def secrets_of(text: str) -> tuple[bytes, ...]:
    """Parse secrets, separated by spaces or commas; the first is the newest.

    Raises
    ------
    ValueError
        One of them is not ``whsec_`` and 24 to 64 bytes in base64.
    """
    secrets = []
    for each in text.replace(",", " ").split():
        try:
            secret = base64.b64decode(each.removeprefix(PREFIX), validate=True)
        except binascii.Error:
            secret = b""
        if not SHORTEST <= len(secret) <= LONGEST:
            raise ValueError(f"{PREFIX} and {SHORTEST} to {LONGEST} bytes in base64")
        secrets.append(secret)
    return tuple(secrets)


def signed(secrets: Sequence[bytes], message: str, moment: int, body: bytes) -> dict[str, str]:
    """Headers of a signed call.

    Parameters
    ----------
    secrets : sequence of bytes
        Each signs: during a rotation, a receiver that has only one of them can verify.
    message : str
        Id of the message, the same for all attempts.
    moment : int
        Seconds since 1970.
    """
    what = f"{message}.{moment}.".encode() + body
    signatures = [base64.b64encode(hmac.new(secret, what, hashlib.sha256).digest()).decode() for secret in secrets]
    return {
        "webhook-id": message,
        "webhook-timestamp": str(moment),
        "webhook-signature": " ".join(f"v1,{each}" for each in signatures),
    }
