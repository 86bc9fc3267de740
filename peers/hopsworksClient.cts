/** Hopsworks' own Python client against the sandbox, over TLS: what it asked for, and what came of each of its steps. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import execa from 'execa';
import { stringify } from 'lossless-json';
import { SANDBOX_KEY } from '../sandbox/keys.cts';
import { startSandbox, type Sandbox } from '../sandbox/sandbox.cts';
import { at, isJsonText, read, recordOf, textOf } from '../test/support/json.cts';
import { installed, versionIn } from './python.cts';
import { noteServer } from './results.cts';
import { folder } from './servers.cts';

/** Rows for each deployment, as they go into the script; integers may be of any length. */
export type RowsByName = Record<string, unknown[]>;

export interface Failure {
	/** The exception's name. */
	error: string;
	said: string;
	/** What the server replied, where it did. */
	reply: unknown;
}

export interface Steps {
	value(step: string): unknown;
	failure(step: string): Failure;
}

export interface Client {
	/** As the report names it. */
	name: string;
	sandbox: Sandbox;
	/** The sandbox's address over TLS. */
	url: string;
	steps: Steps;
	/** Those that it goes where no gateway can be reached from outside. */
	withoutGateway: Steps;
	/** Calls of the REST API that the client made, and those among them that met no route. */
	calls: string[];
	unknown: string[];
	/** What a script prints that logs in to the sandbox by itself. */
	runLines(lines: string): Promise<string>;
}

/** The client reports to nobody what it is used for. */
const env = { ENABLE_HOPSWORKS_USAGE: 'false' };

function stepsOf(found: Record<string, unknown>): Steps {
	return {
		value(step) {
			const result = recordOf(found[step]);
			if (!('value' in result)) throw new Error(`${step}: ${JSON.stringify(result)}`);
			return result.value;
		},
		failure(step) {
			const { error, said, body } = recordOf(found[step]);
			const text = textOf(body);
			return { error: textOf(error), said: textOf(said), reply: isJsonText(text) ? read(text) : text };
		},
	};
}

/** Runs the script to its end. The first of the projects is chosen where it asks for one. */
async function runScript(python: string, run: string, asked: Record<string, unknown>): Promise<Steps> {
	const own = join(folder, run);
	mkdirSync(own);
	const [question, answer] = [join(own, 'asked.json'), join(own, 'found.json')];
	writeFileSync(question, stringify({ ...asked, folder: join(own, 'certificates') }) ?? '');
	const args = [join(__dirname, 'hopsworks_client.py'), question, answer];
	const { all } = await execa(python, args, { input: '1\n', env, all: true, reject: false });
	if (!existsSync(answer)) throw new Error(`the client's script did not end well:\n${all ?? ''}`);
	return stepsOf(recordOf(read(readFileSync(answer, 'utf8'))));
}

/** Starts a sandbox for the client of an environment, and runs the script against it: with a gateway, then without one. */
export async function runClient(environment: string, rows: RowsByName): Promise<Client> {
	const programs = await installed(environment);
	const python = join(programs, 'python');
	const name = `Hopsworks client ${await versionIn(programs, 'hopsworks')}`;
	noteServer(name);
	const sandbox = await startSandbox({ tlsPort: 0 });
	if (!sandbox.tls) throw new Error('the sandbox does not listen over TLS');
	const { url } = sandbox.tls;
	const { settings } = sandbox.cluster;
	Object.assign(settings.pace, { start: 1000, stop: 1000, wake: 1 });
	const certificate = join(folder, `${environment}.pem`);
	writeFileSync(certificate, sandbox.tls.certificate);
	const port = Number(new URL(url).port);
	const asked = { port, certificate, key: SANDBOX_KEY, rows };
	const steps = await runScript(python, environment, { ...asked, gateway: true });
	settings.hasLoadBalancer = false;
	const withoutGateway = await runScript(python, `${environment}-without`, { ...asked, gateway: false });
	settings.hasLoadBalancer = true;
	const { restApi, unknown } = sandbox.traffic;
	return {
		name,
		sandbox,
		url,
		steps,
		withoutGateway,
		calls: [...restApi],
		unknown: [...unknown],
		async runLines(lines) {
			// Certificates would go to a folder that the users of a machine share.
			const own = lines.replace('login(', `login(cert_folder=${JSON.stringify(join(folder, 'lines'))},`);
			return (await execa(python, ['-'], { input: own, env })).stdout;
		},
	};
}

/** The code in a reply of a deployment with a schema, or of the REST API. */
export function codeOf({ reply }: Failure): unknown {
	return at(reply, 'detail', 'code') ?? at(reply, 'errorCode');
}
