"""What generated clients say and hear, by their own interpreter: generated.py KIND FOLDER PORT < asked > answers.

Asked is an object: name of a model to a list of its records. Heard is the same with probabilities.
"""

import json
import sys
from typing import Any


def python_client(port: int, asked: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    """The client that openapi-python-client makes."""
    from likely_client import Client
    from likely_client.api.models import list_models
    from likely_client.api.predict import predict
    from likely_client.models import Predictions, Record

    client = Client(base_url=f"http://127.0.0.1:{port}")
    listed = [each.name for each in list_models.sync(client=client).models]
    heard = {}
    for model, records in asked.items():
        made = predict.sync(model, client=client, body=[Record.from_dict(record) for record in records])
        assert isinstance(made, Predictions), made
        heard[model] = [each.probabilities.to_dict() for each in made.predictions]
    refused = predict.sync("no-such-model", client=client, body=Record.from_dict({"a": 1.0}))
    return {"listed": listed, "heard": heard, "refused": refused.error.code}


def generator(port: int, asked: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    """The client that openapi-generator makes."""
    import likely_api

    client = likely_api.ApiClient(likely_api.Configuration(host=f"http://127.0.0.1:{port}"))
    listed = [each.actual_instance.name for each in likely_api.ModelsApi(client).list_models().models]
    api, heard = likely_api.PredictApi(client), {}
    for model, records in asked.items():
        made = api.predict(model, likely_api.PredictRequest(records))
        heard[model] = [each.probabilities for each in made.predictions]
    try:
        api.predict("no-such-model", likely_api.PredictRequest([{"a": 1.0}]))
        raise AssertionError("scored by no model")
    except likely_api.exceptions.NotFoundException as error:
        refused = error.data.error.code
    return {"listed": listed, "heard": heard, "refused": refused}


if __name__ == "__main__":
    sys.path.insert(0, sys.argv[2])
    talk = {"openapi-python-client": python_client, "openapi-generator": generator}[sys.argv[1]]
    json.dump(talk(int(sys.argv[3]), json.load(sys.stdin)), sys.stdout)
