/** The logs of the sandbox's instances by time, as the kubelet keeps them: whole seconds, byte limits, instances that cannot be read. */
import { startSandbox, type Sandbox } from '../sandbox/sandbox.cts';
import { at, listOf, textOf } from './support/json.cts';
import { callsOf, type Calls } from './support/restCalls.cts';
import { until } from './support/until.cts';

const FRAUD = '/project/119/serving/11';

let sandbox: Sandbox;
let calls: Calls;
beforeEach(async () => {
	sandbox = await startSandbox();
	Object.assign(sandbox.cluster.settings.pace, { start: 20, stop: 20, route: 0 });
	calls = callsOf(sandbox);
});
afterEach(() => sandbox.close());

const entries = async (query = '', path = FRAUD): Promise<unknown[]> =>
	listOf((await calls.ask(`${path}/logs?component=predictor${query}`)).body);
const content = async (query = ''): Promise<string> => textOf(at(await entries(query), 0, 'content'));
const lines = async (query = ''): Promise<string[]> => (await content(query)).split('\n').slice(0, -1);
const write = async (text: string, more = {}): Promise<unknown> =>
	await calls.control('logs', { deployment: 'fraud', text, ...more });

test('the last hundred lines unless told otherwise, each with its end', async () => {
	expect(await lines()).toHaveLength(100);
	expect(await lines('&tail=500')).toHaveLength(200);
	expect(await content('&tail=2')).toBe(
		'2026-11-24 02:00:00 INFO fraud line 199\n2026-11-24 02:00:00 INFO fraud line 200\n',
	);
	expect(await content('&tail=0')).toBe('');
});

test('with the time of each line, which two may share', async () => {
	expect(await lines('&tail=2&timestamps=true')).toEqual([
		'2026-11-24T02:00:00.198000000Z 2026-11-24 02:00:00 INFO fraud line 199',
		'2026-11-24T02:00:00.198000000Z 2026-11-24 02:00:00 INFO fraud line 200',
	]);
});

test('from a second on, all of them, and the newest of them where a number is given', async () => {
	await write('written later');
	await write('written last');
	const since = (time: string): string => `&since=${encodeURIComponent(time)}`;
	expect(await lines(since('2026-11-24T02:00:01Z'))).toEqual(['written later', 'written last']);
	expect(await lines(since('2026-11-24T02:00:01Z') + '&tail=1')).toEqual(['written last']);
	// Whole seconds: what is before that time in the same second comes too.
	for (const time of ['2026-11-24T02:00:00.199Z', '2026-11-24T03:00:00.5+01:00']) {
		expect(await lines(since(time))).toHaveLength(202);
	}
	expect(await content(since('2100-01-01T00:00:00Z'))).toBe('');
	const malformed = await calls.ask(`${FRAUD}/logs?component=predictor&since=yesterday`);
	expect(malformed).toMatchObject({ status: 422, body: { errorCode: 120001 } });
});

test('it stops after so many bytes, in the middle of a line, and says so', async () => {
	await calls.control('settings', { logBytes: 60 });
	const [entry] = await entries('&tail=2');
	expect(entry).toMatchObject({
		content: '2026-11-24 02:00:00 INFO fraud line 199\n2026-11-24 02:00:00 ',
		truncated: true,
	});
	expect((await entries('&tail=1'))[0]).toMatchObject({ truncated: false });
});

test('eight instances at a time, and one alone by its name', async () => {
	await calls.control('settings', { replicas: 10, unreadable: 1 });
	await write('only here', { instance: 'fraud-predictor-9' });
	const all = await entries('&tail=1');
	expect(all.map((entry) => [at(entry, 'skipped'), at(entry, 'readFailed')])).toEqual([
		[false, true],
		...Array.from({ length: 7 }, () => [false, false]),
		[true, false],
		[true, false],
	]);
	expect([all[0], all[9]].map((entry) => at(entry, 'content'))).toEqual([
		'Not read: the node did not answer',
		'Not read: more than 8 instances',
	]);
	expect(await entries('&tail=1&pod=fraud-predictor-9')).toMatchObject([
		{ instanceName: 'fraud-predictor-9', content: 'only here\n', skipped: false },
	]);
	expect(await entries('&pod=nothing')).toEqual([]);
});

test('a start begins a log anew, in another pod', async () => {
	await write('before');
	const [before] = await entries('&tail=1');
	expect(before).toMatchObject({ content: 'before\n', podUid: 'uid-of-fraud-predictor-0', restartCount: 0 });
	const isNow = (status: string) => async () => at((await calls.ask(FRAUD)).body, 'status') === status;
	for (const [action, status] of [
		['STOP', 'Stopped'],
		['START', 'Running'],
	] as const) {
		await calls.ask(`${FRAUD}?action=${action}`, { method: 'POST' });
		await until(isNow(status));
	}
	const [after] = await entries('&tail=1');
	expect(after).toMatchObject({ content: '2026-11-24 02:00:00 INFO fraud line 200\n' });
	expect(at(after, 'podUid')).not.toBe(at(before, 'podUid'));
});

test('one that is idle has no instance to read', async () => {
	expect(await entries('', '/project/119/serving/17')).toEqual([]);
});

test('an older release knows no time, and tells instance and content alone', async () => {
	await calls.control('settings', { isOld: true });
	await write('now');
	expect(await entries('&tail=2&timestamps=true&since=2100-01-01T00:00:00Z')).toEqual([
		{ instanceName: 'fraud-predictor-0', content: '2026-11-24 02:00:00 INFO fraud line 200\nnow\n' },
	]);
});
