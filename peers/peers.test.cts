/** The nodes in n8n's real engine against model servers and a gateway that others wrote: every prediction as Python computes it. */
import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { useChatModel } from '../test/support/chatModel.cts';
import { API_KEY, runModel, type RunOptions, type RunResult } from '../test/support/engine.cts';
import { markdownTable } from '../tools/markdownTable.cts';
import { writeReport } from '../tools/report.cts';
import { hostOf, PROJECT } from './envoy.cts';
import { LANGUAGE_MODEL, startPeers, type DataSet, type Peer, type Peers } from './peers.cts';

let peers: Peers;
/** What the report says: server, what was asked of it, rows, rows equal. */
const lines: string[][] = [];

beforeAll(async () => {
	peers = await startPeers();
	for (const reason of peers.missing) console.warn(reason);
}, 900_000);

afterAll(async () => {
	await peers?.stop();
	const { kserve, languageModel, gateway, missing = [] } = peers ?? {};
	const versions = [kserve, languageModel, gateway].flatMap((peer) => peer?.version ?? []);
	const facts = { Servers: versions.join(', '), Node: process.version, Command: '`npm run test:peers`' };
	const parts = [
		'Through the nodes in n8n-core 2.41.1, over HTTP; what a row is compared with was computed by the model itself in Python, or\nis what the server answers without n8n.\n',
		`${markdownTable(['server', 'asked', 'rows', 'equal'], lines)}\n`,
		...missing.map((reason) => `Not installed here: ${reason}\n`),
		'`transformers serve` has no route for embeddings, so Embed is tested against the sandbox alone. It ignores `response_format`,\nso structured answers are too.\n',
	];
	writeReport('peers', 'Real servers', facts, parts.join('\n'));
});

/** A peer, or the end of a test for the want of it: its reason is printed and in the report. */
function need<Value>(peer: Value | undefined): Value {
	if (peer !== undefined) return peer;
	throw new Error(`not installed: ${peers.missing.join('\n')}`);
}

/** Runs a test that needs a peer; where that could not be installed it says so and fails nothing. */
function testWith<Name extends 'kserve' | 'languageModel' | 'gateway'>(
	name: Name,
	what: string,
	body: (peer: NonNullable<Peers[Name]>) => Promise<void>,
): void {
	test(what, async () => {
		const peer = peers[name];
		if (peer === undefined) console.warn(`'${what}' was left out: ${name} could not be installed`);
		else await body(peer);
	});
}

function note(server: string, asked: string, rows: number, equal: number): void {
	lines.push([server, asked, rows.toLocaleString('en-US'), equal.toLocaleString('en-US')]);
	expect(equal).toBe(rows);
}

interface Asked extends Partial<RunOptions> {
	options?: IDataObject;
}

/** Predict at a model's own address, without a gateway. */
function predict({ url }: Peer, model: string, { parameters, options, ...rest }: Asked): Promise<RunResult> {
	return runModel({
		...rest,
		credential: { servingUrl: url },
		parameters: {
			operation: 'predict',
			deployment: { __rl: true, mode: 'url', value: `${url}/v1/models/${model}:predict` },
			...parameters,
			options: { maxTries: 2, maxRetryWait: 1, ...options },
		},
	});
}

const rowsOf = ({ columns, rows }: DataSet): IDataObject[] =>
	rows.map((row, index) => ({ index, ...Object.fromEntries(row.map((value, column) => [columns[column], value])) }));
/** Columns as the editor writes them where a name is no plain word. */
const columnsOf = ({ columns }: DataSet): string => columns.map((name) => `['${name}']`).join(', ');

function equalRows({ success, error }: RunResult, expected: unknown[], tolerance = 0): number {
	if (error) throw error;
	return success.filter(({ json, pairedItem }, row) => {
		const { prediction } = json;
		const wanted = expected[row];
		const isNear =
			typeof prediction === 'number' && typeof wanted === 'number' && Math.abs(prediction - wanted) <= tolerance;
		const isOwn = json.index === row && JSON.stringify(pairedItem) === JSON.stringify({ item: row });
		return isOwn && (isNear || prediction === wanted);
	}).length;
}

describe('scikit-learn on KServe', () => {
	test.each(['iris', 'wine', 'cancer', 'diabetes', 'digits'])('every row of %s', async (name) => {
		if (peers.kserve === undefined) return;
		const set = need(peers.kserve.sets[name]);
		for (const options of [{ rowsPerRequest: 500 }, { rowsPerRequest: 37, concurrency: 8 }]) {
			const parameters = { columns: columnsOf(set), rowFormat: set.byName ? 'lists' : 'auto' };
			const run = await predict(peers.kserve, name, { rows: rowsOf(set), parameters, options });
			const asked = `${name}, ${options.rowsPerRequest} rows a request`;
			note('KServe, scikit-learn', asked, set.rows.length, equalRows(run, set.predictions));
		}
	});

	testWith('kserve', 'numbers that came as text, as from a CSV file', async (kserve) => {
		const set = need(kserve.sets.wine);
		const rows = rowsOf(set).map((row) => ({
			...Object.fromEntries(Object.entries(row).map(([name, value]) => [name, String(value)])),
			index: row.index,
		}));
		const run = await predict(kserve, 'wine', { rows, parameters: { columns: columnsOf(set) } });
		note('KServe, scikit-learn', 'wine, numbers as text', set.rows.length, equalRows(run, set.predictions));
	});

	testWith('kserve', 'rows given as JSON, and one row a body', async (kserve) => {
		const set = need(kserve.sets.iris);
		const rows = set.rows.map((features, index) => ({ index, features }));
		const json = await predict(kserve, 'iris', {
			rows,
			parameters: { rows: 'json', rowJson: '={{ $json.features }}' },
		});
		note('KServe, scikit-learn', 'iris, rows as JSON', rows.length, equalRows(json, set.predictions));
		const bodyJson = '={{ ({ instances: [$json.features] }) }}';
		const body = await predict(kserve, 'iris', { rows, parameters: { rows: 'body', bodyJson } });
		const equal = body.success.filter(({ json }, row) => {
			const [only]: unknown[] = Object(json.prediction).predictions;
			return only === set.predictions[row];
		}).length;
		note('KServe, scikit-learn', 'iris, whole bodies', rows.length, equal);
	});

	testWith('kserve', 'one bad row among 178 fails alone, in the words of scikit-learn', async (kserve) => {
		const set = need(kserve.sets.wine);
		const rows = rowsOf(set).with(99, { ...rowsOf(set)[99], alcohol: 'strong' });
		const run = await predict(kserve, 'wine', {
			rows,
			parameters: { columns: columnsOf(set) },
			settings: { onError: 'continueErrorOutput' },
		});
		expect(run.failed).toHaveLength(1);
		expect(run.failed[0]?.json.error).toContain('could not convert string to float');
		const others = set.predictions.toSpliced(99, 1);
		const equal = run.success.filter(({ json }, row) => json.prediction === others[row]).length;
		note('KServe, scikit-learn', 'wine with one bad row: the others', others.length, equal);
	});
});

describe('predictor scripts on KServe', () => {
	const numbers = Array.from({ length: 60 }, (_, index) => ({ index, amount: index, rate: index / 8 }));
	const cases: Array<[name: string, asked: string, parameters: INodeParameters, wanted: (index: number) => unknown]> = [
		['firstrow', 'reads the first row only', { columns: 'amount' }, (index) => index * 2],
		['lists', 'an object of lists', { columns: 'amount' }, (index) => ({ score: index / 2, label: String(index) })],
		['nan', 'NaN in the reply', { columns: 'amount' }, (index) => (index % 2 ? null : index)],
		['named', 'named values', { rowFormat: 'object', columns: 'amount, rate' }, (index) => (index * index) / 8],
		['named', 'all fields', { rows: 'allFields' }, (index) => (index * index) / 8],
		['single', 'single values', { rowFormat: 'value', columns: 'amount' }, (index) => index * 3],
		['columnar', 'columns', { rowFormat: 'columnar', columns: 'amount, rate' }, (index) => index + index / 8],
		['types', 'Python types', { columns: 'amount, rate' }, (index) => `int ${index % 8 ? 'float' : 'int'}`],
	];
	test.each(cases)('%s: %s', async (name, asked, parameters, wanted) => {
		if (peers.kserve === undefined) return;
		const { success, error } = await predict(peers.kserve, name, { rows: numbers, parameters });
		if (error) throw error;
		const isRight = (value: unknown, index: number): boolean => JSON.stringify(value) === JSON.stringify(wanted(index));
		const equal = success.filter(({ json }, row) => json.index === row && isRight(json.prediction, row)).length;
		note('KServe, predictor script', asked, numbers.length, equal);
	});

	testWith('kserve', '64-bit numbers go out and come back with every digit', async (kserve) => {
		const rows = Array.from({ length: 50 }, (_, row) => ({ id: `92233720368547758${String(row).padStart(2, '0')}` }));
		const { success } = await predict(kserve, 'ids', { rows, parameters: { columns: 'id' } });
		const equal = success.filter(({ json }, row) => json.prediction === String(BigInt(rows[row]?.id ?? 0) + 1n)).length;
		note('KServe, predictor script', '64-bit numbers', rows.length, equal);
	});

	testWith('kserve', 'one answer for a whole request is given to its single row', async (kserve) => {
		const { success } = await predict(kserve, 'object', { rows: [{ id: 1 }], parameters: { columns: 'id' } });
		expect(success[0]?.json.prediction).toEqual({ ranking: [{ article: 'a', score: 0.9 }] });
	});

	testWith('kserve', 'slow: waited for, and given up after the time-out', async (kserve) => {
		const asked = { rows: [{ id: 5 }], parameters: { columns: 'id' } };
		expect((await predict(kserve, 'slow', asked)).success[0]?.json.prediction).toBe(5);
		const { error } = await predict(kserve, 'slow', { ...asked, options: { timeout: 1 } });
		expect(error?.message).toContain('1 s');
	});

	testWith('kserve', 'not ready, and unknown', async (kserve) => {
		const asked = { rows: [{ id: 5 }], parameters: { columns: 'id' } };
		expect((await predict(kserve, 'notready', asked)).error?.message).toContain(
			'Model with name notready is not ready',
		);
		expect((await predict(kserve, 'nope', asked)).error?.message).toContain('Model with name nope does not exist');
	});
});

describe('behind Envoy', () => {
	/** Predict through the gateway, on the rows of a data set. */
	function through(
		servingUrl: string,
		deployment: string,
		asked: Asked & { credential?: IDataObject },
	): Promise<RunResult> {
		const set = need(peers.kserve?.sets.iris);
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
	const predictions = (): unknown[] => need(peers.kserve?.sets.iris).predictions;

	testWith('gateway', 'by path', async ({ url }) => {
		const run = await through(url, 'iris', {});
		note('Envoy', 'by path', predictions().length, equalRows(run, predictions()));
	});

	testWith('gateway', 'by host name', async ({ url }) => {
		const run = await through(url, 'iris', { options: { routing: 'host', hostHeader: hostOf('iris') } });
		note('Envoy', 'by host name', predictions().length, equalRows(run, predictions()));
	});

	testWith('gateway', 'over TLS: refused as long as the certificate cannot be checked', async ({ tls }) => {
		const refused = await through(tls, 'iris', {});
		expect(refused.error?.message).toContain('certificate');
		const run = await through(tls, 'iris', { credential: { ignoreSslIssues: true } });
		note('Envoy', 'TLS with a self-signed certificate', predictions().length, equalRows(run, predictions()));
	});

	testWith('gateway', 'a wrong key, an unknown deployment, one that is too slow, one that is down', async ({ url }) => {
		const message = async (deployment: string, asked: Asked & { credential?: IDataObject } = {}): Promise<string> => {
			const { error } = await through(url, deployment, {
				rows: rowsOf(need(peers.kserve?.sets.iris)).slice(0, 1),
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

describe('transformers serve', () => {
	const PROMPTS = Array.from({ length: 12 }, (_, index) => ({ index, text: `score invoice ${index}` }));

	/** What the server answers to a prompt without n8n. */
	async function directly(url: string, content: string): Promise<string> {
		const reply = await fetch(`${url}/v1/chat/completions`, {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify({
				model: LANGUAGE_MODEL,
				messages: [{ role: 'user', content }],
				temperature: 0,
				max_tokens: 8,
			}),
		});
		const { choices }: { choices: Array<{ message: { content: string } }> } = JSON.parse(await reply.text());
		return choices[0]?.message.content ?? '';
	}

	function chat(servingUrl: string, more: Partial<RunOptions> = {}): Promise<RunResult> {
		return runModel({
			rows: PROMPTS,
			...more,
			credential: { servingUrl, project: PROJECT },
			parameters: {
				operation: 'chat',
				deployment: { __rl: true, mode: 'name', value: LANGUAGE_MODEL },
				prompt: '={{ $json.text }}',
				options: { temperature: 0, maxTokens: 8 },
			},
		});
	}

	testWith('gateway', 'every prompt gets the answer that the server gives it, its tokens counted', async ({ url }) => {
		const { success, error } = await chat(url);
		if (error) throw error;
		const wanted: string[] = [];
		for (const { text } of PROMPTS) wanted.push(await directly(need(peers.languageModel).url, text));
		const equal = success.filter(({ json }, row) => json.text === wanted[row]).length;
		note('transformers serve behind Envoy', 'Chat', PROMPTS.length, equal);
		for (const { json } of success) {
			const usage: Record<string, number> = Object(json.usage);
			expect(usage.totalTokens).toBe((usage.promptTokens ?? NaN) + (usage.completionTokens ?? NaN));
			expect(['length', 'stop']).toContain(json.finishReason);
		}
	});

	testWith('gateway', 'a streamed answer is the same, piece by piece', async ({ url }) => {
		const pieces: string[] = [];
		const [row] = PROMPTS;
		const { success, error } = await chat(url, {
			rows: row ? [row] : [],
			onChunk: ({ type, content }) => {
				if (type === 'item' && content !== undefined) pieces.push(content);
			},
		});
		if (error) throw error;
		const wanted = await directly(need(peers.languageModel).url, row?.text ?? '');
		expect(pieces.length).toBeGreaterThan(1);
		expect(pieces.join('')).toBe(wanted);
		note('transformers serve behind Envoy', 'Chat, streamed', 1, success[0]?.json.text === wanted ? 1 : 0);
	});

	testWith('gateway', 'the chat model of agents and chains', async ({ url }) => {
		const [row] = PROMPTS;
		const { made, error } = await useChatModel((model) => model.invoke(row?.text ?? ''), {
			credential: { servingUrl: url, project: PROJECT },
			parameters: {
				deployment: { __rl: true, mode: 'name', value: LANGUAGE_MODEL },
				options: { temperature: 0, maxTokens: 8 },
			},
		});
		if (error) throw error;
		const wanted = await directly(need(peers.languageModel).url, row?.text ?? '');
		note(
			'transformers serve behind Envoy',
			'Hopsworks Chat Model',
			1,
			JSON.stringify(made).includes(JSON.stringify(wanted)) ? 1 : 0,
		);
	});
});
