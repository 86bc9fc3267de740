"""Trains the sandbox's `tumor` model and writes what the sandbox needs to compute it without Python.

Data: scikit-learn's bundled Wisconsin diagnostic breast cancer data, 569 real biopsies, the ten mean measurements.
Writes  tumor.json            the fitted parameters
        tumor.expected.json   scikit-learn's own predictions and refusals, which the tests hold the sandbox to
        ../../examples/data/tumors.csv

Usage: python -m venv .venv && .venv/bin/pip install -r requirements.txt && .venv/bin/python train.py
"""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import sklearn
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

HERE = Path(__file__).parent
CSV = HERE.parent.parent / "examples" / "data" / "tumors.csv"

# What KServe's scikit-learn server hands to the model for rows that no model can read.
REFUSED = [
    [[1, 2, 3]],
    [[1] * 10, [2] * 9],
    [["a"] * 10],
    [[None] * 10],
    [1.0] * 10,
    [],
]


def refusal(model, rows):
    try:
        model.predict(np.array(rows))
    except Exception as error:
        return {"rows": rows, "error": str(error)}
    raise AssertionError(f"scikit-learn accepted {rows}")


def generated(measurements, count):
    """Rows anywhere within the range of the real ones, so that many lie near the border between the classes."""
    random = np.random.default_rng(0)
    return random.uniform(measurements.min(), measurements.max(), (count, measurements.shape[1]))


def write(name, content):
    (HERE / name).write_text(json.dumps(content) + "\n")


def main():
    data = load_breast_cancer(as_frame=True)
    measurements = data.data.iloc[:, :10]
    measurements.columns = [name.removeprefix("mean ").replace(" ", "_") for name in measurements.columns]
    diagnosis = np.array(data.target_names)[data.target]
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000)).fit(measurements, diagnosis)
    scaler, classifier = model[0], model[1]

    write(
        "tumor.json",
        {
            "columns": list(measurements.columns),
            "means": scaler.mean_.tolist(),
            "scales": scaler.scale_.tolist(),
            "coefficients": classifier.coef_[0].tolist(),
            "intercept": classifier.intercept_[0],
            "classes": classifier.classes_.tolist(),
        },
    )
    rows = np.vstack([measurements.to_numpy(), generated(measurements, 431)])
    table = pd.DataFrame(rows, columns=measurements.columns)
    write(
        "tumor.expected.json",
        {
            "made by": f"scikit-learn {sklearn.__version__}, numpy {np.__version__}",
            "accuracy on its own data": round(model.score(measurements, diagnosis), 4),
            "rows": rows.tolist(),
            "predictions": model.predict(table).tolist(),
            "scores": model.decision_function(table).tolist(),
            "refusals": [refusal(model, rows) for rows in REFUSED],
        },
    )
    bundled = measurements.assign(diagnosis=diagnosis).sample(frac=1, random_state=0)
    bundled.insert(0, "patient", [f"P{number:03}" for number in range(1, len(bundled) + 1)])
    bundled.to_csv(CSV, index=False)


if __name__ == "__main__":
    main()
