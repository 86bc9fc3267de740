/** Hopsworks' own Python client against the sandbox: every call finds a route, and what it predicts is what the node predicts. */
import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { cardCheck } from '../sandbox/models/cardCheck.cts';
import { fraud } from '../sandbox/models/fraud.cts';
import { trainedTumor, tumor } from '../sandbox/models/tumor.cts';
import expected from '../sandbox/models/tumor.expected.json';
import { schema } from '../sandbox/schema.cts';
import { pythonLines } from '../sandbox/usage.cts';
import { runModel } from '../test/support/engine.cts';
import { listOf } from '../test/support/json.cts';
import { codeOf, runClient, type Client } from './hopsworksClient.cts';
import { equalRows } from './predict.cts';
import { note, peerTest } from './results.cts';
import { INSTALL_PATIENCE } from './servers.cts';

/** Card numbers beyond 2^53: a tenth of them have a right check digit, which no double holds. */
const CARDS = Array.from({ length: 100 }, (_, index) => BigInt(`7615917337495251${String(index).padStart(3, '0')}`));
const TUMORS = expected.rows.slice(0, 200);
const PAYMENTS = Array.from({ length: 50 }, (_, index) => ({
	cc_num: BigInt(`46410252209537${String(2 * index).padStart(2, '0')}`),
	amount: index,
	budget: 25.5,
	merchant_hint: 'a',
	channel: index % 2 ? 'web' : null,
}));
const [PAYMENT] = PAYMENTS;
const ROWS = {
	cards: CARDS.map((card) => [card]),
	fraud: PAYMENTS.map(({ amount }, index) => [12 * amount, index, index % 24]),
	tumor: TUMORS,
	payments: PAYMENTS,
	stranger: [{ ...PAYMENT, cc_num: 7 }],
	misfit: [{ ...PAYMENT, amount: 'much' }],
};
const CHECKED = cardCheck(ROWS.cards);
const FRAUDS = fraud(ROWS.fraud);
const TYPES = tumor(TUMORS);
/** Those of the model's first version, which was trained less well. */
const FIRST_TYPES = trainedTumor({ border: 3 })(TUMORS);

describe.each([
	{ environment: 'client-5.2', is52: true },
	{ environment: 'client-4.8', is52: false },
])('$environment', ({ environment, is52 }) => {
	let client: Client;
	beforeAll(async () => {
		client = await runClient(environment, ROWS);
	}, INSTALL_PATIENCE);
	afterAll(() => client.sandbox.close());
	const value = (step: string): unknown => client.steps.value(step);
	const failure = (step: string) => client.steps.failure(step);
	/** What only the newer client can do. */
	const since52 = (what: string, body: () => Promise<void>): void => {
		if (is52) peerTest(what, body);
	};

	/** How many rows the node predicts, over TLS and by the gateway that it finds, as is expected. */
	async function nodes(deployment: string, rows: IDataObject[], parameters: INodeParameters, wanted: unknown[]) {
		const run = await runModel({
			credential: { hopsworksUrl: client.url, ignoreSslIssues: true },
			rows: rows.map((row, index) => ({ ...row, index })),
			parameters: { operation: 'predict', deployment: { __rl: true, mode: 'name', value: deployment }, ...parameters },
		});
		return equalRows(run, wanted);
	}

	/** Notes in how many rows all lists say what is expected, and the node too. */
	function noteEqual(asked: string, wanted: unknown[], lists: unknown[], byNode: number): void {
		const equal = wanted.filter((one, row) => lists.every((list) => listOf(list)[row] === one)).length;
		note(client.name, asked, wanted.length, Math.min(equal, byNode));
	}

	peerTest('every call of the REST API finds a route', async () => {
		expect(client.unknown).toEqual([]);
		expect(client.calls).toContain('GET /project/119/credentials');
		const answered = client.calls.length - client.unknown.length;
		note(client.name, 'calls of the REST API that find a route', client.calls.length, answered);
	});

	peerTest('login, and who may not', async () => {
		expect(value('project')).toEqual([119, 'test']);
		expect(failure('wrong key')).toMatchObject({ error: 'ProjectException', reply: { errorCode: 320002 } });
		expect(failure('project of others')).toMatchObject({ error: 'ProjectException', reply: { errorCode: 120011 } });
		if (is52) expect(value('namespace')).toBe('test');
	});

	peerTest('deployments: all, by name, by number, and none', async () => {
		expect(value('deployments')).toMatchObject({
			fraud: 'Running',
			screening: 'Stopped',
			returns: 'Idle',
			newcomer: 'Created',
			broken: 'Failed',
		});
		expect(value('by number')).toBe('tumor');
		expect([value('unknown'), value('unknown number')]).toEqual([null, null]);
		// The client's own check, which compares capitals with words, lets no status pass.
		expect(failure('by status').error).toBe('ValueError');
	});

	peerTest('addresses, over TLS', async () => {
		const { url } = client;
		expect(value('gateways')).toContainEqual(['LOAD_BALANCER', ['127.0.0.1']]);
		expect(value('endpoint URL')).toBe(`${url}/v1/test/cardcheck`);
		expect(value('inference URL')).toBe(`${url}/v1/test/cardcheck/v1/models/cardcheck:predict`);
		expect(value('OpenAI URL')).toBe(`${url}/v1/test/assistant/v1`);
		expect(value('chat')).toBe('42');
		expect(failure('language model').error).toBe('ModelServingException');
	});

	peerTest('card numbers, in every form of a request and through Hopsworks itself', async () => {
		const { withoutGateway } = client;
		const rows = CARDS.map((card) => ({ card: String(card) }));
		const byNode = await nodes('cardcheck', rows, { columns: 'card', options: { rowFormat: 'lists' } }, CHECKED);
		const lists = ['cards, nested', 'cards, flat', 'cards, body'].map(value);
		lists.push(withoutGateway.value('cards without a gateway'));
		noteEqual('card numbers, as the node predicts', CHECKED, lists, byNode);
		expect([value('fraud'), value('idle')]).toEqual([FRAUDS, FRAUDS]);
		expect(failure('bad row').reply).toMatchObject({ error: expect.stringContaining('ValueError') });
		expect(codeOf(withoutGateway.failure('bad row without a gateway'))).toBe(250007);
		const inHopsworks = '/hopsworks-api/api/project/119/inference/models/cardcheck:predict';
		expect(withoutGateway.value('inference URL without a gateway')).toContain(inHopsworks);
	});

	peerTest('tumors, from a model that runs and from one that is started', async () => {
		const rows = TUMORS.map((features) => ({ features }));
		const byNode = await nodes('tumor', rows, { rows: 'json', rowJson: '={{ $json.features }}' }, TYPES);
		noteEqual('tumors, as the node predicts', TYPES, [value('tumor'), value('batched')], byNode);
	});

	peerTest('payments with a schema', async () => {
		const wanted = PAYMENTS.map(({ amount, budget }) => (amount > budget ? 1 : 0));
		const rows = PAYMENTS.map((row) => ({ ...row, cc_num: String(row.cc_num) }));
		const schemaColumns = { mappingMode: 'autoMapInputData', value: null };
		const byNode = await nodes('payments', rows, { rows: 'schema', schemaColumns }, wanted);
		noteEqual('payments, as the node predicts', wanted, [value('payments')], byNode);
	});

	peerTest('start and stop, with predictions and logs only in between', async () => {
		expect(failure('stopped').said).toContain('Deployment not created or running');
		expect(value('start')).toBeNull();
		expect([value('started'), value('stopped again')]).toEqual(['Running', 'Stopped']);
		const lines = String(value('logs'));
		expect(lines).toContain('cardcheck line 200');
		expect(lines).not.toContain('cardcheck line 198');
		expect(value('logs of a stopped one')).toContain('Deployment not running');
	});

	peerTest('a start that fails, and one that is refused', async () => {
		expect(value('start of a failed one')).toContain('Deployment is in failed state');
		expect(failure('failing start').said).toContain('ModuleNotFoundError');
		expect(value('failed')).toEqual(['Failed', expect.stringContaining('ModuleNotFoundError')]);
		expect(failure('refused start')).toMatchObject({ error: 'RestAPIError', reply: { errorCode: 150068 } });
	});

	peerTest('bad rows of a schema, and no such entity', async () => {
		// The older client knows no schema, and takes every 404 for a deployment that does not run.
		expect(failure('no entity').error).toBe(is52 ? 'RestAPIError' : 'ModelServingException');
		expect(codeOf(failure('no entity'))).toBe('ENTITY_NOT_FOUND');
		expect(failure('checked here').error).toBe(is52 ? 'DeploymentSchemaError' : 'RestAPIError');
		expect(codeOf(failure(is52 ? 'checked there' : 'checked here'))).toBe('SCHEMA_VALIDATION');
	});

	since52('schema, versions, prices, image tags, log lines', async () => {
		expect(value('schema')).toEqual(schema);
		expect(client.calls).toContain(`GET /project/119/serving/16/schema?format=schema&schemaId=${schema.schemaId}`);
		expect(value('versions')).toEqual([
			[2, true, 2],
			[1, false, 1],
		]);
		expect(value('prices')).toMatchObject({ otelInputTokenPricePerMillion: 0.15, otelOutputTokenPricePerMillion: 0.6 });
		expect(value('image tags')).toEqual(['v0.28.0']);
		expect(String(value('log lines')).trim().split('\n')).toHaveLength(3);
	});

	since52('a way back, a new version, and a change in place', async () => {
		expect(value('rollback')).toContain('Running instances updated successfully');
		expect(value('rolled back')).toEqual([
			[2, false, 2],
			[1, true, 1],
		]);
		expect(FIRST_TYPES).not.toEqual(TYPES);
		expect(value('tumor, rolled back')).toEqual(FIRST_TYPES);
		expect(value('rollback to the active one')).toContain('already the active version');
		expect(codeOf(failure('rollback to an unknown one'))).toBe(240001);
		expect(value('save as new')).toBeNull();
		const versions = [
			[3, true, 2],
			[2, false, 2],
			[1, false, 1],
		];
		expect([value('saved as new'), value('saved in place')]).toEqual([versions, versions]);
		expect(value('tumor, saved as new')).toEqual(TYPES);
		expect(value('save in place')).toBeNull();
		expect(failure('refused save')).toMatchObject({ error: 'RestAPIError', reply: { errorCode: 150068 } });
	});

	since52('who receives alerts, and an alert of the project', async () => {
		expect([value('no receivers'), value('receiver'), value('receivers')]).toEqual([[], 'test__n8n', ['test__n8n']]);
		expect(value('alert')).toBe('test__n8n');
		expect(value('alerts')).toEqual([['JOB_FAILED', 'CRITICAL', 'JOBS']]);
		expect(value('no alert')).toBeNull();
	});

	since52('logs from a time on, and followed', async () => {
		expect([value('logs since then'), value('logs of another pod')]).toEqual(['', '']);
		expect(value('followed')).toEqual([200, 'written meanwhile\n']);
		expect(client.calls.filter((call) => call.includes('timestamps=true')).length).toBeGreaterThan(1);
	});

	peerTest('the model registry: all versions, the best and the worst, one, and none', async () => {
		expect(value('models')).toEqual([
			[2, 0.9455],
			[1, 0.8946],
		]);
		expect([value('best model'), value('worst model')]).toEqual([2, 1]);
		expect(value('one model')).toEqual(['tumor_2', null]);
		expect(value('no models')).toEqual([]);
	});

	since52('the lines that the sandbox prints run as they are', async () => {
		const printed = await client.runLines(pythonLines(client.url));
		expect(printed).toContain("Deployment(name: 'fraud'");
		expect(printed).toContain("{'predictions': [0, 1]}");
	});

	since52('tags', async () => {
		expect(value('no tags')).toEqual({});
		expect(value('tags')).toEqual({ owner: { team: 'risk' }, stage: 'test' });
		expect(value('one tag')).toEqual({ team: 'risk' });
		expect(value('unknown tag')).toBeNull();
		expect(codeOf(failure('unknown tag removed'))).toBe(370002);
		expect(value('tags left')).toEqual({ stage: 'test' });
	});
});
