"""What a data scientist does with Hopsworks' own client: python hopsworks_client.py <asked.json> <found.json>

Reads where Hopsworks is and the rows to predict; writes what came of every step by its name: a value, or the error.
"""

import contextlib
import io
import json
import sys
import warnings

# Of certificates that nobody checks.
warnings.simplefilter("ignore")

import hopsworks  # noqa: E402
import requests  # noqa: E402

with open(sys.argv[1]) as file:
    asked = json.load(file)
rows = asked["rows"]
found = {}


def note(step, take):
    """Notes what a step gives, or why it fails: with an AttributeError where a release does not have it."""
    try:
        found[step] = {"value": take()}
    except Exception as error:
        cause = error if hasattr(error, "response") else error.__cause__
        body = cause.response.text if hasattr(cause, "response") else ""
        found[step] = {"error": type(error).__name__, "said": str(error), "body": body}


def printed(act):
    """What a call prints, where it returns nothing."""
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        act()
    return output.getvalue()


def login(**more):
    return hopsworks.login(
        host="127.0.0.1", port=asked["port"], cert_folder=asked["folder"], **{"api_key_value": asked["key"], **more}
    )


def states(serving):
    return {one.name: one.get_state().status for one in serving.get_deployments()}


def followed(deployment):
    """What following a log gives: what was there, and a line that is written after that."""
    chunks = deployment.tail_logs(interval=0.1, timeout=30, since="2026-11-24T02:00:00Z")
    before = next(chunks)
    line = {"deployment": deployment.name, "text": "written meanwhile"}
    requests.post(f"https://127.0.0.1:{asked['port']}/sandbox/logs", json=line, verify=False)
    return [len(before.splitlines()), next(chunks)]


def registered(project):
    registry = project.get_model_registry()
    note("models", lambda: [[one.version, one.training_metrics["accuracy"]] for one in registry.get_models("tumor")])
    note("no models", lambda: registry.get_models("nope"))
    note("best model", lambda: registry.get_best_model("tumor", "accuracy", "max").version)
    note("worst model", lambda: registry.get_best_model("tumor", "accuracy", "min").version)
    note("one model", lambda: [registry.get_model("tumor", version=2).id, registry.get_model("tumor", version=9)])


def alerted(project):
    alerts = project.get_alerts_api()
    note("no receivers", lambda: [one.name for one in alerts.get_alert_receivers()])
    webhook = [{"url": "https://n8n.example.com/webhook/hopsworks", "send_resolved": False}]
    note("receiver", lambda: alerts.create_alert_receiver("n8n", webhook_configs=webhook).name)
    note("receivers", lambda: [one.name for one in alerts.get_alert_receivers()])
    note("alert", lambda: alerts.create_project_alert("n8n", "job_failed", "critical", "Jobs").receiver)
    note("alerts", lambda: [[one.status, one.severity, one.service] for one in alerts.get_alerts()])
    note("no alert", lambda: alerts.get_alert(9))


def changed(tumor):
    """A way back to the first version, and forward to a new one."""
    versions = lambda: [[one.version, one.active, one.model_version] for one in tumor.get_versions()]  # noqa: E731
    predicted = lambda: tumor.predict(inputs=rows["tumor"])["predictions"]  # noqa: E731
    note("rollback", lambda: printed(lambda: tumor.rollback(1, await_update=60)))
    note("rolled back", versions)
    note("tumor, rolled back", predicted)
    note("rollback to the active one", lambda: printed(lambda: tumor.rollback(1)))
    note("rollback to an unknown one", lambda: tumor.rollback(9))
    tumor.model_version = 2
    note("save as new", lambda: tumor.save(await_update=60, new_version=True))
    note("saved as new", versions)
    note("tumor, saved as new", predicted)
    tumor.description = "as it was, with words"
    note("save in place", lambda: tumor.save(await_update=60))
    note("saved in place", versions)


def as_owner(project):
    note("project", lambda: [project.id, project.name])
    note("namespace", lambda: project.project_namespace)
    serving = project.get_model_serving()
    note("deployments", lambda: states(serving))
    note("by status", lambda: len(serving.get_deployments(status="Running")))
    note("unknown", lambda: serving.get_deployment("nope"))
    note("by number", lambda: serving.get_deployment_by_id(12).name)
    note("unknown number", lambda: serving.get_deployment_by_id(999))
    note("gateways", lambda: [[one.type, one.hosts] for one in serving.get_inference_endpoints()])
    note("image tags", lambda: serving.get_vllm_image_tags())

    cards = serving.get_deployment("cardcheck")
    note("endpoint URL", lambda: cards.get_endpoint_url())
    note("inference URL", lambda: cards.get_inference_url())
    note("cards, nested", lambda: cards.predict(inputs=rows["cards"])["predictions"])
    note("cards, flat", lambda: [cards.predict(inputs=row)["predictions"][0] for row in rows["cards"]])
    note("cards, body", lambda: cards.predict(data={"instances": rows["cards"]})["predictions"])
    note("bad row", lambda: cards.predict(inputs=[["no card"]]))
    note("logs", lambda: printed(lambda: cards.get_logs(tail=2)))
    note("log lines", lambda: cards.read_logs(tail=3))
    note("logs since then", lambda: cards.read_logs(since="2026-11-24T02:00:01Z"))
    note("logs of another pod", lambda: cards.read_logs(pod="nope"))
    note("followed", lambda: followed(cards))

    note("fraud", lambda: serving.get_deployment("fraud").predict(inputs=rows["fraud"])["predictions"])

    tumor = serving.get_deployment("tumor")
    note("tumor", lambda: tumor.predict(inputs=rows["tumor"])["predictions"])
    note("versions", lambda: [[one.version, one.active, one.model_version] for one in tumor.get_versions()])
    note("no tags", lambda: tumor.get_tags())
    note("tag", lambda: tumor.add_tag("owner", {"team": "risk"}))
    note("second tag", lambda: tumor.add_tag("stage", "test"))
    note("tags", lambda: tumor.get_tags())
    note("one tag", lambda: tumor.get_tag("owner"))
    note("unknown tag", lambda: tumor.get_tag("nope"))
    note("tag removed", lambda: tumor.delete_tag("owner"))
    note("unknown tag removed", lambda: tumor.delete_tag("owner"))
    note("tags left", lambda: tumor.get_tags())

    registered(project)
    alerted(project)

    payments = serving.get_deployment("payments")
    note("schema", lambda: payments.schema.to_dict())
    note("payments", lambda: payments.predict(inputs=rows["payments"])["predictions"])
    note("no entity", lambda: payments.predict(inputs=rows["stranger"]))
    note("checked here", lambda: payments.predict(inputs=rows["misfit"]))
    note("checked there", lambda: payments.predict(inputs=rows["misfit"], validate=False))

    assistant = serving.get_deployment("assistant")
    note("OpenAI URL", lambda: assistant.get_openai_url())
    note("prices", lambda: assistant.tracing.to_dict())
    note("language model", lambda: assistant.predict(inputs=[1]))
    headers = {"authorization": f"ApiKey {asked['key']}"}
    chat = {"model": "assistant", "messages": [{"role": "user", "content": "What is 6 * 7?"}]}
    url = assistant.get_openai_url() + "/chat/completions"
    answer = requests.post(url, json=chat, headers=headers, verify=False).json()
    note("chat", lambda: answer["choices"][0]["message"]["content"])

    note("idle", lambda: serving.get_deployment("returns").predict(inputs=rows["fraud"])["predictions"])

    screening = serving.get_deployment("screening")
    note("stopped", lambda: screening.predict(inputs=rows["tumor"]))
    note("logs of a stopped one", lambda: printed(lambda: screening.get_logs()))
    note("start", lambda: screening.start(await_running=60))
    note("started", lambda: screening.get_state().status)
    note("batched", lambda: screening.predict(data={"instances": rows["tumor"]})["predictions"])
    note("stop", lambda: screening.stop(await_stopped=60))
    note("stopped again", lambda: screening.get_state().status)

    broken = serving.get_deployment("broken")
    note("start of a failed one", lambda: printed(lambda: broken.start(await_running=60)))
    note("its stop", lambda: broken.stop(await_stopped=60))
    note("failing start", lambda: broken.start(await_running=60))
    note("failed", lambda: [broken.get_state().status, broken.get_state().condition.reason])

    changed(tumor)


def as_member(project):
    upsell = project.get_model_serving().get_deployment("upsell")
    note("refused start", lambda: upsell.start(await_running=60))
    upsell.description = "other words"
    note("refused save", lambda: upsell.save())


def without_gateway(project):
    cards = project.get_model_serving().get_deployment("cardcheck")
    note("inference URL without a gateway", lambda: cards.get_inference_url())
    note("cards without a gateway", lambda: cards.predict(inputs=rows["cards"])["predictions"])
    note("bad row without a gateway", lambda: cards.predict(inputs=[["no card"]]))


if asked["gateway"]:
    note("wrong key", lambda: login(project="test", api_key_value="OTHER.SECRET"))
    note("project of others", lambda: login(project="strangers"))
    # The client asks which of the projects, and reads the number from the standard input.
    as_owner(login())
    hopsworks.logout()
    as_member(login(project="team_a", hostname_verification=True, trust_store_path=asked["certificate"]))
else:
    without_gateway(login(project="test"))

with open(sys.argv[2], "w") as file:
    json.dump(found, file)
