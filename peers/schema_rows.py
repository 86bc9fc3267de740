"""What Hopsworks' own check says of rows: a run of the test on each line in, its verdicts on each line out.

A line in: {"schema": the schema as the REST API gives it, "bodies": [texts of request bodies]}.
A line out: {"verdicts": for each body the errors of its rows, or a text where it is none that KServe can read (it reads with
orjson too), "schema", "jsonschema", "openapi": the schema as the library writes it}.
"""

import json
import sys
import warnings

import orjson

warnings.filterwarnings("ignore")

from hsml.deployment_schema import DeploymentSchema


NAME = "any"


def verdict(schema, body):
    try:
        rows = orjson.loads(body)["instances"]
    except ValueError as error:
        return f"unreadable: {error}"
    return schema.validate_instances(rows)


for line in sys.stdin:
    run = json.loads(line)
    schema = DeploymentSchema.from_response_json(run["schema"])
    answer = {
        "verdicts": [verdict(schema, body) for body in run["bodies"]],
        "schema": schema.to_dict(),
        "jsonschema": schema.to_json_schema(),
        "openapi": schema.to_openapi(NAME),
    }
    print(json.dumps(answer), flush=True)
