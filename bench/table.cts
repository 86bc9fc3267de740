/** Rows to score: four numbers each, the same in every run. */
import type { INodeExecutionData } from 'n8n-workflow';

export function table(rows: number): INodeExecutionData[] {
	return Array.from({ length: rows }, (_, row) => ({
		json: { id: row, amount: (row * 7919) % 1000, age: row % 90, distance: (row % 500) / 4, hour: row % 24 },
	}));
}

/** The same with a 64-bit number in each row, as text: what a JavaScript number cannot hold. */
export function longTable(rows: number): INodeExecutionData[] {
	return table(rows).map(({ json }, row) => ({
		json: { ...json, amount: `92233720368547${10_000 + (row % 90_000)}` },
	}));
}
