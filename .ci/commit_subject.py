"""Refuse a commit whose subject has more than 72 characters: the hook of the message, which gets its file."""

import sys
from pathlib import Path

LONGEST = 72


def subject(message: str) -> str:
    """The first line of a message that is neither empty nor a comment of git's."""
    lines = (line.strip() for line in message.splitlines())
    return next((line for line in lines if line and not line.startswith("#")), "")


if __name__ == "__main__":
    found = subject(Path(sys.argv[1]).read_text(encoding="utf-8"))
    if len(found) > LONGEST:
        sys.exit(f"The subject has {len(found)} characters, {LONGEST} at most: {found}")
