/** The examples: what they promise holds in the sandbox, and the nightly one stops its deployment whatever goes wrong. */
import { gunzipSync, gzipSync } from 'node:zlib';
import type { IConnections, IDataObject, INode, INodeType, IRun } from 'n8n-workflow';
import { HopsworksDeployment } from '../nodes/HopsworksDeployment/HopsworksDeployment.node';
import { HopsworksModel } from '../nodes/HopsworksModel/HopsworksModel.node';
import { HopsworksTrigger } from '../nodes/HopsworksTrigger/HopsworksTrigger.node';
import type { Deployment } from '../sandbox/deployments.cts';
import { startSandbox, type Sandbox } from '../sandbox/sandbox.cts';
import { save } from '../sandbox/saving.cts';
import {
	AGENT,
	ALERTS,
	CLASSIFY,
	FILE,
	needsOf,
	NIGHTLY,
	NIGHTLY_FILE,
	promiseOf,
	readExamples,
	ROLLOUT,
	TRIGGER,
	type Workflow,
} from '../tools/examples.cts';
import { lifecycleOf } from './support/deploymentStates.cts';
import { API_KEY, runModel, runWorkflow } from './support/engine.cts';
import { at, isJsonText, listOf, read, recordOf, textOf } from './support/json.cts';
import { quickenPolls } from './support/polls.cts';
import { useFileStore } from './support/fileStore.cts';
import { dataTable, ftp, STAND_INS } from './support/standIns.cts';
import { until } from './support/until.cts';

quickenPolls();
const store = useFileStore();

let sandbox: Sandbox;
let examples: Workflow[];
beforeEach(async () => {
	sandbox = await startSandbox();
	Object.assign(sandbox.cluster.settings.pace, { start: 60, stop: 40, route: 0 });
	examples = readExamples(sandbox.url);
});
afterEach(() => sandbox.close());

function example(id: string): Workflow {
	const found = examples.find((one) => one.id === id);
	if (!found) throw new Error(`no example '${id}'`);
	return found;
}

interface Changes {
	/** Parameters of nodes, by their names. */
	parameters?: Record<string, object>;
	/** Nodes of n8n beside those that every example has. */
	types?: Record<string, INodeType>;
	/** The last node that is run, where not all are; those behind it stand behind it in the file too. */
	last?: string;
}

/** Runs an example from one of its triggers, with something changed. */
async function runExample(
	id: string,
	{ parameters = {}, types = {}, last }: Changes = {},
	trigger = 'Try It Now',
): Promise<IRun> {
	const workflow = example(id);
	const isNode = (node: unknown): node is INode => typeof at(node, 'position') === 'object';
	const nodes = workflow.nodes
		.filter(({ type }) => type !== 'n8n-nodes-base.stickyNote')
		.slice(0, last === undefined ? undefined : workflow.nodes.findIndex(({ name }) => name === last) + 1)
		.map((node) => ({ ...node, parameters: { ...node.parameters, ...parameters[node.name] } }))
		.filter(isNode)
		// As often as they say, but at once.
		.map((node) => ({ ...node, waitBetweenTries: 0 }))
		.toSorted((left, right) => Number(right.name === trigger) - Number(left.name === trigger));
	const isConnections = (value: object): value is IConnections => Object.keys(value).length > 0;
	const names = new Set(nodes.map(({ name }) => name).filter((name) => name !== last));
	const connections = Object.fromEntries(Object.entries(workflow.connections).filter(([name]) => names.has(name)));
	if (!isConnections(connections)) throw new Error('an example without connections');
	return await runWorkflow({
		credential: { hopsworksUrl: sandbox.url },
		nodes,
		connections,
		types: {
			...STAND_INS,
			'n8n-nodes-hopsworks.hopsworksModel': new HopsworksModel(),
			'n8n-nodes-hopsworks.hopsworksDeployment': new HopsworksDeployment(),
			'n8n-nodes-hopsworks.hopsworksTrigger': new HopsworksTrigger(),
			...types,
		},
	});
}

/** What a node made, in all of its runs. */
function made({ data }: IRun, node: string): unknown[] {
	return (data.resultData.runData[node] ?? [])
		.flatMap(({ data: made }) => made?.main?.[0] ?? [])
		.map(({ json }) => json);
}

function notesOf({ nodes }: Workflow): string {
	const notes = nodes.filter(({ type }) => type === 'n8n-nodes-base.stickyNote');
	return notes.map(({ parameters }) => textOf(parameters.content)).join('\n');
}

describe('every example', () => {
	test('runs where it is imported, or says what it needs', () => {
		const needing = examples.filter(
			(one) => needsOf(one).length > 0 || one.nodes.some(({ type }) => type === 'n8n-nodes-base.readWriteFile'),
		);
		const names = [
			'Score a CSV file',
			'Score a file every night',
			'Score a big table: score one chunk',
			'Score a big table: send the chunks',
		];
		expect(needing.map(({ name }) => name).toSorted()).toEqual(names.toSorted());
		expect(examples.filter((one) => notesOf(one).includes('**Needs')).map(({ id }) => id)).toEqual(
			needing.map(({ id }) => id),
		);
	});

	test('has the columns that it names in the rows that it holds', () => {
		const checked = examples.flatMap(({ nodes }) => {
			const [rows] = nodes.flatMap(({ parameters: { jsonOutput } }) =>
				typeof jsonOutput === 'string' && isJsonText(jsonOutput) ? [Object.values(recordOf(read(jsonOutput)))[0]] : [],
			);
			const [columns] = nodes.flatMap(({ parameters }) =>
				typeof parameters.columns === 'string' ? [parameters.columns] : [],
			);
			return rows === undefined || columns === undefined ? [] : [{ rows: listOf(rows), columns: columns.split(', ') }];
		});
		expect(checked).toHaveLength(3);
		for (const { rows, columns } of checked) {
			expect(rows.length).toBeGreaterThanOrEqual(20);
			for (const row of rows) {
				for (const column of columns) expect([column, typeof at(row, column)]).toEqual([column, 'number']);
			}
		}
	});

	test('tells what to do in the words of n8n 2', () => {
		for (const one of examples) {
			expect(notesOf(one)).not.toMatch(/\b(activate|test workflow|turn the workflow on|second output)\b/i);
			const isCalled = one.nodes.some(({ type }) => /\.(scheduleTrigger|webhook)$/.test(type));
			if (isCalled) expect([one.name, notesOf(one)]).toEqual([one.name, expect.stringContaining('*Publish*')]);
		}
	});
});

test('the question in the note of the agent example leads to the prediction that it promises', async () => {
	const { question, answer } = promiseOf(example(AGENT));
	const tool = example(AGENT).nodes.find(({ type }) => type.endsWith('hopsworksModelTool'));
	const row = textOf(tool?.parameters.rowJson);
	const fields = [...row.matchAll(/\$fromAI\('(\w+)', '([^']+)', '(\w+)'\)/g)].map(
		([, name = '', description = '', type = '']) => ({ name, description, type }),
	);
	expect(fields.map(({ name, type }) => [name, type])).toEqual([
		['amount', 'number'],
		['age', 'number'],
		['hour', 'number'],
	]);
	const properties = Object.fromEntries(fields.map(({ name, ...about }) => [name, about]));
	const offered = {
		name: 'Check_a_Payment',
		description: tool?.parameters.toolDescription,
		parameters: { type: 'object', properties },
	};
	const reply = await fetch(`${sandbox.url}/v1/test/assistant/v1/chat/completions`, {
		method: 'POST',
		headers: { authorization: `ApiKey ${API_KEY}`, 'content-type': 'application/json' },
		body: JSON.stringify({
			model: 'assistant',
			messages: [{ role: 'user', content: question }],
			tools: [{ type: 'function', function: offered }],
		}),
	});
	const call = at(read(await reply.text()), 'choices', 0, 'message', 'tool_calls', 0, 'function', 'arguments');
	const given = read(textOf(call));
	expect(given).toEqual({ amount: 900, age: 3, hour: 2 });
	const { success } = await runModel({
		credential: { hopsworksUrl: sandbox.url },
		rows: [recordOf(given)].map(({ amount, age, hour }) => ({ row: JSON.stringify([amount, age, hour]) })),
		parameters: {
			operation: 'predict',
			deployment: { __rl: true, mode: 'list', value: 'fraud' },
			rows: 'json',
			rowJson: '={{ $json.row }}',
			includeInputFields: false,
		},
	});
	expect(answer).toBe(`The tool says: ${JSON.stringify(success.map(({ json }) => json))}`);
});

test('the example of Classify hands to a person what the model is unsure of, and what could not be sorted', async () => {
	const run = await runExample(CLASSIFY);
	expect(run.data.resultData.error).toBeUndefined();
	expect(made(run, 'Sorted')).toHaveLength(12);
	expect(made(run, 'Sorted')[0]).toMatchObject({ ticket: 'T01', team: 'billing' });
	expect(made(run, 'For a Person to Sort').map((item) => at(item, 'ticket'))).toEqual(['T13', 'T14']);
	sandbox.faults.add({ deployment: 'assistant', status: 500, body: '{"error": "out of tune"}' });
	const failing = await runExample(CLASSIFY);
	expect(failing.data.resultData.error).toBeUndefined();
	const handed = made(failing, 'For a Person to Sort');
	expect(handed).toHaveLength(14);
	expect(handed.every((item) => textOf(at(item, 'error')).includes('out of tune'))).toBe(true);
});

describe('the nightly example', () => {
	const states = () => lifecycleOf(sandbox, 'screening');
	const night = async (parameters: Record<string, object> = {}, trigger?: string): Promise<IRun> =>
		await runExample(NIGHTLY, { parameters }, trigger);

	test('starts its deployment, scores every row, and stops it again', async () => {
		const run = await night();
		expect(run.data.resultData.error).toBeUndefined();
		const scored = made(run, 'Hopsworks Model').map((item) => at(item, 'prediction'));
		expect(scored).toHaveLength(20);
		expect(new Set(scored)).toEqual(new Set(['benign', 'malignant']));
		expect(made(run, 'Stop the Deployment')).toEqual([expect.objectContaining({ status: 'Stopped' })]);
		expect([states().starts, states().status]).toEqual([1, 'Stopped']);
	});

	/** A measurement that is text in the first of its rows. */
	function withText(): Record<string, object> {
		const sample = example(NIGHTLY).nodes.find(({ name }) => name === 'Sample Measurements');
		const jsonOutput = textOf(sample?.parameters.jsonOutput).replace(/"radius": [\d.]+/, '"radius": "wide"');
		return { 'Sample Measurements': { jsonOutput } };
	}

	test.each<[string, () => Record<string, object>, string, number]>([
		[
			'the start takes too long',
			() => {
				sandbox.cluster.settings.pace.start = 60_000;
				return { 'Start the Deployment': { maxWait: 1 } };
			},
			'was not ready within 1 second',
			0,
		],
		[
			'the deployment fails as it starts',
			() => {
				const { deployments } = sandbox.cluster;
				const place = deployments.findIndex(({ name }) => name === 'screening');
				const [design] = deployments.slice(place);
				if (design) deployments[place] = sandbox.cluster.build({ ...design, failure: 'out of memory' });
				return {};
			},
			'out of memory',
			0,
		],
		[
			'the table cannot be read',
			() => ({ 'Sample Measurements': { jsonOutput: '{ "rows": [' } }),
			'The JSON is not valid',
			0,
		],
		[
			'no row can be scored',
			() => {
				sandbox.faults.add({ deployment: 'screening', status: 500, body: '{"error": "out of tune"}' });
				return {};
			},
			'out of tune',
			0,
		],
		['one row cannot be scored', withText, 'wide', 19],
	])('stops it where %s, and its run counts as failed', async (_name, prepare, reason, scored) => {
		const run = await night(prepare());
		expect(run.status).toBe('error');
		expect(run.data.resultData.error?.message).toContain(reason);
		expect(run.data.resultData.lastNodeExecuted).toBe('Count as Failed');
		expect(made(run, 'Hopsworks Model')).toHaveLength(scored);
		expect([states().starts, states().status]).toEqual([1, 'Stopped']);
	});

	test('stops it on a night without rows, which is no failure', async () => {
		const run = await night({ 'Sample Measurements': { jsonOutput: '{ "rows": [] }' } });
		expect(run.data.resultData.error).toBeUndefined();
		expect(made(run, 'Hopsworks Model')).toEqual([]);
		expect([states().starts, states().status]).toEqual([1, 'Stopped']);
	});

	test('stops it in the morning where n8n went down at night', async () => {
		states().become('Running');
		await night({}, 'Every Morning');
		expect([states().starts, states().status]).toEqual([0, 'Stopped']);
	});
});

describe('the guarded rollout', () => {
	/** Of n8n, with the version that was kept last. */
	let table: { row?: IDataObject };
	beforeEach(() => {
		table = {};
	});

	function tumor(): Deployment {
		const found = sandbox.cluster.find(({ name }) => name === 'test', 'tumor');
		if (!found) throw new Error('no such deployment');
		return found;
	}
	const active = (): number => tumor().versions.active.number;

	/** A version of the model with this border, where 0 is as trained well and 1 is better on these rows, and the deployment with it. */
	function roll(border: number): void {
		const model = sandbox.cluster.registry.train(tumor().project, 'tumor', { parameters: { border } });
		expect(save(sandbox.cluster, tumor(), { fields: { modelVersion: model?.version }, isNew: true })).toBeUndefined();
	}

	async function guard(): Promise<IRun> {
		const types = { 'n8n-nodes-base.dataTable': dataTable(table) };
		return await runExample(ROLLOUT, { types }, 'Measure What Serves Now');
	}
	async function guarded(): Promise<void> {
		expect((await guard()).data.resultData.error).toBeUndefined();
	}

	test('remembers the version that serves, keeps one that is better, and one that is as good', async () => {
		await guarded();
		expect(table.row).toEqual({ deployment: 'tumor', version: 2, accuracy: 0.95 });
		for (const [border, version] of [
			[1, 3],
			[1, 4],
		] as const) {
			roll(border);
			expect(tumor().lifecycle.status).toBe('Updating');
			await guarded();
			expect(table.row).toEqual({ deployment: 'tumor', version, accuracy: 0.975 });
		}
		expect(active()).toBe(4);
		expect(sandbox.messages).toHaveLength(3);
	});

	test('goes back to the version that was kept, not to the one with the next lower number', async () => {
		await guarded();
		for (const border of [-4, -3]) {
			roll(border);
			await guarded();
			expect([active(), tumor().lifecycle.status]).toEqual([2, 'Running']);
			// As it would be if something started it once more.
			await guarded();
		}
		expect(table.row).toEqual({ deployment: 'tumor', version: 2, accuracy: 0.95 });
		expect(sandbox.messages.filter((text) => text.includes('is back on'))).toEqual([
			'tumor is back on version 2. Version 3 was right for 77.5 % of the labelled rows (0 failed), version 2 for 95.0 %.',
			'tumor is back on version 2. Version 4 was right for 80.0 % of the labelled rows (0 failed), version 2 for 95.0 %.',
		]);
	});

	test('never rolls the kept version back to itself, however it does today', async () => {
		table.row = { deployment: 'tumor', version: 2, accuracy: 1 };
		await guarded();
		expect(table.row).toEqual({ deployment: 'tumor', version: 2, accuracy: 0.95 });
		expect(sandbox.traffic.restApi.filter((call) => call.includes('rollback'))).toEqual([]);
	});

	test('counts rows that fail as wrong, and says how many there were', async () => {
		await guarded();
		roll(1);
		sandbox.faults.add({ deployment: 'tumor', status: 500, body: '{"error": "KeyError"}' });
		await guarded();
		expect(active()).toBe(2);
		expect(sandbox.messages.at(-1)).toContain('Version 3 was right for 0.0 % of the labelled rows (40 failed)');
	});

	test('leaves a version alone that a newer one has overtaken while it was measured', async () => {
		await guarded();
		roll(-4);
		sandbox.faults.add({ deployment: 'tumor', times: 1, delay: 500 });
		const { requests } = sandbox.traffic;
		const running = guard();
		await until(async () => sandbox.traffic.requests > requests);
		roll(1);
		expect((await running).data.resultData.error).toBeUndefined();
		expect([active(), table.row?.version]).toEqual([4, 2]);
		expect(sandbox.messages).toHaveLength(1);
	});

	test('rolls back what does not come up', async () => {
		await guarded();
		save(sandbox.cluster, tumor(), { fields: { predictor: 'new.py' }, isNew: true, failure: 'SyntaxError' });
		await guarded();
		expect([active(), tumor().lifecycle.status]).toEqual([2, 'Running']);
		expect(sandbox.messages.at(-1)).toBe(
			'tumor is back on version 2. Version 3 did not come up: Failed to run: SyntaxError.',
		);
	});

	test('starts no deployment that is stopped, and counts as failed', async () => {
		tumor().lifecycle.become('Stopped');
		const run = await guard();
		expect(run.data.resultData.error?.message).toContain(
			'Version 2 of tumor was not measured: the deployment is Stopped',
		);
		expect([tumor().lifecycle.status, tumor().lifecycle.starts]).toEqual(['Stopped', 0]);
	});
});

/** What the file fields of a node's first item hold. */
async function filesMade({ data }: IRun, node: string): Promise<Record<string, string>> {
	const [item] = data.resultData.runData[node]?.[0]?.data?.main?.[0] ?? [];
	const entries = Object.entries(item?.binary ?? {});
	const texts = entries.map(async ([name, file]) => [name, (await store.read(file)).toString()] as const);
	return Object.fromEntries(await Promise.all(texts));
}

test('the example of a file scores every row that can be, and its note names the two that cannot', async () => {
	const run = await runExample(FILE, { last: 'Hopsworks Model' });
	expect(run.data.resultData.error).toBeUndefined();
	const [summary] = made(run, 'Hopsworks Model');
	expect(summary).toMatchObject({ rows: 20, scored: 18, failed: 2, failures: [{ row: 11 }, { row: 18 }] });
	const { data = '' } = await filesMade(run, 'Hopsworks Model');
	const lines = data.trimEnd().split('\n');
	expect(lines).toHaveLength(21);
	expect(lines.slice(0, 2)).toEqual([
		'payment,customer,amount,age,hour,prediction,error',
		'P001,"Nordin, Eva",1250.00,3,2,1,',
	]);
	const failed = lines.slice(1).filter((line) => !/,[01],$/.test(line));
	expect(failed.map((line) => line.split(',')[0])).toEqual(['P011', 'P018']);
	for (const line of failed) expect(notesOf(example(FILE))).toContain(`*${line.split(',')[0] ?? ''}*`);
	expect(made(run, 'Hopsworks Model')).toHaveLength(1);
});

describe('the example of a file every night', () => {
	const INPUT = '/payments/payments.csv.gz';
	const SCORED = '/payments/payments-scored.csv.gz';
	const FAILED = '/payments/payments-failed.csv.gz';
	const PAYMENTS = 'payment,amount,age,hour\nP1,1250,3,2\nP2,n/a,400,14\nP3,12.5,400,14\n';
	let files: Map<string, Buffer>;
	beforeEach(() => {
		files = new Map([[INPUT, gzipSync(PAYMENTS)]]);
	});

	const night = async (changes: Changes = {}): Promise<IRun> =>
		await runExample(NIGHTLY_FILE, { types: { 'n8n-nodes-base.ftp': ftp(files) }, ...changes });

	test('puts the predictions and the failed rows on the server, and tells of these', async () => {
		const run = await night();
		expect(run.data.resultData.error).toBeUndefined();
		expect(gunzipSync(files.get(SCORED) ?? '').toString()).toBe(
			'payment,amount,age,hour,prediction\nP1,1250,3,2,1\nP3,12.5,400,14,0\n',
		);
		expect(gunzipSync(files.get(FAILED) ?? '').toString()).toMatch(
			/^payment,amount,age,hour,error\nP2,n\/a,400,14,.+\n$/,
		);
		expect(sandbox.messages).toEqual([expect.stringMatching(/^1 of 3 payments could not be scored\. Row 2: ./)]);
	});

	test('tells nobody of a night on which every row was scored', async () => {
		files.set(INPUT, gzipSync(PAYMENTS.replace('n/a', '1')));
		const run = await night();
		expect(run.data.resultData.error).toBeUndefined();
		expect([...files.keys()]).toEqual([INPUT, SCORED]);
		expect(sandbox.messages).toEqual([]);
	});

	test.each<[string, () => Changes, string]>([
		[
			'there is no file',
			() => {
				files.clear();
				return {};
			},
			'No such file',
		],
		['the file is no table', () => (files.set(INPUT, Buffer.from('PK\u0003\u0004')), {}), 'seems to be a ZIP'],
		[
			'the deployment is away',
			() => {
				sandbox.faults.add({ deployment: 'fraud', status: 403, body: '{"error": "no access today"}' });
				return {};
			},
			'no access today',
		],
		[
			'the team cannot be told of failed rows',
			() => ({ parameters: { 'Tell of Failed Rows': { url: 'http://127.0.0.1:1/' } } }),
			'ECONNREFUSED',
		],
	])('tells why where %s, and its run counts as failed', async (_name, prepare, reason) => {
		const run = await night(prepare());
		expect(run.status).toBe('error');
		expect(run.data.resultData.error?.message).toContain(reason);
		expect(run.data.resultData.lastNodeExecuted).toBe('Count as Failed');
		expect(sandbox.messages).toEqual([expect.stringContaining(reason)]);
		expect(sandbox.messages[0]).toMatch(/^The payments of this night are not scored: /);
		expect(files.has(SCORED)).toBe(reason === 'ECONNREFUSED');
	});
});

test('the example of the trigger tells which deployment has failed, and why', async () => {
	const run = await runExample(TRIGGER, {}, 'Hopsworks Trigger');
	expect(run.data.resultData.error).toBeUndefined();
	expect(made(run, 'Hopsworks Trigger')).toEqual([
		expect.objectContaining({
			deployment: 'broken',
			after: 'Failed',
			reason: expect.stringContaining('Failed to run'),
		}),
	]);
	expect(sandbox.messages).toEqual([expect.stringContaining('The deployment broken is Failed. Failed to run')]);
});

test('the example of alerts makes a message of each alert', async () => {
	const webhook = STAND_INS['n8n-nodes-base.manualTrigger'];
	const run = await runExample(ALERTS, { types: webhook && { 'n8n-nodes-base.webhook': webhook } });
	expect(run.data.resultData.error).toBeUndefined();
	expect(sandbox.messages).toEqual([
		'critical: shop: The job train_fraud has failed',
		'warning: shop: The feature amount of payments has drifted',
	]);
});
