"""What Hopsworks' own check says of rows: a run of the test on each line in, its verdicts on each line out.

A line in: {"schema": the schema as the REST API gives it, "bodies": [texts of request bodies]}.
A line out: for each body a list with a text for each of its rows, empty where the row passes; a single text, where the
body is none that KServe can read (it reads with orjson too).
"""

import json
import sys
import warnings

import orjson

warnings.filterwarnings("ignore")

from hsml.deployment_schema import DeploymentSchema


def verdicts(schema, body):
    try:
        rows = orjson.loads(body)["instances"]
    except ValueError as error:
        return f"unreadable: {error}"
    reasons = [""] * len(rows)
    for error in schema.validate_instances(rows):
        where = range(len(rows)) if error["row"] is None else [error["row"]]
        for row in where:
            reasons[row] += f"{error['field']} {error['reason']}; "
    return reasons


for line in sys.stdin:
    run = json.loads(line)
    schema = DeploymentSchema.from_response_json(run["schema"])
    print(json.dumps([verdicts(schema, body) for body in run["bodies"]]), flush=True)
