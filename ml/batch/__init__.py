"""Batch scoring of files: lines, columns of a result, Dask."""
