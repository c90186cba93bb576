"""Tree ensembles as an ONNX graph in double precision, and the session that runs it."""
