/** Files to score: ten columns, of which the model reads six, the same in every run; written and checked piece by piece. */
import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';

/** What the model reads of a row, in its order. The first one is what it predicts. */
export const FILE_COLUMNS = ['amount', 'age', 'distance', 'hour', 'weekday', 'balance'];

const NAMES = ['id', ...FILE_COLUMNS, 'merchant', 'country', 'note'];
const COUNTRIES = ['SE', 'DE', 'FR', 'GB', 'NO', 'ES', 'IT'];

/** No two of up to ten million rows have the same amount. */
const PRIME = 10_000_019;

/** Lines that are written at a time. */
const LINES = 5000;

/** The cells of a row, counted from 0. */
function cellsOf(row: number): string[] {
	const numbers = [(row * 7919) % PRIME, row % 90, (row % 500) / 4, row % 24, row % 7, (row % 9973) + 0.5];
	const country = COUNTRIES[row % COUNTRIES.length] ?? '';
	return [String(row), ...numbers.map(String), `merchant ${row % 5000}`, country, `card payment ${row % 31}`];
}

/** Writes a table of so many rows as a CSV file. */
export async function writeTable(file: string, rows: number): Promise<void> {
	const output = createWriteStream(file);
	output.write(`${NAMES.join()}\n`);
	for (let row = 0; row < rows; row += LINES) {
		const lines = Array.from({ length: Math.min(LINES, rows - row) }, (_, line) => `${cellsOf(row + line).join()}\n`);
		if (!output.write(lines.join(''))) await once(output, 'drain');
	}
	output.end();
	await once(output, 'finish');
}

export interface Checked {
	/** Rows that came out. */
	rows: number;
	/** Those with their own prediction, in their own place. */
	right: number;
	/** Those with all their columns as they were. */
	kept: number;
}

/** Looks at every row of a file that came out. Cells hold no delimiter, so that a line is cut by it. */
export async function checkTable(file: string): Promise<Checked> {
	const checked: Checked = { rows: 0, right: 0, kept: 0 };
	let places: number[] = [];
	for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
		if (places.length === 0) {
			const header = line.replace(/^\ufeff/, '').split(',');
			places = [...NAMES, 'prediction'].map((name) => header.indexOf(name));
			continue;
		}
		const cells = line.split(',');
		const wanted = cellsOf(checked.rows);
		const came = places.map((place) => cells[place]);
		checked.rows++;
		if (came[NAMES.length] === wanted[1]) checked.right++;
		if (wanted.every((cell, place) => came[place] === cell)) checked.kept++;
	}
	return checked;
}
