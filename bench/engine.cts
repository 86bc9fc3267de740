/**
 * The node in n8n's engine alone: warm, beside a bare script, and for how long it blocks the event loop:
 * `npm run bench:engine`. It is quicker to run than the whole benchmark and has less of n8n in it, so it is the one to
 * profile with. `-- --short` leaves the long tables out, `-- --blocks` measures blocks alone, `-- --against <folder>` only
 * compares the node with that of another checkout; `-- --write` writes docs/reports/engine.md.
 */
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import execa from 'execa';
import '../test/support/environment.cts';
import { at, numberOf, read } from '../test/support/json.cts';
import { BAD, countsOf, startModel } from '../tools/firstValueModel.cts';
import { markdownTable } from '../tools/markdownTable.cts';
import { writeReport } from '../tools/report.cts';
import { ROOT } from '../tools/root.cts';
import { typedScript } from '../tools/typedScript.cts';
import { versionOf } from '../tools/versionOf.cts';
import { against } from './against.cts';
import { blocks } from './blocks.cts';
import { allPrompts, firstPieces, ideal, PROMPTS, WIDTH } from './chat.cts';
import { byNode } from './engineArms.cts';
import type { Held } from './engineMemory.cts';
import { FEWER, inTurn, ratioLine, TIMES, USUAL, type Effort, type Line } from './inTurn.cts';
import { median } from './median.cts';
import { bestRowsPerRequest, byScript } from './script.cts';
import { IN_FLIGHT, ROWS_PER_REQUEST } from './settings.cts';
import { longTable, table } from './table.cts';

const MODULES = join(ROOT, 'node_modules');
const FACTS = {
	n8n: `n8n-core ${versionOf(join(MODULES, 'n8n-core'))}, n8n-workflow ${versionOf(join(MODULES, 'n8n-workflow'))}, on Node ${process.versions.node}`,
	Command: '`npm run bench:engine -- --write`',
};

/** One run in a process of its own, so that memory is its own. */
async function apart(arm: 'node' | 'idle' | 'script', rows: number, url: string): Promise<Held> {
	const script = typedScript(join(__dirname, 'engineMemory.cts'), arm, String(rows), url);
	const { stdout } = await execa(process.execPath, script, { stderr: 'inherit' });
	const held = read(stdout);
	return { milliseconds: numberOf(at(held, 'milliseconds')), above: numberOf(at(held, 'above')) };
}

async function longTables(url: string): Promise<Line[]> {
	const few: number[] = [];
	const many: Held[] = [];
	for (let time = 0; time < TIMES; time++) {
		few.push((await apart('node', 10_000, url)).milliseconds);
		many.push(await apart('node', 1_000_000, url));
	}
	const idle = (await apart('idle', 1_000_000, url)).above;
	const script = (await apart('script', 1_000_000, url)).above;
	const perRow = (median(many.map(({ milliseconds }) => milliseconds)) / median(few)) * (10_000 / 1_000_000);
	const above = median(many.map((held) => held.above));
	return [
		{
			what: '1,000,000 rows: time a row against that of 10,000',
			measured: `${median(many.map(({ milliseconds }) => milliseconds)).toFixed(0)} ms in all: ${perRow.toFixed(2)} ×`,
			bar: 'at most 1.3 ×',
			met: perRow <= 1.3,
		},
		{
			what: "1,000,000 rows: memory above the items' own and what n8n takes without the node",
			measured: `${(above - idle).toFixed(0)} MB (${above.toFixed(0)} MB with n8n's ${idle.toFixed(0)} MB; bare script ${script.toFixed(0)} MB)`,
			bar: 'at most 300 MB',
			met: above - idle <= 300,
		},
	];
}

/** What n8n's own way of sending takes for as many requests as 10,000 rows need: a new connection and agent for each. */
async function requestsAlone(url: string): Promise<Line> {
	const rows = table(10_000);
	const few = table(rows.length / ROWS_PER_REQUEST);
	const times = await inTurn([() => byNode(few, url, {}, 1), () => byScript(rows, url)]);
	const { measured } = ratioLine('', times, Infinity);
	return {
		what: `The ${few.length} requests alone, a row in each, against the whole of the bare script`,
		measured,
		bar: '',
		met: true,
	};
}

async function oneBadRow(url: string): Promise<Line> {
	const rows = table(10_000);
	const items = rows.toSpliced(6789, 1, { json: { ...rows[6789]?.json, amount: BAD } });
	const count = async (): Promise<number> => (await countsOf(url)).requests;
	await count();
	const { items: scored } = await byNode(
		items,
		url,
		{ settings: { onError: 'continueErrorOutput' } },
		ROWS_PER_REQUEST,
	);
	const further = (await count()) - rows.length / ROWS_PER_REQUEST;
	return {
		what: 'One bad row in 10,000',
		measured: `${further} further requests, ${scored.length.toLocaleString('en-US')} predictions`,
		bar: 'at most 19, and 9,999',
		met: further <= 19 && scored.length === 9_999,
	};
}

async function languageModels(): Promise<Line[]> {
	const first = median(await firstPieces());
	const all = await allPrompts();
	return [
		{
			what: "A streamed answer's first piece, from the server's to the node's",
			measured: `${first.toFixed(1)} ms`,
			bar: 'at most 20 ms',
			met: first <= 20,
		},
		ratioLine(
			`${PROMPTS} prompts of 0.2 s, one in twenty of 2 s, ${WIDTH} at a time, against a schedule without gaps`,
			[all, ideal],
			1.15,
		),
	];
}

/** The node, which finds its rows per request, against the bare script with the number that is best for it. */
async function againstFloor(at: (path: string) => string, count: number, effort: Effort): Promise<Line[]> {
	const rows = table(count);
	const lines: Line[] = [];
	for (const { model, path, bar } of [
		{ model: 'model of 5 ms + 0.02 ms a row', path: '5-20/number', bar: 1.3 },
		{ model: 'model that answers at once', path: '0-0/number', bar: 1.6 },
	]) {
		const url = at(path);
		const best = await bestRowsPerRequest(count, async (size) => await byScript(rows, url, IN_FLIGHT, size), TIMES);
		lines.push(
			ratioLine(
				`${count.toLocaleString('en-US')} rows, ${model}, against a bare script with ${best} rows a request`,
				await inTurn([() => byNode(rows, url), () => byScript(rows, url, IN_FLIGHT, best)], effort),
				bar,
			),
		);
	}
	return lines;
}

/** The node against a bare script, and what else has a bar. */
async function speed(isShort: boolean): Promise<string> {
	const { model, url } = await startModel();
	const at = (path: string): string => `${url}/v1/${path}/v1/models/m:predict`;
	const rows = table(10_000);
	const long = longTable(10_000);
	const lines = [
		...(await againstFloor(at, 10_000, USUAL)),
		...(await againstFloor(at, 100_000, FEWER)),
		await requestsAlone(at('0-0/number')),
		ratioLine(
			'10,000 rows with 64-bit numbers in and out, against plain ones',
			await inTurn([() => byNode(long, at('0-0/long')), () => byNode(rows, at('0-0/number'))]),
			3,
		),
		await oneBadRow(at('0-0/number')),
		...(await languageModels()),
		...(isShort ? [] : await longTables(at('0-0/number'))),
	];
	await model.end();
	return markdownTable(
		['', 'measured', 'bar', ''],
		lines.map(({ what, measured, bar, met }) => [what, measured, bar, bar === '' ? '' : met ? 'met' : 'missed']),
	);
}

async function main(): Promise<void> {
	const flag = { type: 'boolean', default: false } as const;
	const { values } = parseArgs({ options: { short: flag, blocks: flag, write: flag, against: { type: 'string' } } });
	const { short, blocks: isBlocksOnly, write, against: folder } = values;
	if (write && (short || isBlocksOnly || folder !== undefined)) {
		throw new Error("'--write' writes the whole report, so it goes with no other option");
	}
	console.log(`Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}\n`);
	const say = (line: string): void => console.error(line);
	if (folder !== undefined) {
		console.log(`\n${await against(folder, say)}`);
		return;
	}
	const parts: string[] = [];
	if (!isBlocksOnly) parts.push(`## Speed and memory\n\nMedians of ${TIMES}.\n\n${await speed(short)}`);
	parts.push(`## Blocks of the event loop\n\n${await blocks(short, say)}`);
	const body = parts.join('\n\n');
	console.log(`\n${body}`);
	if (write) writeReport('engine', "The node in n8n's engine", FACTS, body);
}

void main();
