"""Paths of a job's files, relative to FILES_URL."""

ALL = "jobs"
SOURCE = "source"


def folder(job: str) -> str:
    """Folder of a job's files."""
    return f"{ALL}/{job}"


def source(job: str) -> str:
    """The uploaded file."""
    return f"{folder(job)}/{SOURCE}"


def export(job: str, tag: str, owner: str, suffix: str) -> str:
    """The result of a job in another format, named by its writer; removed with the job."""
    return f"{folder(job)}/made-{tag}-{owner}{suffix}"


def made(job: str, number: int, owner: str, kind: str) -> str:
    """Input (kind "in") or output ("out") file of a chunk, named by its writer: two workers never write one file."""
    return f"{folder(job)}/{number:06d}-{kind}-{owner}"
