"""KServe's own model server with scikit-learn models on real data, and predictors as Hopsworks users write them.

Usage: python kserve_models.py <port> <file>
The file gets, as JSON, every row of each data set with what its model predicts of it, computed here and not over the wire.
"""

import asyncio
import json
import sys

import pandas as pd
from kserve import Model, ModelServer
from kserve.errors import InferenceError
from kserve.utils.utils import get_predict_input, get_predict_response
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits, load_iris, load_wine
from sklearn.ensemble import GradientBoostingRegressor, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler


class Sklearn(Model):
    """What KServe's scikit-learn server is: its two payload helpers around the estimator."""

    def __init__(self, name, estimator):
        super().__init__(name)
        self.estimator = estimator
        self.ready = True

    def predict(self, payload, headers=None):
        try:
            result = self.estimator.predict(get_predict_input(payload))
        except Exception as error:
            raise InferenceError(str(error))
        return get_predict_response(payload, result, self.name)


def rows_of(payload):
    return payload["inputs"] if "inputs" in payload else payload["instances"]


class Predictor(Model):
    """A predictor script: one function of the rows."""

    def __init__(self, name, answer):
        super().__init__(name)
        self.answer = answer
        self.ready = True

    def predict(self, payload, headers=None):
        return self.answer(rows_of(payload))


class Slow(Model):
    def __init__(self, name):
        super().__init__(name)
        self.ready = True

    async def predict(self, payload, headers=None):
        await asyncio.sleep(3)
        return {"predictions": [row[0] for row in rows_of(payload)]}


class NotReady(Predictor):
    """The server skips a model that is not ready when it starts, so this one is switched off afterwards."""

    def start(self):
        self.ready = False


PREDICTORS = {
    "firstrow": lambda rows: {"predictions": [rows[0][0] * 2]},
    "object": lambda rows: {"predictions": {"ranking": [{"article": "a", "score": 0.9}]}},
    "lists": lambda rows: {"predictions": {"score": [row[0] / 2 for row in rows], "label": [str(row[0]) for row in rows]}},
    "nan": lambda rows: {"predictions": [float("nan") if row[0] % 2 else row[0] for row in rows]},
    "ids": lambda rows: {"predictions": [row[0] + 1 for row in rows]},
    "named": lambda rows: {"predictions": [row["amount"] * row["rate"] for row in rows]},
    "single": lambda rows: {"predictions": [value * 3 for value in rows]},
    "columnar": lambda rows: {"predictions": [a + b for a, b in zip(rows["amount"], rows["rate"])]},
    "types": lambda rows: {"predictions": [" ".join(type(value).__name__ for value in row) for row in rows]},
}


def plain(value):
    return value.tolist() if hasattr(value, "tolist") else value


def main():
    port, file = int(sys.argv[1]), sys.argv[2]
    sets = {
        "iris": (load_iris(as_frame=True), LogisticRegression(max_iter=500), False),
        "wine": (load_wine(as_frame=True), RandomForestClassifier(n_estimators=20, random_state=0), False),
        "cancer": (load_breast_cancer(as_frame=True), make_pipeline(StandardScaler(), LogisticRegression()), True),
        "diabetes": (load_diabetes(as_frame=True), GradientBoostingRegressor(random_state=0), False),
        "digits": (load_digits(as_frame=True), RandomForestClassifier(n_estimators=20, random_state=0), False),
    }
    models, expected = [], {}
    for name, (data, estimator, by_name) in sets.items():
        frame: pd.DataFrame = data.data
        target = data.target
        if name == "cancer":  # labels are words
            target = target.map(dict(enumerate(data.target_names)))
        inputs = frame if by_name else frame.to_numpy()
        estimator.fit(inputs, target)
        models.append(Sklearn(name, estimator))
        expected[name] = {
            "columns": list(frame.columns),
            "rows": frame.to_numpy().tolist(),
            "byName": by_name,
            "predictions": plain(estimator.predict(inputs)),
        }
    with open(file, "w") as output:
        json.dump(expected, output)
    models += [Predictor(name, answer) for name, answer in PREDICTORS.items()]
    models += [Slow("slow"), NotReady("notready", lambda rows: {"predictions": []})]
    ModelServer(http_port=port, enable_grpc=False).start(models)


if __name__ == "__main__":
    main()
