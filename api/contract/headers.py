"""Contract of headers, of requests and responses."""

from __future__ import annotations

from typing import Any

_TEXT = {"type": "string"}
_SOME_TAG = {**_TEXT, "examples": ['"0f8c2f6e3b1d4f5a9c7e8d6b5a4f3e2d-csv"']}

# Name in the document -> (header, True when always present, schema, description)
RESPONSE_HEADERS: dict[str, tuple[str, bool, dict[str, Any], str]] = {
    "RequestId": (
        "X-Request-Id",
        True,
        {**_TEXT, "pattern": "^[A-Za-z0-9._:-]{1,64}$", "examples": ["6e0c1f9d8a7b4c32"]},
        "Id of the request: the one that was sent, or a new one. Refusals stand in the log under it.",
    ),
    "Model": ("X-Model", True, {**_TEXT, "examples": ["iris@3f9a1c2b"]}, "Key of the version that answered."),
    "DecisionId": (
        "Decision-Id",
        False,
        {**_TEXT, "pattern": "^[0-9a-f]{24}$", "examples": ["019ac1f2d3e4a1b2c3d4e5f6"]},
        "Id of the recorded decisions, where any are: record n of the answer, from 0, is the decision ID-n.",
    ),
    "Location": (
        "Location",
        True,
        {**_TEXT, "format": "uri-reference", "examples": ["/api/v1/jobs/0f8c2f6e3b1d4f5a9c7e8d6b5a4f3e2d"]},
        "Address of the job.",
    ),
    "Replayed": (
        "Idempotency-Replayed",
        False,
        {**_TEXT, "enum": ["true"]},
        "Present where the same file was sent before under the same key: the job is that earlier one.",
    ),
    "Disposition": (
        "Content-Disposition",
        True,
        {**_TEXT, "examples": ["attachment; filename=scored-0f8c2f6e.csv"]},
        "Name of the file.",
    ),
    "Policy": (
        "Content-Security-Policy",
        True,
        {**_TEXT, "examples": ["default-src 'none'; style-src 'unsafe-inline'; sandbox allow-scripts"]},
        "Content security policy: permissions of the file in the browser that opens it.",
    ),
    "Allow": ("Allow", True, {**_TEXT, "examples": ["GET, HEAD, OPTIONS"]}, "The methods that are accepted here."),
    "Codings": (
        "Accept-Encoding",
        False,
        {**_TEXT, "examples": ["gzip, deflate"]},
        "Accepted compressions of a body, where another one was sent.",
    ),
    "RetryAfter": (
        "Retry-After",
        False,
        {"type": "integer", "minimum": 0, "examples": [2]},
        "Seconds after which to ask again.",
    ),
    "RateLimit": (
        "RateLimit",
        False,
        {**_TEXT, "examples": ['"caller";r=5999;t=42']},
        "Number of requests that remain, and seconds until the count starts anew.",
    ),
    "RateLimitPolicy": (
        "RateLimit-Policy",
        False,
        {**_TEXT, "examples": ['"caller";q=6000;w=60']},
        "Requests that a key, a person or an address may send in so many seconds.",
    ),
    "ETag": (
        "ETag",
        True,
        _SOME_TAG,
        "Tag of this state of the file, for If-Match, If-None-Match and If-Range.",
    ),
    "Authenticate": (
        "WWW-Authenticate",
        False,
        {**_TEXT, "examples": ['Bearer realm="likely"']},
        "Authentication scheme to use: an API key as a bearer token.",
    ),
    "AcceptRanges": (
        "Accept-Ranges",
        True,
        {**_TEXT, "enum": ["bytes", "none"]},
        "`bytes` where a range of the file may be requested, else `none`.",
    ),
    "ContentRange": (
        "Content-Range",
        True,
        {**_TEXT, "examples": ["bytes 0-1023/146515"]},
        "Range of the bytes that are sent, and size of the file.",
    ),
    "Link": (
        "Link",
        False,
        {**_TEXT, "examples": ['</api/v1/jobs?cursor=WzE3&limit=50>; rel="next"']},
        "The next page, where there is one.",
    ),
    "Refresh": (
        "Refresh",
        False,
        {**_TEXT, "examples": ["2"]},
        "Seconds as in Retry-After, for a browser that opened the address.",
    ),
    "JsonLength": (
        "Inference-Header-Content-Length",
        False,
        {"type": "integer", "minimum": 0, "examples": [214]},
        "Length of the JSON part, where tensors follow it as bytes.",
    ),
}

REQUEST_HEADERS: dict[str, tuple[str, dict[str, Any], str]] = {
    "IdempotencyKey": (
        "Idempotency-Key",
        {**_TEXT, "minLength": 1, "maxLength": 200, "examples": ["march-2026"]},
        "Idempotency key: the same request under the same key is the same job; another one under it is refused.",
    ),
    "Range": (
        "Range",
        {**_TEXT, "examples": ["bytes=1024-"]},
        "Range of bytes of the file to send.",
    ),
    "IfRange": (
        "If-Range",
        _SOME_TAG,
        "ETag of the copy of which the client has a part: of another state of the file all bytes are sent.",
    ),
    "IfMatch": (
        "If-Match",
        _SOME_TAG,
        "ETag of the only state of the file that the client wants.",
    ),
    "IfNoneMatch": (
        "If-None-Match",
        _SOME_TAG,
        "ETag of the copy that the client has already.",
    ),
    "JsonLength": (
        "Inference-Header-Content-Length",
        {"type": "integer", "minimum": 0, "examples": [214]},
        "Length of the JSON part, where tensors follow it as bytes.",
    ),
}

# Headers of any response with these statuses, beside the request id
STATUS_HEADERS = {
    401: ("Authenticate",),
    405: ("Allow",),
    415: ("Codings",),
    429: ("RetryAfter", "RateLimit", "RateLimitPolicy"),
    503: ("RetryAfter",),
}
