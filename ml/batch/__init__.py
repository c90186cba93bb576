"""Files of records scored: chunks, columns of a result, Dask."""
