"""What public clients say and hear, by their own interpreter: talk.py CLIENT PORT MODEL < records > answers."""

import json
import sys
import urllib.request
from typing import Any


def tritonclient(port: int, model: str, records: list[dict[str, Any]]) -> dict[str, Any]:
    """Binary tensors both ways, then JSON both ways, then packed; and what it prints of an address that is unknown."""
    import numpy
    from tritonclient import http, utils

    client = http.InferenceServerClient(f"127.0.0.1:{port}")
    heard: dict[str, Any] = {"ready": client.is_server_ready() and client.is_model_ready(model)}
    declared = {each["name"]: each["datatype"] for each in client.get_model_metadata(model)["inputs"]}
    kinds = {"FP64": numpy.float64, "INT64": numpy.int64, "BYTES": numpy.object_}
    for binary in (True, False):
        inputs = []
        for name, datatype in declared.items():
            column: Any = numpy.array([[record[name]] for record in records]).astype(kinds[datatype])
            tensor = http.InferInput(name, list(column.shape), datatype)
            tensor.set_data_from_numpy(column, binary_data=binary)
            inputs.append(tensor)
        outputs = [http.InferRequestedOutput(name, binary_data=binary) for name in ("predict", "predict_proba")]
        answer = client.infer(model, inputs, outputs=outputs)
        labels = [each.decode() if isinstance(each, bytes) else each for each in answer.as_numpy("predict").tolist()]
        heard["binary" if binary else "json"] = [labels, answer.as_numpy("predict_proba").tolist()]
    packed = client.infer(model, inputs, request_compression_algorithm="gzip", response_compression_algorithm="gzip")
    heard["packed"] = packed.as_numpy("predict_proba").tolist()
    try:
        client.load_model(model)
    except utils.InferenceServerException as error:
        heard["unknown"] = [error.status(), error.message()]
    return heard


def mlserver(port: int, model: str, records: list[dict[str, Any]]) -> dict[str, Any]:
    """A frame through MLServer's codec, an answer back through its types."""
    import pandas
    from mlserver.codecs import NumpyCodec, PandasCodec, StringCodec
    from mlserver.types import InferenceResponse

    frame = pandas.DataFrame(records)
    texts = {name: object for name in frame if isinstance(records[0][name], str)}  # the codec knows no other text
    asked = PandasCodec.encode_request(frame.astype(texts), use_bytes=False)
    body = asked.model_dump_json(exclude_none=True).encode()
    address = f"http://127.0.0.1:{port}/v2/models/{model}/infer"
    request = urllib.request.Request(address, body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        found = InferenceResponse.model_validate_json(answer.read())
    outputs = {output.name: output for output in found.outputs}
    labels = StringCodec.decode_output(outputs["predict"])
    return {"json": [labels, NumpyCodec.decode_output(outputs["predict_proba"]).tolist()]}


def mlflow(port: int, model: str, records: list[dict[str, Any]]) -> dict[str, Any]:
    """MLflow's own client of its scoring server."""
    import pandas
    from mlflow.pyfunc.scoring_server.client import ScoringServerClient

    client = ScoringServerClient("127.0.0.1", port)
    client.ping()
    labels, numbers = (
        client.invoke(pandas.DataFrame(records), params={"predict_method": method}).get_predictions()
        for method in ("predict", "predict_proba")
    )
    version = client.get_version()
    return {"version": version, "json": [labels.iloc[:, 0].tolist(), numbers.to_numpy().tolist()]}


def hugging_face(port: int, model: str, records: list[dict[str, Any]]) -> dict[str, Any]:
    """The client of Hugging Face's inference endpoints, whose tables are columns of texts; at the root and by name."""
    from huggingface_hub import InferenceClient

    table = {name: [str(record[name]) for record in records] for name in records[0]}
    addresses = (f"http://127.0.0.1:{port}", f"http://127.0.0.1:{port}/{model}/predict")
    return {"labels": [InferenceClient(address).tabular_classification(table) for address in addresses]}


if __name__ == "__main__":
    talk = {"tritonclient": tritonclient, "mlserver": mlserver, "mlflow": mlflow, "hugging_face": hugging_face}[
        sys.argv[1]
    ]
    json.dump(talk(int(sys.argv[2]), sys.argv[3], json.load(sys.stdin)), sys.stdout)
