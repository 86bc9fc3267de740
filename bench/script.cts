/**
 * The floor: the least code that could score a table. A keep-alive pool, the same batches, the same items out. It checks
 * nothing and survives nothing. As a process of its own:
 * `node --require tsx/cjs bench/script.cts <table> <address> <in flight> <rows per request>`
 */
import { readFileSync } from 'node:fs';
import { Agent } from 'node:http';
import type { IDataObject, INodeExecutionData } from 'n8n-workflow';
import { at, listOf } from '../test/support/json.cts';
import { median } from './median.cts';
import { post } from './post.cts';
import { COLUMNS, FLOOR_SIZES, IN_FLIGHT, ROWS_PER_REQUEST } from './settings.cts';

export interface Scored {
	/** Milliseconds that the scoring alone took. */
	milliseconds: number;
	items: INodeExecutionData[];
}

const agents = new Map<number, Agent>();

function agentFor(inFlight: number): Agent {
	const agent = agents.get(inFlight) ?? new Agent({ keepAlive: true, maxSockets: inFlight });
	agents.set(inFlight, agent);
	return agent;
}

export async function byScript(
	rows: INodeExecutionData[],
	url: string,
	inFlight = IN_FLIGHT,
	rowsPerRequest = ROWS_PER_REQUEST,
): Promise<Scored> {
	const agent = agentFor(inFlight);
	const began = performance.now();
	const scored = new Array<INodeExecutionData>(rows.length);
	let next = 0;
	const worker = async (): Promise<void> => {
		while (next < rows.length) {
			const start = next;
			next += rowsPerRequest;
			const batch = rows.slice(start, next);
			const inputs = batch.map(({ json }) => COLUMNS.map((column) => Number(json[column])));
			const reply: unknown = JSON.parse(await post(url, JSON.stringify({ inputs }), agent));
			const predictions = listOf(at(reply, 'predictions'));
			batch.forEach(({ json }, index) => {
				const made: IDataObject = { ...json, prediction: Number(predictions[index]) };
				scored[start + index] = {
					json: made,
					pairedItem: { item: start + index },
				};
			});
		}
	};
	await Promise.all(Array.from({ length: inFlight }, worker));
	return { milliseconds: performance.now() - began, items: scored };
}

/** The rows per request with which the script is fastest, by trial, for a number of rows. */
export async function bestRowsPerRequest(
	rows: number,
	measure: (rowsPerRequest: number) => Promise<{ milliseconds?: number }>,
	times = 3,
): Promise<number> {
	const measured = FLOOR_SIZES.filter((size) => size <= rows).map((size): [number, number[]] => [size, []]);
	for (let time = 0; time < times; time++) {
		for (const [size, took] of measured) took.push((await measure(size)).milliseconds ?? Infinity);
	}
	const [best] = measured.toSorted(([, one], [, other]) => median(one) - median(other));
	return best?.[0] ?? ROWS_PER_REQUEST;
}

async function main([table = '', url = '', inFlight = '', rowsPerRequest = '']: string[]): Promise<void> {
	const [head = '', ...lines] = readFileSync(table, 'utf8').split('\n');
	const names = head.split(',');
	const rows = lines.map((line) => ({
		json: Object.fromEntries(line.split(',').map((value, index) => [names[index] ?? '', value])),
	}));
	const { milliseconds, items } = await byScript(rows, url, Number(inFlight), Number(rowsPerRequest));
	const right = items.filter(({ json }) => json.prediction === Number(json.amount)).length;
	console.log(JSON.stringify({ milliseconds, right }));
	process.exit();
}

if (require.main === module) void main(process.argv.slice(2));
