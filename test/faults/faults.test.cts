/** The table of server behaviours, each run through n8n's engine: `npm run test:faults` prints it. */
import { API_KEY, runModel } from '../support/engine.cts';
import { startServer } from '../support/server.cts';
import {
	bodyFaults,
	columnarFaults,
	connectionFaults,
	predictionFaults,
	rowFaults,
	ROWS,
	sizeFaults,
	statusFaults,
	type Fault,
} from './table.cts';

const ALL = Array.from({ length: ROWS }, (_, id) => id);

/** A row of the table as it is printed. */
function title({ server, failing = [], requests }: Fault): string {
	const lost = failing === 'all' ? 'no row scored, each with its error' : `all but rows ${String(failing)} scored`;
	const rows = failing.length === 0 ? 'every row scored' : lost;
	const limit = typeof requests === 'number' ? String(requests) : `at most ${requests.most}`;
	return `${server} | ${rows} | ${limit} request${limit === '1' ? '' : 's'}`;
}

async function run(fault: Fault): Promise<void> {
	const server = await startServer(fault.answer);
	const { status, error, success, failed, hints } = await runModel({
		rows: ALL.map((id) => ({ id })),
		credential: { servingUrl: server.url },
		parameters: {
			operation: 'predict',
			deployment: { __rl: true, mode: 'name', value: 'fraud' },
			columns: 'id',
			...fault.parameters,
			options: { maxTries: 3, maxRetryWait: 0.02, timeout: 20, ...fault.options },
		},
		settings: { onError: 'continueErrorOutput' },
	});
	await server.close();

	const failing = fault.failing === 'all' ? ALL : (fault.failing ?? []);
	expect({ status, error }).toEqual({ status: 'success', error: undefined });
	expect(failed).toEqual(
		failing.map((id) => ({
			json: { id, error: expect.stringMatching(fault.error ?? /./) },
			pairedItem: { item: id },
		})),
	);
	const prediction = fault.prediction ?? ((id: number) => `of ${id}`);
	expect(success).toEqual(
		ALL.filter((id) => !failing.includes(id)).map((id) => ({
			json: { id, prediction: prediction(id) },
			pairedItem: { item: id },
		})),
	);
	const { requests } = fault;
	if (typeof requests === 'number') expect(server.requests).toHaveLength(requests);
	else expect(server.requests.length).toBeLessThanOrEqual(requests.most);
	const hint = fault.hint ?? (failing.length > 0 ? new RegExp(`${failing.length} failed`) : undefined);
	expect(hints.map(({ message }) => message)).toEqual(hint ? [expect.stringMatching(hint)] : []);
	expect(JSON.stringify([success, failed, hints])).not.toContain(API_KEY);
}

describe.each([
	['the connection', connectionFaults],
	['the body', bodyFaults],
	['the predictions', predictionFaults],
	['bad rows', rowFaults],
	['the size', sizeFaults],
	['the status', statusFaults],
	['other forms', columnarFaults],
])('%s: the server …', (_kind, faults) => {
	test.each(faults.map((fault) => ({ name: title(fault), fault })))('$name', ({ fault }) => run(fault));
});
