/** Rows to score: an id and four numbers each, the same in every run. No two of up to a million have the same amount. */
import type { INodeExecutionData } from 'n8n-workflow';

const PRIME = 1_000_003;

export interface Row extends INodeExecutionData {
	json: Record<string, string | number>;
}

export function table(rows: number): Row[] {
	return Array.from({ length: rows }, (_, row) => ({
		json: { id: row, amount: (row * 7919) % PRIME, age: row % 90, distance: (row % 500) / 4, hour: row % 24 },
	}));
}

/** The same with a 64-bit amount in each row, as text: what a JavaScript number cannot hold. */
export function longTable(rows: number): Row[] {
	return table(rows).map(({ json }) => ({
		json: { ...json, amount: `9223372036854${String(json.amount).padStart(6, '0')}` },
	}));
}

/** A table as the text of a CSV file. */
export function csvOf(items: Row[]): string {
	const names = Object.keys(items[0]?.json ?? {});
	return [names.join(), ...items.map(({ json }) => names.map((name) => String(json[name])).join())].join('\n');
}
