"""WSGI middleware and Dash set-up: dispatch, path prefix, headers, CORS, compression, static files, cache."""
