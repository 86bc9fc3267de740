/** What the sandbox says about itself to those who run it: commands and lines of Python to try. */
import { SANDBOX_KEY } from './keys.cts';
import type { Sandbox } from './sandbox.cts';

const GUIDE_BODY = '{"inputs": [[4641025220953719, 4920355418495856]]}';
/** Two payments: amount in euros, age of the account in days, hour of the day. */
const PAYMENTS = '[[12.5, 400, 14], [900, 3, 2]]';

function usage(url: string): string {
	return `The sandbox listens on ${url}

The request of the Hopsworks REST guide, by host name:

  curl -X POST ${url}/v1/models/cardcheck:predict \\
    -H 'Host: cardcheck.test.hopsworks.ai' \\
    -H 'Authorization: ApiKey ${SANDBOX_KEY}' \\
    -H 'Content-Type: application/json' \\
    -d '${GUIDE_BODY}'

Two payments by path: amount in euros, age of the account in days, hour of the day (1 is fraud, 0 is not):

  curl -X POST ${url}/v1/test/fraud/v1/models/fraud:predict \\
    -H 'Authorization: ApiKey ${SANDBOX_KEY}' \\
    -H 'Content-Type: application/json' \\
    -d '{"inputs": ${PAYMENTS}}'

A question to a language model (the sandbox answers from rules):

  curl -X POST ${url}/v1/test/assistant/v1/chat/completions \\
    -H 'Authorization: ApiKey ${SANDBOX_KEY}' \\
    -H 'Content-Type: application/json' \\
    -d '{"model": "assistant", "messages": [{"role": "user", "content": "What is 6 * 7?"}]}'

The deployments of the project, as a credential with this address as Hopsworks URL lists them:

  curl ${url}/hopsworks-api/api/project/119/serving -H 'Authorization: ApiKey ${SANDBOX_KEY}'

To see 1,000 deployments more, slower starts, or a Hopsworks without a gateway:

  curl -X POST ${url}/sandbox/deployments -d '{"count": 1000}'
  curl -X POST ${url}/sandbox/settings -d '{"pace": {"start": 60000}, "hasLoadBalancer": false}'

A new version of a model, trained worse than the one before, and the deployment that serves it from then on:

  curl -X POST ${url}/sandbox/models -d '{"name": "tumor", "parameters": {"border": -4}}'
  curl -X POST ${url}/sandbox/versions -d '{"deployment": "tumor", "fields": {"modelVersion": 3}}'

A line in the log of a deployment, written now:

  curl -X POST ${url}/sandbox/logs -d '{"deployment": "fraud", "text": "something happened"}'

To see trouble, tell it to misbehave for the next two requests:

  curl -X POST ${url}/sandbox/faults -H 'Content-Type: application/json' -d '{"status": 503, "times": 2}'

Or to take no more than three questions at a time:

  curl -X POST ${url}/sandbox/faults -H 'Content-Type: application/json' -d '{"deployment": "assistant", "limit": 3}'
`;
}

/** A first script with Hopsworks' own client, which speaks TLS only. */
export function pythonLines(url: string): string {
	return `import hopsworks

project = hopsworks.login(
    host="127.0.0.1", port=${new URL(url).port}, project="test",
    api_key_value="${SANDBOX_KEY}", hostname_verification=False,
)
serving = project.get_model_serving()
print(serving.get_deployments())

fraud = serving.get_deployment("fraud")
print(fraud.predict(inputs=${PAYMENTS}))

screening = serving.get_deployment("screening")
screening.start(await_running=60)
screening.stop(await_stopped=60)
`;
}

function usageOverTls({ url, certificate }: { url: string; certificate: string }): string {
	return `Over TLS it listens on ${url}, with a certificate that it made for itself. In n8n, paste it into
'CA Certificate' of a credential with this address:

${certificate}
Hopsworks' own Python client (pip install "hopsworks[python]"):

${pythonLines(url).replace(/^(?=.)/gm, '  ')}`;
}

export function usageOf({ url, tls }: Pick<Sandbox, 'url' | 'tls'>): string {
	return tls ? `${usage(url)}\n${usageOverTls(tls)}` : usage(url);
}
