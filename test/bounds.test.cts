/** Time and size are bounds: a reply that never ends, or that is too large, fails its rows and holds nothing up. In n8n's engine. */
import { gzipSync } from 'node:zlib';
import type { INodeParameters, NodeParameterValueType } from 'n8n-workflow';
import { HopsworksDeployment } from '../nodes/HopsworksDeployment/HopsworksDeployment.node.ts';
import { pause, Watch } from '../nodes/n8n/cancel';
import { chatWith } from './support/chat.cts';
import { panelContext, runModel, type RunOptions } from './support/engine.cts';
import { firstValues, type Reply } from './support/server.cts';
import { sharedServer } from './support/sharedServer.cts';

const server = sharedServer(firstValues);
const deployment = { __rl: true, mode: 'name', value: 'm' };

async function predict(options: INodeParameters, more: Partial<RunOptions> = {}) {
	const began = performance.now();
	const { failed, success } = await runModel({
		rows: [{ id: 1 }],
		credential: { servingUrl: server.url },
		settings: { onError: 'continueErrorOutput' },
		...more,
		parameters: { operation: 'predict', deployment, columns: 'id', options: { maxTries: 1, ...options } },
	});
	return {
		errors: failed.map(({ json }) => json.error),
		predictions: success.map(({ json }) => json.prediction),
		seconds: (performance.now() - began) / 1000,
	};
}

/** A byte now and then, for ever. */
function* dripping(): Generator<string | number> {
	for (;;) {
		yield ' ';
		yield 50;
	}
}

describe('Timeout is a deadline for the whole reply', () => {
	test.each([
		['no reply', { delay: 5000 }],
		['a head and then nothing', { stream: ['{'], ending: 'stall' }],
		['a byte now and then', { stream: dripping() }],
		['an error page a byte at a time', { status: 500, stream: dripping() }],
		['a bare 101', { upgrade: true }],
	] satisfies Array<[string, Reply]>)('%s', async (_what, reply) => {
		server.answer = () => reply;
		const { errors, seconds } = await predict({ timeout: 0.5 });
		expect(errors).toEqual(['The deployment did not answer within 0.5 seconds']);
		expect(seconds).toBeLessThan(3);
	});

	test('in a stream it is the longest silence', async () => {
		const event = (text: string): string =>
			`data: {"choices":[{"index":0,"delta":{"content":"${text}"},"finish_reason":null}]}\n\n`;
		const stream = (silence: number): Reply => ({
			headers: { 'content-type': 'text/event-stream' },
			stream: [...Array.from({ length: 8 }, () => [event('a'), silence]).flat(), 'data: [DONE]\n\n'],
		});
		const ask = async () =>
			await chatWith(server, { onChunk: () => {}, parameters: { options: { timeout: 0.4, maxTries: 1 } } });
		server.answer = () => stream(100);
		expect((await ask()).success.map(({ json }) => json.text)).toEqual(['a'.repeat(8)]);
		server.answer = () => stream(1500);
		expect((await ask()).error?.message).toBe('The answer broke off: The deployment did not answer within 0.4 seconds');
	});

	test('a reply that takes its time and ends within it is read', async () => {
		server.answer = (request) => ({ ...firstValues(request), drip: 2 });
		expect((await predict({ timeout: 20 })).predictions).toEqual(['of 1']);
	});
});

describe('Reply Size Limit', () => {
	const large = (megabytes: number): Buffer => Buffer.alloc(megabytes * 1024 * 1024, ' ');

	test('a larger reply is read no further', async () => {
		server.answer = () => ({ body: large(3) });
		const { errors } = await predict({ maxReplyMegabytes: 2 });
		expect(errors).toEqual(['The reply is larger than 2 megabytes']);
	});

	test('what counts is what it becomes when unpacked', async () => {
		server.answer = () => ({ headers: { 'content-encoding': 'gzip' }, body: gzipSync(large(40)) });
		const { errors } = await predict({ maxReplyMegabytes: 2 });
		expect(errors).toEqual(['The reply is larger than 2 megabytes']);
	});

	test('a reply that is just as large is read', async () => {
		const body = Buffer.concat([Buffer.from('{"predictions":[7]}'), large(2)]).subarray(0, 2 * 1024 * 1024);
		server.answer = () => ({ body });
		expect((await predict({ maxReplyMegabytes: 2 })).predictions).toEqual([7]);
	});

	test('it holds for a stream too', async () => {
		const event = `data: {"choices":[{"delta":{"content":"${'x'.repeat(1024 * 1024)}"}}]}\n\n`;
		server.answer = () => ({ headers: { 'content-type': 'text/event-stream' }, stream: [event, event, event] });
		const { error } = await chatWith(server, {
			onChunk: () => {},
			parameters: { options: { maxReplyMegabytes: 2, maxTries: 1 } },
		});
		expect(error?.message).toBe('The reply is larger than 2 megabytes');
	});

	test('of an error page only the beginning is read', async () => {
		server.answer = () => ({ status: 500, body: Buffer.concat([Buffer.from('Out of memory. '), large(30)]) });
		const { errors } = await predict({});
		expect(errors).toEqual([expect.stringMatching(/^The model ran out of memory \(status 500\): Out of memory\./)]);
	});
});

describe('numbers have a lower and an upper bound, which their field names', () => {
	test.each([
		['timeout', 'Timeout (Seconds)', 3_600_000, 'a number from 0.1 to 86,400'],
		['timeout', 'Timeout (Seconds)', 0, 'a number from 0.1 to 86,400'],
		['concurrency', 'Max Concurrent Requests', 101, 'a whole number from 1 to 100'],
		['concurrency', 'Max Concurrent Requests', 30_000, 'a whole number from 1 to 100'],
		['maxRetryWait', 'Longest Pause Between Tries (Seconds)', 1e10, 'a number from 0 to 86,400'],
		['maxTries', 'Tries Before Giving Up', 1001, 'a whole number from 1 to 1,000'],
		['maxTries', 'Tries Before Giving Up', 1.5, 'a whole number from 1 to 1,000'],
		['maxReplyMegabytes', 'Reply Size Limit (MB)', 501, 'a whole number from 1 to 500'],
		['maxRequestKilobytes', 'Split Requests Above (kB)', 1e9, 'a number from 1 to 262,144'],
		['rowsPerRequest', 'Rows per Request', 1e9, 'a whole number from 1 to 1,000,000'],
	])('%s: %s is %d', async (name, label, value, bounds) => {
		const { error } = await runModel({
			rows: [{ id: 1 }],
			credential: { servingUrl: server.url },
			parameters: { operation: 'predict', deployment, columns: 'id', options: { [name]: value } },
		});
		expect(error).toMatchObject({ message: `'${label}' is ${value}`, description: `It must be ${bounds}.` });
		expect(server.requests).toEqual([]);
	});

	test.each([100, '100', '={{ 50 * 2 }}'])('the bound itself is allowed: %j', async (concurrency) => {
		expect((await predict({ concurrency })).predictions).toEqual(['of 1']);
	});

	test.each<NodeParameterValueType>(['', ' ', 'ten', '1e999', true, [], { valueOf: 1 }])(
		'what is no number is not taken for one: %j',
		async (value) => {
			const { errors, predictions } = await predict({ concurrency: value });
			expect({ errors, predictions }).toEqual(
				value === ''
					? { errors: [], predictions: ['of 1'] }
					: { errors: [expect.stringContaining("'Max Concurrent Requests' is")], predictions: [] },
			);
		},
	);

	test('so has the node Hopsworks Deployment', async () => {
		const { error } = await runModel({
			node: new HopsworksDeployment(),
			credential: { hopsworksUrl: server.url },
			parameters: { operation: 'getAll', limit: 0 },
		});
		expect(error?.message).toBe("'Limit' is 0");
	});
});

describe('nothing is left over', () => {
	const context = (signal?: AbortSignal): Parameters<typeof pause>[0] =>
		Object.assign(panelContext({ parameters: {} }), { getExecutionCancelSignal: () => signal });
	const timers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
	const settled = async (): Promise<void> => {
		await new Promise((done) => setTimeout(done, 150));
	};

	test('a wait ends with a cancel, and leaves no timer', async () => {
		const before = timers();
		const cancel = new AbortController();
		const began = performance.now();
		setTimeout(() => cancel.abort(), 50);
		await pause(context(cancel.signal), 60);
		expect(performance.now() - began).toBeLessThan(250);
		await settled();
		expect(timers()).toBeLessThanOrEqual(before);
	});

	test('a wait that begins after a cancel ends at once', async () => {
		const began = performance.now();
		await pause(context(AbortSignal.abort()), 60);
		expect(performance.now() - began).toBeLessThan(40);
	});

	test('a wait takes as long as it is told, also without anything to cancel it', async () => {
		const began = performance.now();
		await pause(context(), 0.12);
		expect(performance.now() - began).toBeGreaterThanOrEqual(119);
	});

	test('a watch that is stopped looks no more, and ends nothing that was read to its end', async () => {
		const watch = new Watch(() => false, 0.1);
		watch.stop(true);
		await settled();
		expect({ isLate: watch.isLate, isAborted: watch.signal.aborted }).toEqual({ isLate: false, isAborted: false });
		const cut = new Watch(() => false, 60);
		cut.stop(false);
		expect(cut.signal.aborted).toBe(true);
	});

	test('8,000 requests leave neither timers nor memory behind', async () => {
		const before = timers();
		for (let index = 0; index < 8000; index++) new Watch(() => false, 300).stop(true);
		await settled();
		expect(timers()).toBeLessThanOrEqual(before);
	});
});

describe('cancel', () => {
	test.each([
		['rows by expression are read', { rows: 'json', rowJson: '={{ [$json.id, $json.id + 1] }}' }, 3000],
		['a reply is awaited', { columns: 'id' }, 1],
	])('ends a run within 100 ms while %s', async (_what, parameters, rows) => {
		server.answer = () => ({ delay: 10_000 });
		const began = performance.now();
		const cancelAfter = 150;
		const { status } = await runModel({
			rows: Array.from({ length: rows }, (_, id) => ({ id })),
			cancelAfter,
			credential: { servingUrl: server.url },
			parameters: { operation: 'predict', deployment, ...parameters },
		});
		expect(status).toBe('canceled');
		expect(performance.now() - began - cancelAfter).toBeLessThan(1000);
	});
});
