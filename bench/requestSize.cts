/**
 * The number of rows a request that the node finds by itself against the best of fixed ones, on six simulated servers in n8n's
 * engine over real HTTP: `npm run bench:rows`. `-- --rows 100000` takes another number of rows, `-- --write` writes
 * docs/reports/rows-per-request.md.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import '../test/support/environment.cts';
import { COMFORTABLE_ROWS, BUSY_LIMIT, countsOf, startModel } from '../tools/firstValueModel.cts';
import { markdownTable } from '../tools/markdownTable.cts';
import { writeReport } from '../tools/report.cts';
import { ROOT } from '../tools/root.cts';
import { versionOf } from '../tools/versionOf.cts';
import { byNode } from './engineArms.cts';
import { median } from './median.cts';
import { IN_FLIGHT } from './settings.cts';
import { table, type Row } from './table.cts';

const TIMES = 3;
const LEAST = 0.9;
const FIXED = [100, 250, 500, 1000, 2000, 4000, 8000, 12_500, 25_000];

interface SimulatedServer {
	what: string;
	/** Milliseconds a request and microseconds a row, and the kind of model. */
	path: string;
}

const SERVERS: SimulatedServer[] = [
	{ what: 'Cost per request: 20 ms, and 0.02 ms a row', path: '20-20/number' },
	{ what: 'Cost per row: 0.05 ms', path: '0-50/number' },
	{ what: `Slow above ${COMFORTABLE_ROWS} rows: 5 ms + 0.02 ms a row, three times that beyond`, path: '5-20/slow' },
	{ what: `Status 429 above ${BUSY_LIMIT} requests at a time: 5 ms + 0.1 ms a row`, path: '5-100/busy' },
	{ what: `No memory above ${COMFORTABLE_ROWS} rows (status 500): 5 ms + 0.02 ms a row`, path: '5-20/memory' },
	{
		what: 'Jitter: 5 ms + 0.02 ms a row, half to one and a half times, one in 20 takes four times',
		path: '5-20/jitter',
	},
];

interface Measured {
	milliseconds: number[];
	requests: number[];
}

/** One run, of which every row is looked at. */
async function score(rows: Row[], url: string, rowsPerRequest: number | undefined, into: Measured): Promise<void> {
	await countsOf(url);
	const { milliseconds, items } = await byNode(rows, url, {}, rowsPerRequest);
	const right = items.filter(({ json }, item) => json.id === item && json.prediction === json.amount).length;
	if (right !== rows.length) throw new Error(`${right} of ${rows.length} rows have their own prediction`);
	into.milliseconds.push(milliseconds);
	into.requests.push((await countsOf(url)).requests);
}

/** All settings in turn, so that whatever slows the machine slows all of them. */
async function compare(rows: Row[], url: string): Promise<Map<number | undefined, Measured>> {
	const measured = new Map<number | undefined, Measured>(
		[...FIXED.filter((fixed) => fixed < rows.length), undefined].map((setting) => [
			setting,
			{ milliseconds: [], requests: [] },
		]),
	);
	for (let time = 0; time < TIMES; time++) {
		for (const [setting, into] of measured) await score(rows, url, setting, into);
	}
	return measured;
}

async function main(): Promise<void> {
	const { values } = parseArgs({
		options: { rows: { type: 'string', default: '100000' }, write: { type: 'boolean', default: false } },
	});
	const rows = table(Number(values.rows));
	const { model, url } = await startModel();
	await byNode(rows.slice(0, 10_000), `${url}/v1/0-0/number/v1/models/m:predict`);
	const lines: string[][] = [];
	for (const { what, path } of SERVERS) {
		const measured = await compare(rows, `${url}/v1/${path}/v1/models/m:predict`);
		const timeOf = (setting: number | undefined): number => median(measured.get(setting)?.milliseconds ?? []);
		const fixed = [...measured.keys()].filter((setting) => setting !== undefined);
		const [best] = fixed.toSorted((one, other) => timeOf(one) - timeOf(other));
		const part = timeOf(best) / timeOf(undefined);
		const requests = median(measured.get(undefined)?.requests ?? []);
		lines.push([
			what,
			fixed.map((setting) => `${setting}: ${timeOf(setting).toFixed(0)}`).join(', '),
			`${timeOf(best).toFixed(0)} ms with ${best ?? 0}`,
			`${timeOf(undefined).toFixed(0)} ms in ${requests} requests`,
			`${(100 * part).toFixed(0)} %`,
			part >= LEAST ? 'met' : '**missed**',
		]);
		console.error(lines.at(-1)?.join(' | '));
	}
	await model.end();
	const body = `${rows.length.toLocaleString('en-US')} rows, ${IN_FLIGHT} requests at a time, medians of ${TIMES}, all settings in turn. Every row
came out with its own prediction in each run. The bar is ${100 * LEAST} % of the throughput of the best fixed *Rows per Request*.

${markdownTable(['Server', 'fixed, ms', 'the best of them', 'found by the node', 'of its throughput', ''], lines)}`;
	console.log(`\n${body}`);
	if (!values.write) return;
	const modules = join(ROOT, 'node_modules');
	const facts = {
		n8n: `n8n-core ${versionOf(join(modules, 'n8n-core'))}, on Node ${process.versions.node}`,
		Command: `\`npm run bench:rows -- --rows ${rows.length} --write\``,
	};
	writeReport('rows-per-request', 'Rows per request, found by the node', facts, body);
}

void main();
