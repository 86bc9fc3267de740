/** The pictures of the benchmarks: what each way of scoring took, for each number of rows. */
import { join } from 'node:path';
import execa from 'execa';
import { middleOf, type FileResults } from './fileReport.cts';
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

const FILE_LABELS: Record<string, string> = {
	ours: 'Predict File',
	floor: 'bare streaming script (the floor)',
	items: 'Extract From File, Predict, Convert to File',
	idle: 'n8n idle',
};

interface Panel {
	title: string;
	/** Where the axis begins. */
	min: number;
	/** Digits behind the point. */
	digits: number;
	/** By way, then by number of rows; null where it failed. */
	values: Array<Array<number | null>>;
}

async function draw(picture: string, rows: number[], ways: string[], panels: Panel[]): Promise<void> {
	const input = JSON.stringify({ rows, ways, panels });
	await execa(process.execPath, [join(__dirname, 'chart', 'draw.mjs'), picture], { input });
}

export async function drawChart(measured: Results[], picture: string): Promise<void> {
	const values = Object.keys(LABELS).map((name) =>
		measured.map((results) => {
			const times = (results.measured.get(name) ?? []).flatMap(({ milliseconds }) => milliseconds ?? []);
			return times.length === 0 ? null : median(times);
		}),
	);
	const rows = measured.map((results) => results.rows);
	const title = 'milliseconds, each line ten times the one below';
	await draw(picture, rows, Object.values(LABELS), [{ title, min: 10, digits: 0, values }]);
}

/** Seconds and megabytes of whole processes. */
export async function drawFiles(measured: FileResults[], picture: string): Promise<void> {
	const valuesOf = (what: 'seconds' | 'megabytes'): Panel['values'] =>
		Object.keys(FILE_LABELS).map((name) =>
			measured.map((results) => {
				const value = middleOf(results, name, what);
				return Number.isFinite(value) ? value : null;
			}),
		);
	const rows = measured.map((results) => results.rows);
	await draw(picture, rows, Object.values(FILE_LABELS), [
		{ title: 'seconds of the whole process', min: 0.1, digits: 1, values: valuesOf('seconds') },
		{ title: 'peak memory, MB', min: 10, digits: 0, values: valuesOf('megabytes') },
	]);
}
