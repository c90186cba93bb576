"""Compiled predictors: preprocessing as numpy columns, models as numpy or an ONNX graph."""
