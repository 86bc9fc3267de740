/**
 * The demo: a sandbox and a whole n8n with the packed package, the credential and the examples in place. Scores the
 * bundled table once and leaves the editor open. Usage: npm start -- [--once] [--port 5690] [--sandbox-port 5691]
 */
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { at, listOf, numberOf, read, textOf } from '../test/support/json.cts';
import {
	importExamples,
	readExamples,
	SANDBOX_PORT,
	sandboxCredential,
	SCORING,
	type Workflow,
} from '../tools/examples.cts';
import { freePort, isFree } from '../tools/freePort.cts';
import { installN8n } from '../tools/installation.cts';
import { startListening } from '../tools/listeningScript.cts';
import { pack } from '../tools/pack.cts';
import { PlainError } from '../tools/plainError.cts';
import { ROOT } from '../tools/root.cts';
import { WholeN8n, type NodeRun } from '../tools/wholeN8n.cts';
import { HOME } from './home.cts';

const ROWS_SHOWN = 8;
const EMAIL = 'demo@example.com';

const started = Date.now();
function say(line: string): void {
	console.log(`[${String(Math.round((Date.now() - started) / 1000)).padStart(3)} s] ${line}`);
}

/** Ends what goes on until it is ended; single commands end with this process. */
const endings: Array<() => Promise<void>> = [];
let isEnding = false;
async function end(code: number): Promise<void> {
	if (isEnding) return;
	isEnding = true;
	await Promise.allSettled(endings.map((stop) => stop()));
	process.exit(code);
}

async function startSandbox(port: number): Promise<string> {
	const { server } = await startListening(join(ROOT, 'sandbox', 'main.cts'), '--port', String(port));
	endings.push(() => server.end());
	return `http://127.0.0.1:${port}`;
}

/** Puts credential and examples into n8n, unless just these are there: what someone changed in the editor then stays. */
async function provision(n8n: WholeN8n, sandbox: string, examples: Workflow[]): Promise<void> {
	const stamp = join(HOME, 'provisioned');
	const wanted = createHash('sha256')
		.update(JSON.stringify([sandboxCredential(sandbox), examples]))
		.digest('hex');
	if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
	say('Putting the credential and the example workflows in place …');
	await importExamples(n8n, sandbox);
	writeFileSync(stamp, wanted);
}

/** A password for this demo only; n8n wants a digit and a capital in it. */
function readPassword(): string {
	const file = join(HOME, 'password');
	if (!existsSync(file)) writeFileSync(file, `A1${randomBytes(9).toString('base64url')}`, { mode: 0o600 });
	return readFileSync(file, 'utf8');
}

/** Prints the first rows and the figures of a run; tells whether every row was scored. */
async function report(nodes: Record<string, NodeRun>, sandbox: string): Promise<boolean> {
	const model = nodes['Hopsworks Model'];
	const rows = nodes.Rows?.items ?? [];
	const scored = (model?.items ?? []).filter(({ json }) => typeof json.prediction === 'string');
	console.table(
		scored.slice(0, ROWS_SHOWN).map(({ json: { patient, radius, texture, area, diagnosis, prediction } }) => ({
			patient,
			radius,
			texture,
			area,
			diagnosis,
			prediction,
		})),
	);
	const control = async (name: string): Promise<unknown> =>
		read(await (await fetch(`${sandbox}/sandbox/${name}`)).text());
	const requests = numberOf(at(await control('traffic'), 'requests'));
	const messages = listOf(await control('messages')).map(textOf);
	const agreed = scored.filter(({ json }) => json.prediction === json.diagnosis).length;
	const seconds = ((model?.executionTime ?? 0) / 1000).toFixed(2);
	console.log(
		`${scored.length} of ${rows.length} rows scored in ${requests} requests and ${seconds} seconds; ${agreed} predictions agree with the diagnosis.`,
	);
	for (const message of messages) console.log(`Message to the team: ${message}`);
	return rows.length > 0 && scored.length === rows.length;
}

const HIGHEST_PORT = 65_000;

function readPort(text: string, option: string): number {
	const port = Number(text);
	if (Number.isInteger(port) && port > 0 && port <= HIGHEST_PORT) return port;
	throw new PlainError(`--${option} is '${text}'. It must be a port, a whole number from 1 to ${HIGHEST_PORT}.`);
}

function readArguments(): { once: boolean; port: number; sandboxPort: number } {
	try {
		const { values } = parseArgs({
			options: {
				once: { type: 'boolean', default: false },
				port: { type: 'string', default: '5690' },
				'sandbox-port': { type: 'string', default: String(SANDBOX_PORT) },
			},
		});
		const sandboxPort = readPort(values['sandbox-port'], 'sandbox-port');
		return { once: values.once, port: readPort(values.port, 'port'), sandboxPort };
	} catch (error) {
		throw new PlainError(error instanceof Error ? error.message : String(error));
	}
}

async function expectFree(port: number, instead: string): Promise<void> {
	if (await isFree(port)) return;
	throw new PlainError(`Port ${port} is taken. End what listens there, or choose another: npm start -- ${instead}`);
}

async function main(): Promise<void> {
	const { once, port, sandboxPort } = readArguments();
	await expectFree(port, `--port ${port + 100}`);
	await expectFree(sandboxPort, `--sandbox-port ${sandboxPort + 100}`);
	mkdirSync(HOME, { recursive: true });
	await installN8n(say);
	say('Building and packing the package …');
	const tarball = await pack(join(HOME, 'package'));
	const brokerPorts: [number, number] = [await freePort(), await freePort()];
	const n8n = new WholeN8n({ userFolder: join(HOME, 'user'), port, brokerPorts });
	await n8n.addPackage(tarball);
	const sandbox = await startSandbox(sandboxPort);
	const examples = readExamples(sandbox);
	await provision(n8n, sandbox, examples);

	say('Starting n8n, and scoring the bundled table once …');
	endings.push(() => n8n.stop());
	const [nodes] = await Promise.all([n8n.execute(SCORING), n8n.start()]);
	const isAllScored = await report(nodes, sandbox);
	if (once) {
		await end(isAllScored ? 0 : 1);
		return;
	}

	const password = readPassword();
	await n8n.setUpOwner(EMAIL, password);
	console.log(`
The editor is open:   ${n8n.url}
  e-mail              ${EMAIL}
  password            ${password}

Workflows to try:
${examples.map(({ id, name }) => `  ${`${name}:`.padEnd(40)} ${n8n.url}/workflow/${id}`).join('\n')}

A prediction by webhook:
  curl -X POST ${n8n.url}/webhook/is-it-fraud -H 'Content-Type: application/json' \\
    -d '{"cards": [4641025220953719, 4920355418495856]}'

The sandbox stands in for Hopsworks on ${sandbox}. Press Ctrl-C to end everything.`);
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void end(130));
main().catch((error: unknown) => {
	if (!isEnding) console.error(error instanceof PlainError ? error.message : error);
	return end(1);
});
