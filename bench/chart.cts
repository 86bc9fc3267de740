/** The README's picture of the benchmark: milliseconds for each number of rows, by way of scoring. */
import { join } from 'node:path';
import execa from 'execa';
import { median } from './median.cts';
import type { Results } from './report.cts';

/** In the order of the picture. */
const LABELS: Record<string, string> = {
	ours: 'Hopsworks Model',
	floor: 'bare script (the floor)',
	expertBody: 'expert: Code, HTTP Request, Code',
	chunk: 'Aggregate, .chunk, HTTP Request',
	loop: 'Loop Over Items',
	newcomer: 'HTTP Request for each item',
};

export async function drawChart(measured: Results[], picture: string): Promise<void> {
	const ways = Object.entries(LABELS).map(([name, label]) => ({
		label,
		milliseconds: measured.map((results) => {
			const times = (results.measured.get(name) ?? []).flatMap(({ milliseconds }) => milliseconds ?? []);
			return times.length === 0 ? null : median(times);
		}),
	}));
	const input = JSON.stringify({ rows: measured.map(({ rows }) => rows), ways });
	await execa(process.execPath, [join(__dirname, 'chart', 'draw.mjs'), picture], { input });
}
