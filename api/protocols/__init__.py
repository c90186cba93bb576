"""Protocols of other model servers (KServe, MLflow, SageMaker, Azure, Hugging Face): their clients work unchanged."""
