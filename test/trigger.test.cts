/** The trigger as n8n runs it: activated, polled, restarted, edited, with a Hopsworks that is away, slow or half there. */
import { HopsworksTrigger } from '../nodes/HopsworksTrigger/HopsworksTrigger.node';
import { ChangingHopsworks } from './support/changingHopsworks.cts';
import { API_KEY, panelContext } from './support/engine.cts';
import { quickenWaits } from './support/polls.cts';
import { departures, sampleOf } from './support/sampleOutput.cts';
import { PollingN8n, type TriggerOptions } from './support/trigger.cts';

quickenWaits();

let hopsworks: ChangingHopsworks;
beforeEach(async () => {
	hopsworks = await ChangingHopsworks.start();
});
afterEach(() => hopsworks.server.close());

function watching(parameters: TriggerOptions['parameters'] = {}): PollingN8n {
	return new PollingN8n({ credential: { hopsworksUrl: hopsworks.url }, parameters });
}

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

describe('a deployment changed its state', () => {
	test('the first poll tells nothing, and a change comes out once, with before, after and when', async () => {
		const fraud = hopsworks.deploy('fraud', { deployed: '2026-11-30T08:05:00Z' });
		hopsworks.deploy('churn');
		const n8n = watching();
		await n8n.start('activate');
		await n8n.tick();
		expect(n8n.executions).toEqual([]);
		Object.assign(fraud, { status: 'Failed', reason: 'Failed to run: no memory' });
		await n8n.tick();
		await n8n.tick();
		expect(n8n.executions).toEqual([
			[
				{
					event: 'deploymentState',
					project: 'shop',
					deployment: 'fraud',
					deploymentId: 1,
					before: 'Running',
					after: 'Failed',
					at: expect.stringMatching(ISO),
					reason: 'Failed to run: no memory',
					startedAt: '2026-11-30T08:05:00.000Z',
					version: 1,
					model: 'fraud',
					modelVersion: 1,
				},
			],
		]);
		expect(n8n.items.flatMap((item) => departures(sampleOf('hopsworksTrigger', ''), item))).toEqual([]);
	});

	test('changes of one poll start the workflow once, with an item each', async () => {
		const [fraud, churn] = [hopsworks.deploy('fraud'), hopsworks.deploy('churn')];
		const n8n = watching();
		await n8n.start();
		fraud.status = 'Failed';
		churn.status = 'Stopped';
		await n8n.tick();
		expect(n8n.executions.map((items) => items.map(({ deployment }) => deployment))).toEqual([['churn', 'fraud']]);
	});

	test('what happened while n8n was not there comes out when it is there again', async () => {
		const fraud = hopsworks.deploy('fraud');
		const n8n = watching();
		await n8n.start();
		n8n.kill();
		fraud.status = 'Failed';
		await n8n.restart();
		await n8n.restart();
		expect(n8n.items.map(({ before, after }) => [before, after])).toEqual([['Running', 'Failed']]);
	});

	test('chosen deployments and states alone count', async () => {
		const [fraud, churn] = [hopsworks.deploy('fraud'), hopsworks.deploy('churn')];
		const n8n = watching({ deployments: ['fraud'], states: ['Failed'] });
		await n8n.start();
		for (const status of ['Stopped', 'Starting', 'Failed']) {
			fraud.status = status;
			churn.status = status;
			await n8n.tick();
		}
		expect(n8n.items.map(({ deployment, before, after }) => [deployment, before, after])).toEqual([
			['fraud', 'Starting', 'Failed'],
		]);
	});

	test.each([
		['names in an expression', '={{ ["fraud", "churn"] }}'],
		['names with commas between them', '={{ "fraud, churn" }}'],
		['numbers', '={{ [1, 2] }}'],
	])('deployments may be given as %s', async (_name, deployments) => {
		const all = ['fraud', 'churn', 'other'].map((name) => hopsworks.deploy(name));
		const n8n = watching({ deployments });
		await n8n.start();
		for (const one of all) one.status = 'Failed';
		await n8n.tick();
		expect(n8n.items.map(({ deployment }) => deployment)).toEqual(['churn', 'fraud']);
	});

	test('a name that no deployment has is refused when the workflow is activated, and no longer when it is deleted later', async () => {
		hopsworks.deploy('fraud');
		const n8n = watching({ deployments: ['frud'] });
		await expect(n8n.start('activate')).rejects.toThrow("The project 'shop' has no deployment 'frud'");
		await n8n.edit({ parameters: { deployments: ['fraud'] } });
		hopsworks.deployments = [];
		await n8n.tick();
		await n8n.restart();
		expect([n8n.items, n8n.errors]).toEqual([[], []]);
		hopsworks.deploy('fraud', { status: 'Created', created: new Date().toISOString() });
		await n8n.tick();
		expect(n8n.items.map(({ deploymentId, before, after }) => [deploymentId, before, after])).toEqual([
			[2, null, 'Created'],
		]);
	});

	test('an edit tells nothing of old, and loses nothing of what stays watched', async () => {
		const [fraud, churn] = [hopsworks.deploy('fraud'), hopsworks.deploy('churn')];
		const n8n = watching({ deployments: ['fraud'] });
		await n8n.start();
		fraud.status = 'Failed';
		churn.status = 'Failed';
		await n8n.edit({ parameters: {} });
		await n8n.tick();
		expect(n8n.items.map(({ deployment, after }) => [deployment, after])).toEqual([['fraud', 'Failed']]);
	});

	test('another event, another project or another Hopsworks begins anew', async () => {
		const fraud = hopsworks.deploy('fraud');
		const n8n = watching();
		await n8n.start();
		fraud.highest = fraud.version = 2;
		await n8n.edit({ parameters: { event: 'deploymentVersion' } });
		fraud.status = 'Failed';
		await n8n.edit({ parameters: {} });
		hopsworks.projectId = 120;
		fraud.status = 'Stopped';
		await n8n.tick();
		const other = await ChangingHopsworks.start();
		other.deploy('fraud', { status: 'Updating' });
		await n8n.edit({ credential: { hopsworksUrl: other.url } });
		await other.server.close();
		expect([n8n.items, n8n.errors]).toEqual([[], []]);
	});
});

describe('new versions', () => {
	test('every new version of a deployment comes out, also one that was rolled back before the next poll', async () => {
		const fraud = hopsworks.deploy('fraud', { version: 2, highest: 3 });
		const n8n = watching({ event: 'deploymentVersion' });
		await n8n.start();
		const asked = hopsworks.server.requests.length;
		await n8n.tick();
		// Project and list: nothing has changed.
		expect(hopsworks.server.requests.length - asked).toBe(2);
		Object.assign(fraud, { highest: 5, version: 2, deployed: new Date().toISOString() });
		await n8n.tick();
		await n8n.restart();
		expect(n8n.items).toEqual([4, 5].map((after) => expect.objectContaining({ before: after - 1, after })));
		expect(n8n.items[0]).toEqual({
			event: 'deploymentVersion',
			project: 'shop',
			deployment: 'fraud',
			deploymentId: 1,
			before: 3,
			after: 4,
			at: '2020-01-01T00:00:00.000Z',
			active: false,
			createdBy: 'Ada Lovelace',
			model: 'fraud',
			modelVersion: 4,
		});
	});

	test('a deployment that is deleted while it is asked about does not fail the poll', async () => {
		hopsworks.deploy('fraud');
		const churn = hopsworks.deploy('churn');
		const n8n = watching({ event: 'deploymentVersion' });
		await n8n.start();
		for (const one of hopsworks.deployments) one.highest = one.version = 2;
		hopsworks.instead = ({ path }) =>
			path.includes(`/serving/${churn.id}/`) ? { status: 404, body: { errorCode: 240000 } } : undefined;
		await n8n.tick();
		expect(n8n.errors).toEqual([]);
		expect(n8n.items.map(({ deployment }) => deployment)).toEqual(['fraud']);
	});

	test('a Hopsworks without versions of deployments says so when the workflow is activated', async () => {
		hopsworks.deploy('fraud');
		hopsworks.instead = ({ path }) => (path.includes('/versions') ? { status: 404, body: {} } : undefined);
		await expect(watching({ event: 'deploymentVersion' }).start('activate')).rejects.toThrow(
			'This Hopsworks keeps no versions of deployments',
		);
	});

	test('every new version of every model comes out, new models among them', async () => {
		hopsworks.register('fraud', 1);
		const n8n = watching({ event: 'modelVersion' });
		await n8n.start();
		hopsworks.register('fraud', 2, { f1: 0.9 }, Date.parse('2026-12-01T08:00:00Z'));
		hopsworks.register('churn', 1, {}, Date.parse('2026-12-01T08:00:00Z'));
		await n8n.tick();
		hopsworks.models = hopsworks.models.filter(({ version }) => version !== 2);
		await n8n.tick();
		await n8n.restart();
		expect(n8n.items).toEqual([
			{
				event: 'modelVersion',
				project: 'shop',
				model: 'fraud',
				before: 1,
				after: 2,
				at: '2026-12-01T08:00:00.000Z',
				metrics: { f1: 0.9 },
				framework: '',
				description: '',
				createdBy: '',
			},
			expect.objectContaining({ model: 'churn', before: null, after: 1 }),
		]);
	});

	test('best so far only: those that are better than all before them', async () => {
		hopsworks.register('fraud', 1, { loss: 0.5 });
		hopsworks.register('other', 1, { loss: 0.5 });
		const model = { __rl: true, mode: 'name', value: 'fraud' };
		const n8n = watching({ event: 'modelVersion', model, bestOnly: true, metric: 'loss', better: 'lower' });
		await n8n.start();
		for (const [version, loss] of [0.6, 0.4, 0.4, 0.3].entries()) {
			hopsworks.register('fraud', version + 2, { loss });
			hopsworks.register('other', version + 2, { loss: 0.1 });
			await n8n.restart();
		}
		expect(n8n.items.map(({ model: name, after, value, bestBefore }) => [name, after, value, bestBefore])).toEqual([
			['fraud', 3, 0.4, 0.5],
			['fraud', 5, 0.3, 0.4],
		]);
	});

	test('a registry of many pages, from which a version is deleted while it is read, loses none', async () => {
		for (let version = 1; version <= 1200; version++) hopsworks.register('fraud', version);
		const n8n = watching({ event: 'modelVersion' });
		await n8n.start();
		hopsworks.register('fraud', 1201);
		hopsworks.register('fraud', 1202);
		let isDeleted = false;
		hopsworks.instead = ({ path }) => {
			if (path.includes('offset=500') && !isDeleted) {
				isDeleted = true;
				hopsworks.models.shift();
			}
			return undefined;
		};
		await n8n.tick();
		expect(n8n.items.map(({ after }) => after)).toEqual([1201, 1202]);
	});

	test.each([
		['without a word of which scope', 'Forbidden', undefined],
		['by the name of the scope', 'Invalid scope. Required [MODELREGISTRY]', 320004],
	])(
		'a key that may not read the registry is refused %s, and the scope is named',
		async (_name, errorMsg, errorCode) => {
			hopsworks.instead = ({ path }) =>
				path.includes('modelregistries') ? { status: 403, body: { errorCode, errorMsg } } : undefined;
			await expect(watching({ event: 'modelVersion' }).start('activate')).rejects.toMatchObject({
				message: expect.stringContaining('The API key lacks the scope MODELREGISTRY'),
				description: expect.stringContaining('Account Settings, API'),
			});
		},
	);

	test('a model that is not there is refused when the workflow is activated', async () => {
		hopsworks.register('fraud', 1);
		const model = { __rl: true, mode: 'name', value: 'Fraud' };
		await expect(watching({ event: 'modelVersion', model }).start('activate')).rejects.toThrow(
			"The project 'shop' has no model 'Fraud'",
		);
	});

	test('best so far only needs the name of a metric', async () => {
		await expect(watching({ event: 'modelVersion', bestOnly: true }).start('activate')).rejects.toThrow(
			"'Metric' is empty",
		);
	});
});

describe('a Hopsworks that is not there, or not all of it', () => {
	test('one that is away fails the activation with its reason, and keeps the key to itself', async () => {
		const n8n = watching();
		await hopsworks.server.close();
		const error: unknown = await n8n.start('activate').catch((thrown: unknown) => thrown);
		expect(error).toMatchObject({ message: expect.stringContaining('refused the connection (after 3 tries)') });
		expect(JSON.stringify(error)).not.toContain(API_KEY);
		await hopsworks.server.listen();
	});

	test('one that is away later fails the polls, and nothing is lost', async () => {
		const fraud = hopsworks.deploy('fraud');
		const n8n = watching();
		await n8n.start();
		hopsworks.instead = () => ({ status: 503, body: { errorCode: 100008, errorMsg: 'database' } });
		fraud.status = 'Failed';
		const asked = hopsworks.server.requests.length;
		await n8n.tick();
		await n8n.tick();
		expect(n8n.errors.map(({ message }) => message)).toEqual([
			expect.stringContaining('Hopsworks is not available'),
			expect.stringContaining('Hopsworks is not available'),
		]);
		// Each of the two polls has tried three times.
		expect(hopsworks.server.requests.length - asked).toBe(6);
		hopsworks.instead = undefined;
		await n8n.tick();
		await n8n.tick();
		expect(n8n.items.map(({ before, after }) => [before, after])).toEqual([['Running', 'Failed']]);
	});

	test('one that is away when n8n is started lets the schedule begin, and what it changed meanwhile comes out', async () => {
		const fraud = hopsworks.deploy('fraud');
		const n8n = watching();
		await n8n.start();
		hopsworks.instead = () => ({ status: 503 });
		fraud.status = 'Failed';
		await n8n.restart();
		expect(n8n.errors).toEqual([]);
		await n8n.tick();
		expect(n8n.errors).toHaveLength(1);
		hopsworks.instead = undefined;
		await n8n.tick();
		expect(n8n.items.map(({ before, after }) => [before, after])).toEqual([['Running', 'Failed']]);
		hopsworks.instead = () => ({ status: 503 });
		await expect(n8n.edit({ parameters: { states: ['Failed'] } })).rejects.toThrow();
	});

	test.each([
		['an empty list', []],
		['half of the list', undefined],
	])('%s makes nothing new of what was there before', async (_name, body) => {
		for (const name of ['a', 'b', 'c']) hopsworks.deploy(name);
		const n8n = watching();
		await n8n.start();
		hopsworks.instead = ({ path }) => {
			if (!path.endsWith('/serving')) return undefined;
			return { body: body ?? [{ id: 2, name: 'b', status: 'Running' }] };
		};
		await n8n.tick();
		await n8n.restart();
		hopsworks.instead = undefined;
		await n8n.tick();
		expect([n8n.items, n8n.errors]).toEqual([[], []]);
	});

	test('a login page in the place of the list fails the poll', async () => {
		hopsworks.deploy('fraud');
		const n8n = watching();
		await n8n.start();
		hopsworks.instead = ({ path }) => (path.endsWith('/serving') ? { body: '<html>Log in</html>' } : undefined);
		await n8n.tick();
		expect(n8n.errors[0]?.message).toContain('There is no Hopsworks at this address');
	});
});

describe('polls beside one another', () => {
	test('a slow one and the next tell a change once, and no more than one waits', async () => {
		const fraud = hopsworks.deploy('fraud');
		const n8n = watching();
		await n8n.start();
		fraud.status = 'Failed';
		hopsworks.instead = async ({ path }) => {
			await new Promise((resolve) => setTimeout(resolve, path.endsWith('/serving') ? 100 : 0));
			return undefined;
		};
		const asked = hopsworks.server.requests.length;
		await Promise.all([n8n.tick(), n8n.tick(), n8n.tick(), n8n.tick()]);
		expect(n8n.items).toHaveLength(1);
		expect(hopsworks.server.requests.length - asked).toBe(4);
		expect(hopsworks.server.mostAtOnce).toBe(1);
	});

	test('one that failed lets the next go on', async () => {
		const fraud = hopsworks.deploy('fraud');
		const n8n = watching();
		await n8n.start();
		fraud.status = 'Failed';
		let number = 0;
		hopsworks.instead = () => (number++ === 0 ? { status: 500 } : undefined);
		await Promise.all([n8n.tick(), n8n.tick()]);
		expect([n8n.items.length, n8n.errors.length]).toEqual([1, 1]);
	});
});

describe('in the editor', () => {
	test('a run by hand shows what is there, and n8n keeps nothing of it', async () => {
		hopsworks.deploy('fraud', { version: 3, highest: 4, deployed: '2026-11-30T08:00:00Z' });
		hopsworks.deploy('churn', { status: 'Failed', deployed: '2026-11-01T08:00:00Z' });
		hopsworks.register('fraud', 1, { f1: 0.9 }, 1000);
		hopsworks.register('fraud', 2, { f1: 0.8 }, 2000);
		const shown = async (parameters: TriggerOptions['parameters']) => (await watching(parameters).runByHand()).items;
		expect(await shown({})).toEqual([expect.objectContaining({ deployment: 'fraud', after: 'Running' })]);
		expect(await shown({ states: ['Failed'] })).toEqual([
			expect.objectContaining({ deployment: 'churn', after: 'Failed' }),
		]);
		expect(await shown({ event: 'deploymentVersion' })).toEqual([
			expect.objectContaining({ deployment: 'fraud', before: 3, after: 4 }),
		]);
		expect(await shown({ event: 'modelVersion' })).toEqual([expect.objectContaining({ model: 'fraud', after: 2 })]);
		expect(await shown({ event: 'modelVersion', bestOnly: true, metric: 'f1', better: 'higher' })).toEqual([
			expect.objectContaining({ after: 1, value: 0.9 }),
		]);
	});

	test.each([
		[{}, "There is no deployment to show yet in the project 'shop'"],
		[{ event: 'deploymentVersion' }, "There is no deployment to show yet in the project 'shop'"],
		[{ event: 'modelVersion' }, 'There is no version of a model to show yet'],
	])('where nothing is there with %j, it says so', async (parameters, message) => {
		const { error } = await watching(parameters).runByHand();
		expect(error?.message).toBe(message);
	});

	test('the lists offer deployments and models, and a refused key is an error', async () => {
		hopsworks.deploy('fraud');
		hopsworks.deploy('churn');
		hopsworks.register('fraud', 1);
		hopsworks.register('fraud', 2);
		hopsworks.register('churn', 1);
		const { loadOptions, listSearch } = new HopsworksTrigger().methods;
		const panel = () =>
			panelContext({ node: new HopsworksTrigger(), parameters: {}, credential: { hopsworksUrl: hopsworks.url } });
		expect((await loadOptions.getDeployments.call(panel())).map(({ value }) => value)).toEqual(['churn', 'fraud']);
		expect((await listSearch.searchModels.call(panel())).results.map(({ value }) => value)).toEqual(['churn', 'fraud']);
		expect((await listSearch.searchModels.call(panel(), 'FR')).results.map(({ value }) => value)).toEqual(['fraud']);
		hopsworks.instead = () => ({ status: 401, body: { errorCode: 320002, errorMsg: 'API key not found' } });
		await expect(loadOptions.getDeployments.call(panel())).rejects.toThrow('The API key was refused');
		await expect(listSearch.searchModels.call(panel())).rejects.toThrow('The API key was refused');
	});
});

test('5,000 deployments are kept in less than half a megabyte', async () => {
	for (let index = 0; index < 5000; index++)
		hopsworks.deploy(`deployment-${index}`, { deployed: '2026-11-30T08:00:00Z' });
	const n8n = watching();
	await n8n.start();
	expect(n8n.size).toBeGreaterThan(5000);
	expect(n8n.size).toBeLessThan(500_000);
});
