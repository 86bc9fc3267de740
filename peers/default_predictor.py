"""Hopsworks' own default predictor in KServe's own model server; only the feature view and what is around it are stubs.

Usage: python default_predictor.py <port> <schema> <rendered>
<schema> is a file with the deployment schema as the REST API gives it; <rendered> gets what the library makes of it.

The model's prediction is the sum of cc_num and amount, where null counts as 0. What becomes of a row is decided by its
cc_num: an even one is known, an odd one is not, a transformation raises for 13, the feature store is away for 17 and once for
34, the model raises for 19.

The step from a request's body to the predictor is Hopsworks' wrapper, which is in no package; it is the few lines of Wrapper.
"""

import json
import sys
from types import SimpleNamespace

import pandas as pd

# KServe reads the command line when it is imported.
port, schema_file, rendered_file = int(sys.argv[1]), sys.argv[2], sys.argv[3]
del sys.argv[1:]

from hopsworks_common.client.exceptions import FeatureStoreException
from hsml.default_predictor import DefaultPredict
from hsml.deployment_schema import DeploymentSchema
from kserve import Model, ModelServer

NAME = "payments"
UNTRANSFORMABLE, AWAY, BEYOND_THE_MODEL, AWAY_ONCE = 13, 17, 19, 34


class FeatureView:
    name = "transactions"
    version = 1
    logging_enabled = False
    transformation_functions = []
    features = []
    was_away = False

    def init_serving(self, **_):
        pass

    def get_training_dataset_schema(self, _version):
        return [SimpleNamespace(name="cc_num", type="bigint"), SimpleNamespace(name="amount", type="double")]

    def get_feature_vectors(self, entry, passed_features, allow_missing, **_):
        keys = [int(one["cc_num"]) for one in entry]
        if UNTRANSFORMABLE in keys:
            raise ZeroDivisionError("a transformation divides by its input")
        if AWAY_ONCE in keys and not self.was_away:
            self.was_away = True
            raise TimeoutError("the feature store was away")
        if AWAY in keys:
            raise ConnectionError("the feature store is away")
        known = [key if key % 2 == 0 or key == BEYOND_THE_MODEL else None for key in keys]
        if None in known and not allow_missing:
            raise FeatureStoreException("no entity")
        amounts = [one["amount"] for one in passed_features]
        # Objects, or pandas would make floating point numbers of the keys.
        return pd.DataFrame({"cc_num": known, "amount": amounts}, dtype=object)

    async def get_feature_vectors_async(self, **asked):
        return self.get_feature_vectors(**asked)


class Sum:
    def predict(self, frame):
        if BEYOND_THE_MODEL in list(frame["cc_num"]):
            raise ValueError("the model does not know this one")
        return [key + (amount or 0) for key, amount in zip(frame["cc_num"], frame["amount"])]


class Predictor(DefaultPredict):
    def load_model(self, model_files_path):
        return Sum()


def deployment_of(schema):
    columns = [{"name": "cc_num", "type": "bigint"}, {"name": "amount", "type": "double"}]
    model = SimpleNamespace(
        name=NAME,
        version=1,
        training_dataset_version=1,
        model_schema={"input_schema": {"columnar_schema": columns}},
        get_feature_view=FeatureView,
    )
    return SimpleNamespace(
        name=NAME,
        schema=schema,
        schema_id=schema.schema_id,
        model_name=NAME,
        model_version=1,
        training_dataset_version=1,
        get_model=lambda: model,
        get_monitoring_configs=lambda: [],
    )


class Wrapper(Model):
    def __init__(self, predictor):
        super().__init__(NAME)
        self.predictor = predictor
        self.ready = True

    async def predict(self, payload, headers=None):
        rows = payload["inputs"] if "inputs" in payload else payload["instances"]
        output = await self.predictor.predict(rows, (headers or {}).get("x-request-id"))
        return {"predictions": output} if isinstance(output, list) else output


def main():
    with open(schema_file) as file:
        schema = DeploymentSchema.from_response_json(json.load(file))
    with open(rendered_file, "w") as file:
        json.dump({"schema": schema.to_dict(), "jsonschema": schema.to_json_schema(), "openapi": schema.to_openapi(NAME)}, file)
    ModelServer(http_port=port, enable_grpc=False).start([Wrapper(Predictor(deployment_of(schema)))])


if __name__ == "__main__":
    main()
