/**
 * The demo: a sandbox and a whole n8n with the packed package, the credential and the examples in place. Scores the
 * bundled table once and leaves the editor open. Usage: npm start -- --help
 */
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { lock } from 'proper-lockfile';
import { SANDBOX_KEY } from '../sandbox/keys.cts';
import { at, numberOf, read } from '../test/support/json.cts';
import {
	CSV_FILE,
	importExamples,
	needsOf,
	readExamples,
	sandboxCredential,
	type Workflow,
} from '../tools/examples.cts';
import { freePort, isFree } from '../tools/freePort.cts';
import { installN8n } from '../tools/installation.cts';
import { startListening } from '../tools/listeningScript.cts';
import { pack } from '../tools/pack.cts';
import { PlainError } from '../tools/plainError.cts';
import { ROOT } from '../tools/root.cts';
import { WholeN8n, type NodeRun } from '../tools/wholeN8n.cts';
import { homeOf } from './home.cts';

/** What was asked for, as `arguments.mjs` reads it. */
export interface Asked {
	once: boolean;
	port: number;
	sandboxPort: number;
	/** The port of the editor where none is asked for. */
	defaultPort: number;
}

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
async function provision(n8n: WholeN8n, home: string, sandbox: string, examples: Workflow[]): Promise<void> {
	const stamp = join(home, 'provisioned');
	const wanted = createHash('sha256')
		.update(JSON.stringify([sandboxCredential(sandbox), examples]))
		.digest('hex');
	if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
	say('Putting the credential and the example workflows in place …');
	await importExamples(n8n, sandbox);
	writeFileSync(stamp, wanted);
}

/** A password for this demo only; n8n wants a digit and a capital in it. */
function readPassword(home: string): string {
	const file = join(home, 'password');
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
	const traffic = read(await (await fetch(`${sandbox}/sandbox/traffic`)).text());
	const requests = numberOf(at(traffic, 'requests'));
	const agreed = scored.filter(({ json }) => json.prediction === json.diagnosis).length;
	const seconds = ((model?.executionTime ?? 0) / 1000).toFixed(2);
	console.log(
		`${scored.length} of ${rows.length} rows scored in ${requests} requests and ${seconds} seconds; ${agreed} predictions agree with the diagnosis.`,
	);
	return rows.length > 0 && scored.length === rows.length;
}

async function expectFree(port: number, instead: string): Promise<void> {
	if (await isFree(port)) return;
	throw new PlainError(
		`Port ${port} is taken, perhaps by another demo. End what listens there, or have this one beside it: npm start -- ${instead}`,
	);
}

/** Keeps the data of a demo to itself as long as it runs. */
async function claim(home: string, instead: string): Promise<void> {
	mkdirSync(home, { recursive: true });
	await lock(home, { lockfilePath: join(home, 'running'), onCompromised: () => {} }).catch(() => {
		throw new PlainError(
			`A demo with the data in ${home} is starting or running already. End it, or have another beside it: npm start -- ${instead}`,
		);
	});
}

/** Gives a tarball of the package, and an n8n installed; one demo of this checkout at a time. */
async function prepare(home: string): Promise<string> {
	const shared = join(ROOT, 'node_modules', '.demo');
	const options = { lockfilePath: shared, onCompromised: () => {} };
	const release = await lock(ROOT, options).catch(async () => {
		say('Another demo of this checkout is being prepared. Waiting for it …');
		return await lock(ROOT, { ...options, retries: { retries: 1200, factor: 1, minTimeout: 1000 } });
	});
	try {
		await installN8n(say);
		say('Building and packing the package …');
		return await pack(join(home, 'package'));
	} finally {
		await release();
	}
}

/** The workflows that run as they are, and those that need something beside the sandbox, each as a line. */
function listed(examples: Workflow[], url: string): string {
	const line = ({ id, name }: Workflow): string => `  ${`${name}:`.padEnd(40)} ${url}/workflow/${id}`;
	const needing = examples.filter((example) => needsOf(example).length > 0);
	const runnable = examples.filter((example) => !needing.includes(example));
	const needs = [...new Set(needing.flatMap(needsOf))].join(', ');
	return `Workflows that run as they are:
${runnable.map(line).join('\n')}

In place too, but they need a server of your own (${needs}):
${needing.map(line).join('\n')}`;
}

async function run({ once, port, sandboxPort, defaultPort }: Asked): Promise<void> {
	const another = `--port ${port + 100}`;
	const home = homeOf(port, defaultPort);
	await claim(home, another);
	await expectFree(port, another);
	await expectFree(sandboxPort, sandboxPort === port + 1 ? another : `--sandbox-port ${sandboxPort + 100}`);
	const tarball = await prepare(home);
	const brokerPorts: [number, number] = [await freePort(), await freePort()];
	const n8n = new WholeN8n({ userFolder: join(home, 'user'), port, brokerPorts });
	await n8n.addPackage(tarball);
	const sandbox = await startSandbox(sandboxPort);
	const examples = readExamples(sandbox);
	await provision(n8n, home, sandbox, examples);

	say('Starting n8n, and scoring the bundled table once …');
	endings.push(() => n8n.stop());
	const [nodes] = await Promise.all([n8n.execute(CSV_FILE), n8n.start()]);
	const isAllScored = await report(nodes, sandbox);
	if (once) {
		await end(isAllScored ? 0 : 1);
		return;
	}

	const password = readPassword(home);
	await n8n.setUpOwner(EMAIL, password);
	console.log(`
The editor is open:   ${n8n.url}
  e-mail              ${EMAIL}
  password            ${password}

${listed(examples, n8n.url)}

A prediction by webhook:
  curl -X POST ${n8n.url}/webhook/is-it-fraud -H 'Content-Type: application/json' \\
    -d '{"amount": 900, "age": 3, "hour": 2}'

The sandbox stands in for Hopsworks. To try a credential of your own (Hopsworks API, a key that the sandbox made up):
  API Key             ${SANDBOX_KEY}
  Hopsworks URL       ${sandbox}
  Model Serving URL   left empty, or the same address
  Project             test

What you change in the editor stays in ${home}; delete that folder to begin afresh.
Press Ctrl-C to end everything.`);
}

/** Runs the demo until it is ended, or has ended itself. */
export function startDemo(asked: Asked): void {
	for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void end(130));
	run(asked).catch((error: unknown) => {
		if (!isEnding) console.error(error instanceof PlainError ? error.message : error);
		return end(1);
	});
}
