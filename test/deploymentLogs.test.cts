/** Logs of a deployment since a point in time, as the server allows, in n8n's engine. */
import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { lineCount, timedLines } from '../nodes/core/hopsworks/logLines';
import { readMoment } from '../nodes/n8n/moment';
import { HopsworksDeployment } from '../nodes/HopsworksDeployment/HopsworksDeployment.node';
import { runModel, type RunResult } from './support/engine.cts';
import { startServer, type TestServer } from './support/server.cts';

const LINES = ['10:00:00.250000000', '10:00:00.750000000', '10:00:01.000000000'].map(
	(time, index) => `2026-11-24T${time}Z line ${index + 1}\n`,
);

let server: TestServer;
let entries: unknown;

beforeEach(async () => {
	entries = [{ instanceName: 'fraud-0', content: LINES.join('') }];
	server = await startServer(({ path }) => {
		if (path.includes('getProjectInfo')) return { body: { projectId: 1, projectName: 'test' } };
		if (path.includes('/logs?')) return { body: entries };
		return { body: { id: 7, name: 'fraud', status: 'Running' } };
	});
});
afterEach(() => server.close());

function run(parameters: INodeParameters, rows?: IDataObject[]): Promise<RunResult> {
	return runModel({
		node: new HopsworksDeployment(),
		credential: { hopsworksUrl: server.url },
		parameters: { operation: 'getLogs', deployment: { __rl: true, mode: 'name', value: 'fraud' }, ...parameters },
		...(rows && { rows }),
	});
}

const fields = ({ success }: RunResult): IDataObject[] => success.map(({ json }) => json);
const queries = (): Array<Record<string, string>> =>
	server.requests
		.filter(({ path }) => path.includes('/logs?'))
		.map(({ path }) => Object.fromEntries(new URL(path, 'http://x').searchParams));

test('without Since nothing of time is asked for, as every release knows it', async () => {
	await run({});
	expect(queries()).toEqual([{ component: 'predictor', tail: '100' }]);
});

test('lines since a moment, to the millisecond, though the server looks at whole seconds', async () => {
	const [logs] = fields(await run({ since: '2026-11-24T10:00:00.500Z', lines: 5 }));
	expect(queries()).toEqual([{ component: 'predictor', tail: '5', since: '2026-11-24T10:00:00Z', timestamps: 'true' }]);
	expect(logs).toEqual({
		deployment: 'fraud',
		component: 'predictor',
		instance: 'fraud-0',
		content: 'line 2\nline 3\n',
	});
});

test('as many lines as were asked for may not be all of them', async () => {
	expect(fields(await run({ since: '2026-11-24T10:00:00Z', lines: 3 }))[0]).toMatchObject({
		content: 'line 1\nline 2\nline 3\n',
		mayHaveMore: true,
	});
	expect(fields(await run({ since: '2026-11-24T10:00:01Z', lines: 3 }))[0]).not.toHaveProperty('mayHaveMore');
});

test('with the times before the lines', async () => {
	expect(fields(await run({ includeTimestamps: true }))[0]).toMatchObject({ content: LINES.join('') });
	expect(queries()).toEqual([{ component: 'predictor', tail: '100', timestamps: 'true' }]);
	expect(fields(await run({ includeTimestamps: true, since: '2026-11-24T10:00:01Z' }))[0]).toMatchObject({
		content: LINES[2],
	});
});

test('an older server, which passes over both: old lines are never taken for new ones', async () => {
	entries = [
		{ instanceName: 'quiet-0', content: '' },
		{ instanceName: 'fraud-0', content: 'line 1\nline 2' },
	];
	const { error } = await run({ since: '2026-11-24T10:00:00Z' });
	expect(error?.message).toBe(
		"Hopsworks does not tell when 'fraud-0' wrote its log lines, so those since 2026-11-24T10:00:00Z are not known",
	);
	expect(error?.description).toContain('Hopsworks 5.2');
	const stamped = await run({ includeTimestamps: true });
	expect(fields(stamped)[1]).toMatchObject({ content: 'line 1\nline 2' });
	expect(stamped.hints[0]?.message).toContain('puts no times before log lines');
});

test('what was not read is no line, whatever its note looks like', async () => {
	const note = '2026-11-24T10:00:05Z not read';
	entries = [
		{ instanceName: 'deaf-0', content: note, readFailed: true },
		{ instanceName: 'empty-0', content: null },
		{ instanceName: 'cut-0', content: `${LINES.join('')}2026-11-24T10:0`, truncated: true },
	];
	expect(fields(await run({ since: '2026-11-24T10:00:01Z' }))).toEqual([
		expect.objectContaining({ instance: 'deaf-0', content: '', note, readFailed: true }),
		expect.objectContaining({ instance: 'empty-0', content: '', note: 'Hopsworks sent no lines of this instance' }),
		expect.objectContaining({ instance: 'cut-0', content: 'line 3\n', cutLine: '2026-11-24T10:0', truncated: true }),
	]);
});

test('instances that were skipped are asked for since the same moment', async () => {
	entries = [{ instanceName: 'fraud-8', content: 'Not read', skipped: true }];
	await run({ since: '2026-11-24T10:00:00Z' });
	expect(queries()[1]).toEqual({ ...queries()[0], pod: 'fraud-8' });
});

test('a reply without a single entry that can be read is no list of logs', async () => {
	entries = ['line 1', 'line 2'];
	expect((await run({})).error?.message).toContain('There is no Hopsworks at this address');
});

test('a deployment that sleeps has no instance, and a hint says so', async () => {
	entries = [];
	const { success, hints } = await run({});
	expect(success).toEqual([]);
	expect(hints[0]?.message).toContain("No instance of the deployment 'fraud' has logs: it is 'Running'");
});

test('the moment may come out of an expression, or of an item', async () => {
	await run({ since: '={{ DateTime.fromISO("2026-11-24T12:00:00+02:00") }}' });
	await run({ since: '={{ $json.at }}' }, [{ at: '2026-11-24T10:00:00Z' }, { at: '' }]);
	expect(queries().map(({ since }) => since)).toEqual(['2026-11-24T10:00:00Z', '2026-11-24T10:00:00Z', undefined]);
});

describe('a moment', () => {
	test.each([
		['2026-11-24T10:00:00Z', '2026-11-24T10:00:00.000Z'],
		['2026-11-24T10:00:00+02:00', '2026-11-24T08:00:00.000Z'],
		['2026-11-24T10:00:00.5-0330', '2026-11-24T13:30:00.500Z'],
		// Where it names no zone it is in the workflow's.
		['2026-11-24T10:00:00', '2026-11-24T15:00:00.000Z'],
		['2026-07-24 10:00', '2026-07-24T14:00:00.000Z'],
		['2026-11-24', '2026-11-24T05:00:00.000Z'],
		// Clocks are put back at two o'clock on that day: the hour before comes twice, and the one after is an hour later.
		['2026-11-01T03:00:00', '2026-11-01T08:00:00.000Z'],
		['2026-03-08T03:00:00', '2026-03-08T07:00:00.000Z'],
	])('%s in New York', (given, expected) => {
		expect(new Date(readMoment('Since', given, 'America/New_York') ?? NaN).toISOString()).toBe(expected);
	});

	test('that is not set, or is a date of JavaScript', () => {
		for (const given of ['', null, undefined]) expect(readMoment('Since', given, 'UTC')).toBeUndefined();
		expect(readMoment('Since', new Date(1000), 'UTC')).toBe(1000);
	});

	test.each([
		'yesterday',
		'24.11.2026',
		'2026-02-30T10:00:00Z',
		'2026-11-24T25:00:00',
		'Nov 24 2026',
		' ',
		5,
		true,
		{},
	])('%j is none', (given) => {
		expect(() => readMoment('Since', given, 'UTC')).toThrow(`'Since' is ${JSON.stringify(given)}`);
	});
});

describe('lines with their times', () => {
	test('a line without a time goes on with the one before it', () => {
		const content = '2026-11-24T10:00:00Z old\n  of it\n2026-11-24T10:00:05+00:00 new\n  of that\n\n';
		expect(timedLines(content, Date.parse('2026-11-24T10:00:01Z'), false)).toBe('new\n  of that\n\n');
	});

	test('lines that only look as if they told a time', () => {
		expect(timedLines('2026-11-24 10:00:00 INFO x\n', 0, false)).toBeUndefined();
		expect(timedLines('2026-13-44T99:00:00Z x', 0, false)).toBeUndefined();
		expect(timedLines('', 0, false)).toBe('');
		expect(timedLines('2026-11-24T10:00:00Z\n', 0, false)).toBe('\n');
	});

	test('are counted with the last one, whole or not', () => {
		expect(['', 'a', 'a\n', 'a\nb', '\n\n'].map(lineCount)).toEqual([0, 1, 1, 2, 2]);
	});
});
