/** Runs the sandbox in a process of its own and says how to use it: npm run sandbox -- --port 18080 */
import { parseArgs } from 'node:util';
import { SANDBOX_KEY } from './keys.cts';
import { startSandbox } from './sandbox.cts';

const GUIDE_BODY = '{"inputs": [[4641025220953719, 4920355418495856]]}';

function usage(url: string): string {
	return `The sandbox listens on ${url}

The request of the Hopsworks REST guide, by host name:

  curl -X POST ${url}/v1/models/fraud:predict \\
    -H 'Host: fraud.test.hopsworks.ai' \\
    -H 'Authorization: ApiKey ${SANDBOX_KEY}' \\
    -H 'Content-Type: application/json' \\
    -d '${GUIDE_BODY}'

The same by path:

  curl -X POST ${url}/v1/test/fraud/v1/models/fraud:predict \\
    -H 'Authorization: ApiKey ${SANDBOX_KEY}' \\
    -H 'Content-Type: application/json' \\
    -d '${GUIDE_BODY}'

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

To see trouble, tell it to misbehave for the next two requests:

  curl -X POST ${url}/sandbox/faults -H 'Content-Type: application/json' -d '{"status": 503, "times": 2}'
`;
}

async function main(): Promise<void> {
	const { values } = parseArgs({ options: { port: { type: 'string', default: '18080' } } });
	const sandbox = await startSandbox(Number(values.port));
	console.log(usage(sandbox.url));
	const end = (): void => void sandbox.close().then(() => process.exit());
	process.on('SIGINT', end).on('SIGTERM', end);
}

main().catch((error: unknown) => {
	const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
	console.error(isTaken ? 'That port is taken: choose another with --port' : error);
	process.exitCode = 1;
});
