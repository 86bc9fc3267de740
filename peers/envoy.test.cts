/** The node in n8n's real engine through a real gateway: by path and by host name, over TLS, with the key checked. */
import type { IDataObject } from 'n8n-workflow';
import { API_KEY, runModel, type RunResult } from '../test/support/engine.cts';
import { hostOf, PROJECT, startGateway, type Gateway } from './envoy.cts';
import { startKServe, type KServe } from './kserve.cts';
import { columnsOf, equalRows, rowsOf, type Asked } from './predict.cts';
import { note, peerTest } from './results.cts';
import { INSTALL_PATIENCE } from './servers.cts';

let kserve: KServe;
let gateway: Gateway;
beforeAll(async () => {
	kserve = await startKServe();
	gateway = await startGateway([
		{ deployment: 'iris', port: kserve.port },
		{ deployment: 'slow', port: kserve.port, seconds: 1 },
		{ deployment: 'down', port: 1 },
	]);
}, INSTALL_PATIENCE);

describe('behind Envoy', () => {
	/** Predict through the gateway, on the rows of a data set. */
	function through(
		servingUrl: string,
		deployment: string,
		asked: Asked & { credential?: IDataObject },
	): Promise<RunResult> {
		const set = kserve.set('iris');
		return runModel({
			rows: rowsOf(set),
			...asked,
			credential: { servingUrl, project: PROJECT, ...asked.credential },
			parameters: {
				operation: 'predict',
				deployment: { __rl: true, mode: 'name', value: deployment },
				columns: columnsOf(set),
				...asked.parameters,
				options: { maxTries: 1, ...asked.options },
			},
		});
	}
	const predictions = (): unknown[] => kserve.set('iris').predictions;

	peerTest('by path', async () => {
		const run = await through(gateway.url, 'iris', {});
		note('Envoy', 'by path', predictions().length, equalRows(run, predictions()));
	});

	peerTest('by host name', async () => {
		const run = await through(gateway.url, 'iris', { options: { routing: 'host', hostHeader: hostOf('iris') } });
		note('Envoy', 'by host name', predictions().length, equalRows(run, predictions()));
	});

	peerTest('over TLS: refused as long as the certificate cannot be checked', async () => {
		const refused = await through(gateway.tls, 'iris', {});
		expect(refused.error?.message).toContain('certificate');
		const run = await through(gateway.tls, 'iris', { credential: { ignoreSslIssues: true } });
		note('Envoy', 'TLS with a self-signed certificate', predictions().length, equalRows(run, predictions()));
	});

	peerTest('a wrong key, an unknown deployment, one that is too slow, one that is down', async () => {
		const message = async (deployment: string, asked: Asked & { credential?: IDataObject } = {}): Promise<string> => {
			const { error } = await through(gateway.url, deployment, {
				rows: rowsOf(kserve.set('iris')).slice(0, 1),
				...asked,
			});
			const said = [error?.message, error?.description].join(' ');
			expect(said).not.toContain(API_KEY);
			return said;
		};
		expect(await message('iris', { credential: { apiKey: 'OTHER.SECRET' } })).toMatch(/API key.*401|401.*api key/i);
		expect(await message('nowhere')).toContain('404');
		expect(await message('slow')).toContain('504');
		expect(await message('down')).toContain('503');
	});
});
