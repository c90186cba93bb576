"""The files of a job: where they are, how they are opened, looked at and previewed."""
