/** The versions of a deployment: listed page by page whatever the count says, and rolled back to, in n8n's engine. */
import type { IDataObject, INode, INodeParameters } from 'n8n-workflow';
import { allVersions, readVersionPage, VERSIONS_PER_PAGE } from '../nodes/core/hopsworks/deploymentVersion';
import { HopsworksDeployment } from '../nodes/HopsworksDeployment/HopsworksDeployment.node';
import { API_KEY, runModel, type RunResult } from './support/engine.cts';
import { read } from './support/json.cts';
import { quickenWaits } from './support/polls.cts';
import { startServer, type Recorded, type Reply, type TestServer } from './support/server.cts';

quickenWaits();

const SECRET = 'DATABASE_PASSWORD=not to be shown';

/** A version as Hopsworks tells it. */
const version = (number: number, active = false): IDataObject => ({
	version: number,
	active,
	created: `2026-11-${10 + (number % 20)}T08:00:00Z`,
	createdBy: 'Ada Example',
	updated: null,
	updatedBy: null,
	modelName: 'fraud',
	modelVersion: number,
	modelServer: 'PYTHON',
	predictorEnvVars: [SECRET],
	transformerEnvVars: [SECRET],
	error: null,
});

interface Hopsworks {
	server: TestServer;
	/** The deployment's record; changed by the tests and by a rollback. */
	record: IDataObject;
	versions: IDataObject[];
	/** What the record becomes at each further look, after a rollback. */
	next: IDataObject[];
	/** The answer to a rollback, if it is another one. */
	refusal?: Reply;
	/** What else happens at a rollback. */
	onRollBack?: () => void;
}

let hopsworks: Hopsworks;

function answer({ method, path, body }: Recorded): Reply {
	const { record, versions, next } = hopsworks;
	if (path.includes('getProjectInfo')) return { body: { projectId: 1, projectName: 'test' } };
	if (path.includes('/versions?')) {
		const { searchParams } = new URL(path, 'http://x');
		const [offset, limit] = ['offset', 'limit'].map((name) => Number(searchParams.get(name)));
		return { body: { count: versions.length, items: versions.slice(offset, (offset ?? 0) + (limit ?? 0)) } };
	}
	if (method === 'POST') {
		hopsworks.onRollBack?.();
		if (hopsworks.refusal) return hopsworks.refusal;
		Object.assign(record, typeof body === 'object' ? body : {});
		for (const one of versions) one.active = one.version === record.version;
		return { body: { ...record } };
	}
	if (path.includes('/serving?')) {
		const shown = { ...record };
		if (hopsworks.server.requests.some((one) => one.method === 'POST')) Object.assign(record, next.shift());
		return { body: shown };
	}
	return { status: 404, body: { errorCode: 240000, errorMsg: 'x' } };
}

beforeEach(async () => {
	const condition = { type: 'READY', status: true, reason: 'Deployment is ready' };
	hopsworks = {
		server: await startServer((request) => answer(request)),
		record: { id: 7, name: 'fraud', status: 'Running', version: 3, condition, predictorEnvVars: [SECRET] },
		versions: [version(1), version(2), version(3, true)],
		next: [],
	};
});
afterEach(() => hopsworks.server.close());

function run(
	parameters: INodeParameters,
	more: { rows?: IDataObject[]; settings?: Partial<INode>; cancelAfter?: number } = {},
): Promise<RunResult> {
	return runModel({
		node: new HopsworksDeployment(),
		credential: { hopsworksUrl: hopsworks.server.url },
		parameters: { operation: 'rollBack', deployment: { __rl: true, mode: 'name', value: 'fraud' }, ...parameters },
		...more,
	});
}

const fields = ({ success }: RunResult): IDataObject[] => success.map(({ json }) => json);
const rollbacks = (): unknown[] =>
	hopsworks.server.requests.filter(({ method }) => method === 'POST').map(({ path, body }) => [path, body]);
const to = (number: number): INodeParameters => ({ rollBackTo: 'version', version: number });

describe('Get Versions', () => {
	test('the newest comes first, one item each, and nothing of what may be secret', async () => {
		const made = await run({ operation: 'getVersions' });
		expect(fields(made).map(({ version: number, active }) => [number, active])).toEqual([
			[3, true],
			[2, false],
			[1, false],
		]);
		expect(fields(made)[0]).toEqual({
			deployment: 'fraud',
			version: 3,
			active: true,
			created: '2026-11-13T08:00:00Z',
			createdBy: 'Ada Example',
			updated: '',
			updatedBy: '',
			modelName: 'fraud',
			modelVersion: 3,
			modelServer: 'PYTHON',
		});
		const raw = await run({ operation: 'getVersions', simplify: false });
		expect(fields(raw)[0]).toMatchObject({ version: 3, createdBy: 'Ada Example', deploymentError: null });
		expect(fields(raw)[0]).not.toHaveProperty('error');
		expect(JSON.stringify([made, raw])).not.toContain('DATABASE_PASSWORD');
	});

	test('more than a page of them', async () => {
		hopsworks.versions = Array.from({ length: 250 }, (_, index) => version(index + 1, index === 0));
		expect(fields(await run({ operation: 'getVersions' })).map(({ version: number }) => number)).toEqual(
			Array.from({ length: 250 }, (_, index) => 250 - index),
		);
	});

	test('a Hopsworks without versions says which release has them, and a deployment that is gone is gone', async () => {
		for (const [body, message] of [
			[{ errorCode: 120001, errorMsg: 'HTTP 404 Not Found' }, 'This Hopsworks keeps no versions of deployments'],
			['<html>Not Found</html>', 'This Hopsworks keeps no versions of deployments'],
			[{ errorCode: 240000, errorMsg: 'Serving instance not found' }, 'The project has no such deployment'],
		] as const) {
			for (const operation of ['getVersions', 'rollBack']) {
				hopsworks.server.answer = (request) =>
					request.path.includes('/versions?') ? { status: 404, body } : answer(request);
				const { error } = await run({ operation });
				expect(error?.message).toContain(message);
				if (message.startsWith('This')) expect(error?.description).toContain('Hopsworks 5.2');
			}
		}
		expect(rollbacks()).toEqual([]);
	});
});

describe('pages of versions', () => {
	/** Asks a list that answers each offset as it likes. */
	async function all(page: (offset: number) => unknown): Promise<number[] | string> {
		const asked: number[] = [];
		const found = await allVersions(async (offset) => {
			asked.push(offset);
			const found = readVersionPage(read(JSON.stringify(page(offset))));
			if (!found) throw new Error('no page');
			return { ok: true, value: found };
		});
		expect(asked.length).toBeLessThanOrEqual(100);
		return found.ok ? found.value.map((one) => one.version) : found.failure.message;
	}
	const items = (from: number, length: number) => Array.from({ length }, (_, index) => version(from + index));

	test('an empty page ends them, whatever the count', async () => {
		expect(await all((offset) => ({ count: 9, items: offset === 0 ? items(1, 2) : [] }))).toEqual([2, 1]);
	});

	test('a full page is not the last one where the count is that of the page, or is missing', async () => {
		const list = items(1, VERSIONS_PER_PAGE + 5);
		const part = (offset: number) => list.slice(offset, offset + VERSIONS_PER_PAGE);
		expect(await all((offset) => ({ count: part(offset).length, items: part(offset) }))).toHaveLength(list.length);
		expect(await all(part)).toHaveLength(list.length);
	});

	test('pages that are shorter than was asked for', async () => {
		const list = items(1, 7);
		expect(await all((offset) => ({ count: 7, items: list.slice(offset, offset + 3) }))).toEqual([7, 6, 5, 4, 3, 2, 1]);
	});

	test('a number that comes twice is one version, as it came last', async () => {
		const pages = [
			[version(1, true), version(2)],
			[version(2, true), version(3)],
		];
		expect(await all((offset) => ({ count: 4, items: pages[offset / 2] ?? [] }))).toEqual([3, 2, 1]);
	});

	test('the same page again and again is not taken for all of them', async () => {
		expect(await all(() => ({ count: 9, items: items(1, 3) }))).toBe('Hopsworks sent 3 versions where it counts 9');
		expect(await all(() => ({ count: VERSIONS_PER_PAGE, items: items(1, VERSIONS_PER_PAGE) }))).toHaveLength(
			VERSIONS_PER_PAGE,
		);
		expect(await all(() => ({ count: 2 }))).toBe('Hopsworks sent 0 versions where it counts 2');
	});

	test('a list without an end is given up', async () => {
		const endless = await all((offset) => ({ count: offset + 1000, items: items(offset + 1, 10) }));
		expect(endless).toBe('The list of versions does not end: Hopsworks sent 100 pages of it');
	});

	test('none at all, and what is no list of versions', () => {
		expect(readVersionPage({ count: 0 })).toEqual({ versions: [], received: 0, count: 0 });
		for (const reply of [undefined, null, 'x', { versions: [] }, [{ version: 0 }], [{ version: '1' }], [1, null]]) {
			expect(readVersionPage(reply)).toBeUndefined();
		}
		expect(readVersionPage([{ version: 1.5 }, { version: 2 }])?.versions.map((one) => one.version)).toEqual([2]);
	});
});

describe('Roll Back', () => {
	test('goes to the version before the active one, waits until it runs, and says from what to what', async () => {
		const [running, updating] = ['Running', 'Updating'].map((status) => ({ status }));
		hopsworks.next = [{ status: 'Updating' }, {}, ...[updating, running].flatMap((one) => (one ? [one] : []))];
		const made = await run({});
		expect(rollbacks()).toEqual([['/hopsworks-api/api/project/1/serving/7/rollback', { version: 2 }]]);
		expect(hopsworks.server.requests.find(({ method }) => method === 'POST')?.headers).toMatchObject({
			'content-type': 'application/json',
			authorization: `ApiKey ${API_KEY}`,
		});
		expect(fields(made)).toEqual([
			expect.objectContaining({
				name: 'fraud',
				status: 'Running',
				version: 2,
				fromVersion: 3,
				toVersion: 2,
				rolledBack: true,
			}),
		]);
		expect(hopsworks.next).toEqual([]);
		expect(JSON.stringify(made)).not.toContain('DATABASE_PASSWORD');
	});

	test('to a version by its number, which an item may name', async () => {
		const made = await run({ rollBackTo: 'version', version: '={{ $json.wanted }}' }, { rows: [{ wanted: '1' }] });
		expect(rollbacks()).toEqual([[expect.any(String), { version: 1 }]]);
		expect(fields(made)[0]).toMatchObject({ version: 1, fromVersion: 3, toVersion: 1 });
	});

	test('not simplified, all that Hopsworks sends but environment variables', async () => {
		const [raw] = fields(await run({ simplify: false }));
		expect(raw).toMatchObject({ condition: { type: 'READY' }, version: 2, fromVersion: 3, toVersion: 2 });
		expect(raw).not.toHaveProperty('predictorEnvVars');
	});

	test.each(['Running', 'Starting', 'Stopped'])(
		'nothing is sent for the version that is active already, %s',
		async (status) => {
			Object.assign(hopsworks.record, { status });
			const [made] = fields(await run({ ...to(3), waitUntilDone: false }));
			expect(made).toMatchObject({ status, version: 3, fromVersion: 3, toVersion: 3, rolledBack: false });
			expect(rollbacks()).toEqual([]);
		},
	);

	test.each([
		[to(7), "The deployment 'fraud' has no version 7", 'It has: 3 (active), 2, 1.'],
		[{ rollBackTo: 'version', version: '={{ $json.gone }}' }, "'Version' is empty", 'Give the number'],
		[to(0), "'Version' is 0", 'It must be a whole number from 1'],
		[to(1.5), "'Version' is 1.5", 'It must be a whole number from 1'],
	])('%j is refused', async (parameters, message, description) => {
		const { error } = await run(parameters);
		expect(error?.message).toBe(message);
		expect(error?.description).toContain(description);
		expect(rollbacks()).toEqual([]);
	});

	test('there is nothing before the first version, nor before one that nobody knows', async () => {
		hopsworks.versions = [version(1, true), version(2)];
		const first = await run({});
		expect(first.error?.message).toBe("The deployment 'fraud' has no version before version 1, which is active");
		hopsworks.versions = [version(1, true), version(2, true)];
		hopsworks.record.version = null;
		const unknown = await run({});
		expect(unknown.error?.message).toBe("Hopsworks does not say which version of the deployment 'fraud' is active");
		hopsworks.versions = [];
		expect((await run(to(1))).error?.description).toContain('It has none.');
		expect(rollbacks()).toEqual([]);
	});

	test('where two are said to be active, the record decides', async () => {
		hopsworks.versions = [version(1), version(2, true), version(3, true)];
		expect(fields(await run({}))[0]).toMatchObject({ fromVersion: 3, toVersion: 2 });
	});

	test.each(['Starting', 'Stopping'])('a deployment that is %s is not rolled back', async (status) => {
		Object.assign(hopsworks.record, { status });
		const { error } = await run({});
		expect(error?.message).toBe(`The deployment 'fraud' cannot be rolled back now: it is '${status}'`);
		expect(rollbacks()).toEqual([]);
	});

	test.each(['Created', 'Creating', 'Stopped', 'Idle'])('from %s there is nothing to wait for', async (status) => {
		Object.assign(hopsworks.record, { status });
		expect(fields(await run({}))[0]).toMatchObject({ status, version: 2, rolledBack: true });
		const looks = hopsworks.server.requests.filter(({ path }) => path.includes('/serving?'));
		expect(looks).toHaveLength(2);
	});

	test('from Updating, which is what a version that does not come up looks like', async () => {
		Object.assign(hopsworks.record, { status: 'Updating' });
		hopsworks.next = [{}, {}, { status: 'Running' }];
		expect(fields(await run({}))[0]).toMatchObject({ status: 'Running', version: 2 });
	});

	test('a version that fails is a failure with its reason', async () => {
		const condition = { reason: 'Failed to run: no module named xgboost' };
		hopsworks.next = [{ status: 'Updating' }, { status: 'Failed', condition }];
		const { error } = await run({});
		expect(error?.message).toBe(
			"The deployment 'fraud' was rolled back from version 3 to 2, and has failed: Failed to run: no module named xgboost",
		);
	});

	test('a failure from before is not that of the version; one that stays is', async () => {
		const condition = { reason: 'Failed to run: version 3' };
		Object.assign(hopsworks.record, { status: 'Failed', condition });
		hopsworks.next = [{}, {}, { status: 'Updating' }, { status: 'Running' }];
		expect(fields(await run({}))[0]).toMatchObject({ status: 'Running', version: 2 });
		Object.assign(hopsworks.record, { status: 'Failed', condition });
		const { error } = await run(to(1));
		expect(error?.message).toContain('and has failed: Failed to run: version 3');
	});

	test('waits for the gateway too, which may not know the new instances yet', async () => {
		const number = Number(new URL(hopsworks.server.url).port);
		const endpoint = { type: 'LOAD_BALANCER', hosts: ['127.0.0.1'], ports: [{ name: 'HTTP', number }] };
		let probes = 0;
		hopsworks.server.answer = (request) => {
			if (request.path.includes('/inference/endpoints')) return { body: [endpoint] };
			if (request.path.startsWith('/v1/')) return ++probes < 3 ? { status: 404 } : { body: {} };
			return answer(request);
		};
		expect(fields(await run({}))[0]).toMatchObject({ status: 'Running', version: 2 });
		expect(probes).toBe(3);
		expect(fields(await run(to(2)))[0]).toMatchObject({ rolledBack: false });
		expect(probes).toBe(3);
	});

	test('without waiting it comes back at once', async () => {
		hopsworks.onRollBack = () => Object.assign(hopsworks.record, { status: 'Updating' });
		const [made] = fields(await run({ waitUntilDone: false }));
		expect(made).toMatchObject({ status: 'Updating', version: 2, rolledBack: true });
	});

	test('the wait ends at its limit, and says where the deployment stands', async () => {
		hopsworks.onRollBack = () => Object.assign(hopsworks.record, { status: 'Updating' });
		const { error } = await run({ maxWait: 1 });
		expect(error?.message).toBe(
			"The deployment 'fraud' was not ready with version 2 within 1 second: it is 'Updating'",
		);
	});

	test('a cancel ends the wait', async () => {
		hopsworks.onRollBack = () => Object.assign(hopsworks.record, { status: 'Updating' });
		expect((await run({}, { cancelAfter: 300 })).status).toBe('canceled');
	});

	test('another version that somebody makes active meanwhile is said', async () => {
		hopsworks.next = [{ status: 'Updating' }, { status: 'Running', version: 4 }];
		const { error } = await run({});
		expect(error?.message).toBe("Version 2 of the deployment 'fraud' is not active any more: version 4 is");
	});

	test('a deployment that somebody stops meanwhile is no success', async () => {
		hopsworks.next = [{ status: 'Updating' }, { status: 'Stopping' }, { status: 'Stopped' }];
		const { error } = await run({});
		expect(error?.message).toContain("was rolled back to version 2, but does not run: it is 'Stopped'");
	});

	test.each([
		[403, 150068, 'No valid role', "The user's role in the project does not allow this"],
		[403, undefined, 'Forbidden', "The user's role in the project does not allow this"],
		[403, 320003, 'No valid role for this API key', "The API key's user may not do this"],
	])(
		'a role that is too low, as %i / %s, names the one that is needed',
		async (status, errorCode, errorMsg, message) => {
			hopsworks.refusal = { status, body: { errorCode, errorMsg } };
			const { error } = await run({});
			expect(error?.message).toContain(message);
			expect(error?.description).toContain('Data Owner');
			// Such a refusal is final: there is no look at the state.
			expect(hopsworks.server.requests.at(-1)?.method).toBe('POST');
		},
	);

	test('a refusal in the server’s words, which is not taken for another server', async () => {
		for (const status of [400, 404, 409, 422]) {
			hopsworks.refusal = { status, body: { errorCode: 240099, errorMsg: 'x', usrMsg: 'Version 2 was deleted' } };
			const { error } = await run({});
			expect(error?.message).toContain('Version 2 was deleted');
			expect(error?.message).not.toContain('no Hopsworks');
		}
	});

	test('an answer that is lost after it was done is no failure', async () => {
		hopsworks.refusal = { status: 500, body: { errorCode: 240004, errorMsg: 'lost' } };
		expect((await run({})).error?.message).toContain('lost');
		hopsworks.onRollBack = () => Object.assign(hopsworks.record, { version: 2 });
		expect(fields(await run({}))[0]).toMatchObject({ version: 2, rolledBack: true });
	});

	test('several items of one deployment are one rollback', async () => {
		const made = await run({}, { rows: [{}, {}, {}] });
		expect(rollbacks()).toHaveLength(1);
		expect(fields(made).map(({ fromVersion, toVersion }) => [fromVersion, toVersion])).toEqual(
			Array.from({ length: 3 }, () => [3, 2]),
		);
		expect(made.success.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 1 }, { item: 2 }]);
	});

	test('items that ask for different versions of one deployment are refused before anything is sent', async () => {
		const wanted = { rollBackTo: 'version', version: '={{ $json.wanted }}' };
		const { error } = await run(wanted, { rows: [{ wanted: 1 }, { wanted: 2 }] });
		expect(error?.message).toBe("Items roll the deployment 'fraud' back to different versions");
		expect(hopsworks.server.requests).toEqual([]);
	});

	test('n8n’s Retry On Fail may not go back twice', async () => {
		const settings = { retryOnFail: true, maxTries: 2, waitBetweenTries: 1 };
		const { error } = await run({}, { settings });
		expect(error?.message).toContain("may be rolled back more than once: 'Retry On Fail' is on");
		expect(hopsworks.server.requests).toEqual([]);
		expect(fields(await run(to(2), { settings }))[0]).toMatchObject({ toVersion: 2 });
	});

	test('a failure continues with its item, on either output', async () => {
		const regular = await run(to(7), { rows: [{ id: 1 }], settings: { onError: 'continueRegularOutput' } });
		expect(fields(regular)).toEqual([{ id: 1, error: "The deployment 'fraud' has no version 7" }]);
		const apart = await run(to(7), { rows: [{ id: 1 }], settings: { onError: 'continueErrorOutput' } });
		expect(apart.failed.map(({ json }) => json)).toEqual([{ id: 1, error: "The deployment 'fraud' has no version 7" }]);
	});
});
