"""Where the files of a job are, below the place for files."""

ALL = "jobs"
SOURCE = "source"


def folder(job: str) -> str:
    """All of a job's files."""
    return f"{ALL}/{job}"


def source(job: str) -> str:
    """The file as it was sent."""
    return f"{folder(job)}/{SOURCE}"


def export(job: str, tag: str, owner: str, suffix: str) -> str:
    """The result of a job in another format, made by whom: it goes with the job."""
    return f"{folder(job)}/made-{tag}-{owner}{suffix}"


def made(job: str, number: int, owner: str, kind: str) -> str:
    """What a chunk reads (kind "in") or gives ("out"), by whom: two who do the same never write one file."""
    return f"{folder(job)}/{number:06d}-{kind}-{owner}"
