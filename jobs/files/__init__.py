"""The files of a job: paths, opening, checks of the head, preview, messages."""
